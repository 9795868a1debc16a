"""All cases of the house, for its admins: filtered, in keyset pages by id, and the open incidents.

A case's row carries its state, two kilobytes of it. So what matches is looked for in the index `ix_instance_list`: it
holds every column that a filter asks for and nothing else. Only the rows of one page are read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, func, literal_column, or_, select, union

from app.flows import audit
from app.flows.rights import Actor
from app.models import AnyRow, Definition, Instance, Job, Satker, Task, Unit, db

PAGE = 50
EXPORT = 100_000
_OPEN_JOBS = ("ready", "running", "incident")
# the very words of the partial index ix_task_step
_OPEN_TASK: ColumnElement[bool] = literal_column("coalesce(task.state, '') = 'open'")
_STATUSES: WeakKeyDictionary[Engine, tuple[datetime, list[str]]] = WeakKeyDictionary()
_JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty for everything.

    `satker` is a kode or a part of a name. `idle` is days without a change, of cases that are not over unless a phase
    is asked for. `before` is a day (WIB): cases that began earlier.
    """

    text: str = ""
    process: str = ""
    version: int | None = None
    status: str = ""
    phase: str = ""
    step: str = ""
    satker: str = ""
    unit: str = ""
    year: int | None = None
    incident: bool = False
    stuck: bool = False
    idle: int | None = None
    before: date | None = None


@dataclass(frozen=True)
class Page:
    """Rows, the newest first; `older` and `newer` are the ids at which the neighbours begin, None where there are none.

    `here` says by case id at which steps it stands: (name, role or "").
    """

    rows: Sequence[AnyRow]
    older: int | None = None
    newer: int | None = None
    here: dict[int, list[tuple[str, str]]] | None = None


def page(f: Filter, now: datetime, after: int | None = None, before: int | None = None, size: int = PAGE) -> Page:
    """The page behind the case `after` (older ones), or the one before the case `before` (newer ones), or the first."""
    forward = before is None
    query = _matching(f, now)
    if before is not None:
        query = query.where(Instance.id > before).order_by(Instance.id)
    else:
        query = query.order_by(Instance.id.desc())
        query = query.where(Instance.id < after) if after is not None else query
    ids = list(db.session.scalars(query.limit(size + 1)))
    more, ids = len(ids) > size, ids[:size]
    ids = ids if forward else ids[::-1]
    if not ids:
        return Page(())
    return Page(
        rows=_rows(ids),
        older=ids[-1] if more or not forward else None,
        newer=ids[0] if (after is not None if forward else more) else None,
        here=_here(ids),
    )


def export(f: Filter, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """Every case that matches, at most EXPORT of them; written into the audit list."""
    ids = list(db.session.scalars(_matching(f, now).order_by(Instance.id.desc()).limit(EXPORT)))
    rows = [row for n in range(0, len(ids), 500) for row in _rows(ids[n : n + 500])]
    asked = {k: v for k, v in vars(f).items() if v}
    audit.write("ekspor", "daftar instans", now, by=actor, after={"baris": len(rows), "saringan": asked})
    db.session.commit()
    return rows


def ids_of(f: Filter, now: datetime, *more: ColumnElement[bool]) -> list[int]:
    """Ids of every case that matches, and for which `more` holds; the oldest first."""
    return list(db.session.scalars(_matching(f, now).where(*more).order_by(Instance.id)))


def counts() -> dict[str, int]:
    """How many cases there are per phase, and how many with an incident ("incident") or stuck ("stuck")."""
    found = {str(phase): int(n) for phase, n in db.session.execute(
        select(Instance.phase, func.count()).group_by(Instance.phase)
    )}  # fmt: skip
    incident = select(func.count(Job.instance_id.distinct())).where(Job.state == "incident")
    stuck = select(func.count()).select_from(Instance).where(literal_column("stuck != ''"))
    return found | {
        "incident": db.session.scalar(incident) or 0,
        "stuck": db.session.scalar(stuck) or 0,
    }


def statuses(now: datetime) -> list[str]:
    """Every status that some case has, as of this minute: the whole index is read for it."""
    at, known = _STATUSES.get(db.engine, (None, []))
    if at is None or not timedelta(0) <= now - at < timedelta(minutes=1):
        query = select(Instance.status).distinct().order_by(Instance.status)
        known = [s for s in db.session.scalars(query) if s]
        _STATUSES[db.engine] = now, known
    return list(known)


def years() -> list[int]:
    """Every year that some case belongs to, the latest first."""
    # one at a time: each is the end of an index, both together are a walk over all of it
    first, last = (db.session.scalar(select(end(Instance.tahun))) for end in (func.min, func.max))
    return [] if first is None or last is None else list(range(last, first - 1, -1))


def versions() -> list[AnyRow]:
    """(process, version, name) of everything that was published, the newest version first."""
    query = select(Definition.process, Definition.version, Definition.name)
    return list(db.session.execute(query.order_by(Definition.process, Definition.version.desc())))


def units() -> list[tuple[str, str]]:
    """(kode, nama) of all units."""
    return [(row[0], row[1]) for row in db.session.execute(select(Unit.kode, Unit.nama).order_by(Unit.nama))]


def open_steps() -> list[tuple[str, str]]:
    """(element, name) of every step at which some case stands now."""
    jobs = select(Job.element, func.max(Job.name)).where(Job.state.in_(_OPEN_JOBS)).group_by(Job.element)
    found = {str(element): str(name or element) for element, name in db.session.execute(jobs)}
    last: str | None = ""
    while last is not None:  # from one to the next along ix_task_step: a dozen steps, a hundred thousand rows
        last = db.session.scalar(select(func.min(Task.element)).where(_OPEN_TASK, Task.element > last))
        query = select(Task.name).where(_OPEN_TASK, Task.element == last, Task.kind == "user").limit(1)
        if last is not None and (name := db.session.scalar(query)):
            found[last] = name
    return sorted(found.items(), key=lambda step: step[1])


def _matching(f: Filter, now: datetime) -> Any:
    return select(Instance.id).where(*_where(f, now))


def _of_list(column: Any) -> ColumnElement[Any]:
    """The column, in such a form that no index can be searched by it.

    The database would take the index of one column and read the rows, states and all, to look at the other ones.
    """
    return func.coalesce(column, column)


def _where(f: Filter, now: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    for column, value in ((Instance.phase, f.phase), (Instance.status, f.status), (Instance.unit, f.unit)):
        if value:
            where.append(_of_list(column) == value)
    if f.year is not None:
        where.append(_of_list(Instance.tahun) == f.year)
    if f.process or f.version is not None:
        where.append(_of_list(Instance.definition_id).in_(_definitions(f)))
    if f.satker:
        like = f"%{escaped(f.satker)}%"
        named = select(Satker.kode).where(or_(Satker.kode == f.satker, Satker.nama.ilike(like, escape="\\")))
        where.append(_of_list(Instance.satker).in_(named))
    if f.stuck:
        where.append(_of_list(Instance.stuck) != "")
    if f.text:
        where.append(_text(f.text))
    return where + _standing(f) + _aged(f, now)


def _definitions(f: Filter) -> list[int]:
    query = select(Definition.id)
    if f.process:
        query = query.where(Definition.process == f.process)
    if f.version is not None:
        query = query.where(Definition.version == f.version)
    return list(db.session.scalars(query))


def _text(text: str) -> ColumnElement[bool]:
    """A part of the title, or the number of the case ("12", "#12")."""
    found = Instance.title.ilike(f"%{escaped(text)}%", escape="\\")
    number = text.removeprefix("#")
    return or_(found, _of_list(Instance.id) == int(number)) if number.isdecimal() and len(number) < 10 else found


def _standing(f: Filter) -> list[ColumnElement[bool]]:
    """Conditions on what is open in a case: through the indexes of `task` and `job`."""
    where: list[ColumnElement[bool]] = []
    if f.step:
        tasks = select(Task.instance_id).where(_OPEN_TASK, Task.element == f.step, Task.kind == "user")
        jobs = select(Job.instance_id).where(Job.state.in_(_OPEN_JOBS), Job.element == f.step)
        where.append(_of_list(Instance.id).in_(union(tasks, jobs)))
    if f.incident:
        where.append(_of_list(Instance.id).in_(select(Job.instance_id).where(Job.state == "incident")))
    return where


def _aged(f: Filter, now: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if f.idle is not None:
        where.append(Instance.changed_at < now - timedelta(days=min(f.idle, 36_500)))
        if not f.phase:  # what is over rests for ever
            where.append(_of_list(Instance.phase).in_(("running", "suspended")))
    if f.before is not None:
        where.append(Instance.created_at < datetime.combine(f.before, time(), _JAKARTA))
    return where


def escaped(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _rows(ids: Sequence[int]) -> Sequence[AnyRow]:
    query = (
        select(
            Instance.id, Instance.process, Instance.title, Instance.status, Instance.phase, Instance.stuck,
            Instance.tahun, Instance.satker, Instance.unit, Instance.created_at, Instance.changed_at,
            Instance.ended_at, Definition.version, Definition.name.label("nama_proses"),
            Satker.nama.label("nama_satker"), Unit.nama.label("nama_unit"),
            select(func.count()).where(Job.instance_id == Instance.id, Job.state == "incident").scalar_subquery()
            .label("incidents"),
        )
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Satker, Satker.kode == Instance.satker)
        .outerjoin(Unit, Unit.kode == Instance.unit)
        .where(Instance.id.in_(ids))
        .order_by(Instance.id.desc())
    )  # fmt: skip
    return db.session.execute(query).all()


def _here(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    tasks = select(Task.instance_id, Task.name, Task.role).where(
        Task.instance_id.in_(ids), Task.state == "open", Task.kind == "user"
    )
    jobs: Any = select(Job.instance_id, Job.name, literal_column("''")).where(
        Job.instance_id.in_(ids), Job.state.in_(_OPEN_JOBS)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for instance_id, name, role in (*db.session.execute(tasks), *db.session.execute(jobs)):
        found.setdefault(instance_id, []).append((name, role))
    return found
