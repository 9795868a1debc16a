"""Tell those who must act: a mail and a notice for every new task, and for the end of a case.

The worker does this after the step, not the step itself: a round looks at what happened since the last one (a mark
behind the events, with a look back) and puts whatever is not there yet. Keys make that safe to repeat after a crash
and in two workers. Whoever brought the task about by their own act sees it on their screen and is not told; neither
are their colleagues of the same role then, because the work is in hand. Reminders reach all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.flows import letters, mails, marks, notices
from app.flows.holders import Holder, holders
from app.flows.letters import Words
from app.flows.mails import Letter, one_line
from app.flows.rights import local_day
from app.models import AnyRow, Event, Instance, Notice, Role, Task, db

MARK = "announce.event"
# two transactions may end in another order than they took their ids; none takes this long
LOOK_BACK = timedelta(minutes=1)
FIRST_LOOK = timedelta(days=1)  # a house that was there before there were mails: nobody wants last year's
AT_THEIR_DESK = timedelta(minutes=15)  # the services between somebody's act and the task that follows from it
PAGE = 500
RETURNED = "Dikembalikan"


@dataclass
class _Said:
    """What one page of events leads to."""

    notices: list[dict[str, Any]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


def announce(now: datetime) -> int:
    """Put mails and notices for what happened since the last round; how many events were looked at. Commits."""
    at, seen = _position(now), 0
    safe = at
    while page := _events(at):
        cases = sorted({e.instance_id for e in page})
        said = _Said()
        _tasks(cases, said, now)
        _reassigned(page, said, now)
        _ended(cases, said, now)
        _put(said, now)
        if safe == at:
            safe = _before_the_first_fresh(page, now, safe)
        at, seen = page[-1].id, seen + len(page)
    marked = marks.get(MARK)
    if marked is None or marked.value != str(safe):
        marks.put(MARK, str(safe), now)
    db.session.commit()
    return seen


def _position(now: datetime) -> int:
    marked = marks.get(MARK)
    if marked is not None:
        return int(marked.value)
    return db.session.scalar(select(func.max(Event.id)).where(Event.at < now - FIRST_LOOK)) or 0


def _events(after: int) -> Sequence[AnyRow]:
    query = select(Event.id, Event.instance_id, Event.at, Event.kind).where(Event.id > after)
    return db.session.execute(query.order_by(Event.id).limit(PAGE)).all()


def _before_the_first_fresh(page: Sequence[AnyRow], now: datetime, safe: int) -> int:
    for event in page:
        if event.at > now - LOOK_BACK:
            break
        safe = event.id
    return safe


def _tasks(cases: list[int], said: _Said, now: datetime) -> None:
    tasks = letters.tasks_of(Task.instance_id.in_(cases))
    keys = [f"tugas:{t.id}" for t in tasks]
    known = set(db.session.scalars(select(Notice.key).where(Notice.key.in_(keys))))
    reviewers = reviewing()
    for task in tasks:
        if f"tugas:{task.id}" in known:
            continue
        cause = _cause(task)
        people = holders(task.role, task.satker, task.unit, local_day(now))
        if cause and cause.actor_id in {p.user_id for p in people}:
            continue
        if cause is None or not _spoken(task):  # the diagram may have said it already ("PK ditolak ...")
            said.notices.append(notices.row(f"tugas:{task.id}", task, task.role, _sentence(task), now))
        said.letters += letters.about_task(_words(task, cause), task, _of(task, people))
        for role in reviewers.get(task.role, ()):
            _review(role, task, cause, said, now)


def _words(task: AnyRow, cause: AnyRow | None) -> Words:
    key, what = f"tugas:{task.id}", f"{one_line(task.name)}: {one_line(task.title)}"
    if task.status == RETURNED:
        by = f" oleh {one_line(cause.actor)}" if cause else ""
        opening = f"{task.title} dikembalikan{by}. Baca catatannya di halaman tugas, perbaiki, lalu kirim lagi."
        return Words(key, "tugas", f"{RETURNED}: {one_line(task.title)}", one_line(opening))
    return Words(key, "tugas", what, f"{one_line(task.title)} sekarang menunggu Anda.")


def _review(role: str, task: AnyRow, cause: AnyRow | None, said: _Said, now: datetime) -> None:
    """Who prepares the decision of another role hears of it too."""
    people = holders(role, task.satker, task.unit, local_day(now))
    if cause and cause.actor_id in {p.user_id for p in people}:
        return
    sentence = f"{one_line(task.title)} menunggu telaah untuk {task.role}."
    said.notices.append(notices.row(f"telaah:{task.id}:{role}", task, role, sentence, now))
    opening = f"{one_line(task.title)} menunggu telaah Anda sebelum {task.role} memutuskan."
    words = Words(f"tugas:{task.id}", "tugas", f"Telaah: {one_line(task.title)}", opening)
    said.letters += letters.about_task(words, task, people)


def _cause(task: AnyRow) -> AnyRow | None:
    """The last act of a person that led to the task, if it was just before."""
    return db.session.execute(
        select(Event.actor_id, Event.actor)
        .where(
            Event.instance_id == task.instance_id, Event.actor_id.is_not(None), Event.at <= task.created_at,
            Event.at >= task.created_at - AT_THEIR_DESK,
        )
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()  # fmt: skip


def _spoken(task: AnyRow) -> bool:
    same = (Notice.instance_id == task.instance_id, Notice.role == task.role, Notice.created_at == task.created_at)
    return db.session.scalar(select(Notice.id).where(*same).limit(1)) is not None


def _sentence(task: AnyRow) -> str:
    return f"Tugas baru: {one_line(task.name)}."


def _of(task: AnyRow, people: Sequence[Holder]) -> Sequence[Holder]:
    """Whoever has taken the task, else all of the role."""
    return [p for p in people if p.user_id == task.claimed_by] or people


def _reassigned(page: Sequence[AnyRow], said: _Said, now: datetime) -> None:
    """An admin gave a task to somebody: the notice is theirs already, the mail is made here."""
    given = {e.instance_id: e for e in page if e.kind == "reassign"}
    for task in letters.tasks_of(Task.instance_id.in_(given), Task.claimed_by.is_not(None)) if given else ():
        people = holders(task.role, task.satker, task.unit, local_day(now))
        words = Words(
            f"alih:{given[task.instance_id].id}:{task.id}", "tugas", f"{one_line(task.name)}: {one_line(task.title)}",
            f"{one_line(task.title)} sekarang ditugaskan kepada Anda oleh admin.",
        )  # fmt: skip
        said.letters += letters.about_task(words, task, [p for p in people if p.user_id == task.claimed_by])


def _ended(cases: list[int], said: _Said, now: datetime) -> None:
    """The end of a case is told to the people of the satker who had a part in it."""
    ended = select(Instance).where(Instance.id.in_(cases), Instance.phase == "ended", Instance.status != "")
    for case in db.session.scalars(ended):
        roles = (
            select(Task.role).join(Role, Role.name == Task.role).where(Task.instance_id == case.id)
            .where(Role.scope == "satker").distinct()
        )  # fmt: skip
        for role in db.session.scalars(roles):
            key = f"selesai:{case.id}"
            said.letters += letters.finished(key, case, holders(role, case.satker, case.unit, local_day(now)))
            told = (Notice.instance_id == case.id, Notice.role == role, Notice.created_at == case.ended_at)
            if db.session.scalar(select(Notice.id).where(*told).limit(1)) is None:
                place = {"instance_id": case.id, "satker": case.satker, "unit": case.unit}
                text = f"{case.status}."
                said.notices.append({"key": f"{key}:{role}", "role": role, "text": text, "created_at": now, **place})


def _put(said: _Said, now: datetime) -> None:
    db.session.rollback()  # nothing was written; a transaction that only reads must not stand in the way of this one
    if not said.notices and not said.letters:
        return
    with db.engine.begin() as conn:
        notices.add(conn, said.notices)
        for letter in said.letters:
            mails.put(letter, now, conn)


def reviewing() -> dict[str, list[str]]:
    """role -> the roles that prepare its tasks."""
    found: dict[str, list[str]] = {}
    for name, reviews in db.session.execute(select(Role.name, Role.reviews).where(Role.reviews != "")):
        found.setdefault(reviews, []).append(name)
    return found
