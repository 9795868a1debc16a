"""Why a case is where it is, and what will move it: people, messages, timers, calls, or nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import clock
from app.engine import steps
from app.engine.errors import StateUnreadable
from app.engine.types import Timer, View
from app.flows import casefile
from app.flows import holders as holding
from app.flows.casefile import Casefile
from app.flows.rights import local_day
from app.models import AnyRow, Attempt, Event, Job, Role, User, db


@dataclass(frozen=True)
class Wait:
    """Something that a person may do: a task, or a message they may send. Nobody may hold the role (no `names`).

    `place` is "satker", "unit" or "all": how far the role reaches. `taken_by` has taken the task; `absent`: they can
    no longer act for the role, so the others wait for somebody who will not come.
    """

    row: AnyRow
    names: Sequence[str]
    place: str
    taken_by: str = ""
    absent: bool = False


@dataclass(frozen=True)
class CallOut:
    """A call that is open, with the attempt that was made last, and whose secret it waits for."""

    row: AnyRow
    last: AnyRow | None
    signer: str = ""


@dataclass(frozen=True)
class Halt:
    """Who held the case or brought it to its end, when, and what they said; for an end of its own the end's name."""

    at: datetime
    who: str
    reason: str


@dataclass(frozen=True)
class Why:
    """Everything that can move the case."""

    people: Sequence[Wait] = ()
    messages: Sequence[Wait] = ()
    timers: Sequence[Timer] = ()
    calls: Sequence[CallOut] = ()
    incidents: Sequence[CallOut] = ()
    suspended: Halt | None = None
    over: Halt | None = None

    @property
    def nothing(self) -> bool:
        """Nothing will move a case that is not over."""
        return not (self.over or self.people or self.messages or self.timers or self.calls or self.incidents)


def view_of(case: Casefile) -> View | None:
    """What the stored state says, or None where this release can't read it or there is none."""
    if case.row.state is None:
        return None
    try:
        return steps.read(case.definition, case.row.state)
    except StateUnreadable:
        return None


def why(case: Casefile, view: View | None) -> Why:
    """`view` is what `view_of` gave: read once for the whole page."""
    if case.row.ended_at is not None:
        return Why(over=_over(case, case.row.ended_at))
    calls = _calls(case)
    return Why(
        people=[_wait(t) for t in case.user_tasks],
        messages=[_wait(a) for a in case.actions],
        timers=view.timers if view else (),
        calls=[c for c in calls if c.row.state != "incident"],
        incidents=[c for c in calls if c.row.state == "incident"],
        suspended=_halt(case, "suspend") if case.row.phase == "suspended" else None,
    )


def tokens(case: Casefile, view: View | None) -> list[str]:
    """Ids of the elements at which the case stands; those of events that it waits for among them."""
    if case.row.ended_at is not None:
        return []
    return list(dict.fromkeys([*casefile.current_elements(case), *(standing(view) if view else ())]))


def standing(view: View) -> list[str]:
    """The same for a stored state. An event at the edge of a task is no place to stand."""
    timers = [t.element for t in view.timers if t.attached_to is None]
    messages = [a.element for a in view.actions if a.attached_to is None]
    return [*(t.element for t in view.user_tasks), *(c.element for c in view.calls), *timers, *messages]


def _wait(task: AnyRow) -> Wait:
    found = holding.holders(task.role, task.satker, task.unit, local_day(clock.now()))
    place = db.session.scalar(select(Role.scope).where(Role.name == task.role)) or ""
    taken_by = ""
    if task.claimed_by is not None:
        taken_by = db.session.scalar(select(User.nama).where(User.id == task.claimed_by)) or ""
    absent = bool(taken_by) and all(h.user_id != task.claimed_by for h in found)
    return Wait(task, [h.words for h in found], place, taken_by, absent)


def _calls(case: Casefile) -> list[CallOut]:
    ids = [j.id for j in case.jobs]
    if not ids:
        return []
    rows = db.session.execute(
        select(Job.id, User.nama).join(User, User.id == Job.signer_id).where(Job.id.in_(ids))
    ).all()  # fmt: skip
    signers = {row[0]: row[1] for row in rows}
    attempts = db.session.execute(
        select(Attempt.job_id, Attempt.started_at, Attempt.answered_at, Attempt.outcome, Attempt.message)
        .where(Attempt.job_id.in_(ids))
        .order_by(Attempt.number)
    )
    last = {a.job_id: a for a in attempts}
    return [CallOut(j, last.get(j.id), signers.get(j.id, "")) for j in case.jobs]


def _halt(case: Casefile, kind: str) -> Halt | None:
    query = (
        select(Event.at, Event.actor, Event.data)
        .where(Event.instance_id == case.row.id, Event.kind == kind)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    e = db.session.execute(query).first()
    return Halt(e.at, e.actor, str(e.data.get("alasan", ""))) if e else None


def _over(case: Casefile, at: datetime) -> Halt:
    if case.row.phase == "cancelled":
        return _halt(case, "cancel") or Halt(at, "", "")
    query = (
        select(Event.passed, Event.actor).where(Event.instance_id == case.row.id).order_by(Event.seq.desc()).limit(1)
    )
    last = db.session.execute(query).first()
    ends = [p for p in last.passed if p.get("kind") == "endEvent"] if last else []
    return Halt(at, "", str(ends[-1].get("name") or ends[-1]["element"]) if ends else "")
