"""An appointment tried out: what it would do, with nothing written, so that people see it before they say yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.flows.handover import Preview, preview
from app.flows.heads import Appointment, check, enter
from app.flows.people import turn
from app.flows.rights import Actor
from app.models import Headship, db


@dataclass(frozen=True)
class Rehearsal:
    """What `appoint` would do, to be shown before: nothing of it was written."""

    nama: str
    has_nik: bool
    made: bool
    same: bool
    preview: Preview


def rehearse(new: Appointment, *, by: Actor, now: datetime) -> Rehearsal:
    """Do it, look, and take all of it back: what `appoint` would refuse is refused here."""
    turn()
    check(new, now)
    seen = preview(new.place, new.sebagai, new.since, now)
    newest = db.session.scalar(select(func.max(Headship.id))) or 0
    done = enter(new, by=by, now=now)
    person = db.session.get_one(Headship, done.headship_id).person
    found = Rehearsal(person.nama, bool(person.nik), done.made, done.headship_id <= newest, seen)
    db.session.rollback()
    return found
