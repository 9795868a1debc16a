"""Write one step of a case: state, tasks, jobs, notices, event, all or nothing, `WHERE version = ?`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from app.engine.definition import Definition
from app.engine.types import Step
from app.flows import events
from app.flows.house import house
from app.models import AnyRow, Document, Draft, Event, Instance, Job, Notice, Task, table
from app.sdk.json import JsonObject

_INSTANCE, _TASK, _JOB = table(Instance), table(Task), table(Job)
_EVENT, _NOTICE, _DRAFT, _DOCUMENT = table(Event), table(Notice), table(Draft), table(Document)

REMIND_BEFORE_DUE = timedelta(days=1)

_READ = select(
    *(_INSTANCE.c[n] for n in (
        "id", "process", "definition_id", "tahun", "satker", "unit", "title", "status", "state", "version", "last_hash",
        "ended_at",
    ))
).where(_INSTANCE.c.id == bindparam("i"))  # fmt: skip
_OPEN_TASKS = select(_TASK.c.id).where(_TASK.c.instance_id == bindparam("i"), _TASK.c.state == "open")
_OPEN_JOBS = select(_JOB.c.id).where(
    _JOB.c.instance_id == bindparam("i"), _JOB.c.state.in_(("ready", "running", "incident"))
)
_UPDATE = (
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("i"), _INSTANCE.c.version == bindparam("was"))
    .values(
        {
            c: bindparam("new_" + c)
            for c in ("state", "version", "status", "changed_at", "ended_at", "next_timer", "last_hash")
        }
    )
)
_CLOSE_TASK = (
    update(_TASK)
    .where(_TASK.c.id == bindparam("t"))
    .values(state=bindparam("s"), done_by=bindparam("by"), done_at=bindparam("at"))
)
_CLOSE_JOB = update(_JOB).where(_JOB.c.id == bindparam("j")).values(state="gone")
_FORGET_DRAFT = delete(_DRAFT).where(_DRAFT.c.task_id == bindparam("t"))


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


def record(conn: Connection, case: AnyRow, definition: Definition, step: Step, change: Change, now: datetime) -> bool:
    """Write the step. False: the case moved meanwhile, nothing was written, and the step must be run again."""
    event = _event(case, step, change, now)
    written = conn.execute(
        _UPDATE,
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
        },
    ).rowcount
    if written == 0:  # somebody committed another step since we read
        return False
    conn.execute(insert(_EVENT), event)
    _write_tasks(conn, case, definition, step, change, now)
    _write_jobs(conn, case, definition, step, change, now)
    _write_notices(conn, case, step, now)
    _void_documents(conn, case, definition, step, now)
    return True


def _event(case: AnyRow, step: Step, change: Change, now: datetime) -> dict[str, Any]:
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
        "status": case.status if step.status is None else step.status,
        "data": change.data,
        "passed": [_slim(asdict(p)) for p in step.passed],
        "state": step.state,
        "prev_hash": case.last_hash,
    }
    return event | {"hash": events.digest(event)}


def _slim(passed: JsonObject) -> JsonObject:
    return {k: v for k, v in passed.items() if v not in (None, {}, "")}


def _write_tasks(
    conn: Connection, case: AnyRow, definition: Definition, step: Step, change: Change, now: datetime
) -> None:
    was = set(conn.execute(_OPEN_TASKS, {"i": case.id}).scalars()) if case.version else set()
    opened = _open_rows(case, definition, step, now)
    closed = [
        {
            "t": t,
            "s": "done" if t == change.task_id else "gone",
            "by": change.by if t == change.task_id else None,
            "at": now,
        }
        for t in was - {row["id"] for row in opened}
    ]
    if closed:
        conn.execute(_CLOSE_TASK, closed)
        conn.execute(_FORGET_DRAFT, [{"t": c["t"]} for c in closed])
    fresh = [row for row in opened if row["id"] not in was]
    if fresh:
        conn.execute(insert(_TASK), fresh)


def _open_rows(case: AnyRow, definition: Definition, step: Step, now: datetime) -> list[dict[str, Any]]:
    common = {
        "instance_id": case.id, "satker": case.satker, "unit": case.unit, "tahun": case.tahun, "state": "open",
        "created_at": now,
    }  # fmt: skip
    tasks = [
        common
        | {"id": t.id, "kind": "user", "element": t.element, "name": t.name, "role": t.lane or ""}
        | {"due": t.due, "remind_at": _first_reminder(t.due, now)}
        for t in step.user_tasks
    ]
    actions = [
        common
        | {"id": a.id, "kind": "action", "element": a.element, "name": a.name, "due": None, "remind_at": None}
        | {"role": definition.elements[a.element].properties.get("peran") or a.lane or ""}
        for a in step.actions
    ]
    return tasks + actions


def _first_reminder(due: datetime | None, now: datetime) -> datetime | None:
    if due is None:
        return None
    return due - REMIND_BEFORE_DUE if due - REMIND_BEFORE_DUE > now else due


def _write_jobs(
    conn: Connection, case: AnyRow, definition: Definition, step: Step, change: Change, now: datetime
) -> None:
    was = set(conn.execute(_OPEN_JOBS, {"i": case.id}).scalars()) if case.version else set()
    calls = {c.id: c for c in step.calls}
    gone = [{"j": j} for j in was - set(calls) - {change.task_id}]
    if gone:  # the diagram took the way out of the call (a timer, a message): its answer no longer counts
        conn.execute(_CLOSE_JOB, gone)
    fresh = []
    for call in calls.values():
        if call.id in was:
            continue
        element = definition.elements[call.element]
        operator = house().operators.get(call.operator)
        attended = bool(operator and operator.attended)
        fresh.append(
            {
                "id": call.id,
                "instance_id": case.id,
                "element": call.element,
                "name": element.name,
                "operator": call.operator,
                "params": call.params,
                "attended": attended,
                "signer_id": change.signer if attended else None,
                "state": "ready",
                "max_tries": 1 if attended else int(element.properties.get("retries", 5)),
                "backoff": int(element.properties.get("backoff", 30)),
                "run_at": now,
                "created_at": now,
            }
        )
    if fresh:
        conn.execute(insert(_JOB), fresh)


def _write_notices(conn: Connection, case: AnyRow, step: Step, now: datetime) -> None:
    rows: Sequence[dict[str, Any]] = [
        {"instance_id": case.id, "role": n.lane or "", "satker": case.satker, "unit": case.unit}
        | {"text": n.text, "created_at": now}
        for n in step.notices
    ]
    if rows:
        conn.execute(insert(_NOTICE), rows)


def _void_documents(conn: Connection, case: AnyRow, definition: Definition, step: Step, now: datetime) -> None:
    """An element with the property `dokumen` = "batal" takes the sheets made so far out of force."""
    for p in step.passed:
        element = definition.elements.get(p.element)
        if element is not None and element.properties.get("dokumen") == "batal":
            conn.execute(
                update(_DOCUMENT)
                .where(_DOCUMENT.c.instance_id == case.id, _DOCUMENT.c.void_at.is_(None))
                .values(void_at=now, void_reason=element.name)
            )
