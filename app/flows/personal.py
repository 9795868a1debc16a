"""A NIK is shown where a form needs it, and nowhere else; whoever saw one stands in the audit list.

One entry for each person, viewer and page within an hour: a form that saves itself or is opened again adds none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.flows import audit
from app.flows.rights import Actor
from app.models import Audit, Person, Satker, db, table
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
        _note(subject_of(person_id), name, actor, purpose, now)


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
    subject, name = (subject_of(known.id), known.nama) if known else (f"NIK {audit.mask(nik)}", "")
    _note(subject, name, actor, "Cek Registrasi TTE", now)


def asks_nik(form: type[TaskForm]) -> bool:
    """Whether the form has a field for a NIK. Others get it masked."""
    return any(getattr(getattr(form, name, None), "field_class", None) is NikField for name in dir(form))


def subject_of(person_id: int) -> str:
    """How the audit list calls a person: by number, because names change."""
    return f"orang {person_id}"


def _note(subject: str, name: str, actor: Actor, purpose: str, now: datetime) -> None:
    with db.engine.begin() as conn:
        known = conn.scalar(
            select(_AUDIT.c.id)
            .where(
                _AUDIT.c.kind == "nik", _AUDIT.c.actor_id == actor.user_id, _AUDIT.c.subject == subject,
                _AUDIT.c.note == purpose, _AUDIT.c.at > now - AGAIN_AFTER,
            )
            .limit(1)
        )  # fmt: skip
        if known is None:
            after = {"nama": name} if name else {}
            audit.write("nik", subject, now, by=actor, after=after, note=purpose, conn=conn)
