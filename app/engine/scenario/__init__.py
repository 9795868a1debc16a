"""Reads a scenario: what people, services and time do in a case, and the way that it is expected to go. YAML.

Every mistake is told with its line. The format stands in docs/skenario.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from app.engine.plain_yaml import Mistake, Unreadable, composed, is_empty, line_of, scalar

MAX_STEPS = 500
ANYTHING = "..."
_ZONE = ZoneInfo("Asia/Jakarta")
BEGIN = datetime(2026, 1, 12, 9, 0, tzinfo=_ZONE)  # a Monday morning

_TIME = re.compile(r"\+?\s*(\d{1,4})\s+(menit|jam|hari kerja|hari|minggu|bulan)\Z", re.ASCII)
_UNITS = {"menit": "PT{}M", "jam": "PT{}H", "hari": "P{}D", "minggu": "P{}W", "bulan": "P{}M",
          "hari kerja": "hari_kerja({})"}  # fmt: skip

TOP = ("nama", "mulai", "data", "langkah", "harapan")
DOES = ("kerjakan", "layanan", "tindakan", "waktu")
_BESIDE = {"kerjakan": ("isi",), "layanan": ("hasil", "gagal", "pesan"), "tindakan": ("isi",), "waktu": ()}
EXPECTS = ("jalan", "status", "akhir", "menunggu")


@dataclass(frozen=True, slots=True)
class Move:
    """One step. `kind`: kerjakan | layanan | tindakan | waktu; for waktu `element` is "" and `data` the expression."""

    kind: str
    element: str
    data: Any
    line: int
    code: str = ""  # layanan: the error that it answers instead of a result


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come of it; what is None is not looked at. `path` may have "..." for whatever lies between."""

    path: tuple[str, ...] | None = None
    status: str | None = None
    end: str | None = None
    waits: tuple[str, ...] | None = None
    lines: dict[str, int] = field(default_factory=dict)  # of each of them, by its word


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    start: datetime
    data: dict[str, Any]
    moves: tuple[Move, ...]
    expected: Expected


def read_scenario(content: bytes | str) -> Scenario:
    """Raises Unreadable with all mistakes."""
    reader = _Reader()
    top = reader.mapping(composed(content), "Skenario", TOP)
    scenario = Scenario(
        name=str(reader.text(top.get("nama")) or ""),
        start=reader.moment(top.get("mulai")),
        data=reader.data(top.get("data"), "data"),
        moves=reader.moves(top.get("langkah")),
        expected=reader.expected(top.get("harapan")),
    )
    if not scenario.name:
        reader.say(top.get("nama"), "Skenario belum bernama. Tulis nama: diikuti satu kalimat pendek.")
    if reader.mistakes:
        raise Unreadable(sorted(reader.mistakes, key=lambda m: m.line))
    return scenario


class _Reader:
    """Turns nodes into values, and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def say(self, node: Any, message: str) -> None:
        self.mistakes.append(Mistake(line_of(node), message))

    def mapping(self, node: Any, what: str, known: tuple[str, ...]) -> dict[str, Any]:
        """The nodes of a mapping by key."""
        found: dict[str, Any] = {}
        if not isinstance(node, yaml.MappingNode):
            self.say(node, f"{what} berisi pasangan kata: nilai. Yang dikenal: {', '.join(known)}.")
            return found
        for key, value in node.value:
            word = key.value if isinstance(key, yaml.ScalarNode) else ""
            if word not in known:
                self.say(key, f"{what} tidak mengenal ‘{word[:40]}’. {near(word, known)}")
            elif word in found:
                self.say(key, f"‘{word}’ tertulis dua kali. Hapus salah satunya.")
            else:
                found[word] = value
        return found

    def value(self, node: Any) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each) for each in node.value]
        if isinstance(node, yaml.MappingNode):
            return {str(self.value(key)): self.value(each) for key, each in node.value}
        return node.value if node.style else scalar(node.value)

    def data(self, node: Any, what: str) -> dict[str, Any]:
        if node is None or is_empty(node):
            return {}
        found = self.value(node)
        if not isinstance(found, dict):
            self.say(node, f"{what} berisi pasangan nama: nilai.")
            return {}
        return found

    def text(self, node: Any) -> str | None:
        """A word or a sentence; None where nothing stands."""
        if node is None or is_empty(node):
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.say(node, "Di sini hanya satu nilai. Tulis teksnya di baris yang sama.")
            return None
        return str(node.value).strip()

    def texts(self, node: Any) -> tuple[str, ...] | None:
        if node is None:
            return None
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.text(each) or "" for each in node.value)
        found = self.text(node)
        return (found,) if found else ()

    def moment(self, node: Any) -> datetime:
        text = self.text(node)
        if text is None:
            return BEGIN
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self.say(node, "mulai adalah tanggal dan jam WIB, misalnya 2026-01-12 09:00.")
            return BEGIN
        return at if at.tzinfo else at.replace(tzinfo=_ZONE)

    def moves(self, node: Any) -> tuple[Move, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.say(node, "langkah berisi daftar, tiap barisnya diawali tanda -.")
            return ()
        if len(node.value) > MAX_STEPS:
            self.say(node, f"Langkahnya lebih dari {MAX_STEPS}. Pecah menjadi beberapa skenario.")
            return ()
        return tuple(m for each in node.value if (m := self._move(each)) is not None)

    def _move(self, node: Any) -> Move | None:
        known = (*DOES, *dict.fromkeys(k for beside in _BESIDE.values() for k in beside))
        parts = self.mapping(node, "Langkah", known)
        kinds = [k for k in DOES if k in parts]
        if len(kinds) != 1:
            self.say(node, f"Satu langkah memuat tepat satu dari {', '.join(DOES)}.")
            return None
        kind, line = kinds[0], line_of(node)
        for word in parts:
            if word != kind and word not in _BESIDE[kind]:
                self.say(parts[word], f"‘{word}’ tidak berlaku di samping {kind}.")
        text = self.text(parts[kind]) or ""
        if kind == "waktu":
            return Move(kind, "", self._time(parts[kind], text), line)
        if not text:
            self.say(parts[kind], f"{kind} menyebut id elemen di diagram.")
        if kind == "layanan":
            return self._service(parts, text, node)
        return Move(kind, text, self.data(parts.get("isi"), "isi"), line)

    def _service(self, parts: dict[str, Any], element: str, node: Any) -> Move:
        if "hasil" in parts and "gagal" in parts:
            self.say(node, "Layanan memberi hasil atau gagal, tidak keduanya. Hapus salah satunya.")
        if "gagal" in parts:
            message = self.text(parts.get("pesan")) or "Gagal menurut skenario."
            return Move("layanan", element, message, line_of(node), self.text(parts["gagal"]) or "")
        return Move("layanan", element, self.value(parts["hasil"]) if "hasil" in parts else None, line_of(node))

    def _time(self, node: Any, text: str) -> str:
        """What `due_at` reads."""
        found = _TIME.match(" ".join(text.split()))
        if found:
            return _UNITS[found[2]].format(int(found[1]))
        if not re.match(r"P[\dT]", text):
            self.say(node, "waktu adalah misalnya 3 hari kerja, 2 jam, 14 hari, atau P3D.")
        return text

    def expected(self, node: Any) -> Expected:
        parts = self.mapping(node, "harapan", EXPECTS) if node is not None else {}
        if not parts:
            self.say(node, f"harapan belum diisi. Sebut paling sedikit satu dari {', '.join(EXPECTS)}.")
        return Expected(
            path=self.texts(parts.get("jalan")),
            status=self.text(parts.get("status")),
            end=self.text(parts.get("akhir")),
            waits=self.texts(parts.get("menunggu")),
            lines={word: line_of(each) for word, each in parts.items()},
        )


def near(word: str, known: Iterable[str]) -> str:
    """What may have been meant."""
    offered = list(known)
    close = get_close_matches(word, offered, 3)
    if close:
        return f"Mungkin {' atau '.join(close)}?"
    return f"Yang dikenal: {', '.join(offered[:12])}{', ...' if len(offered) > 12 else ''}."
