"""Carry a plan out, inside the caller's transaction: many rows by few statements. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from app.flows import accounts, audit, heads, invitations
from app.flows.audit import Line
from app.flows.heads import Appointment
from app.flows.importing import cells
from app.flows.importing.plan import CHANGED, NEW, Plan
from app.flows.people import Who
from app.flows.rights import Actor
from app.models import Assignment, Person, Satker, Unit, User, db, table

_UNIT, _SATKER, _PERSON, _ACCOUNT, _ROLE = (table(m) for m in (Unit, Satker, Person, User, Assignment))
_KIND = {"unit": "master", "satker": "master", "orang": "master", "akun": "akun", "peran": "peran"}


@dataclass(frozen=True)
class Passwords:
    """Hashes for new accounts, made before the transaction: each takes a while, and one serves all of a kind."""

    first: str  # the guide's first one, to be changed at the first login
    none: str  # nobody knows it

    @classmethod
    def made(cls) -> Passwords:
        return cls(accounts.first_password(), accounts.no_password())


def write(plan: Plan, passwords: Passwords, by: Actor, now: datetime, note: str) -> list[int]:
    """Everything that the plan says; ids of the new accounts that are to be invited by mail."""
    conn = db.session.connection()
    _masters(conn, plan, now)
    ids = _people(conn, plan)
    made = _accounts(conn, plan, passwords, ids)
    _end_links(conn, plan, now)
    _roles(conn, plan)
    _audit(conn, plan, by, now, note)
    for kind, kode, term in plan.todo.terms:
        who = Who(person_id=ids[term.person])
        new = Appointment(kind, kode, who, term.jabatan, term.since, term.sebagai, term.until)
        heads.enter(new, by=by, now=now)
    return [made[a.username] for a in plan.todo.accounts.values() if a.email and not a.first]


def _masters(conn: Connection, plan: Plan, now: datetime) -> None:
    todo = plan.todo
    _insert(conn, _UNIT, todo.units)
    _insert(conn, _SATKER, [{**row, "changed_at": now} for row in todo.satkers])
    for kode, values in todo.units_changed:
        conn.execute(update(_UNIT).where(_UNIT.c.kode == kode).values(values))
    for kode, values in todo.satkers_changed:
        conn.execute(update(_SATKER).where(_SATKER.c.kode == kode).values(**values, changed_at=now))


def _people(conn: Connection, plan: Plan) -> dict[str, int]:
    """NIP -> id, of everybody who has one."""
    _insert(conn, _PERSON, list(plan.todo.people.values()))
    for key, values in plan.todo.people_changed:
        conn.execute(update(_PERSON).where(_PERSON.c.id == key).values(values))
    rows = conn.execute(select(_PERSON.c.nip, _PERSON.c.id).where(_PERSON.c.nip.is_not(None)))
    return {row.nip: row.id for row in rows}


def _accounts(conn: Connection, plan: Plan, passwords: Passwords, people: Mapping[str, int]) -> dict[str, int]:
    """Username -> id of the new ones."""
    new = [
        {
            "username": a.username, "nama": a.nama, "email": a.email, "person_id": people[a.nip] if a.nip else None,
            "password_hash": passwords.first if a.first else passwords.none,
        }
        for a in plan.todo.accounts.values()
    ]  # fmt: skip
    _insert(conn, _ACCOUNT, new)
    for username, changes in plan.todo.accounts_changed.items():
        values = {k: v for k, v in changes.items() if k != "nip"}
        if "nip" in changes:
            values["person_id"] = people[changes["nip"]]
        conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.username == username).values(values))
    return _ids(conn, plan.todo.accounts)


def _end_links(conn: Connection, plan: Plan, now: datetime) -> None:
    """A link must not reach the address of before."""
    for username, changes in plan.todo.accounts_changed.items():
        if "email" in changes:
            invitations.end(plan.known.users[username].id, now, conn)


def _roles(conn: Connection, plan: Plan) -> None:
    todo = plan.todo
    ids = {u: row.id for u, row in plan.known.users.items()} | _ids(conn, todo.accounts)
    _insert(conn, _ROLE, [
        {"user_id": ids[h.username], "role": h.role, "scope": h.scope, "since": h.since, "until": h.until}
        for h in todo.roles
    ])  # fmt: skip
    for key, values in todo.roles_changed:
        conn.execute(update(_ROLE).where(_ROLE.c.id == key).values(values))


def _ids(conn: Connection, usernames: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _slices(list(usernames), 500):
        query = select(_ACCOUNT.c.username, _ACCOUNT.c.id).where(_ACCOUNT.c.username.in_(some))
        found |= {row.username: row.id for row in conn.execute(query)}
    return found


def _audit(conn: Connection, plan: Plan, by: Actor, now: datetime, note: str) -> None:
    """One entry for each thing; those of heads are written as they are appointed."""
    lines = []
    for change in plan.changes:
        if change.thing not in _KIND or change.action not in (NEW, CHANGED):
            continue
        before = {label: _shown(label, old) for label, old, _ in change.fields if old}
        after = {label: _shown(label, new) for label, _, new in change.fields}
        lines.append(Line(_KIND[change.thing], f"{change.thing} {change.subject}", before, after))
    audit.write_many(lines, now, by, conn, note)


def _shown(label: str, value: str) -> str:
    return cells.masked(value) if label == "NIK" else value


def _insert(conn: Connection, to: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        conn.execute(insert(to), list(rows))


def _slices(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
