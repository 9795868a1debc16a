"""All that is wrong with files, and the list of what will be executed; worked out in a child process with limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.quarantine import LOAD, prepare_in_child
from app.engine.types import Element, Problem
from app.flows.vocabulary import vocabulary


@dataclass(frozen=True)
class Examination:
    """`problems` of all levels, errors first; `elements` every node of the diagram, by id, as it would be executed."""

    process: str
    name: str
    problems: tuple[Problem, ...]
    elements: Mapping[str, Element]
    files: Mapping[str, bytes]  # as repaired: what is loaded

    @property
    def ok(self) -> bool:
        return not any(p.level == "error" for p in self.problems)


_ORDER = ("error", "warning", "repair")


def examine(files: Mapping[str, bytes]) -> Examination:
    """Never raises for what the files hold."""
    found = prepare_in_child(files, vocabulary(), load=LOAD)
    problems = sorted(found.problems, key=lambda p: _ORDER.index(p.level))
    return Examination(found.process_id, found.process_name, tuple(problems), found.elements, found.files)
