"""Claim a job: one conditional UPDATE. One row: it is ours. None: somebody was faster, or nothing is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.flows.house import house
from app.models import AnyRow, Instance, Job, db, table

_JOB, _INSTANCE = table(Job), table(Instance)

# of a suspended case no call is begun; one that is under way may finish, or be taken over when its runner is gone
_GOES_ON = select(_INSTANCE.c.id).where(_INSTANCE.c.id == _JOB.c.instance_id, _INSTANCE.c.phase == "running").exists()


def claim(job_id: str, now: datetime) -> AnyRow | None:
    """The job's row with its new fence, or None."""
    return _take(_JOB.c.id == job_id, _JOB.c.state == "ready", _GOES_ON, now=now)


def claim_lost(job_id: str, now: datetime) -> AnyRow | None:
    """A running job whose lease has ended: whoever ran it is gone, or too slow to write."""
    return _take(_JOB.c.id == job_id, _JOB.c.state == "running", _JOB.c.lease_until < now, now=now)


def _take(*where: Any, now: datetime) -> AnyRow | None:
    lease = now + timedelta(seconds=house().config.lease_seconds)
    statement = (
        update(_JOB)
        .where(*where)
        .values(state="running", fence=_JOB.c.fence + 1, tries=_JOB.c.tries + 1, lease_until=lease)
        .returning(_JOB)
    )
    with db.engine.begin() as conn:
        return conn.execute(statement).first()


def ready(now: datetime, limit: int = 20) -> list[str]:
    """Jobs for the worker that are due, the oldest first."""
    return _ids(_JOB.c.state == "ready", ~_JOB.c.attended, _JOB.c.run_at <= now, _GOES_ON, limit=limit)


def lost(now: datetime, limit: int = 20) -> list[str]:
    """Jobs whose lease has ended."""
    return _ids(_JOB.c.state == "running", _JOB.c.lease_until < now, limit=limit)


def forsaken(now: datetime, limit: int = 20) -> list[str]:
    """Attended jobs that nobody holds a secret for any more: the web process was restarted, or it took too long."""
    too_old = now - timedelta(seconds=house().config.secret_seconds)
    return _ids(_JOB.c.state == "ready", _JOB.c.attended, _JOB.c.created_at < too_old, _GOES_ON, limit=limit)


def _ids(*where: Any, limit: int) -> list[str]:
    with db.engine.connect() as conn:
        return list(conn.execute(select(_JOB.c.id).where(*where).order_by(_JOB.c.run_at).limit(limit)).scalars())
