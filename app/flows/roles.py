"""Roles of accounts: given in a place from a day on, ended, taken back before they begin.

Kepala Satker and Eselon 1 go with a term of office (`heads`): here they are given only to who leads the place already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, terms
from app.flows.people import Wrong, commit, turn
from app.flows.rights import Actor, local_day
from app.flows.users import ADMIN, TWICE, find, keep_an_admin, subject
from app.models import AnyRow, Assignment, Role, Satker, Unit, User, db

DAY = timedelta(days=1)
NEEDS_TERM = (
    "Peran {role} mengikuti pejabatnya. Tunjuk orangnya di halaman Pejabat: peran dan akunnya ikut dengan sendirinya."
)


@dataclass(frozen=True)
class Grant:
    """A role in a place: the kode of a satker or unit, "" for roles that reach everywhere."""

    role: str
    scope: str
    since: date
    until: date | None = None


def offered() -> Sequence[Role]:
    """Roles that people can have."""
    return db.session.scalars(select(Role).where(Role.scope != "none").order_by(Role.name)).all()


def of(user_id: int) -> Sequence[AnyRow]:
    """All assignments of an account, the newest first: id, role, scope, since, until, place (the name), kind."""
    return db.session.execute(
        select(
            Assignment.id, Assignment.role, Assignment.scope, Assignment.since, Assignment.until,
            Role.scope.label("kind"), Satker.nama.label("satker"), Unit.nama.label("unit"),
        )
        .join(Role, Role.name == Assignment.role)
        .outerjoin(Satker, Satker.kode == Assignment.scope)
        .outerjoin(Unit, Unit.kode == Assignment.scope)
        .where(Assignment.user_id == user_id)
        .order_by(Assignment.since.desc(), Assignment.id.desc())
    ).all()  # fmt: skip


def give(user_id: int, grant: Grant, *, by: Actor, now: datetime) -> None:
    """The account holds the role from then on. Commits."""
    turn()
    user = find(user_id)
    scope = _checked(user, grant, now)
    overlapping = select(Assignment).where(
        Assignment.user_id == user_id, Assignment.role == grant.role, Assignment.scope == scope,
        or_(Assignment.until.is_(None), Assignment.until >= grant.since),
    )  # fmt: skip
    for known in db.session.scalars(overlapping):
        if grant.until is None or known.since <= grant.until:
            raise Wrong(
                "since", f"Akun ini sudah memegang peran itu di tempat yang sama {_span(known.since, known.until)}."
            )
    db.session.add(Assignment(user_id=user_id, role=grant.role, scope=scope, since=grant.since, until=grant.until))
    after = {"peran": grant.role, "tempat": scope, "mulai": grant.since, "sampai": grant.until or ""}
    audit.write("peran", subject(user), now, by=by, after=after)
    commit(TWICE)


def end(assignment_id: int, last: date, reason: str, *, by: Actor, now: datetime) -> User:
    """The role ends with `last`: today, or yesterday, which is at once. Commits."""
    turn()
    row, user, today = _row(assignment_id), owner(assignment_id), local_day(now)
    if row.since > today:
        raise Conflict("Peran ini belum mulai. Batalkan saja.")
    if row.until is not None and row.until < today:
        raise Conflict("Peran ini sudah berakhir.")
    if last not in (today, today - DAY):
        raise Wrong("last", "Pilih hari ini atau sekarang juga.")
    if not reason.strip():
        raise Wrong("reason", "Ketik alasannya, misalnya pindah tugas.")
    if row.role == ADMIN and user.id == by.user_id:
        raise InvalidInput("Peran Admin milik sendiri tidak dapat diakhiri. Minta admin lain melakukannya.")
    before = {"peran": row.role, "tempat": row.scope, "sampai": row.until or ""}
    if last < row.since:  # given today by mistake: as if it had never been
        db.session.delete(row)
    else:
        row.until = last
    if last < today:
        user.epoch += 1
    if row.role == ADMIN:
        keep_an_admin(user.id, now)
    audit.write("peran", subject(user), now, by=by, before=before, after={"sampai": last}, note=reason.strip()[:300])
    commit(TWICE)
    return user


def drop(assignment_id: int, *, by: Actor, now: datetime) -> User:
    """Take back a role whose first day has not come. Commits."""
    turn()
    row, user = _row(assignment_id), owner(assignment_id)
    if row.since <= local_day(now):
        raise Conflict("Peran ini sudah mulai. Akhiri, jangan dibatalkan.")
    if row.role in terms.ROLES.values():
        raise InvalidInput("Peran ini mengikuti pejabatnya. Batalkan penunjukannya di halaman Pejabat.")
    before = {"peran": row.role, "tempat": row.scope, "mulai": row.since}
    db.session.delete(row)
    audit.write("peran", subject(user), now, by=by, before=before, note="dibatalkan sebelum mulai")
    commit(TWICE)
    return user


def _checked(user: User, grant: Grant, now: datetime) -> str:
    """The scope as it is stored."""
    role = db.session.get(Role, grant.role)
    if role is None or role.scope == "none":
        raise Wrong("role", "Peran ini tidak ada. Pilih dari daftar.")
    today = local_day(now)
    if grant.since < today or (grant.since - today).days > 366 * 5:
        raise Wrong("since", "Peran mulai paling awal hari ini, dan paling lama lima tahun lagi.")
    if grant.until is not None and grant.until < grant.since:
        raise Wrong("until", "Tanggal sampai lebih awal dari tanggal mulai. Periksa kedua tanggalnya.")
    if not user.active:
        raise Conflict("Akun ini ditutup. Buka dulu akunnya, lalu beri peran.")
    if role.scope == "all":
        return ""
    if db.session.get(Satker if role.scope == "satker" else Unit, grant.scope) is None:
        raise Wrong("scope", f"Peran {role.name} berlaku di satu {_KINDS[role.scope]}. Pilih dari daftar.")
    if role.name in terms.ROLES.values():
        leads = terms.leader(terms.of(db.session.connection(), terms.Place(role.scope, grant.scope)), today)
        if leads is None or leads.person_id != user.person_id or grant.since != today:
            raise Wrong("role", NEEDS_TERM.format(role=role.name))
    return grant.scope


_KINDS = {"satker": "satker", "unit": "unit utama"}


def _row(assignment_id: int) -> Assignment:
    row = db.session.get(Assignment, assignment_id)
    if row is None:
        raise NotFound
    return row


def owner(assignment_id: int) -> User:
    """The account that has it; NotFound where there is none."""
    return find(_row(assignment_id).user_id)


def _span(since: date, until: date | None) -> str:
    return f"mulai {since:%d-%m-%Y}" + (f" sampai {until:%d-%m-%Y}" if until else "")
