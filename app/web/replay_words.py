"""What pages of a replay say: its outcomes, its sentence, the marks on its diagram, what a gateway saw."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from app.flows.diagrams import replay

OUTCOMES = {"same": "Berakhir sama", "other": "Jalan lain", "stopped": "Berhenti", "failed": "Gagal"}
COLOURS = {"same": "success", "other": "info", "stopped": "warning", "failed": "danger", "done": "success",
           "running": "warning", "waiting": "secondary"}  # fmt: skip
MARKS = {"other": "other", "stopped": "stop", "failed": "fail"}  # of macros/diagram.html, the gravest last
_MISSING = object()


def sentence(counts: Mapping[str, int]) -> str:
    """ "187 dari 200 berakhir sama, 9 menempuh jalan lain, 3 berhenti, 1 gagal" """
    words = {"other": "menempuh jalan lain", "stopped": "berhenti", "failed": "gagal"}
    total = sum(counts.get(k, 0) for k in OUTCOMES)
    same = counts.get("same", 0)
    if total and same == total:
        return f"Semua {number(total)} perkara berakhir sama."
    parts = [f"{number(same)} dari {number(total)} berakhir sama"]
    return ", ".join(parts + [f"{number(counts[k])} {word}" for k, word in words.items() if counts.get(k)]) + "."


def number(n: int) -> str:
    """1.000, as people here write it."""
    return f"{n:,}".replace(",", ".")


def marks_of(id: int, names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What the diagram shows: at each element how many cases leave there, and in what way."""
    at: dict[str, dict[str, int]] = {}
    for element, outcome, n in replay.leaving(id):
        if element:
            at.setdefault(element, {})[outcome] = n
    marks = {}
    for element, by in at.items():
        gravest = next(k for k in reversed(MARKS) if k in by)
        title = ", ".join(f"{number(n)} {OUTCOMES[k].lower()}" for k, n in by.items())
        marks[element] = {
            "mark": MARKS[gravest], "count": sum(by.values()), "title": title, "name": names.get(element, element),
        }  # fmt: skip
    return marks


_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def saw(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of what the condition of this step reads, and nothing else of the case."""
    found: dict[str, str] = {}
    values = row.get("values") or {}
    # names in quotes are texts that it compares with
    for name in _NAMES.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "", row.get("expression") or "")):
        value: Any = values
        for key in name.split("."):
            value = value.get(key, _MISSING) if isinstance(value, Mapping) else _MISSING
        if value is not _MISSING:
            found[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:200]
    return list(found.items())
