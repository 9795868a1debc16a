"""Recorded cases of a process as the engine plays them again. Only read: nothing here writes to a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.engine.recording import KINDS, RESULT, Input, Recording, without_repeats
from app.flows.intervention import ENDED, RUNNING, SUSPENDED
from app.models import AnyRow, Event, Instance, Job, Task, db, table

_INSTANCE, _EVENT, _TASK, _JOB = table(Instance), table(Event), table(Task), table(Job)
MOST = 5_000  # cases of one replay


def choose(process: str, limit: int, year: int | None = None, running: bool = False) -> list[int]:
    """The ids of the newest cases that have ended; with `running` also of those under way. Cancelled ones never."""
    phases = (ENDED, RUNNING, SUSPENDED) if running else (ENDED,)
    query = select(_INSTANCE.c.id).where(_INSTANCE.c.process == process, _INSTANCE.c.phase.in_(phases))
    if year is not None:
        query = query.where(_INSTANCE.c.tahun == year)
    return list(db.session.scalars(query.order_by(_INSTANCE.c.id.desc()).limit(min(limit, MOST))))


def years(process: str) -> list[int]:
    """The years of the process's cases, the newest first."""
    query = select(_INSTANCE.c.tahun).where(_INSTANCE.c.process == process).distinct()
    return sorted(db.session.scalars(query), reverse=True)


def versions(ids: Iterable[int]) -> set[int]:
    """The versions (row ids of `definition`) under which these cases ran last."""
    return set(db.session.scalars(select(_INSTANCE.c.definition_id).where(_INSTANCE.c.id.in_(list(ids))).distinct()))


def read(ids: Sequence[int]) -> dict[int, tuple[AnyRow, Recording]]:
    """(case, recording) of each, by its id; a case that is no longer there is left out."""
    columns = [
        _INSTANCE.c[k] for k in ("id", "title", "definition_id", "phase", "status", "process", "satker", "tahun")
    ]
    cases = {row.id: row for row in db.session.execute(select(*columns).where(_INSTANCE.c.id.in_(ids)))}
    waiting = _waiting([i for i, c in cases.items() if c.phase != ENDED])
    found: dict[int, tuple[AnyRow, Recording]] = {}
    for id_, events in groupby(_events(ids), key=lambda e: e.instance_id):
        if id_ in cases:
            inputs = tuple(_input(e) for e in events)
            case = cases[id_]
            found[id_] = case, Recording(inputs, case.phase == ENDED, case.status, waiting.get(id_, ()))
    return found


def _events(ids: Sequence[int]) -> Iterable[AnyRow]:
    columns = [_EVENT.c[k] for k in ("instance_id", "kind", "element", "at", "data", "passed")]
    query = select(*columns).where(_EVENT.c.instance_id.in_(ids), _EVENT.c.kind.in_(KINDS))
    return db.session.execute(query.order_by(_EVENT.c.instance_id, _EVENT.c.seq))


def _input(e: AnyRow) -> Input:
    data = e.data.get("hasil") if e.kind == RESULT else e.data
    return Input(e.kind, e.element, e.at, data, without_repeats(p["element"] for p in e.passed))


def _waiting(ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Where cases under way stand: elements of open tasks and calls."""
    tasks = select(_TASK.c.instance_id, _TASK.c.element).where(
        _TASK.c.instance_id.in_(ids), _TASK.c.state == "open", _TASK.c.kind == "user"
    )
    calls = select(_JOB.c.instance_id, _JOB.c.element).where(
        _JOB.c.instance_id.in_(ids), _JOB.c.state.in_(("ready", "running", "incident")), _JOB.c.operator != ""
    )
    found: dict[int, list[str]] = {}
    for id_, element in (*db.session.execute(tasks), *db.session.execute(calls)) if ids else ():
        found.setdefault(id_, []).append(element)
    return {id_: tuple(sorted(elements)) for id_, elements in found.items()}


def steps_of(instance_id: int) -> list[dict[str, Any]]:
    """The recorded path with what gateways saw, in order: {element, name, kind, flow, expression, values, at}."""
    query = select(_EVENT.c.at, _EVENT.c.passed).where(_EVENT.c.instance_id == instance_id, _EVENT.c.kind.in_(KINDS))
    found: list[dict[str, Any]] = []
    for event in db.session.execute(query.order_by(_EVENT.c.seq)):
        before = ""
        for p in event.passed:
            if p["element"] != before:  # as `without_repeats`
                found.append({**p, "at": event.at})
            before = p["element"]
    return found
