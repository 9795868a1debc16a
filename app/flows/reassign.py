"""Give an open task to somebody who can act, or free it for everybody with the role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, literal, select, update

from app.errors import Conflict, InvalidInput, NotFound
from app.flows.amend import amend
from app.flows.casefile import NOBODY
from app.flows.holders import Holder, holders
from app.flows.intervention import Intervention, checked, refuse_over, tell_one
from app.flows.rights import local_day
from app.models import AnyRow, Draft, Task, User, db, table

_TASK, _DRAFT = table(Task), table(Draft)


def candidates(task: Task, now: datetime) -> Sequence[Holder]:
    """The people who can do the task today, substitutes among them."""
    return holders(task.role, task.satker, task.unit, local_day(now))


def find(task_id: str) -> Task:
    """The user task; NotFound for anything else."""
    task = db.session.get(Task, task_id)
    if task is None or task.kind != "user":
        raise NotFound
    return task


def reassign(task_id: str, held_by: int | None, to: int | None, what: Intervention, now: datetime) -> None:
    """From `held_by`, who had it on the admin's page (None: nobody), to `to` (None: everybody with the role).

    The new one gets a copy of what the old one typed, unless they typed something themselves. Conflict if the task
    is no longer open or somebody else has it by now; InvalidInput if `to` can't act for the role.
    """
    task = find(task_id)
    able = {h.user_id: h.words for h in candidates(task, now)}
    if to is not None and to not in able:
        raise InvalidInput(
            f"Orang ini tidak memegang peran {task.role} di tempat ini. Pilih orang dari daftar; peran diberikan di "
            "halaman Pengguna, pengganti sementara di halaman Pengganti."
        )
    if to == held_by:
        raise InvalidInput("Tugas ini sudah di tangan orang itu. Pilih orang lain." if to else "Tugas ini sudah bebas.")
    old, new = _name(held_by), able.get(to or 0, "")
    change = what.change("reassign", task.name, task.element, dari=old or NOBODY, kepada=new or NOBODY)

    def effects(conn: Connection, case: AnyRow) -> None:
        refuse_over(case)
        _move(conn, task_id, held_by, to)
        why = checked(what.reason)
        if held_by is not None:
            tell_one(
                conn, case, held_by, f"{task.name} tidak lagi menjadi tugas Anda. Admin mengalihkannya: {why}", now
            )
        if to is not None:
            tell_one(conn, case, to, f"{task.name} dialihkan admin kepada Anda: {why}", now)
        what.note(conn, case, now, {task.name: old or NOBODY}, {task.name: new or NOBODY})

    amend(task.instance_id, what.seen, change, now, effects, stuck="")


def _move(conn: Connection, task_id: str, held_by: int | None, to: int | None) -> None:
    mine = (_TASK.c.id == task_id, _TASK.c.state == "open", _TASK.c.claimed_by.is_not_distinct_from(held_by))
    if conn.execute(update(_TASK).where(*mine).values(claimed_by=to)).rowcount == 0:
        raise Conflict("Tugas ini baru saja diambil, dilepas, atau diselesaikan. Periksa keadaannya yang sekarang.")
    if held_by is None or to is None:
        return
    known = select(_DRAFT.c.user_id).where(_DRAFT.c.task_id == task_id, _DRAFT.c.user_id == to).exists()
    typed = select(_DRAFT.c.task_id, literal(to), _DRAFT.c.typed, _DRAFT.c.saved_at).where(
        _DRAFT.c.task_id == task_id, _DRAFT.c.user_id == held_by, ~known
    )
    conn.execute(insert(_DRAFT).from_select(["task_id", "user_id", "typed", "saved_at"], typed))


def _name(user_id: int | None) -> str:
    return db.session.scalar(select(User.nama).where(User.id == user_id)) or "" if user_id is not None else ""
