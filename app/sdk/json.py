"""Exact JSON: what may enter the engine, the tables and the events, and nothing else."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

MAX_DEPTH = 32


def ensure_json(value: Any, where: str = "data") -> Any:
    """Return `value` unchanged if it consists of exact JSON types only; else TypeError naming the place.

    Subclasses are refused too (a `str` subclass may carry a secret), so are NaN, infinities and depths over 32.
    """
    _check(value, where, 0)
    return value


def _check(value: Any, where: str, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return
    if kind is float:
        if not math.isfinite(value):
            raise TypeError(f"{where} is {value}: JSON has no such number")
        return
    if depth >= MAX_DEPTH:
        raise TypeError(f"{where} is nested deeper than {MAX_DEPTH}")
    if kind is list:
        for i, item in enumerate(value):
            _check(item, f"{where}[{i}]", depth + 1)
        return
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError(f"{where} has a key of type {type(key).__name__}: JSON keys are text")
            _check(item, f"{where}.{key}", depth + 1)
        return
    raise TypeError(f"{where} is a {kind.__name__}: only exact JSON types may be stored")
