"""Take a task for oneself, and give it back."""

from __future__ import annotations

from sqlalchemy import update

from app.errors import Conflict, NotAllowed
from app.flows.rights import Actor, may_do
from app.flows.tasks import find
from app.models import Task, db


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
    db.session.execute(update(Task).where(Task.id == task_id).values(claimed_by=None))
    db.session.commit()
