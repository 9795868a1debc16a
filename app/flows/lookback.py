"""The history of a case for those who must understand it: each event with its data, the ways taken, the state then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.engine import steps
from app.engine.definition import Definition
from app.engine.diagram import Flow
from app.engine.errors import StateUnreadable
from app.engine.expressions import ExpressionError, compile_expression
from app.engine.types import View
from app.errors import NotFound
from app.flows import casefile, definitions, why
from app.flows.casefile import Entry
from app.models import AnyRow, Attempt, Event, Job, db
from app.sdk.json import JsonObject

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MISSING = object()
PAGE = 25
DECISIONS = 30
_COLUMNS = (
    Event.seq, Event.at, Event.kind, Event.element, Event.name, Event.actor, Event.status, Event.data, Event.passed,
    Event.definition_id,
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A value that an expression read: `path` as it is written there; `there` is False where the data had none."""

    path: str
    value: Any
    there: bool = True


@dataclass(frozen=True)
class Decision:
    """A gateway that was passed: what it asked, what it saw, and the way it took. Without `expression` it split only.

    `default`: no condition held, so the way was taken that is left for this.
    """

    seq: int
    at: Any
    gateway: str
    expression: str
    seen: Sequence[Seen]
    flow: str
    target: str
    default: bool


@dataclass(frozen=True)
class Passage:
    """One element that was passed, with the decision that was made there if it is a gateway with ways to choose."""

    name: str
    kind: str
    decision: Decision | None = None


@dataclass(frozen=True)
class Past:
    """One event: the line of the history, the data that came with it, what was passed."""

    seq: int
    kind: str
    entry: Entry
    data: JsonObject
    passed: Sequence[Passage]


@dataclass(frozen=True)
class Look:
    """The case as it was after one event. `view` is None where the state was not kept or can't be read."""

    past: Past
    definition: Definition
    view: View | None
    tokens: Sequence[str] = ()
    done: Sequence[str] = ()
    previous: int | None = None
    next: int | None = None


@dataclass(frozen=True)
class Called:
    """A call with its attempts, the first one first."""

    row: Job
    attempts: Sequence[Attempt] = field(default_factory=tuple)


def history(instance_id: int, before: int | None = None, size: int = PAGE) -> tuple[list[Past], int | None]:
    """Events below the seq `before`, the newest first; and the seq below which the next page begins, or None."""
    query = select(*_COLUMNS).where(Event.instance_id == instance_id)
    if before is not None:
        query = query.where(Event.seq < before)
    rows = db.session.execute(query.order_by(Event.seq.desc()).limit(size + 1)).all()
    return [_past(e) for e in rows[:size]], rows[size - 1].seq if len(rows) > size else None


def decisions(instance_id: int, before: int | None = None, size: int = DECISIONS) -> tuple[list[Decision], int | None]:
    """The gateways passed, in the order in which they were, the latest round first; and where to go on, as above."""
    query = select(Event.seq, Event.at, Event.passed, Event.definition_id).where(Event.instance_id == instance_id)
    found: list[Decision] = []
    while True:  # a slice at a time: most of a long history is not needed
        part = query if before is None else query.where(Event.seq < before)
        rows = db.session.execute(part.order_by(Event.seq.desc()).limit(100)).all()
        for e in rows:
            if len(found) >= size:
                return found, e.seq + 1
            found += _decisions(definitions.of(e.definition_id), e)
        if len(rows) < 100:
            return found, None
        before = rows[-1].seq


def look(instance_id: int, seq: int) -> Look:
    """The case after the event `seq`; NotFound if it has no such event."""
    e = db.session.execute(
        select(*_COLUMNS, Event.state).where(Event.instance_id == instance_id, Event.seq == seq)
    ).first()  # fmt: skip
    if e is None:
        raise NotFound
    definition = definitions.of(e.definition_id)
    view = _read(definition, e.state)
    over = view is None or e.kind == "cancel"
    last = db.session.scalar(select(db.func.max(Event.seq)).where(Event.instance_id == instance_id)) or seq
    return Look(
        past=_past(e),
        definition=definition,
        view=view,
        tokens=[] if over or view is None else why.standing(view),
        done=casefile.passed_until(instance_id, seq),
        previous=seq - 1 if seq > 1 else None,
        next=seq + 1 if seq < last else None,
    )


def calls(instance_id: int, size: int = 20) -> tuple[list[Called], bool]:
    """The latest calls with their attempts, the newest first; and whether there are more."""
    query = select(Job).where(Job.instance_id == instance_id).order_by(Job.created_at.desc(), Job.id)
    jobs = db.session.scalars(query.limit(size + 1)).all()
    attempts: dict[str, list[Attempt]] = {}
    mine = select(Attempt).where(Attempt.job_id.in_([j.id for j in jobs[:size]])).order_by(Attempt.number)
    for attempt in db.session.scalars(mine):
        attempts.setdefault(attempt.job_id, []).append(attempt)
    return [Called(j, attempts.get(j.id, [])) for j in jobs[:size]], len(jobs) > size


def _read(definition: Definition, state: bytes | None) -> View | None:
    try:
        return steps.read(definition, state) if state else None
    except StateUnreadable:
        return None


def _past(e: AnyRow) -> Past:
    definition = definitions.of(e.definition_id)
    return Past(e.seq, e.kind, casefile.entry(definition, e), e.data, _passages(definition, e))


def _passages(definition: Definition, e: AnyRow) -> list[Passage]:
    return [
        Passage(p.get("name") or p["element"], p.get("kind", ""), _decision(definition, e, p))
        for p in e.passed
    ]  # fmt: skip


def _decisions(definition: Definition, e: AnyRow) -> Iterator[Decision]:
    return (d for p in e.passed if (d := _decision(definition, e, p)) is not None)


def _decision(definition: Definition, e: AnyRow, p: JsonObject) -> Decision | None:
    if not p.get("flow"):
        return None
    flow = _flow(definition, p["flow"])
    target = definition.elements.get(flow.target) if flow else None
    node = definition.prepared.graph.nodes.get(p["element"])
    expression = p.get("expression") or ""
    return Decision(
        seq=e.seq,
        at=e.at,
        gateway=p.get("name") or p["element"],
        expression=expression,
        seen=seen(expression, p.get("values") or {}),
        flow=flow.name if flow else "",
        target=(target.name or target.id) if target else (flow.target if flow else p["flow"]),
        default=bool(expression and node and node.default == p["flow"]),
    )


def _flow(definition: Definition, flow_id: str) -> Flow | None:
    return next((f for f in definition.prepared.graph.flows if f.id == flow_id), None)


def seen(expression: str, values: JsonObject) -> list[Seen]:
    """What the expression read, by the paths that it writes (`registrasi.terdaftar`), each once, in their order."""
    names = _names(expression) | set(values)
    found: dict[str, Seen] = {}
    for path in _PATH.findall(_QUOTED.sub("", expression)):
        root, *keys = path.split(".")
        if root not in names:
            continue
        value: Any = values.get(root, _MISSING)
        for key in keys:
            value = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
        found[path] = Seen(path, None if value is _MISSING else value, value is not _MISSING)
    return list(found.values())


def _names(expression: str) -> set[str]:
    try:
        return {name for text in expression.split("; ") if text for name in compile_expression(text).names}
    except ExpressionError:  # it was cut in a wrong place: what was kept of the values names the rest
        return set()
