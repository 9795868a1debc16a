"""What was typed and not sent: saved while typing, merged page by page, dropped when the task ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select

from app.errors import Conflict
from app.flows.delays import insert_into
from app.flows.rights import Actor
from app.models import Draft, Task, db, table
from app.sdk.forms import Typed


def save(task_id: str, actor: Actor, typed: Typed, now: datetime) -> None:
    """Keep what was typed. The caller leaves secrets out: `without_secrets`.

    One statement: two tabs may save in the same moment, and a late one must leave nothing behind a task that is done.
    """
    columns = table(Draft).c
    values = {"task_id": task_id, "user_id": actor.user_id, "typed": typed, "saved_at": now}
    row = select(*(literal(v, columns[k].type) for k, v in values.items()))
    new = insert_into(Draft).from_select(list(values), row.where(_is_open(task_id)))
    kept = new.on_conflict_do_update(
        index_elements=[columns.task_id, columns.user_id], set_={"typed": typed, "saved_at": now}
    )
    written = db.session.execute(kept).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not written:
        raise Conflict


def _is_open(task_id: str) -> Any:
    return select(Task.id).where(Task.id == task_id, Task.state == "open").exists()


def load(task_id: str, actor: Actor) -> Draft | None:
    """The actor's own draft of a task."""
    return db.session.get(Draft, (task_id, actor.user_id))


def drop(task_id: str, actor: Actor) -> None:
    """Forget the draft: the form opens with the case's data again."""
    db.session.execute(delete(Draft).where(Draft.task_id == task_id, Draft.user_id == actor.user_id))
    db.session.commit()
