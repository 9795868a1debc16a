"""Whom personal data are about; and who saw a NIK: it is shown where a form needs it and nowhere else.

One entry for each person, viewer and page within an hour: a form that saves itself or is opened again adds none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from app.errors import NotFound
from app.flows import audit
from app.flows.rights import Actor
from app.models import Audit, Person, Satker, User, db, table
from app.sdk.fields import NikField
from app.sdk.forms import TaskForm

AGAIN_AFTER = timedelta(hours=1)
_AUDIT = table(Audit)


def reveal_nik(person_id: int, actor: Actor, purpose: str, now: datetime) -> None:
    """Note that `actor` is about to see the whole NIK of a person. Commits by itself, past the session.

    `purpose` says on which page, in words for the audit list. Call it before the page writes anything else: SQLite has
    one writer at a time. If the note can't be written, the page is not shown.
    """
    name = db.session.scalar(select(Person.nama).where(Person.id == person_id, Person.nik != ""))
    if name is not None:
        note_once("nik", subject_of(person_id), {"nama": name}, actor, purpose, now)


def reveal_in(form: TaskForm, kode: str, actor: Actor, now: datetime) -> None:
    """`reveal_nik` for a form about a satker: the head of the satker, if the NIK is typed or shown in this form."""
    if not asks_nik(type(form)):
        return
    head = db.session.scalar(select(Satker.pimpinan_id).where(Satker.kode == kode))
    if head is not None:
        reveal_nik(head, actor, f"Formulir {form.title}, satker {kode}", now)


def checked_nik(nik: str, actor: Actor, now: datetime) -> None:
    """Note that `actor` asked the provider about this NIK: by the person's name if we know them, else by its end."""
    known = db.session.execute(select(Person.id, Person.nama).where(Person.nik == nik)).first()
    subject = subject_of(known.id) if known else f"NIK {audit.mask(nik)}"
    note_once("nik", subject, {"nama": known.nama} if known else {}, actor, "Cek Registrasi TTE", now)


def asks_nik(form: type[TaskForm]) -> bool:
    """Whether the form has a field for a NIK. Others get it masked."""
    return any(getattr(getattr(form, name, None), "field_class", None) is NikField for name in dir(form))


def subject_of(person_id: int) -> str:
    """How the audit list calls a person: by number, because names change."""
    return f"orang {person_id}"


def note_once(kind: str, subject: str, after: dict[str, str], actor: Actor, purpose: str, now: datetime) -> None:
    """An entry of the audit list, unless the same one was written within the hour. Commits, past the session."""
    with db.engine.begin() as conn:
        known = conn.scalar(
            select(_AUDIT.c.id)
            .where(
                _AUDIT.c.kind == kind, _AUDIT.c.actor_id == actor.user_id, _AUDIT.c.subject == subject,
                _AUDIT.c.note == purpose, _AUDIT.c.at > now - AGAIN_AFTER,
            )
            .limit(1)
        )  # fmt: skip
        if known is None:
            audit.write(kind, subject, now, by=actor, after=after, note=purpose, conn=conn)


# ---- whom data are about ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A person with all their accounts, or an account that belongs to no person of the masters."""

    person: Person | None
    accounts: tuple[User, ...]

    @property
    def key(self) -> str:
        return f"orang-{self.person.id}" if self.person else f"akun-{self.accounts[0].id}"

    @property
    def name(self) -> str:
        return self.person.nama if self.person else self.accounts[0].nama

    @property
    def ids(self) -> list[int]:
        return [a.id for a in self.accounts]

    @property
    def called(self) -> str:
        """How the audit list calls them."""
        return subject_of(self.person.id) if self.person else f"akun {self.accounts[0].username}"

    @property
    def subjects(self) -> list[str]:
        """Every name under which entries of the audit list tell of them."""
        own = [subject_of(self.person.id)] if self.person else []
        return own + [f"akun {a.username}" for a in self.accounts]


def find(key: str) -> Subject:
    """By "orang-3" or "akun-5"; an account of a person is that person. NotFound for everything else."""
    found = re.fullmatch(r"(orang|akun)-([0-9]{1,9})", key)
    if found is None:
        raise NotFound
    kind, number = found[1], int(found[2])
    user = db.session.get(User, number) if kind == "akun" else None
    person_id = number if kind == "orang" else user.person_id if user else None
    if person_id is None:
        if user is None:
            raise NotFound
        return Subject(None, (user,))
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    accounts = db.session.scalars(select(User).where(User.person_id == person_id).order_by(User.id))
    return Subject(person, tuple(accounts))


def search(text: str, limit: int = 50) -> list[tuple[str, str, str]]:
    """(key, name, what they are known by) of people and of accounts without a person, by name, NIP or username."""
    text = text.strip()
    people = select(Person).where(_like(text, Person.nama, Person.nip)).order_by(Person.nama, Person.id).limit(limit)
    free = (
        select(User)
        .where(User.person_id.is_(None), _like(text, User.nama, User.username))
        .order_by(User.nama, User.id)
        .limit(limit)
    )
    found = [(f"orang-{p.id}", p.nama, f"NIP {p.nip}" if p.nip else "tanpa NIP") for p in db.session.scalars(people)]
    found += [(f"akun-{u.id}", u.nama, f"akun {u.username}") for u in db.session.scalars(free)]
    return sorted(found, key=lambda row: row[1].casefold())[:limit]


def _like(text: str, *columns: Any) -> ColumnElement[bool]:
    return or_(false(), *(c.icontains(text, autoescape=True) for c in columns))
