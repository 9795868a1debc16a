"""Reminders of tasks with a due time: before it, at it, after it; three days late the unit hears of it too.

`Task.remind_at` is when the next one goes out. One conditional update, in the transaction of notice and mails, makes
each go out once however many workers there are. A worker that was away says the latest of what it missed, once. The
tasks of suspended cases rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from app.flows import letters, mails, notices
from app.flows.holders import Holder, holders
from app.flows.letters import Words
from app.flows.mails import one_line
from app.flows.rights import local_day
from app.models import AnyRow, Role, Task, db

# days after `due`; the first is what record.py sets. After the last one nobody is reminded any more
STAGES = tuple(timedelta(days=d) for d in (-1, 0, 1, 3, 10, 17, 24, 31))
ESCALATION = timedelta(days=3)


def remind(now: datetime, limit: int = 200) -> int:
    """Send the reminders whose time has come; how many."""
    rows = db.session.execute(letters.TASKS.where(Task.remind_at <= now).limit(limit)).all()
    return sum(_remind(task, now) for task in rows)


def _remind(task: AnyRow, now: datetime) -> bool:
    day = local_day(now)
    people = holders(task.role, task.satker, task.unit, day)
    above = [(role, holders(role, task.satker, task.unit, day)) for role in _above(task)]
    db.session.rollback()  # a transaction that only reads must not stand in the way of the one that writes
    mine = update(Task).where(Task.id == task.id, Task.remind_at == task.remind_at, Task.state == "open")
    with db.engine.begin() as conn:
        following = next((task.due + s for s in STAGES if task.due + s > now), None)
        # no row: another worker was faster, or the task was done meanwhile
        if not conn.execute(mine.values(remind_at=following, reminders=task.reminders + 1)).rowcount:
            return False
        _tell(conn, task, [p for p in people if p.user_id == task.claimed_by] or people, now)
        if now >= task.due + ESCALATION:
            for role, whom in above:
                _escalate(conn, task, role, whom, now)
    return True


def _tell(conn: Connection, task: AnyRow, people: Sequence[Holder], now: datetime) -> None:
    key = f"pengingat:{task.id}:{task.reminders + 1}"
    state = _state(task, now)
    notices.add(conn, [notices.row(key, task, task.role, f"{one_line(task.name)}: {state}.", now)])
    title = one_line(task.title)
    opening = f"{title} masih menunggu Anda, dan {state}."
    words = Words(key, "pengingat", f"Pengingat: {one_line(task.name)}, {title}", opening)
    for letter in letters.about_task(words, task, people):
        mails.put(letter, now, conn)


def _escalate(conn: Connection, task: AnyRow, role: str, people: Sequence[Holder], now: datetime) -> None:
    """Once a task: the key has no number."""
    days = letters.days_late(task.due, now)
    text = f"{one_line(task.nama_satker or task.satker)} terlambat {days} hari: {one_line(task.name)}"
    notices.add(conn, [notices.row(f"eskalasi:{task.id}:{role}", task, role, f"{text} (menunggu {task.role}).", now)])
    opening = f"{text}. Tugas ini menunggu {task.role}. Mohon ingatkan satker, atau tanyakan apa yang menghambat."
    for letter in letters.about_case(Words(f"eskalasi:{task.id}", "eskalasi", text, opening), task, people):
        mails.put(letter, now, conn)


def _state(task: AnyRow, now: datetime) -> str:
    days = letters.days_late(task.due, now)
    if days:
        return f"sudah terlambat {days} hari"
    return "sudah lewat batas waktu" if task.due <= now else "batas waktunya dekat"


def _above(task: AnyRow) -> list[str]:
    """The roles of the unit, but not the one that is late itself: it was reminded."""
    return list(db.session.scalars(select(Role.name).where(Role.scope == "unit", Role.name != task.role)))
