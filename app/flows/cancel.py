"""Cancel a case: it ends where it stands, its sheets are void, and the satker can begin anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from app.errors import Conflict
from app.flows.amend import amend
from app.flows.intervention import CANCELLED, Intervention, checked, concerned, refuse_over, tell
from app.models import AnyRow, Document, Draft, Job, Task, table

STATUS = "Dibatalkan"
BUSY = (
    "{name} sedang berjalan, mungkin sebuah tanda tangan sedang dibuat. Tunggu sampai selesai, lalu periksa keadaan "
    "perkara dan putuskan lagi. Bila perlu menghentikannya sekarang, tangguhkan dulu."
)
_TASK, _JOB, _DRAFT, _DOCUMENT = table(Task), table(Job), table(Draft), table(Document)


def cancel(instance_id: int, what: Intervention, now: datetime) -> None:
    """End it. Conflict while a call is under way (a signature may be among it), or when it has ended already."""
    roles = concerned(instance_id)

    def effects(conn: Connection, case: AnyRow) -> None:
        refuse_over(case)
        _close(conn, case.id, now)
        _void(conn, case.id, f"{STATUS} oleh admin: {checked(what.reason)}", now)
        tell(conn, case, roles, f"{case.title} dibatalkan admin: {checked(what.reason)}", now)
        before = {"keadaan": case.phase, "status": case.status}
        what.note(conn, case, now, before, {"keadaan": CANCELLED, "status": STATUS})

    amend(
        instance_id, what.seen, what.change("cancel", STATUS), now, effects,
        phase=CANCELLED, status=STATUS, key=None, ended_at=now, next_timer=None, stuck="",
    )  # fmt: skip


def _close(conn: Connection, instance_id: int, now: datetime) -> None:
    """Tasks and calls are gone, with what was typed into them."""
    waits = (_JOB.c.instance_id == instance_id, _JOB.c.state.in_(("ready", "incident")))
    conn.execute(update(_JOB).where(*waits).values(state="gone"))
    # after the update: whoever claims a call from here on finds none, and one claimed before it is found here
    running = conn.execute(
        select(_JOB.c.name).where(_JOB.c.instance_id == instance_id, _JOB.c.state == "running")
    ).scalar()
    if running is not None:
        raise Conflict(BUSY.format(name=running or "Sebuah layanan"))
    mine = select(_TASK.c.id).where(_TASK.c.instance_id == instance_id)
    conn.execute(delete(_DRAFT).where(_DRAFT.c.task_id.in_(mine)))
    open_ = (_TASK.c.instance_id == instance_id, _TASK.c.state == "open")
    conn.execute(update(_TASK).where(*open_).values(state="gone", done_at=now, remind_at=None))


def _void(conn: Connection, instance_id: int, why: str, now: datetime) -> None:
    """What lies in the archive stays in force: it was finished before."""
    in_force = (_DOCUMENT.c.instance_id == instance_id, _DOCUMENT.c.void_at.is_(None), _DOCUMENT.c.kind != "archive")
    conn.execute(update(_DOCUMENT).where(*in_force).values(void_at=now, void_reason=why[:500]))
