"""What people were told: notices of their roles and places, and what of it is new to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from app.flows.rights import Actor
from app.models import AnyRow, Instance, Notice, User, db, table

_NOTICE = table(Notice)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when somebody looked who never did


def latest(actor: Actor, limit: int = 50) -> Sequence[AnyRow]:
    """The newest notices of the actor's roles and places in their year, newest first; each along its own index."""
    newest = (Notice.created_at.desc(), Notice.id.desc())
    parts = [
        select(Notice.id)
        .join(Instance, Instance.id == Notice.instance_id)
        .where(mine, Instance.tahun == actor.year)
        .order_by(*newest)
        .limit(limit)
        .subquery()
        for mine in _mine(actor)
    ]
    ids = union_all(*(select(part) for part in parts)).subquery()
    query = (
        select(Notice.id, Notice.text, Notice.created_at, Notice.instance_id, Instance.title, Instance.status)
        .join(ids, ids.c.id == Notice.id)
        .join(Instance, Instance.id == Notice.instance_id)
        .order_by(*newest)
        .limit(limit)
    )
    return db.session.execute(query).all()


def since(actor: Actor, at: datetime, limit: int = 30) -> Sequence[AnyRow]:
    """What the actor was told after `at`, of all years, the oldest first; for their daily summary."""
    query = (
        select(Notice.text, Notice.created_at, Instance.title)
        .join(Instance, Instance.id == Notice.instance_id)
        .where(or_(false(), *_mine(actor)), Notice.created_at > at)
        .order_by(Notice.created_at, Notice.id)
        .limit(limit)
    )
    return db.session.execute(query).all()


def unread(actor: Actor, limit: int = 100) -> int:
    """How many came since the actor last looked; counted no further than `limit`, each place along its own index."""
    seen = select(User.notices_seen_at).where(User.id == actor.user_id).scalar_subquery()
    newer = [
        select(Notice.id)
        .join(Instance, Instance.id == Notice.instance_id)
        .where(mine, Instance.tahun == actor.year, Notice.created_at > func.coalesce(seen, _NEVER))
        .limit(limit)
        .subquery()
        for mine in _mine(actor)
    ]
    if not newer:
        return 0
    together = union_all(*(select(part) for part in newer)).subquery()
    return min(limit, db.session.scalar(select(func.count()).select_from(together)) or 0)


def mark_seen(actor: Actor, now: datetime) -> None:
    """The actor has looked."""
    db.session.execute(update(User).where(User.id == actor.user_id).values(notices_seen_at=now))
    db.session.commit()


def row(key: str, place: Any, role: str, text: str, now: datetime) -> dict[str, Any]:
    """A notice that is made once: `key` says what it is about. `place` has instance_id, satker and unit."""
    where = {"instance_id": place.instance_id, "satker": place.satker, "unit": place.unit}
    return {"key": key, "role": role, "text": text, "created_at": now, **where}


def add(conn: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Put notices whose key is not known yet; in the caller's transaction."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[conn.dialect.name]
    for each in rows:
        conn.execute(insert(_NOTICE).values(each).on_conflict_do_nothing(index_elements=["key"]))


def _mine(actor: Actor) -> list[ColumnElement[bool]]:
    """What is for the person alone, and one condition per holding."""
    parts: list[ColumnElement[bool]] = [Notice.user_id == actor.user_id]
    for h in actor.holdings:
        place = {"satker": Notice.satker == h.scope, "unit": Notice.unit == h.scope}.get(h.kind)
        parts.append(and_(Notice.role == h.role, *(() if place is None else (place,))))
    return parts
