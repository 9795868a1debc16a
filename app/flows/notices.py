"""What people were told: notices of their roles and places, and what of it is new to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, union_all, update

from app.flows.rights import Actor
from app.models import AnyRow, Instance, Notice, User, db

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when somebody looked who never did


def latest(actor: Actor, limit: int = 50) -> Sequence[AnyRow]:
    """The newest notices of the actor's roles and places in their year, newest first."""
    query = (
        select(Notice.id, Notice.text, Notice.created_at, Notice.instance_id, Instance.title, Instance.status)
        .join(Instance, Instance.id == Notice.instance_id)
        .where(or_(false(), *_mine(actor)), Instance.tahun == actor.year)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
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


def _mine(actor: Actor) -> list[ColumnElement[bool]]:
    """What is for the person alone, and one condition per holding."""
    parts: list[ColumnElement[bool]] = [Notice.user_id == actor.user_id]
    for h in actor.holdings:
        place = {"satker": Notice.satker == h.scope, "unit": Notice.unit == h.scope}.get(h.kind)
        parts.append(and_(Notice.role == h.role, *(() if place is None else (place,))))
    return parts
