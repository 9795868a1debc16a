"""YAML of which only plain values are taken: texts, numbers, truth values, lists, mappings.

No aliases (a few lines of them can mean gigabytes), no tags, and not YAML 1.1's reading of plain words: `no`, `ya`,
`12:30` and `2026-01-15` stay texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

MAX_BYTES, MAX_DEPTH, MAX_NODES = 64_000, 20, 5_000

_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,17})\Z", re.ASCII)
_REAL = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?([eE][-+]?\d{1,2})?\Z", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line, and what to do."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"Baris {self.line}: {self.message}" if self.line else self.message


class Unreadable(Exception):
    """All mistakes of a scenario."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(m) for m in self.mistakes))


def composed(content: bytes | str) -> Any:
    """The nodes of a text. Unreadable where it is too large, too deep, no YAML, or more than plain values."""
    data = content.encode() if isinstance(content, str) else content
    if len(data) > MAX_BYTES:
        raise Unreadable([Mistake(0, f"Skenario ini lebih dari {MAX_BYTES // 1000} kB. Pecah menjadi beberapa.")])
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        raise Unreadable([Mistake(0, "Berkas ini bukan teks UTF-8. Simpan sebagai UTF-8.")]) from e
    try:
        _look_over(text)
        found = yaml.compose(text, Loader=_Plain)
    except yaml.YAMLError as e:
        mark: Any = getattr(e, "problem_mark", None) or getattr(e, "context_mark", None)
        line = int(mark.line) + 1 if mark else 0
        words = "Susunannya tidak dapat dibaca. Periksa lekukan baris, titik dua, dan tanda kutip di sekitar sini."
        raise Unreadable([Mistake(line, words)]) from e
    if found is None:
        raise Unreadable([Mistake(0, "Skenario ini kosong. Isi nama, langkah, dan harapan.")])
    return found


class _Plain(yaml.SafeLoader):
    """All scalars are text; `_value` says what they mean."""

    yaml_implicit_resolvers: dict[str, Any] = {}


def _look_over(text: str) -> None:
    """Refuse what is deep, long or repeats itself before anything is built of it."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_Plain):
        line = int(getattr(event.start_mark, "line", -1)) + 1
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable([Mistake(line, "Tanda * mengulang bagian lain, dan itu tidak diterima. Tulis isinya.")])
        if getattr(event, "tag", None) is not None:
            raise Unreadable([Mistake(line, "Tanda ! tidak diterima di skenario. Tulis nilainya saja.")])
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise Unreadable(
                [Mistake(line, f"Terlalu dalam atau terlalu panjang ({MAX_DEPTH} tingkat, {MAX_NODES} nilai).")]
            )
        if documents > 1:
            raise Unreadable([Mistake(line, "Satu berkas memuat satu skenario. Hapus garis --- dan isi sesudahnya.")])


def line_of(node: Any) -> int:
    """The line at which it begins, 0 for nothing."""
    return node.start_mark.line + 1 if node is not None else 0


def is_empty(node: Any) -> bool:
    """Does nothing stand here?"""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _WORDS and _WORDS[node.value] is None


def scalar(text: str) -> Any:
    """A plain scalar: a truth value, nothing, a number, or text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text):
        return int(text)
    return float(text) if _REAL.match(text) and any(c in text for c in ".eE") else text
