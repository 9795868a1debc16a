"""Submit the form of a user task: data in; state, tasks, jobs, events out; one commit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.engine import steps
from app.engine.errors import TaskGone
from app.errors import Conflict, NotAllowed, NotFound, StepFailed
from app.flows import definitions, drafts, masters
from app.flows.record import Change, record
from app.flows.rights import Actor, acting, may_do
from app.flows.suspend import refuse_suspended
from app.flows.tasks import read_task
from app.models import AnyRow, Job, db, table
from app.sdk.forms import Submission, Typed
from app.sdk.json import JsonObject

TRIES = 5  # how often a step is run again because something else of the case moved meanwhile


@dataclass(frozen=True)
class Submitted:
    """What came of it: the case, and the attended calls that now wait for the secret."""

    instance_id: int
    attended: tuple[str, ...] = ()
    ended: bool = False


def submit(task_id: str, actor: Actor, submission: Submission, now: datetime, typed: Typed | None = None) -> Submitted:
    """Complete the task.

    Conflict if somebody else did or took it, Suspended while an admin holds the case; StepFailed if an expression of
    the diagram fails: then nothing of the step is committed, what was `typed` is kept as a draft, and the case has an
    incident.
    """
    for _ in range(TRIES):
        with db.engine.connect() as conn:  # the read ends before the write begins: see SQLite in WAL
            row = read_task(conn, task_id)
        _check(row, actor)
        try:
            done = _try(row, actor, submission, now)  # type: ignore[arg-type]
        except StepFailed as e:
            _keep(row, actor, typed or {}, e, now)  # type: ignore[arg-type]
            raise
        if done:
            return done
    raise Conflict("Perkara ini sedang bergerak terus. Isian Anda masih tersimpan; coba kirim lagi.")


def _check(row: AnyRow | None, actor: Actor) -> None:
    if row is None:
        raise NotFound
    if not may_do(actor, row):
        raise NotAllowed
    if row.task_state != "open":
        raise Conflict
    refuse_suspended(row)
    if row.claimed_by not in (None, actor.user_id):
        raise Conflict("Tugas ini sedang diambil orang lain. Minta ia melepasnya; isian Anda masih tersimpan di bawah.")


def _try(row: AnyRow, actor: Actor, submission: Submission, now: datetime) -> Submitted | None:
    definition = definitions.of(row.definition_id)
    try:
        step = steps.submit(definition, row.state, row.task_id, submission.data, now)
    except TaskGone as e:
        raise Conflict from e
    change = Change(
        "submit", row.element, row.name, submission.data, actor.user_id, acting(actor, row), row.task_id,
        signer=actor.user_id,
    )  # fmt: skip
    with db.engine.begin() as conn:
        recorded = record(conn, row, definition, step, change, now)
        if recorded is None:
            return None
        for kind, values in submission.masters.items():
            masters.write(conn, kind, values, now, actor)
    return Submitted(row.id, recorded.attended, step.ended)


def _keep(row: AnyRow, actor: Actor, typed: Mapping[str, list[str]], error: StepFailed, now: datetime) -> None:
    drafts.save(row.task_id, actor, dict(typed), now)
    raise_incident(row, error, now)


def raise_incident(case: AnyRow, error: StepFailed, now: datetime) -> None:
    """An incident of the case itself, not of a call: a job row that nobody executes. A later step clears it."""
    params: JsonObject = {"ekspresi": error.expression}
    with db.engine.begin() as conn:
        known = conn.execute(
            select(Job.id).where(
                Job.instance_id == case.id, Job.operator == "", Job.state == "incident", Job.element == error.element
            )
        ).first()
        if known is None:
            conn.execute(
                insert(table(Job)).values(
                    id=uuid.uuid4().hex, instance_id=case.id, element=error.element, name="Langkah gagal dihitung",
                    operator="", params=params, state="incident", run_at=now, created_at=now, message=str(error),
                )
            )  # fmt: skip
