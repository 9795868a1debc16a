"""Incidents: what failed for good, and setting it back to ready."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.errors import Conflict, NotFound
from app.flows.amend import amend
from app.flows.intervention import Intervention, refuse_over
from app.models import AnyRow, Job, db, table

_JOB = table(Job)

FROM_TERMINAL = Intervention(reason="Dicoba lagi dari terminal.")
GONE = "Insiden ini sudah dicoba lagi atau sudah selesai. Periksa keadaan perkaranya yang sekarang."
NO_JOB = (
    "Langkah ini tidak memanggil layanan, jadi tidak ada yang dapat dicoba lagi. Yang gagal adalah ekspresi di diagram."
)


def incidents() -> Sequence[AnyRow]:
    """All open incidents, the oldest first."""
    query = select(Job.id, Job.instance_id, Job.name, Job.element, Job.message)
    return db.session.execute(query.where(Job.state == "incident").order_by(Job.created_at)).all()


def retry(job_id: str, now: datetime, what: Intervention = FROM_TERMINAL) -> None:
    """Ready again, with all its tries. An attended job goes back to its signer: its secret is gone.

    `created_at` stays: an attended job is therefore found forsaken by the worker and handed back in words. In a
    suspended case it waits until that goes on. Conflict if it is no incident any more, or has no call to repeat.
    """
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFound
    if not job.operator:
        raise Conflict(NO_JOB)
    name, message = job.name or job.element, job.message

    def effects(conn: Connection, case: AnyRow) -> None:
        refuse_over(case)
        mine = update(_JOB).where(_JOB.c.id == job_id, _JOB.c.state == "incident")
        again = mine.values(state="ready", tries=0, run_at=now, message="")
        if conn.execute(again).rowcount == 0:  # it was retried, cancelled or finished meanwhile
            raise Conflict(GONE)
        what.note(conn, case, now, {name: "insiden", "pesan": message}, {name: "dicoba lagi"})

    amend(job.instance_id, what.seen, what.change("retry", name, job.element), now, effects, stuck="")
