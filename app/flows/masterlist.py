"""Lists of units, satkers and heads: searched, filtered, in keyset pages, and whole for an export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_, union_all

from app.flows import audit, terms
from app.flows.rights import Actor, local_day, valid_on
from app.flows.terms import ROLES, Place
from app.models import AnyRow, Assignment, Headship, Person, Satker, Unit, User, db

PAGE, EXPORT = 50, 100_000
SOON = timedelta(days=30)
ATTENTION = {
    "tanpa": "Tanpa pejabat", "akun": "Belum punya akun atau peran", "sementara": "Dipimpin Plt. atau Plh.",
    "berakhir": "Berakhir dalam 30 hari", "nanti": "Ada yang mulai nanti",
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """As it stands in the address; "" for everything. `perhatian` is a key of ATTENTION, `jenis` satker or unit."""

    cari: str = ""
    unit: str = ""
    jenis: str = ""
    perhatian: str = ""
    sesudah: str = ""

    @property
    def narrowed(self) -> bool:
        return replace(self, sesudah="") != Filter()


@dataclass(frozen=True)
class Listed:
    """One page; `next` is the key of the page after it or ""."""

    rows: Sequence[Any]
    next: str = ""


@dataclass(frozen=True)
class Post:
    """A place and who leads it today. `term` is None where nobody does; `later` are terms that have not begun."""

    place: Place
    nama: str
    nama_unit: str
    pimpinan: str
    nip: str
    has_nik: bool
    jabatan: str
    account: str  # username with which the role is held today, "" if it is not
    term: Any
    later: tuple[Any, ...]


def unit_choices() -> list[tuple[str, str]]:
    """(kode, nama) of all units by name."""
    return [(r[0], r[1]) for r in db.session.execute(select(Unit.kode, Unit.nama).order_by(Unit.nama))]


def satker_choices() -> list[tuple[str, str]]:
    """(kode, nama) of all satkers by kode."""
    return [(r[0], r[1]) for r in db.session.execute(select(Satker.kode, Satker.nama).order_by(Satker.kode))]


def units(f: Filter, size: int = PAGE) -> Listed:
    """kode, nama, head and number of satkers, by kode."""
    below = select(func.count()).select_from(Satker).where(Satker.unit_kode == Unit.kode).scalar_subquery()
    query = (
        select(Unit.kode, Unit.nama, Unit.jabatan_pimpinan, Person.nama.label("pimpinan"), below.label("satker"))
        .outerjoin(Person, Person.id == Unit.pimpinan_id)
        .where(*_words(f.cari, Unit.kode, Unit.nama, Person.nama))
    )
    if f.perhatian == "tanpa":
        query = query.where(Unit.pimpinan_id.is_(None))
    return _by_kode(query, Unit.kode, f.sesudah, size)


def satkers(f: Filter, size: int = PAGE) -> Listed:
    """All that is known of satkers, with unit and head, by kode."""
    query = (
        select(
            Satker.kode, Satker.nama, Satker.kota, Satker.zona, Satker.alamat, Satker.nama_operator, Satker.hp,
            Satker.email, Satker.jabatan_pimpinan, Satker.changed_at, Unit.nama.label("nama_unit"), Satker.unit_kode,
            Person.nama.label("pimpinan"), Person.nip,
        )
        .join(Unit, Unit.kode == Satker.unit_kode)
        .outerjoin(Person, Person.id == Satker.pimpinan_id)
        .where(*_words(f.cari, Satker.kode, Satker.nama, Satker.kota, Person.nama))
    )  # fmt: skip
    if f.unit:
        query = query.where(Satker.unit_kode == f.unit)
    if f.perhatian == "tanpa":
        query = query.where(Satker.pimpinan_id.is_(None))
    return _by_kode(query, Satker.kode, f.sesudah, size)


def posts(f: Filter, now: datetime, size: int = PAGE) -> Listed:
    """Each unit with its satkers behind it, and who leads them."""
    today, p = local_day(now), _places()
    query = (
        select(p, Person.nama.label("pimpinan"), Person.nip, (Person.nik != "").label("has_nik"))
        .outerjoin(Person, Person.id == p.c.pimpinan_id)
        .where(*_words(f.cari, p.c.kode, p.c.nama, Person.nama, Person.nip), *_attention(p, f.perhatian, today))
        .order_by(p.c.unit_kode, p.c.rank, p.c.kode)
        .limit(size + 1)
    )
    if f.unit:
        query = query.where(p.c.unit_kode == f.unit)
    if f.jenis in ROLES:
        query = query.where(p.c.kind == f.jenis)
    after = f.sesudah.split("~")
    if len(after) == 3 and after[1].isdecimal():
        query = query.where(tuple_(p.c.unit_kode, p.c.rank, p.c.kode) > tuple_(after[0], int(after[1][:2]), after[2]))
    rows = db.session.execute(query).all()
    more, rows = len(rows) > size, rows[:size]
    key = f"{rows[-1].unit_kode}~{rows[-1].rank}~{rows[-1].kode}" if more else ""
    return Listed(_posts(rows, today), key)


def terms_of(place: Place) -> list[Headship]:
    """All terms of a place with their people, the earliest first."""
    query = select(Headship).where(Headship.kind == place.kind, Headship.kode == place.kode)
    return list(db.session.scalars(query.order_by(Headship.since, Headship.id)))


def terms_held(person_id: int) -> list[Headship]:
    """Where a person led, leads or will lead, the latest first."""
    query = select(Headship).where(Headship.person_id == person_id).order_by(Headship.since.desc(), Headship.id)
    return list(db.session.scalars(query))


def attention(now: datetime) -> dict[str, int]:
    """How many places there are for each key of ATTENTION."""
    p, today = _places(), local_day(now)
    count = select(func.count()).select_from(p)
    return {k: db.session.scalar(count.where(*_attention(p, k, today))) or 0 for k in ATTENTION}


def exported(what: str, rows: Sequence[Any], f: Filter, actor: Actor, now: datetime) -> None:
    """Write an export into the audit list. Commits."""
    asked = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    audit.write("ekspor", f"daftar {what}", now, by=actor, after={"baris": len(rows), "saringan": asked})
    db.session.commit()


def _places() -> Any:
    """Units and satkers as one table: kind, kode, nama, unit_kode, nama_unit, rank, pimpinan_id, jabatan."""
    above = select(
        literal("unit").label("kind"), Unit.kode, Unit.nama, Unit.kode.label("unit_kode"),
        Unit.nama.label("nama_unit"), literal(0).label("rank"), Unit.pimpinan_id,
        Unit.jabatan_pimpinan.label("jabatan"),
    )  # fmt: skip
    below = select(
        literal("satker"), Satker.kode, Satker.nama, Satker.unit_kode, Unit.nama, literal(1), Satker.pimpinan_id,
        Satker.jabatan_pimpinan,
    ).join(Unit, Unit.kode == Satker.unit_kode)  # fmt: skip
    return union_all(above, below).subquery()


def _attention(p: Any, key: str, today: date) -> list[ColumnElement[bool]]:
    mine = and_(Headship.kind == p.c.kind, Headship.kode == p.c.kode)
    match key:
        case "tanpa":
            return [p.c.pimpinan_id.is_(None)]
        case "akun":
            return [p.c.pimpinan_id.is_not(None), ~_holding(p, today)]
        case "sementara":
            return [or_(*(p.c.jabatan.like(f"{word}%") for word in terms.TEMPORARY))]
        case "berakhir":
            return [exists().where(mine, Headship.since <= today, Headship.until.between(today, today + SOON))]
        case "nanti":
            return [exists().where(mine, Headship.since > today)]
    return []


def _holding(p: Any, today: date) -> Any:
    """Whether the head of a place holds its role today, with an open account."""
    role = or_(*(and_(p.c.kind == kind, Assignment.role == name) for kind, name in ROLES.items()))
    return exists().where(
        Assignment.scope == p.c.kode, role, valid_on(Assignment, today), User.id == Assignment.user_id, User.active,
        User.person_id == p.c.pimpinan_id,
    )  # fmt: skip


def _posts(rows: Sequence[AnyRow], today: date) -> list[Post]:
    kodes = [r.kode for r in rows]
    by_place: dict[tuple[str, str], list[Headship]] = {}
    for term in _in_chunks(select(Headship), Headship.kode, kodes):
        by_place.setdefault((term.kind, term.kode), []).append(term)
    accounts = _accounts(kodes, today)
    found = []
    for r in rows:
        known = by_place.get((r.kind, r.kode), [])
        found.append(
            Post(
                Place(r.kind, r.kode), r.nama, r.nama_unit, r.pimpinan or "", r.nip or "", bool(r.has_nik), r.jabatan,
                accounts.get((ROLES[r.kind], r.kode, r.pimpinan_id), ""), terms.leader(known, today),
                tuple(sorted((t for t in known if t.since > today), key=lambda t: t.since)),
            )
        )  # fmt: skip
    return found


def _accounts(kodes: Sequence[str], today: date) -> dict[tuple[str, str, int | None], str]:
    """(role, kode, person) -> username of whoever holds a head's role today."""
    found: dict[tuple[str, str, int | None], str] = {}
    for n in range(0, len(kodes), 500):
        query = (
            select(Assignment.role, Assignment.scope, User.person_id, User.username)
            .join(User, User.id == Assignment.user_id)
            .where(
                Assignment.scope.in_(kodes[n : n + 500]), Assignment.role.in_(ROLES.values()), User.active,
                valid_on(Assignment, today), User.person_id.is_not(None),
            )
        )  # fmt: skip
        found |= {(r[0], r[1], r[2]): r[3] for r in db.session.execute(query)}
    return found


def _in_chunks(query: Select[Any], column: Any, values: Sequence[str]) -> Iterable[Any]:
    for n in range(0, len(values), 500):
        yield from db.session.scalars(query.where(column.in_(values[n : n + 500])))


def _by_kode(query: Any, kode: Any, after: str, size: int) -> Listed:
    rows = db.session.execute(
        (query.where(kode > after) if after else query).order_by(kode).limit(size + 1)
    ).all()  # fmt: skip
    return Listed(rows[:size], rows[size - 1].kode if len(rows) > size else "")


def _words(text: str, *columns: Any) -> list[ColumnElement[bool]]:
    """Each word stands in one of the columns; % and _ are letters like others."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [or_(*(c.ilike(f"%{word}%", escape="\\") for c in columns)) for word in plain.split()[:6]]
