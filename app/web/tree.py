"""A case's data as people can read them: names and values, lists as numbered entries, no NIK."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.flows.audit import mask
from app.web.words import angka, tanggal, waktu

_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")


@dataclass(frozen=True)
class Node:
    """One value with its name. `text` of a leaf, else `inside`; `empty` says that there is nothing to show."""

    name: str
    text: str = ""
    inside: Sequence[Node] = ()
    empty: bool = False


def tree(data: Any) -> list[Node]:
    """The entries of a JSON object (or list) as nodes; a lone value as one node without a name."""
    if isinstance(data, dict):
        return [_node(str(k), v) for k, v in data.items()]
    if isinstance(data, list):
        return [_node(str(n), v) for n, v in enumerate(data, 1)]
    return [_node("", data)]


def _node(name: str, value: Any) -> Node:
    if isinstance(value, (dict, list)) and value:
        return Node(name, inside=tree(value))
    text = plain(value)
    return Node(name, text, empty=not text)


def plain(value: Any) -> str:
    """A value in a few words; "" for nothing. A number that could be a NIK is masked."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, (int, float)):
        # four digits are a year or a count: they read better without a point
        return mask(angka(value) if 10_000 <= abs(value) < 1e15 or isinstance(value, float) else str(value))
    if isinstance(value, (dict, list)):
        return mask(json.dumps(value, ensure_ascii=False))
    return mask(_moment(str(value)))


def _moment(text: str) -> str:
    """A day or a moment in ISO form as people write it; any other text as it is."""
    if not _ISO.fullmatch(text):
        return text
    try:
        return waktu(text) if "T" in text else tanggal(text)
    except ValueError:
        return text


def leaves(nodes: Sequence[Node]) -> Iterator[str]:
    """Every text of a tree; for tests and searches."""
    for node in nodes:
        yield node.text
        yield from leaves(node.inside)
