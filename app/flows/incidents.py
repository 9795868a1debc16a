"""Open incidents, for those who clear them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, func, or_, select

from app.flows import audit
from app.flows.instances import EXPORT, PAGE, escaped
from app.flows.rights import Actor
from app.models import AnyRow, Instance, Job, Satker, db


@dataclass(frozen=True)
class Incidents:
    """Open incidents, the oldest first; `next` is the key of the page behind, "" at the end."""

    rows: Sequence[AnyRow]
    next: str = ""


def listed(text: str = "", after: str = "", size: int = PAGE) -> Incidents:
    """What failed for good and waits for an admin. `text` is a part of the title, the step or the message."""
    query = (
        select(
            Job.id, Job.instance_id, Job.name, Job.element, Job.operator, Job.message, Job.tries, Job.created_at,
            Instance.title, Instance.satker, Instance.phase, Satker.nama.label("nama_satker"), Satker.zona,
        )
        .join(Instance, Instance.id == Job.instance_id)
        .outerjoin(Satker, Satker.kode == Instance.satker)
        .where(Job.state == "incident")
        .order_by(Job.created_at, Job.id)
    )  # fmt: skip
    if text:
        like = f"%{escaped(text)}%"
        query = query.where(or_(*(c.ilike(like, escape="\\") for c in (Instance.title, Job.name, Job.message))))
    at, _, job_id = after.partition("~")
    if job_id and (moment := _moment(at)) is not None:
        query = query.where(or_(Job.created_at > moment, and_(Job.created_at == moment, Job.id > job_id)))
    rows = db.session.execute(query.limit(size + 1)).all()
    last = rows[size - 1] if len(rows) > size else None
    return Incidents(rows[:size], f"{last.created_at.isoformat()}~{last.id}" if last else "")


def count() -> int:
    """How many wait for an admin."""
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.state == "incident")) or 0


def export(text: str, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """Every incident that matches; written into the audit list."""
    rows = listed(text, size=EXPORT).rows
    audit.write("ekspor", "daftar insiden", now, by=actor, after={"baris": len(rows), "saringan": {"cari": text}})
    db.session.commit()
    return rows


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):  # the very first and last days have no such moment
        return None
