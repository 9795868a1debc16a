"""Cases that nothing will move though no incident says so: found at intervals, in a few statements over ranges of ids.

Cases that are suspended stand still on purpose, and those with an incident say so themselves: neither is stuck.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select, union, update

from app.flows.rights import local_day, valid_on
from app.models import Assignment, Instance, Job, Substitution, Task, User, db, table

STANDS, NOBODY, CLOSED = "diam", "tanpa_orang", "akun_tutup"

# what is the matter and what helps, by the code in Instance.stuck
WORDS = {
    STANDS: "Tidak ada tugas, layanan, atau waktu yang akan menggerakkan perkara ini. Batalkan perkara ini.",
    NOBODY: "Ada tugas yang perannya tidak dipegang siapa pun. Berikan perannya di Pengguna, atau atur Pengganti.",
    CLOSED: "Tugasnya diambil oleh akun yang sudah ditutup. Alihkan tugas itu atau lepaskan.",
}
BATCH = 5000  # ids per statement: each holds the database for some milliseconds

_INSTANCE, _TASK, _JOB = table(Instance), table(Task), table(Job)


def mark(now: datetime, batch: int = BATCH) -> int:
    """Write `Instance.stuck` where it is no longer right; how many changed. Each range of ids is one transaction."""
    with db.engine.connect() as conn:
        first, last = conn.execute(
            select(func.min(_INSTANCE.c.id), func.max(_INSTANCE.c.id)).where(_INSTANCE.c.phase == "running")
        ).one()
    if first is None:
        return 0
    return sum(_mark(now, start, start + batch) for start in range(first, last + 1, batch))


def _mark(now: datetime, start: int, end: int) -> int:
    found = _found(now).subquery()
    here = and_(found.c.id >= start, found.c.id < end, found.c.code != found.c.stuck)
    with db.engine.connect() as conn:  # the read ends before the write begins: see SQLite in WAL
        wrong = conn.execute(select(found.c.id, found.c.version, found.c.code).where(here)).all()
    changed = 0
    if wrong:
        with db.engine.begin() as conn:
            for row in wrong:  # a case that moved meanwhile is looked at in the next round
                mine = (_INSTANCE.c.id == row.id, _INSTANCE.c.version == row.version, _INSTANCE.c.phase == "running")
                changed += conn.execute(update(_INSTANCE).where(*mine).values(stuck=row.code)).rowcount
    return changed


def _found(now: datetime) -> Select[tuple[int, int, str, str]]:
    """id, version, stuck and the right code of every running case."""
    code = case(
        (and_(_INSTANCE.c.next_timer.is_(None), not_(_open()), not_(_live())), STANDS),
        (_open(_TASK.c.kind == "user", _TASK.c.claimed_by.in_(_closed())), CLOSED),
        (_open(_TASK.c.kind == "user", not_(_able(now))), NOBODY),
        else_="",
    ).label("code")
    return select(_INSTANCE.c.id, _INSTANCE.c.version, _INSTANCE.c.stuck, code).where(_INSTANCE.c.phase == "running")


def _open(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_TASK.c.instance_id == _INSTANCE.c.id, _TASK.c.state == "open", *where)


def _live() -> ColumnElement[bool]:
    live = _JOB.c.state.in_(("ready", "running", "incident"))
    return exists().where(_JOB.c.instance_id == _INSTANCE.c.id, live)


def _closed() -> Select[int]:
    return select(User.id).where(not_(User.active))


def _able(now: datetime) -> ColumnElement[bool]:
    """Whether anybody can act for the task's role in its place today: as in `holders`, for all places at once."""
    today = local_day(now)
    absent, stands_in = table(User).alias("absent"), table(User).alias("stands_in")
    own = (
        select(Assignment.role, Assignment.scope)
        .join(User, User.id == Assignment.user_id)
        .where(User.active, valid_on(Assignment, today))
    )
    behalf = (
        select(Assignment.role, Assignment.scope)
        .join(Substitution, and_(
            Substitution.user_id == Assignment.user_id, Substitution.role == Assignment.role,
            Substitution.scope == Assignment.scope,
        ))
        .join(absent, absent.c.id == Substitution.user_id)
        .join(stands_in, stands_in.c.id == Substitution.substitute_id)
        .where(absent.c.active, stands_in.c.active, valid_on(Assignment, today), valid_on(Substitution, today))
    )  # fmt: skip
    able = union(own, behalf).cte("able")
    return exists().where(
        able.c.role == _TASK.c.role,
        or_(able.c.scope == _TASK.c.satker, able.c.scope == _TASK.c.unit, able.c.scope == ""),
    )
