"""One mail a day for those who chose it: what is open, the earliest due first, and what was said since yesterday.

It is made at seven in the morning where the person is: in the zone of their satker, else in WIB. A mark for each zone
says for which day it was done; the key of each mail makes a repeated round harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select

from app.flows import letters, mails, marks, notices, rights
from app.flows.letters import ZONES
from app.flows.mails import Letter, link, one_line
from app.flows.rights import Actor
from app.models import AnyRow, Assignment, Satker, Task, User, db

AT = time(7, 0)
FIRST_UNTIL = time(8, 0)  # a house in its first day makes none in the afternoon; later a worker that was away does
DAILY = "harian"
MOST = 20  # tasks that stand in the mail one by one


def summarize(now: datetime) -> int:
    """The summaries of the zones in which it is seven or later and that had none today; how many mails. Commits."""
    made = 0
    for zona, zone in ZONES.items():
        here = now.astimezone(zone)
        day, name = here.date().isoformat(), f"ringkasan.{zona}"
        done = marks.get(name)
        if here.time() < AT or (done is not None and done.value == day):
            continue
        if done is None and here.time() >= FIRST_UNTIL:
            marks.put(name, day, datetime.combine(here.date(), AT, zone))
            db.session.commit()
            continue
        since = done.at if done is not None else now - timedelta(days=1)
        for user in _people(zona):
            letter = _summary(user, zona, day, max(since, now - timedelta(days=7)), now)
            made += letter is not None and mails.put(letter, now)
            db.session.commit()  # one by one: a thousand summaries must not hold up whoever else writes
        marks.put(name, day, now)
        db.session.commit()
    return made


def _people(zona: str) -> Sequence[AnyRow]:
    """Accounts of this zone that want one summary a day and have an address."""
    home = (
        select(Satker.zona)
        .join(Assignment, Assignment.scope == Satker.kode)
        .where(Assignment.user_id == User.id)
        .order_by(Assignment.id)
        .limit(1)
        .scalar_subquery()
    )
    here = or_(home == zona, home.is_(None) if zona == "WIB" else home == zona)
    query = select(User.id, User.nama, User.email).where(User.active, User.mail_mode == DAILY, User.email != "", here)
    return db.session.execute(query.order_by(User.id)).all()


def _summary(user: AnyRow, zona: str, day: str, since: datetime, now: datetime) -> Letter | None:
    """None where there is nothing to say."""
    actor = rights.actor_of(user.id, now.astimezone(ZONES[zona]).year, rights.local_day(now))
    tasks, news = _tasks(actor), notices.since(actor, since)
    if not tasks and not news:
        return None
    lines: list[str] = []
    if tasks:
        lines += [f"{len(tasks)} tugas menunggu Anda, yang paling dekat batas waktunya di atas:", ""]
        lines += [_line(t, now) for t in tasks[:MOST]]
        lines += [f"- dan {len(tasks) - MOST} tugas lain"] if len(tasks) > MOST else []
        lines.append("")
    if news:
        lines += ["Yang terjadi sejak ringkasan terakhir:", ""]
        lines += [f"- {one_line(n.title)}: {one_line(n.text)}" for n in news] + [""]
    text = letters.body(user.nama, *lines, "Buka Tugas saya:", link("/tugas"))
    subject = f"Ringkasan Alur: {len(tasks)} tugas menunggu" if tasks else "Ringkasan Alur: kabar terbaru"
    return Letter(f"ringkasan:{user.id}:{day}", "ringkasan", user.email, subject, text, user.id)


def _tasks(actor: Actor) -> list[AnyRow]:
    mine = letters.tasks_of(
        rights.task_condition(actor), or_(Task.claimed_by.is_(None), Task.claimed_by == actor.user_id)
    )
    return sorted(mine, key=lambda t: (t.due is None, t.due or t.created_at))


def _line(task: AnyRow, now: datetime) -> str:
    late = letters.days_late(task.due, now) if task.due else 0
    until = f", batas waktu {letters.moment(task.due, task.zona)}" if task.due else ""
    return f"- {one_line(task.name)}: {one_line(task.title)}{until}{f' (terlambat {late} hari)' if late else ''}"
