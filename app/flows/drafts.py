"""What was typed and not sent: saved while typing, merged page by page, dropped when the task ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.errors import Conflict
from app.flows.rights import Actor
from app.models import Draft, Task, db
from app.sdk.forms import Typed


def save(task_id: str, actor: Actor, typed: Typed, now: datetime) -> None:
    """Keep what was typed. The caller leaves secrets out: `without_secrets`."""
    if db.session.scalar(select(Task.state).where(Task.id == task_id)) != "open":
        raise Conflict
    try:
        _write(task_id, actor, typed, now)
    except (IntegrityError, StaleDataError):  # another tab made it, or threw it away, in this moment
        db.session.rollback()
        _write(task_id, actor, typed, now)


def _write(task_id: str, actor: Actor, typed: Typed, now: datetime) -> None:
    db.session.merge(Draft(task_id=task_id, user_id=actor.user_id, typed=typed, saved_at=now))
    db.session.commit()


def load(task_id: str, actor: Actor) -> Draft | None:
    """The actor's own draft of a task."""
    return db.session.get(Draft, (task_id, actor.user_id))


def drop(task_id: str, actor: Actor) -> None:
    """Forget the draft: the form opens with the case's data again."""
    db.session.execute(delete(Draft).where(Draft.task_id == task_id, Draft.user_id == actor.user_id))
    db.session.commit()
