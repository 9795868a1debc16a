"""Terms of office: who heads a satker or unit on which day, and the roles that go with it.

A place has two layers of terms: definitif, and above it Plt. and Plh. Within a layer terms never overlap. On a day the
one above leads, else the one below, else nobody does. The role (Kepala Satker, Eselon 1) is with whoever leads: nobody
signs beside a Plh. Everything here works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from app.flows.rights import local_day, valid_on
from app.models import AnyRow, Assignment, Headship, Person, Satker, Unit, User, table

_TERM, _ASSIGNMENT, _ACCOUNT, _PERSON = table(Headship), table(Assignment), table(User), table(Person)
MASTERS = {"satker": table(Satker), "unit": table(Unit)}
ROLES = {"satker": "Kepala Satker", "unit": "Eselon 1"}
TEMPORARY = ("Plt.", "Plh.")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A satker or a unit utama: `kind` is "satker" or "unit"."""

    kind: str
    kode: str

    @property
    def role(self) -> str:
        return ROLES[self.kind]

    @property
    def words(self) -> str:
        """As the audit list calls it."""
        return f"{self.kind} {self.kode}"


@dataclass(frozen=True)
class Stretch:
    """Days (inclusive; until None: open) on which one person leads; a role goes along where an admin `confirmed` it."""

    person_id: int
    since: date
    until: date | None
    confirmed: bool = True


def title(sebagai: str, jabatan: str) -> str:
    """As it is printed: "Plt. Kepala Balai"."""
    return f"{sebagai} {jabatan}".strip()


def split(printed: str) -> tuple[str, str]:
    """(sebagai, jabatan) of a printed title."""
    first, _, rest = printed.strip().partition(" ")
    known = next((t for t in TEMPORARY if first.rstrip(".").lower() == t.rstrip(".").lower()), "")
    return (known, rest.strip()) if known and rest.strip() else ("", printed.strip())


def of(conn: Connection, place: Place) -> Sequence[AnyRow]:
    """All terms of a place, the earliest first."""
    mine = and_(_TERM.c.kind == place.kind, _TERM.c.kode == place.kode)
    return conn.execute(select(_TERM).where(mine).order_by(_TERM.c.since, _TERM.c.id)).all()


def leader(terms: Iterable[Any], day: date) -> Any:
    """The term that leads on `day`, or None."""
    valid = [t for t in terms if t.since <= day and (t.until is None or t.until >= day)]
    return max(valid, key=lambda t: (bool(t.sebagai), t.since), default=None)


def stretches(terms: Sequence[Any], start: date) -> list[Stretch]:
    """Who leads from `start` on, in order; days on which nobody does are left out."""
    turns = {start} | {t.since for t in terms} | {t.until + DAY for t in terms if t.until}
    days = sorted(d for d in turns if d >= start)
    found: list[Stretch] = []
    for day, after in zip(days, [*days[1:], None], strict=True):
        leads = leader(terms, day)
        if leads is None:
            continue
        until = after - DAY if after else None
        last = found[-1] if found else None
        who = (leads.person_id, leads.confirmed)
        if last and (last.person_id, last.confirmed) == who and last.until == day - DAY:
            found[-1] = Stretch(last.person_id, last.since, until, last.confirmed)
        else:
            found.append(Stretch(leads.person_id, day, until, leads.confirmed))
    return found


def close(conn: Connection, term: Any, start: date) -> None:
    """The term ends the day before `start`; one that would not have begun by then goes."""
    mine = _TERM.c.id == term.id
    if term.since >= start:
        conn.execute(delete(_TERM).where(mine))
    else:
        conn.execute(update(_TERM).where(mine).values(until=start - DAY))


def adopt(conn: Connection, place: Place, now: datetime) -> None:
    """A head whom the master names without a term (data from before there were terms) gets one."""
    if conn.execute(select(_TERM.c.id).where(_TERM.c.kind == place.kind, _TERM.c.kode == place.kode)).first():
        return
    master = MASTERS[place.kind]
    row = conn.execute(
        select(master.c.pimpinan_id, master.c.jabatan_pimpinan).where(master.c.kode == place.kode)
    ).first()
    if row is None or row.pimpinan_id is None:
        return
    held = (
        select(func.min(_ASSIGNMENT.c.since))
        .join(_ACCOUNT, _ACCOUNT.c.id == _ASSIGNMENT.c.user_id)
        .where(
            _ACCOUNT.c.person_id == row.pimpinan_id,
            _ASSIGNMENT.c.role == place.role,
            _ASSIGNMENT.c.scope == place.kode,
            _ASSIGNMENT.c.since <= local_day(now),
        )
    )
    since = conn.execute(held).scalar()
    sebagai, jabatan = split(row.jabatan_pimpinan)
    term = (row.pimpinan_id, jabatan, sebagai, since or local_day(now), None)
    add(conn, place, term, now, confirmed=since is not None)


def add(
    conn: Connection, place: Place, term: tuple[int, str, str, date, date | None], now: datetime, confirmed: bool = True
) -> int:
    """A new term (person, jabatan, sebagai, since, until); its id."""
    person, jabatan, sebagai, since, until = term
    made = conn.execute(
        insert(_TERM).values(
            kind=place.kind, kode=place.kode, person_id=person, jabatan=jabatan, sebagai=sebagai, since=since,
            until=until, created_at=now, confirmed=confirmed,
        )
    ).inserted_primary_key  # fmt: skip
    return int(made[0]) if made else 0


def named(conn: Connection, place: Place, person: int, printed: str, now: datetime) -> None:
    """Info Satker names a head: the terms follow from today on. Roles don't: those an admin gives."""
    adopt(conn, place, now)
    today = local_day(now)
    sebagai, jabatan = split(printed)
    for term in of(conn, place):
        runs = term.since <= today and (term.until is None or term.until >= today)
        same = (term.person_id, term.sebagai) == (person, sebagai)
        if runs and same:
            conn.execute(update(_TERM).where(_TERM.c.id == term.id).values(jabatan=jabatan))
        elif runs and (term.sebagai or not sebagai):
            close(conn, term, today)
    leads = leader(of(conn, place), today)
    if leads is not None and (leads.person_id, leads.sebagai) == (person, sebagai):
        return
    later = [t.since for t in of(conn, place) if bool(t.sebagai) == bool(sebagai) and t.since > today]
    add(conn, place, (person, jabatan, sebagai, today, min(later) - DAY if later else None), now, confirmed=False)


def set_master(conn: Connection, place: Place, now: datetime) -> tuple[int | None, int | None]:
    """Copy whoever leads today to the master. (person before, person now), equal where nothing changed hands."""
    master = MASTERS[place.kind]
    was = conn.execute(
        select(master.c.pimpinan_id, master.c.jabatan_pimpinan).where(master.c.kode == place.kode)
    ).first()
    if was is None:
        return None, None
    leads = leader(of(conn, place), local_day(now))
    person, printed = (leads.person_id, title(leads.sebagai, leads.jabatan)) if leads else (None, "")
    if (was.pimpinan_id, was.jabatan_pimpinan) != (person, printed):
        values: dict[str, Any] = {"pimpinan_id": person, "jabatan_pimpinan": printed}
        if place.kind == "satker":
            values["changed_at"] = now
        conn.execute(update(master).where(master.c.kode == place.kode).values(values))
    return was.pimpinan_id, person


def give_roles(conn: Connection, place: Place, start: date) -> None:
    """From `start` on the role of the place is with whoever leads, as far as they have an account; days before stay.

    Somebody whom only Info Satker named leads without it: an operator gives no roles.
    """
    mine = and_(_ASSIGNMENT.c.role == place.role, _ASSIGNMENT.c.scope == place.kode)
    open_ = conn.execute(
        select(_ASSIGNMENT).where(mine, or_(_ASSIGNMENT.c.until.is_(None), _ASSIGNMENT.c.until >= start))
    ).all()
    ended = {}
    for row in open_:
        if row.since >= start:
            conn.execute(delete(_ASSIGNMENT).where(_ASSIGNMENT.c.id == row.id))
        else:
            conn.execute(update(_ASSIGNMENT).where(_ASSIGNMENT.c.id == row.id).values(until=start - DAY))
            ended[row.user_id] = row.id
    for s in stretches(of(conn, place), start):
        user = account_of(conn, s.person_id)
        if user is None or not s.confirmed:
            continue
        if s.since == start and user in ended:  # it goes on: the row that began it stays
            conn.execute(update(_ASSIGNMENT).where(_ASSIGNMENT.c.id == ended[user]).values(until=s.until))
            continue
        conn.execute(
            insert(_ASSIGNMENT).values(user_id=user, role=place.role, scope=place.kode, since=s.since, until=s.until)
        )


def account_of(conn: Connection, person: int) -> int | None:
    """The account with which a person works: the active one that is called by their NIP, else the first active one."""
    query = (
        select(_ACCOUNT.c.id)
        .join(_PERSON, _PERSON.c.id == _ACCOUNT.c.person_id)
        .where(_ACCOUNT.c.person_id == person, _ACCOUNT.c.active)
        .order_by(_ACCOUNT.c.username != func.coalesce(_PERSON.c.nip, ""), _ACCOUNT.c.id)
    )
    found = conn.execute(query.limit(1)).scalar()
    return None if found is None else int(found)


def holders_on(conn: Connection, place: Place, day: date) -> set[int]:
    """Accounts that hold the role of the place on `day`."""
    mine = and_(_ASSIGNMENT.c.role == place.role, _ASSIGNMENT.c.scope == place.kode, valid_on(_ASSIGNMENT.c, day))
    return set(conn.execute(select(_ASSIGNMENT.c.user_id).where(mine)).scalars())


def end_sessions(conn: Connection, users: Iterable[int]) -> None:
    """Their next request leads to the login."""
    ids = list(users)
    if ids:
        conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id.in_(ids)).values(epoch=_ACCOUNT.c.epoch + 1))
