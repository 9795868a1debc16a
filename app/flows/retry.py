"""Incidents: what failed for good, and setting it back to ready."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.errors import Conflict
from app.models import AnyRow, Job, db


def incidents() -> Sequence[AnyRow]:
    """All open incidents, the oldest first."""
    query = select(Job.id, Job.instance_id, Job.name, Job.element, Job.message)
    return db.session.execute(query.where(Job.state == "incident").order_by(Job.created_at)).all()


def retry(job_id: str, now: datetime) -> None:
    """Ready again, with all its tries. An attended job goes back to its signer: its secret is gone.

    `created_at` stays: an attended job is therefore found forsaken by the worker and handed back in words.
    """
    mine = update(Job).where(Job.id == job_id, Job.state == "incident", Job.operator != "")
    changed = db.session.execute(mine.values(state="ready", tries=0, run_at=now, message="")).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not changed:  # it was retried, cancelled or finished meanwhile; or the step itself failed and has no job
        raise Conflict("Insiden ini tidak ada, sudah dicoba lagi, atau selesai dengan mengirim ulang formulirnya.")
