"""What waits for a person: task lists by role and place, read along the indexes of `task`, in keyset pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from app.flows.rights import Actor, review_conditions, task_conditions
from app.models import AnyRow, Event, Instance, Satker, Task, User, db

PAGE = 25


@dataclass(frozen=True)
class Key:
    """Where a page ends: the next one begins right after it."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str | None) -> Key | None:
        """None for the first page, and for anything that is no key."""
        at, _, id_ = (text or "").partition("~")
        try:
            moment = datetime.fromisoformat(at)
            return cls(moment.astimezone(UTC), id_) if id_ and moment.tzinfo else None
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Listed:
    """One page of a list and the key of the next one, or None at the end."""

    rows: Sequence[AnyRow]
    next: Key | None


def open_tasks(actor: Actor, *, mine: bool = True, text: str = "", after: Key | None = None) -> Listed:
    """Open tasks of the actor's roles and places in their year, the newest first.

    `mine` leaves out what somebody else has taken. `text` is looked for in the case's title and the task's name.
    """
    where: list[ColumnElement[bool]] = [Task.state == "open", Task.kind == "user", Task.tahun == actor.year]
    if mine:
        where.append(or_(Task.claimed_by.is_(None), Task.claimed_by == actor.user_id))
    if text:
        like = f"%{text.strip()}%"
        where.append(or_(Instance.title.ilike(like), Task.name.ilike(like)))
    return _page([and_(part, *where) for part in task_conditions(actor)], Task.created_at, after)


def to_review(actor: Actor, *, text: str = "", after: Key | None = None) -> Listed:
    """Open tasks that the actor prepares for whoever decides them, in their year, the newest first."""
    where: list[ColumnElement[bool]] = [Task.state == "open", Task.kind == "user", Task.tahun == actor.year]
    if text:
        where.append(Instance.title.ilike(f"%{text.strip()}%"))
    return _page([and_(part, *where) for part in review_conditions(actor)], Task.created_at, after)


def done_tasks(actor: Actor, *, text: str = "", after: Key | None = None) -> Listed:
    """What the actor has done in their year, the latest first."""
    where = [Task.done_by == actor.user_id, Task.tahun == actor.year]
    if text:
        where.append(Instance.title.ilike(f"%{text.strip()}%"))
    return _page([and_(*where)], Task.done_at, after)


def behalf_of_done(actor: Actor, rows: Sequence[AnyRow]) -> Mapping[str, str]:
    """Task id -> for whom the actor did it ("Dra. Sekar"), of those they did as a substitute: the history knows."""
    ids = [r.instance_id for r in rows]
    query = select(Event.instance_id, Event.element, Event.at, Event.actor).where(
        Event.instance_id.in_(ids), Event.actor_id == actor.user_id, Event.kind == "submit"
    )
    begin = f"{actor.name} a.n. "
    said = {(e.instance_id, e.element, e.at): e.actor for e in db.session.execute(query)} if ids else {}
    found = {r.id: said.get((r.instance_id, r.element, r.done_at), "") for r in rows}
    return {k: v.removeprefix(begin).rpartition(" (")[0] for k, v in found.items() if v.startswith(begin)}


def _page(conditions: list[ColumnElement[bool]], order: Any, after: Key | None) -> Listed:
    """UNION ALL of the parts, each with its own LIMIT: no part reads more rows than the page shows."""
    parts: list[Any] = []
    for condition in conditions:
        query = select(Task.id, order.label("at")).join(Instance, Instance.id == Task.instance_id).where(condition)
        if after:
            query = query.where(tuple_(order, Task.id) < tuple_(after.at, after.id))
        parts.append(select(query.order_by(order.desc(), Task.id.desc()).limit(PAGE + 1).subquery()))
    if not parts:
        return Listed((), None)
    ids = union_all(*parts).subquery()
    claimer = aliased(User)
    query = (
        select(
            Task.id, Task.name, Task.element, Task.role, Task.created_at, Task.due, Task.claimed_by, Task.done_at,
            Task.instance_id, ids.c.at, Instance.title, Instance.status, Instance.phase, Task.satker, Task.unit,
            Satker.nama.label("nama_satker"), Satker.zona, claimer.nama.label("claimer"),
        )
        .join(ids, ids.c.id == Task.id)
        .join(Instance, Instance.id == Task.instance_id)
        .outerjoin(Satker, Satker.kode == Task.satker)
        .outerjoin(claimer, claimer.id == Task.claimed_by)
        .order_by(ids.c.at.desc(), Task.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Listed(rows, Key(rows[-1].at, rows[-1].id) if more else None)
