"""The list of accounts: searched, filtered, in keyset pages by name, and whole for an export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.flows import audit
from app.flows.accounts import FIRST_MARK
from app.flows.rights import Actor, local_day, valid_on
from app.models import AnyRow, Assignment, Person, Satker, Unit, User, db

PAGE, EXPORT = 50, 100_000
STATES = {"aktif": "Aktif", "ditutup": "Ditutup"}
TRAITS = {"belum": "Belum pernah masuk", "awal": "Belum membuat password sendiri", "tanpa": "Tanpa peran hari ini"}


@dataclass(frozen=True)
class Filter:
    """As it stands in the address; "" for everything. `unit` takes the satkers of the unit along."""

    cari: str = ""
    peran: str = ""
    unit: str = ""
    satker: str = ""
    keadaan: str = ""
    ciri: str = ""
    sesudah: str = ""  # name~id of the last row of the page before

    @property
    def narrowed(self) -> bool:
        return replace(self, sesudah="") != Filter()


@dataclass(frozen=True)
class Listed:
    """One page; `roles` are words by account, `next` the key of the page after it or ""."""

    rows: Sequence[AnyRow]
    roles: dict[int, list[str]]
    next: str = ""


def page(f: Filter, now: datetime, size: int = PAGE) -> Listed:
    """By name, then by id."""
    query = (
        select(
            User.id, User.username, User.nama, User.email, User.active, User.last_login_at, Person.nip,
            User.password_hash.like(FIRST_MARK + "%").label("awal"),
        )
        .outerjoin(Person, Person.id == User.person_id)
        .where(*_where(f, local_day(now)))
        .order_by(User.nama, User.id)
        .limit(size + 1)
    )  # fmt: skip
    after = _key(f.sesudah)
    if after:
        query = query.where(tuple_(User.nama, User.id) > tuple_(*after))
    rows = db.session.execute(query).all()
    more, rows = len(rows) > size, rows[:size]
    last = f"{rows[-1].nama}~{rows[-1].id}" if more else ""
    return Listed(rows, held([r.id for r in rows], local_day(now)), last)


def export(f: Filter, actor: Actor, now: datetime) -> Listed:
    """Everything that matches; written into the audit list. Commits."""
    found = page(replace(f, sesudah=""), now, EXPORT)
    asked = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    audit.write("ekspor", "daftar pengguna", now, by=actor, after={"baris": len(found.rows), "saringan": asked})
    db.session.commit()
    return found


def counts(now: datetime) -> dict[str, int]:
    """How many accounts there are in all, closed, never used, without a role."""
    wanted = {"": Filter(), "ditutup": Filter(keadaan="ditutup"), "belum": Filter(keadaan="aktif", ciri="belum"),
              "tanpa": Filter(keadaan="aktif", ciri="tanpa")}  # fmt: skip
    today = local_day(now)
    return {
        k: db.session.scalar(select(func.count()).select_from(User).where(*_where(f, today))) or 0
        for k, f in wanted.items()
    }


def held(users: Iterable[int], today: date) -> dict[int, list[str]]:
    """What accounts hold today, in words: "Kepala Satker, Balai Contoh Satu"."""
    ids = list(users)
    found: dict[int, list[str]] = {}
    for n in range(0, len(ids), 500):
        query = (
            select(Assignment.user_id, Assignment.role, Satker.nama.label("satker"), Unit.nama.label("unit"))
            .outerjoin(Satker, Satker.kode == Assignment.scope)
            .outerjoin(Unit, Unit.kode == Assignment.scope)
            .where(Assignment.user_id.in_(ids[n : n + 500]), valid_on(Assignment, today))
            .order_by(Assignment.role, Assignment.scope)
        )
        for row in db.session.execute(query):
            words = ", ".join(w for w in (row.role, row.satker or row.unit) if w)
            found.setdefault(row.user_id, []).append(words)
    return found


def _where(f: Filter, today: date) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    who = aliased(Person)
    for word in f.cari.split()[:6]:
        like = f"%{_escaped(word)}%"
        theirs = or_(who.nip.like(like, "\\"), who.nama.ilike(like, "\\"))
        number = exists().where(who.id == User.person_id, theirs)
        where.append(
            or_(User.nama.ilike(like, "\\"), User.username.ilike(like, "\\"), User.email.ilike(like, "\\"), number)
        )
    if f.peran or f.unit or f.satker:
        where.append(exists().where(Assignment.user_id == User.id, valid_on(Assignment, today), *_held(f)))
    if f.keadaan in STATES:
        where.append(User.active.is_(f.keadaan == "aktif"))
    if f.ciri == "belum":
        where.append(User.last_login_at.is_(None))
    elif f.ciri == "awal":
        where.append(User.password_hash.like(FIRST_MARK + "%"))
    elif f.ciri == "tanpa":
        where.append(~exists().where(Assignment.user_id == User.id, valid_on(Assignment, today)))
    return where


def _held(f: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if f.peran:
        where.append(Assignment.role == f.peran)
    if f.satker:
        where.append(Assignment.scope == f.satker)
    if f.unit:
        below = select(Satker.kode).where(Satker.unit_kode == f.unit)
        where.append(or_(Assignment.scope == f.unit, Assignment.scope.in_(below)))
    return [and_(*where)]


def _escaped(text: str) -> str:
    """% and _ are letters like others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _key(text: str) -> tuple[str, int] | None:
    name, _, number = text.rpartition("~")
    return (name, int(number)) if number.isdecimal() and len(number) < 11 else None
