"""Bring the outcome of a call back into its case: one transaction with the job's row, guarded by its fence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.engine import steps
from app.engine.definition import Definition
from app.engine.errors import NoErrorPath, TaskGone
from app.engine.types import Step
from app.flows import definitions
from app.flows.record import Change, read_case, record
from app.flows.submit import TRIES
from app.models import AnyRow, Attempt, Certificate, Document, Job, db, table
from app.sdk.json import JsonObject
from app.sdk.services import BpmnError, Result

_JOB, _ATTEMPT, _DOCUMENT, _CERTIFICATE = (
    table(Job), table(Attempt), table(Document), table(Certificate),
)  # fmt: skip


class LostLease(Exception):
    """Another worker took this job over after our lease ended: what we found out must not be written."""


@dataclass(frozen=True)
class Ending:
    """What the execution of a job leaves behind, beside its outcome: rows to write in the same transaction."""

    job: AnyRow
    fence: int
    attempt: int | None
    documents: Sequence[JsonObject] = ()
    certificate: JsonObject | None = field(default=None)
    said: str = "failed"  # what came of the attempt: Attempt.outcome


def finish(ending: Ending, outcome: Result | BpmnError, now: datetime) -> bool:
    """Write it. False where the diagram has no path for this error: the caller makes it an incident.

    LostLease if another worker has the job now, or the diagram has left the call meanwhile. StepFailed if an
    expression behind the call fails: nothing was written.
    """
    for _ in range(TRIES):
        with db.engine.connect() as conn:
            case = read_case(conn, ending.job.instance_id)
        if case is None:
            raise LostLease
        definition = definitions.of(case.definition_id)
        try:
            step = _step(definition, case, ending, outcome, now)
        except NoErrorPath:
            return False
        except TaskGone as e:
            raise LostLease from e
        if _write(case, definition, step, ending, outcome, now):
            return True
    raise LostLease


def _step(definition: Definition, case: AnyRow, ending: Ending, outcome: Result | BpmnError, now: datetime) -> Step:
    if isinstance(outcome, Result):
        return steps.finish(definition, case.state, ending.job.id, outcome.value, now)
    return steps.fail(definition, case.state, ending.job.id, outcome.code, outcome.message, now)


def _write(
    case: AnyRow, definition: Definition, step: Step, ending: Ending, outcome: Result | BpmnError, now: datetime
) -> bool:
    ok = isinstance(outcome, Result)
    change = Change(
        "result" if ok else "error",
        ending.job.element,
        ending.job.name,
        {"hasil": outcome.value} if isinstance(outcome, Result) else {"kode": outcome.code, "pesan": outcome.message},
        actor="Sistem",
        task_id=ending.job.id,
    )
    with db.engine.begin() as conn:
        if not record(conn, case, definition, step, change, now):
            return False
        # after the step, so that a lost lease takes the step back with it
        close_job(conn, ending, "done", "" if isinstance(outcome, Result) else outcome.message)
        close_attempt(conn, ending, change.data.get("pesan", ""), now)
        _write_documents(conn, case, ending, now)
    return True


def close_job(conn: Connection, ending: Ending, state: str, message: str, **more: Any) -> None:
    """Move the job's row on, if it is still ours; LostLease otherwise."""
    mine = update(_JOB).where(_JOB.c.id == ending.job.id, _JOB.c.fence == ending.fence, _JOB.c.state == "running")
    if conn.execute(mine.values(state=state, message=message, lease_until=None, **more)).rowcount == 0:
        raise LostLease


def close_attempt(conn: Connection, ending: Ending, message: str, now: datetime) -> None:
    """Say what came of the attempt."""
    if ending.attempt is not None:
        answered = {} if ending.said in ("unknown", "unsent") else {"answered_at": now}
        mine = update(_ATTEMPT).where(_ATTEMPT.c.id == ending.attempt)
        conn.execute(mine.values(outcome=ending.said, message=message, **answered))


def _write_documents(conn: Connection, case: AnyRow, ending: Ending, now: datetime) -> None:
    if ending.documents:
        common = {"instance_id": case.id, "job_id": ending.job.id, "created_at": now}
        place = {"tahun": case.tahun, "satker": case.satker, "unit": case.unit}
        conn.execute(insert(_DOCUMENT), [common | place | d for d in ending.documents])
    c = ending.certificate
    if c:
        same = (_CERTIFICATE.c.person_id == c["person_id"]) & (_CERTIFICATE.c.fingerprint == c["fingerprint"])
        if conn.execute(select(_CERTIFICATE.c.id).where(same)).first() is None:
            conn.execute(insert(_CERTIFICATE).values(**c, confirmed_at=now))
