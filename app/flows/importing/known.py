"""What the database knows of masters and people, read at once: a plan is made against it, without further queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.models import Assignment, Headship, Person, Satker, Unit, User, table


@dataclass
class Known:
    """Rows by the keys that a file uses. `terms` and `roles` are grouped; everything else is one row a key."""

    units: dict[str, Any] = field(default_factory=dict)
    satkers: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)  # by NIP
    people_by_id: dict[int, Any] = field(default_factory=dict)
    niks: dict[str, Any] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)  # by username
    users_of: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))  # by person
    roles: dict[tuple[int, str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    terms: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))


def read(conn: Connection) -> Known:
    """Six queries; some thousand rows in an office of 340 satkers."""
    known = Known()
    known.units = {r.kode: r for r in conn.execute(select(table(Unit)))}
    known.satkers = {r.kode: r for r in conn.execute(select(table(Satker)))}
    for person in conn.execute(select(table(Person))):
        known.people_by_id[person.id] = person
        if person.nip:
            known.people[person.nip] = person
        if person.nik:
            known.niks.setdefault(person.nik, person)
    user = table(User).c
    query = select(user.id, user.username, user.nama, user.email, user.person_id, user.active).order_by(user.id)
    for account in conn.execute(query):
        known.users[account.username] = account
        if account.person_id is not None:
            known.users_of[account.person_id].append(account)
    for held in conn.execute(select(table(Assignment)).order_by(table(Assignment).c.since)):
        known.roles[held.user_id, held.role, held.scope].append(held)
    for term in conn.execute(select(table(Headship)).order_by(table(Headship).c.since, table(Headship).c.id)):
        known.terms[term.kind, term.kode].append(term)
    return known
