"""The satkers that somebody may see, with the state of their case of one process and year; those without one too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from app.flows.rights import Actor
from app.models import AnyRow, Instance, Satker, Unit, db

NOT_BEGUN = "Belum mulai"
PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; "" for everything. `after` is the kode of the last satker of the page before."""

    text: str = ""
    status: str = ""
    unit: str = ""
    after: str = ""


@dataclass(frozen=True)
class Overview:
    rows: Sequence[AnyRow]
    next: str


def progress(process: str, actor: Actor, f: Filter, limit: int = PAGE) -> Overview:
    """Satkers by kode with their case; one more is read to know whether there is a next page."""
    query = (
        select(
            Satker.kode, Satker.nama, Satker.zona, Unit.nama.label("nama_unit"), Instance.id, Instance.status,
            Instance.title, Instance.changed_at, Instance.ended_at,
        )
        .join(Unit, Unit.kode == Satker.unit_kode)
        .outerjoin(Instance, _case(process, actor))
        .where(seen(actor), *_where(f), Satker.kode > f.after)
        .order_by(Satker.kode)
        .limit(limit + 1)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    return Overview(rows[:limit], rows[limit - 1].kode if len(rows) > limit else "")


def sums(process: str, actor: Actor, f: Filter) -> list[tuple[str, int]]:
    """(status, how many satkers), the most frequent first; the filter by status plays no part."""
    words = func.coalesce(Instance.status, NOT_BEGUN)
    query = (
        select(words, func.count())
        .select_from(Satker)
        .outerjoin(Instance, _case(process, actor))
        .where(seen(actor), *_where(Filter(f.text, "", f.unit)))
        .group_by(words)
        .order_by(func.count().desc(), words)
    )
    return [(str(status), int(n)) for status, n in db.session.execute(query)]


def units(actor: Actor) -> list[tuple[str, str]]:
    """(kode, nama) of the units among what the actor sees."""
    query = select(Unit.kode, Unit.nama).join(Satker, Satker.unit_kode == Unit.kode).where(seen(actor)).distinct()
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Unit.nama))]


def case_of(process: str, satker: str, year: int) -> Instance | None:
    """The case of one satker; not one that was cancelled: in its place a new one can begin."""
    here = (Instance.process == process, Instance.satker == satker, Instance.tahun == year)
    query = select(Instance).where(*here, Instance.phase != "cancelled")
    return db.session.scalars(query.order_by(Instance.id.desc()).limit(1)).first()


def cancelled_of(process: str, satker: str, year: int) -> Instance | None:
    """The case of one satker that was cancelled last."""
    here = (Instance.process == process, Instance.satker == satker, Instance.tahun == year)
    query = select(Instance).where(*here, Instance.phase == "cancelled").order_by(Instance.id.desc()).limit(1)
    return db.session.scalars(query).first()


def seen(actor: Actor) -> ColumnElement[bool]:
    """What the actor sees of the satkers."""
    if any(h.kind == "all" for h in actor.holdings):
        return true()
    parts = [(Satker.kode if h.kind == "satker" else Satker.unit_kode) == h.scope for h in actor.holdings]
    return or_(false(), *parts)


def _case(process: str, actor: Actor) -> ColumnElement[bool]:
    here = (Instance.satker == Satker.kode, Instance.process == process, Instance.tahun == actor.year)
    return and_(*here, Instance.phase != "cancelled")


def _where(f: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if f.text:
        like = f"%{f.text.strip()}%"
        where.append(or_(Satker.nama.ilike(like), Satker.kode.like(like)))
    if f.unit:
        where.append(Satker.unit_kode == f.unit)
    if f.status == NOT_BEGUN:
        where.append(Instance.id.is_(None))
    elif f.status:
        where.append(Instance.status == f.status)
    return where
