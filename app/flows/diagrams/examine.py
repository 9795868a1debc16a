"""All that is wrong with files, and the list of what will be executed; worked out in a child process with limits."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from app.engine.quarantine import LOAD, ChildFailed, prepare_in_child, run_in_child
from app.engine.soundness import Soundness
from app.engine.types import Element, Executed, Problem
from app.flows.vocabulary import vocabulary
from app.sdk.json import JsonObject

__all__ = ["Examination", "Soundness", "examine", "judge", "refusals", "soundness"]


@dataclass(frozen=True)
class Examination:
    """`problems` of all levels, errors first; `elements` every node of the diagram, by id, as it would be executed.

    `executed` lists them in the order of the flow, with what happens there, and what is documentation.
    """

    process: str
    name: str
    problems: tuple[Problem, ...]
    elements: Mapping[str, Element]
    files: Mapping[str, bytes]  # as repaired: what is loaded
    executed: tuple[Executed, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(p.level == "error" for p in self.problems)

    def to_json(self) -> JsonObject:
        return {
            "ok": self.ok,
            "process": self.process,
            "name": self.name,
            "problems": [asdict(p) for p in self.problems],
            "executed": [asdict(e) for e in self.executed],
        }


_ORDER = ("error", "warning", "repair")


def examine(files: Mapping[str, bytes]) -> Examination:
    """Never raises for what the files hold."""
    found = prepare_in_child(files, vocabulary(), load=LOAD)
    return Examination(
        found.process_id, found.process_name, _sorted(found.problems), found.elements, found.files, found.executed
    )


def soundness(files: Mapping[str, bytes]) -> Soundness:
    """Whether every case can end, properly, and keeps the promises of the process. Never raises for the files."""
    question = {"files": {name: b64encode(data).decode() for name, data in files.items()}}
    try:
        return Soundness.from_json(run_in_child("app.engine.soundness:answer", question))
    except ChildFailed as e:
        problem = Problem(next(iter(files), ""), 0, "", "", f"Jalan alur tidak selesai diperiksa. {e}", "warning")
    except (ValueError, TypeError, KeyError):
        problem = Problem(next(iter(files), ""), 0, "", "", "Jalan alur tidak selesai diperiksa.", "warning")
    return Soundness((problem,))


def judge(files: Mapping[str, bytes]) -> Examination:
    """`examine` with what `soundness` finds among its problems: what decides whether files become a version.

    That not all ways could be looked at is a warning.
    """
    found = examine(files)
    if not found.ok:
        return found
    return replace(found, problems=_sorted((*found.problems, *soundness(files).problems)))


def refusals(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """What keeps files from becoming a version."""
    return tuple(p for p in judge(files).problems if p.level == "error")


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: _ORDER.index(p.level)))
