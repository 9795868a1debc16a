"""Lists of moves and of the cases of one: filtered, in keyset pages, and taken away as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.flows import audit
from app.flows.instances import escaped
from app.flows.rights import Actor
from app.models import AnyRow, Definition, Instance, Migration, MigrationCase, Satker, User, db

PAGE = 50
EXPORT = 100_000


@dataclass(frozen=True)
class Runs:
    """What the list of moves is narrowed to; `after` is the id of the last one of the page before."""

    process: str = ""
    state: str = ""
    text: str = ""
    after: int = 0


def moves(f: Runs, size: int = PAGE) -> tuple[Sequence[AnyRow], int | None]:
    """Moves, the newest first; and the id behind which the next page begins, None at the end."""
    moved = (
        select(func.count())
        .where(MigrationCase.migration_id == Migration.id, MigrationCase.state == "moved")
        .scalar_subquery()
    )
    cases = select(func.count()).where(MigrationCase.migration_id == Migration.id).scalar_subquery()
    query = (
        select(
            Migration.id, Migration.process, Migration.state, Migration.note, Migration.created_at, Definition.name,
            Definition.version, User.nama.label("oleh"), cases.label("cases"), moved.label("moved"),
        )
        .join(Definition, Definition.id == Migration.target_id)
        .outerjoin(User, User.id == Migration.created_by)
        .order_by(Migration.id.desc())
    )  # fmt: skip
    for column, value in ((Migration.process, f.process), (Migration.state, f.state)):
        query = query.where(column == value) if value else query
    if f.text:
        query = query.where(Migration.note.ilike(f"%{escaped(f.text)}%", escape="\\"))
    if f.after:
        query = query.where(Migration.id < f.after)
    rows = db.session.execute(query.limit(size + 1)).all()
    return rows[:size], rows[size - 1].id if len(rows) > size else None


@dataclass(frozen=True)
class Cases:
    """What the cases of a move are narrowed to. `text` is a part of the title, or the number of a case."""

    verdict: str = ""
    state: str = ""
    text: str = ""
    after: int = 0


def cases(run_id: int, f: Cases, size: int = PAGE) -> tuple[Sequence[AnyRow], int | None]:
    """Cases of a move in the order in which they were chosen; and where the next page begins."""
    query = (
        select(
            MigrationCase.id, MigrationCase.instance_id, MigrationCase.verdict, MigrationCase.state,
            MigrationCase.reasons, MigrationCase.message, MigrationCase.moved_at, MigrationCase.moved_seq,
            Instance.title, Instance.status, Instance.satker, Instance.version.label("seq"), Definition.version,
            Satker.nama.label("nama_satker"),
        )
        .join(Instance, Instance.id == MigrationCase.instance_id)
        .join(Definition, Definition.id == MigrationCase.source_id)
        .outerjoin(Satker, Satker.kode == Instance.satker)
        .where(MigrationCase.migration_id == run_id, *_where(f))
        .order_by(MigrationCase.id)
    )  # fmt: skip
    rows = db.session.execute(query.limit(size + 1)).all()
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def _where(f: Cases) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if f.verdict:
        where += [MigrationCase.verdict == f.verdict, MigrationCase.state == "checked"]
    if f.state:
        where.append(MigrationCase.state == f.state)
    if f.text:
        number = f.text.removeprefix("#")
        named = Instance.title.ilike(f"%{escaped(f.text)}%", escape="\\")
        here = Instance.id == int(number) if number.isdecimal() and len(number) < 10 else None
        where.append(named if here is None else named | here)
    if f.after:
        where.append(MigrationCase.id > f.after)
    return where


def counts(run_id: int) -> dict[str, int]:
    """How many cases there are: by verdict (of those that have been checked and not moved) and by state."""
    query = (
        select(MigrationCase.verdict, MigrationCase.state, func.count())
        .where(MigrationCase.migration_id == run_id)
        .group_by(MigrationCase.verdict, MigrationCase.state)
    )
    found: dict[str, int] = {}
    for verdict, state, n in db.session.execute(query):
        found[state] = found.get(state, 0) + n
        if state == "checked":
            found[verdict] = found.get(verdict, 0) + n
    return found


def exported(what: str, rows: int, asked: dict[str, str], actor: Actor, now: datetime) -> None:
    """Somebody took a list of cases with them as a file. Commits."""
    audit.write("ekspor", what, now, by=actor, after={"baris": rows, "saringan": asked})
    db.session.commit()
