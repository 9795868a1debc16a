"""Take a task for oneself, and give it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import aliased

from app.errors import Conflict, NotAllowed
from app.flows.rights import Actor, local_day, may_do, valid_on
from app.flows.tasks import find
from app.models import Assignment, Substitution, Task, User, db


def claim(task_id: str, actor: Actor) -> None:
    """The task is the actor's until released. Conflict if somebody was faster."""
    if not may_do(actor, find(task_id, actor).row):
        raise NotAllowed
    free = update(Task).where(Task.id == task_id, Task.state == "open", Task.claimed_by.is_(None))
    taken = db.session.execute(free.values(claimed_by=actor.user_id)).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not taken and find(task_id, actor).row.claimed_by != actor.user_id:
        raise Conflict("Tugas ini baru saja diambil orang lain.")


def release(task_id: str, actor: Actor) -> None:
    """Anybody with the role may do the task again. Only who took it may give it back."""
    if find(task_id, actor).row.claimed_by not in (None, actor.user_id):
        raise NotAllowed
    mine = update(Task).where(Task.id == task_id, Task.claimed_by == actor.user_id)
    db.session.execute(mine.values(claimed_by=None))
    db.session.commit()


def release_left(now: datetime) -> None:
    """Give back what was taken by people who no longer hold the role, for themselves or for somebody who is absent:
    nobody else could do it, and they can't.
    """
    today = local_day(now)
    place = Assignment.scope.in_((Task.satker, Task.unit, ""))
    own = (
        select(Assignment.id)
        .join(User, User.id == Assignment.user_id)
        .where(
            Assignment.user_id == Task.claimed_by, Assignment.role == Task.role, User.active, place,
            valid_on(Assignment, today),
        )
    )  # fmt: skip
    absent, stands_in = aliased(User), aliased(User)
    behalf = (
        select(Substitution.id)
        .join(Assignment, and_(
            Assignment.user_id == Substitution.user_id, Assignment.role == Substitution.role,
            Assignment.scope == Substitution.scope,
        ))
        .join(absent, absent.id == Substitution.user_id)
        .join(stands_in, stands_in.id == Substitution.substitute_id)
        .where(
            Substitution.substitute_id == Task.claimed_by, Substitution.role == Task.role, absent.active,
            stands_in.active, place, valid_on(Substitution, today), valid_on(Assignment, today),
        )
    )  # fmt: skip
    holds = or_(own.exists(), behalf.exists())
    left = update(Task).where(Task.state == "open", Task.claimed_by.is_not(None), ~holds)
    db.session.execute(left.values(claimed_by=None), execution_options={"synchronize_session": False})
    db.session.commit()
