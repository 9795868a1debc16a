"""What an examination found, as pages and scripts show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.engine.types import Problem
from app.flows.diagrams.examine import Examination, Soundness
from app.web.words import angka

LEVELS = {"error": "Kesalahan", "warning": "Peringatan", "repair": "Perbaikan otomatis"}


def as_json(found: Examination) -> dict[str, Any]:
    """{ok, problems, executed} for the editor."""
    return {"ok": found.ok, "problems": [problem(p) for p in found.problems], "executed": executed(found)}


def problem(p: Problem) -> dict[str, Any]:
    return {
        "level": p.level, "element": p.element, "name": p.name, "line": p.line, "file": p.file, "message": p.message,
        "path": list(p.path),
    }  # fmt: skip


def executed(found: Examination) -> list[dict[str, Any]]:
    """Every node of the diagram, in the order of the flow: what is done there, and by whom."""
    return [asdict(row) for row in found.executed]


def by_kind(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The same in groups of one kind, the kinds in the order in which they come first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["kind_words"], []).append(row)
    return groups


def facts(found: Soundness) -> list[str]:
    """What was looked at, and what became of each promise of the process, in sentences."""
    looked = f"{angka(found.states)} keadaan ditelusuri" if found.states else "Alur belum ditelusuri"
    words = [f"{looked}: semua jalan yang mungkin." if found.complete else f"{looked}; belum semua jalan terlihat."]
    for text, kept in found.promises:
        words.append(f"Janji '{text}': {_KEPT[kept]}.")
    return words


_KEPT = {True: "selalu ditepati", False: "dapat dilanggar", None: "belum pasti"}
