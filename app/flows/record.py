"""Write one step of a case: state, tasks, jobs, notices, event, all or nothing, `WHERE version = ?`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal_column, or_, select, union_all, update

from app.engine.definition import Definition
from app.engine.types import Passed, ServiceCall, Step
from app.flows import events
from app.flows.house import house
from app.models import AnyRow, Document, Draft, Event, Instance, Job, Notice, Prepared, Task, table
from app.sdk.json import JsonObject

_INSTANCE, _TASK, _JOB = table(Instance), table(Task), table(Job)
_EVENT, _NOTICE, _DRAFT, _DOCUMENT = table(Event), table(Notice), table(Draft), table(Document)

REMIND_BEFORE_DUE = timedelta(days=1)

_READ = select(
    *(_INSTANCE.c[n] for n in (
        "id", "process", "definition_id", "tahun", "satker", "unit", "title", "status", "state", "version", "last_hash",
        "ended_at", "phase",
    ))
).where(_INSTANCE.c.id == bindparam("i"))  # fmt: skip
# what of the case was open before this step; one look-up for both tables
_OPEN = Prepared(
    union_all(
        select(_TASK.c.id, literal_column("'task'").label("kind")).where(
            _TASK.c.instance_id == bindparam("i"), _TASK.c.state == "open"
        ),
        select(_JOB.c.id, literal_column("'job'")).where(
            _JOB.c.instance_id == bindparam("i"),
            or_(*(_JOB.c.state == s for s in ("ready", "running", "incident"))),
        ),
    )
)
_UPDATE = Prepared(
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("i"), _INSTANCE.c.version == bindparam("was"))
    .values(
        {
            c: bindparam("new_" + c)
            for c in (
                "state",
                "version",
                "status",
                "changed_at",
                "ended_at",
                "next_timer",
                "last_hash",
                "phase",
                "stuck",
            )
        }
    )
)  # fmt: skip
_NEW_EVENT = Prepared(
    insert(_EVENT).inline(), "instance_id", "seq", "at", "kind", "element", "name", "actor_id", "actor",
    "definition_id", "status", "data", "passed", "state", "prev_hash", "hash",
)  # fmt: skip
_CLOSE_TASK = Prepared(
    update(_TASK)
    .where(_TASK.c.id == bindparam("t"))
    .values(state=bindparam("s"), done_by=bindparam("by"), done_at=bindparam("now"))
)
_FORGET_DRAFT = Prepared(delete(_DRAFT).where(_DRAFT.c.task_id == bindparam("t")))
_NEW_TASK = Prepared(
    insert(_TASK).inline(), "id", "instance_id", "kind", "element", "name", "role", "satker", "unit", "tahun", "state",
    "created_at", "due", "remind_at",
)  # fmt: skip
_CLOSE_JOB = Prepared(update(_JOB).where(_JOB.c.id == bindparam("j")).values(state="gone"))
_NEW_JOB = Prepared(
    insert(_JOB).inline(), "id", "instance_id", "element", "name", "operator", "params", "attended", "signer_id",
    "state", "max_tries", "backoff", "run_at", "created_at",
)  # fmt: skip
_NEW_NOTICE = Prepared(insert(_NOTICE).inline(), "instance_id", "role", "satker", "unit", "text", "created_at")
_VOID = Prepared(
    update(_DOCUMENT)
    .where(_DOCUMENT.c.instance_id == bindparam("i"), _DOCUMENT.c.void_at.is_(None))
    .values(void_at=bindparam("now"), void_reason=bindparam("why"))
)


@dataclass(frozen=True)
class Change:
    """Who did what: the part of the event that the step itself does not know.

    `task_id` is the task or call that the change completes; `by` the account, `signer` the account whose secret
    an attended call of this step will use.
    """

    kind: str
    element: str = ""
    name: str = ""
    data: JsonObject = field(default_factory=dict)
    by: int | None = None
    actor: str = ""
    task_id: str | None = None
    signer: int | None = None


def read_case(conn: Connection, instance_id: int) -> AnyRow | None:
    """The columns of a case that a step needs."""
    return conn.execute(_READ, {"i": instance_id}).first()


@dataclass(frozen=True)
class Recorded:
    """A step that was written. `attended` are the new calls that wait for the signer's secret."""

    attended: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Writing:
    """One step on its way into the tables. `was` are the ids that were open before it: "task" and "job"."""

    conn: Connection
    case: AnyRow
    definition: Definition
    step: Step
    change: Change
    now: datetime
    was: Mapping[str, set[str]]


def record(
    conn: Connection, case: AnyRow, definition: Definition, step: Step, change: Change, now: datetime
) -> Recorded | None:
    """Write the step. None: the case moved meanwhile, nothing was written, and the step must be run again."""
    status = case.status if step.status is None else step.status
    event = event_of(case, change, now, status, [_slim(p) for p in step.passed], step.state)
    written = _UPDATE.run(
        conn,
        {
            "i": case.id,
            "was": case.version,
            "new_state": step.state,
            "new_version": event["seq"],
            "new_status": event["status"],
            "new_changed_at": now,
            "new_ended_at": now if step.ended else None,
            "new_next_timer": step.next_timer,
            "new_last_hash": event["hash"],
            "new_phase": "ended" if step.ended else case.phase,
            "new_stuck": "",
        },
    ).rowcount
    if written == 0:  # somebody committed another step since we read
        return None
    _NEW_EVENT.run(conn, event)
    writing = _Writing(conn, case, definition, step, change, now, _open_before(conn, case))
    _write_tasks(writing)
    attended = _write_jobs(writing)
    _write_notices(writing)
    _void_documents(writing)
    return Recorded(attended)


def _open_before(conn: Connection, case: AnyRow) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"task": set(), "job": set()}
    if case.version:
        for row in _OPEN.run(conn, {"i": case.id}):
            found[row.kind].add(row.id)
    return found


def event_of(
    case: AnyRow, change: Change, now: datetime, status: str, passed: list[JsonObject], state: bytes | None
) -> dict[str, Any]:
    """The row of the next event, chained to the one before."""
    event = {
        "instance_id": case.id,
        "seq": case.version + 1,
        "at": now,
        "kind": change.kind,
        "element": change.element,
        "name": change.name,
        "actor_id": change.by,
        "actor": change.actor,
        "definition_id": case.definition_id,
        "status": status,
        "data": change.data,
        "passed": passed,
        "state": state,
        "prev_hash": case.last_hash,
    }
    return event | {"hash": events.digest(event)}


def _slim(p: Passed) -> JsonObject:
    row = {
        "element": p.element,
        "name": p.name,
        "kind": p.kind,
        "flow": p.flow,
        "expression": p.expression,
        "values": p.values,
    }
    return {k: v for k, v in row.items() if v not in (None, {}, "")}


def _write_tasks(w: _Writing) -> None:
    opened = {row["id"]: row for row in _open_rows(w)}
    by = {w.change.task_id: ("done", w.change.by)}
    closed = []
    for task in w.was["task"] - set(opened):
        state, who = by.get(task, ("gone", None))
        closed.append({"t": task, "s": state, "by": who, "now": w.now})
    if closed:
        _CLOSE_TASK.run(w.conn, *closed)
        _FORGET_DRAFT.run(w.conn, *closed)
    fresh = [row for task, row in opened.items() if task not in w.was["task"]]
    if fresh:
        _NEW_TASK.run(w.conn, *fresh)


def _open_rows(w: _Writing) -> list[dict[str, Any]]:
    case = w.case
    common = {
        "instance_id": case.id, "satker": case.satker, "unit": case.unit, "tahun": case.tahun, "state": "open",
        "created_at": w.now,
    }  # fmt: skip
    tasks = [
        common
        | {"id": t.id, "kind": "user", "element": t.element, "name": t.name, "role": t.lane or ""}
        | {"due": t.due, "remind_at": _first_reminder(t.due, w.now)}
        for t in w.step.user_tasks
    ]
    actions = [
        common
        | {"id": a.id, "kind": "action", "element": a.element, "name": a.name, "due": None, "remind_at": None}
        | {"role": w.definition.elements[a.element].properties.get("peran") or a.lane or ""}
        for a in w.step.actions
    ]
    return tasks + actions


def _first_reminder(due: datetime | None, now: datetime) -> datetime | None:
    if due is None:
        return None
    return due - REMIND_BEFORE_DUE if due - REMIND_BEFORE_DUE > now else due


def _write_jobs(w: _Writing) -> tuple[str, ...]:
    """The ids of the new calls that are attended."""
    gone = w.was["job"] - {call.id for call in w.step.calls} - {w.change.task_id}
    if gone:  # the diagram took the way out of the call (a timer, a message): its answer no longer counts
        _CLOSE_JOB.run(w.conn, *({"j": job} for job in gone))
    fresh = [_job_row(w, call) for call in w.step.calls if call.id not in w.was["job"]]
    if fresh:
        _NEW_JOB.run(w.conn, *fresh)
    return tuple(row["id"] for row in fresh if row["attended"])


def _job_row(w: _Writing, call: ServiceCall) -> dict[str, Any]:
    element = w.definition.elements[call.element]
    operator = house().operators.get(call.operator)
    attended = bool(operator and operator.attended)
    return {
        "id": call.id,
        "instance_id": w.case.id,
        "element": call.element,
        "name": element.name,
        "operator": call.operator,
        "params": call.params,
        "attended": attended,
        "signer_id": w.change.signer if attended else None,
        "state": "ready",
        "max_tries": 1 if attended else int(element.properties.get("retries", 5)),
        "backoff": int(element.properties.get("backoff", 30)),
        "run_at": w.now,
        "created_at": w.now,
    }


def _write_notices(w: _Writing) -> None:
    rows = [
        {"instance_id": w.case.id, "role": n.lane or "", "satker": w.case.satker, "unit": w.case.unit}
        | {"text": n.text, "created_at": w.now}
        for n in w.step.notices
    ]
    if rows:
        _NEW_NOTICE.run(w.conn, *rows)


def _void_documents(w: _Writing) -> None:
    """An element with the property `dokumen` = "batal" takes the sheets made so far out of force."""
    for p in w.step.passed:
        element = w.definition.elements.get(p.element)
        if element is not None and element.properties.get("dokumen") == "batal":
            _VOID.run(w.conn, {"i": w.case.id, "now": w.now, "why": element.name})
