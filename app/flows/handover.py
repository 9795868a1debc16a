"""What a change of head means for cases that are open: shown before it is done, told to operators when it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, case, exists, func, select

from app.flows import notices, terms
from app.flows.rights import local_day
from app.flows.terms import DAY, Place
from app.models import AnyRow, Document, Instance, Person, Task, db, table

OPERATOR = "Operator Satker"
_INSTANCE, _DOCUMENT, _TASK, _PERSON = table(Instance), table(Document), table(Task), table(Person)
TOLD = (
    "{role} berganti: sekarang {nama}. Lembar PK yang belum ditandatangani {role} masih menyebut pejabat sebelumnya. "
    "Setelah dikembalikan atau ditarik kembali, lembar yang baru menyebut pejabat sekarang."
)


@dataclass(frozen=True)
class Preview:
    """What an appointment would do. `ends` are (name, title, last day)."""

    before: str
    ends: tuple[tuple[str, str, date], ...]
    goes_on: tuple[str, str]  # the definitif head whose term runs on below a Plt. or Plh., or ("", "")
    open_cases: int
    waiting: int
    again: int
    kept: int
    at_once: bool


def open_sheets(conn: Connection, place: Place) -> Sequence[AnyRow]:
    """Open cases under a head: instance_id, satker, unit; `waits` for them, has a `sheet`, is `signed` by them."""
    mine = _INSTANCE.c.satker == place.kode if place.kind == "satker" else _INSTANCE.c.unit == place.kode
    waits = exists().where(
        _TASK.c.instance_id == _INSTANCE.c.id, _TASK.c.state == "open", _TASK.c.kind == "user",
        _TASK.c.role == place.role,
    )  # fmt: skip
    sheet = and_(_DOCUMENT.c.instance_id == _INSTANCE.c.id, _DOCUMENT.c.void_at.is_(None))
    # the head of the satker signs first, so one signature is theirs; with the unit's the case ends
    enough = 1 if place.kind == "satker" else 2
    query = select(
        _INSTANCE.c.id.label("instance_id"), _INSTANCE.c.satker, _INSTANCE.c.unit, waits.label("waits"),
        exists().where(sheet).label("sheet"), exists().where(sheet, _DOCUMENT.c.signatures >= enough).label("signed"),
    ).where(mine, _INSTANCE.c.phase.in_(("running", "suspended")))  # fmt: skip
    return conn.execute(query).all()


def preview(place: Place, sebagai: str, since: date, now: datetime) -> Preview:
    """Read only."""
    conn, today = db.session.connection(), local_day(now)
    known = terms.of(conn, place)
    leads = terms.leader(known, today)
    there = [t for t in known if t.since <= since and (t.until is None or t.until >= since)]
    ends = [t for t in there if bool(t.sebagai) or not sebagai]
    below = next((t for t in there if sebagai and not t.sebagai), None)
    cases = open_sheets(conn, place)
    return Preview(
        before=_called(conn, leads),
        ends=tuple((_name(conn, t.person_id), terms.title(t.sebagai, t.jabatan), since - DAY) for t in ends),
        goes_on=(_name(conn, below.person_id), below.jabatan) if below else ("", ""),
        open_cases=len(cases),
        waiting=sum(bool(c.waits) for c in cases),
        again=sum(bool(c.sheet and not c.signed) for c in cases),
        kept=sum(bool(c.signed) for c in cases) + _ended(conn, place),
        at_once=since <= today,
    )


def tell(conn: Connection, place: Place, person: int, now: datetime) -> None:
    """Operators whose sheets name the head before learn what to do; once for each case and head."""
    text = TOLD.format(role=place.role, nama=_name(conn, person))
    for c in open_sheets(conn, place):
        if c.sheet and not c.signed:
            key = f"pejabat:{place.kind}:{c.instance_id}:{person}:{local_day(now)}"
            notices.add(conn, [notices.row(key, c, OPERATOR, text, now)])


def _ended(conn: Connection, place: Place) -> int:
    """Cases with a sheet in the archive."""
    mine = _DOCUMENT.c.satker == place.kode if place.kind == "satker" else _DOCUMENT.c.unit == place.kode
    archived = case((_DOCUMENT.c.kind == "archive", _DOCUMENT.c.instance_id))
    return conn.execute(select(func.count(archived.distinct())).where(mine)).scalar() or 0


def _called(conn: Connection, term: AnyRow | None) -> str:
    return f"{_name(conn, term.person_id)}, {terms.title(term.sebagai, term.jabatan)}" if term else ""


def _name(conn: Connection, person: int) -> str:
    return str(conn.execute(select(_PERSON.c.nama).where(_PERSON.c.id == person)).scalar() or "")
