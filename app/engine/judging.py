"""Whether one text of a diagram will be understood, while it is being typed: the same words as at publishing."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.engine.calendar import is_duration, parse_duration
from app.engine.checks.texts import literal_time
from app.engine.expressions import ExpressionError, compile_expression, compile_script, translate


@dataclass(frozen=True, slots=True)
class Judgement:
    """`message` says what to do, "" if the text is fine; `names` are the variables that it reads, `sets` those it sets.

    `text` is what Alur would run: the same, or what another engine's notation means here.
    """

    ok: bool
    text: str
    message: str = ""
    names: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


def judge(kind: str, text: str) -> Judgement:
    """What there is to say about `text` as `condition`, `value`, `script`, `due` or a timer's tag (see KINDS)."""
    look = _KINDS[kind]
    try:
        return look(text)
    except ExpressionError as e:
        return Judgement(False, text, str(e))


def _expression(text: str) -> Judgement:
    ours = translate(text)
    return Judgement(True, ours, names=tuple(sorted(compile_expression(ours).names)))


def _script(text: str) -> Judgement:
    script = compile_script(text)
    return Judgement(True, text, names=tuple(sorted(script.names)), sets=tuple(sorted(script.targets)))


def _due(text: str) -> Judgement:
    if not is_duration(text):
        return _expression(text)
    parse_duration(text)
    return Judgement(True, text)


def _timer(kind: str) -> Callable[[str], Judgement]:
    def look(text: str) -> Judgement:
        if is_duration(text) or re.match(r"\d|[Rr]\d*/", text, re.ASCII):
            literal_time(kind, text)
            return Judgement(True, text)
        if text[:1] in ("'", '"'):
            literal_time(kind, _unquoted(text))
            return Judgement(True, text)
        return _expression(text)

    return look


def _unquoted(text: str) -> str:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if type(value) is not str:
        raise ExpressionError(f"Tulisan '{text[:60]}' belum dapat dibaca. Periksa tanda kutipnya.")
    return value


_KINDS: Mapping[str, Callable[[str], Judgement]] = {
    "condition": _expression,
    "value": _expression,
    "script": _script,
    "due": _due,
    "timeDuration": _timer("timeDuration"),
    "timeDate": _timer("timeDate"),
    "timeCycle": _timer("timeCycle"),
}
KINDS = frozenset(_KINDS)
