"""What was recorded of a case, as the engine plays it again: its inputs in order, and the path it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from app.engine.bpmn_xml import bpmn, parse
from app.engine.definition import Definition

START, SUBMIT, ACTION, RESULT, ERROR, TIMER = "start", "submit", "action", "result", "error", "timer"
HOLD, GO_ON = "suspend", "resume"
KINDS = (START, SUBMIT, ACTION, RESULT, ERROR, TIMER, HOLD, GO_ON)


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that happened to a case, and the elements that it went through then (see `without_repeats`).

    `data` by kind: start, submit and action what was sent; result the value; error {"kode", "pesan"}; timer nothing.
    """

    kind: str
    element: str
    at: datetime  # aware
    data: Any = None
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A case from its start to its end, or to now. `open` are the elements at which a running one waits."""

    inputs: tuple[Input, ...]
    ended: bool
    status: str = ""
    open: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(e for i in self.inputs for e in i.passed)


@dataclass(frozen=True)
class Origin:
    """What a replay needs to know of the version under which a case was recorded, all by element."""

    names: Mapping[str, str] = field(default_factory=dict)  # of every element that it had
    timers: Mapping[str, str] = field(default_factory=dict)  # when each timer fires, as written
    does: Mapping[str, str] = field(default_factory=dict)  # the form or operator of each task


_KNOWN: WeakKeyDictionary[Definition, Origin] = WeakKeyDictionary()


def origin_of(definition: Definition) -> Origin:
    """The same of a live definition; worked out once."""
    found = _KNOWN.get(definition)
    if found is None:
        found = _KNOWN[definition] = _origin_of(definition)
    return found


def _origin_of(definition: Definition) -> Origin:
    elements = definition.elements
    does = {e.id: e.form or e.operator or "" for e in elements.values()}
    return Origin(
        names={e.id: e.name or e.id for e in elements.values()},
        timers=_timers(definition.prepared.files),
        does={element: what for element, what in does.items() if what},
    )


def renames(before: Origin, after: Origin) -> dict[str, str]:
    """Steps that have another id but do the same as the only one that is gone: {old id: new id}."""
    gone, new = _by_what(before, after), _by_what(after, before)
    pairs = {e[0]: new[what][0] for what, e in gone.items() if len(e) == 1 and len(new.get(what, ())) == 1}
    return {old: fresh for old, fresh in pairs.items() if before.names[old] == after.names[fresh]}


def _by_what(these: Origin, others: Origin) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element, what in these.does.items():
        if element not in others.names:
            found.setdefault(what, []).append(element)
    return found


def _timers(files: Mapping[str, bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for content in files.values():
        for timer in parse(content).iter(bpmn("timerEventDefinition")):
            event = timer.getparent()
            if event is not None and event.get("id"):
                found[event.get("id") or ""] = " ".join((t.text or "").strip() for t in timer)
    return found


def without_repeats(elements: Iterable[str]) -> tuple[str, ...]:
    """The elements of one step. A gateway that opens several ways is noted once for each; it was passed once."""
    found: list[str] = []
    for element in elements:
        if not found or found[-1] != element:
            found.append(element)
    return tuple(found)


# --- as JSON, for the child process


def packed_recording(recording: Recording) -> dict[str, Any]:
    inputs = [[i.kind, i.element, i.at.isoformat(), i.data, list(i.passed)] for i in recording.inputs]
    return {"inputs": inputs, "ended": recording.ended, "status": recording.status, "open": list(recording.open)}


def unpacked_recording(answer: Mapping[str, Any]) -> Recording:
    inputs = tuple(Input(k, e, datetime.fromisoformat(at), data, tuple(p)) for k, e, at, data, p in answer["inputs"])
    return Recording(inputs, answer["ended"], answer["status"], tuple(answer["open"]))


def packed_origin(origin: Origin) -> dict[str, Any]:
    return asdict(origin)
