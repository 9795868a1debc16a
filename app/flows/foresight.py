"""What an intervention in a case would touch, for the page that says so before it is done. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.engine.types import Timer
from app.errors import NotFound
from app.flows import casefile, intervention
from app.flows.casefile import Casefile
from app.flows.holders import holders
from app.flows.house import house
from app.flows.rights import Actor, local_day
from app.flows.why import view_of
from app.models import AnyRow, Attempt, Document, Draft, Job, Task, User, db


@dataclass(frozen=True)
class Waiting:
    """An open task: who can do it, who has taken it, and who typed something that was not sent."""

    task: AnyRow
    able: tuple[str, ...]
    taken_by: str
    typed_by: tuple[str, ...]


@dataclass(frozen=True)
class Foresight:
    """`told` are (role, names) of the people who get a notice; `documents` the sheets in force, without the archive."""

    case: Casefile
    tasks: Sequence[Waiting]
    documents: Sequence[Document]
    timers: Sequence[Timer]
    concerned: Sequence[tuple[str, str]]
    waiting: Sequence[tuple[str, str]]

    @property
    def running(self) -> list[AnyRow]:
        """Calls that are under way at this moment."""
        return [j for j in self.case.jobs if j.state == "running"]

    @property
    def ready(self) -> list[AnyRow]:
        """Calls that have not begun, those that wait for another try among them."""
        return [j for j in self.case.jobs if j.state == "ready"]


def of_case(case: Casefile, now: datetime) -> Foresight:
    """For cancelling, suspending and resuming."""
    row = case.row

    def people(role: str) -> tuple[str, str]:
        return role, ", ".join(h.words for h in holders(role, row.satker, row.unit, local_day(now)))

    in_force = [d for d in casefile.documents(case) if d.void_at is None and d.kind != "archive"]
    view = None if row.ended_at else view_of(case)  # None too where the state can't be read: that must not stop anybody
    timers = view.timers if view else ()
    return Foresight(
        case,
        [_waiting(t, now) for t in case.user_tasks],
        in_force,
        timers,
        [people(role) for role in intervention.concerned(row.id)],
        [people(role) for role in intervention.waiting(row.id)],
    )


def _waiting(task: AnyRow, now: datetime) -> Waiting:
    able = tuple(h.words for h in holders(task.role, task.satker, task.unit, local_day(now)))
    taken = db.session.scalar(select(User.nama).where(User.id == task.claimed_by)) if task.claimed_by else ""
    typed = select(User.nama).join(Draft, Draft.user_id == User.id).where(Draft.task_id == task.id).order_by(User.nama)
    return Waiting(task, able, taken or "", tuple(db.session.scalars(typed)))


@dataclass(frozen=True)
class Again:
    """A call that failed for good: how often it was tried, and from what another try would begin.

    `judged_again`: the provider's answer was kept, so that nothing is asked anew. `signer` gets the task back where
    there is none; `within` seconds pass until then at most.
    """

    job: Job
    tries: int
    last_at: datetime | None
    judged_again: bool
    signer: str
    within: int


def of_job(job_id: str, actor: Actor) -> Again:
    """For retrying. NotFound for a job of a case that the actor does not see."""
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound
    casefile.find(job.instance_id, actor)
    query = select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number.desc())
    attempts = db.session.scalars(query).all()
    last = attempts[0] if attempts else None
    signer = db.session.scalar(select(User.nama).where(User.id == job.signer_id)) if job.signer_id else ""
    return Again(
        job,
        len(attempts),
        last.started_at if last else None,
        bool(last and last.answer_sha256),
        signer or "",
        house().config.secret_seconds,
    )


def of_task(task: Task, now: datetime) -> Waiting:
    """For reassigning."""
    columns = select(Task.id, Task.name, Task.role, Task.satker, Task.unit, Task.due, Task.claimed_by)
    return _waiting(db.session.execute(columns.where(Task.id == task.id)).one(), now)
