"""Small facts that must outlive a restart: when the worker last was there, what the last backup was."""

from __future__ import annotations

from datetime import datetime

from app.flows.delays import insert_into
from app.models import Mark, db


def put(name: str, value: str, now: datetime) -> None:
    """Write the fact in the caller's transaction; what it was before is gone."""
    new = {"value": value, "at": now}
    statement = insert_into(Mark).values(name=name, **new)
    db.session.execute(statement.on_conflict_do_update(index_elements=[Mark.name], set_=new))


def get(name: str) -> Mark | None:
    """The fact, as it is in the database now."""
    return db.session.get(Mark, name, populate_existing=True)


def beat(now: datetime) -> None:
    """The worker is alive. Commits."""
    put("worker.beat", "", now)
    db.session.commit()
