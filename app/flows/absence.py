"""Who may be substituted where and by whom, and which substitutions there are: the reading side of `substitutes`.

The rules. A role of a satker or a unit may be passed on for a time; roles that reach everywhere (Admin, Biro
Perencanaan) have several holders and may not. A substitute has an active account and a role in the same satker, in
its unit or in another satker of the unit; for Eselon 1 also that of another unit. Whoever signs (Kepala Satker,
Eselon 1) is substituted only by somebody with NIP and NIK, since they sign with a certificate of their own, and never
by who prepares that role's decisions (Penelaah): the one who recommends does not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.flows.rights import Actor, valid_on
from app.models import AnyRow, Assignment, Person, Role, Satker, Substitution, Unit, User, db

SIGNING = frozenset({"Kepala Satker", "Eselon 1"})
KINDS = ("satker", "unit")
PAGE = 50
MOST = 500  # candidates in one list

RUNNING, COMING, OVER = "berlangsung", "akan datang", "selesai"


@dataclass(frozen=True)
class Post:
    """A role in a place, as somebody holds it: what a substitution is about. `id` is the assignment's."""

    id: int
    user_id: int
    nama: str
    username: str
    role: str
    kind: str  # satker | unit
    scope: str
    place: str  # name of the satker or unit
    unit: str
    since: date
    until: date | None

    @property
    def words(self) -> str:
        return f"{self.role}, {self.place}"


def _posts() -> Any:
    return (
        select(
            Assignment.id, Assignment.user_id, User.nama, User.username, Assignment.role, Role.scope.label("kind"),
            Assignment.scope, func.coalesce(Satker.nama, Unit.nama, "").label("place"),
            func.coalesce(Satker.unit_kode, Unit.kode, "").label("unit"), Assignment.since, Assignment.until,
        )
        .join(User, and_(User.id == Assignment.user_id, User.active))
        .join(Role, and_(Role.name == Assignment.role, Role.scope.in_(KINDS)))
        .outerjoin(Satker, and_(Satker.kode == Assignment.scope, Role.scope == "satker"))
        .outerjoin(Unit, and_(Unit.kode == Assignment.scope, Role.scope == "unit"))
        .order_by(User.nama, Assignment.role, Assignment.scope)
    )  # fmt: skip


def posts_of(user_id: int, today: date) -> list[Post]:
    """The roles of an account that somebody else may take over for a time."""
    rows = db.session.execute(_posts().where(User.id == user_id, valid_on(Assignment, today)))
    return [Post(*row) for row in rows]


def post(assignment_id: int, today: date) -> Post | None:
    """One of them, by its assignment; None if there is none today."""
    row = db.session.execute(_posts().where(Assignment.id == assignment_id, valid_on(Assignment, today))).first()
    return Post(*row) if row else None


def search_posts(text: str, today: date, limit: int = 30) -> list[Post]:
    """Posts of people by part of a name, username or place."""
    like = f"%{text.strip()}%"
    found = or_(User.nama.ilike(like), User.username.ilike(like), Satker.nama.ilike(like), Unit.nama.ilike(like))
    return [Post(*row) for row in db.session.execute(_posts().where(found, valid_on(Assignment, today)).limit(limit))]


@dataclass(frozen=True)
class Candidate:
    """Somebody who may stand in, and what they are otherwise."""

    user_id: int
    nama: str
    words: str  # role and place, e.g. "Kepala Satker, Balai Literasi Contoh Dua"


def candidates(about: Post, today: date, user_id: int | None = None) -> list[Candidate]:
    """Who may stand in for this post, those of the same satker first; `user_id` narrows it to one account."""
    here = aliased(Satker)
    near = or_(
        Assignment.scope == about.scope,
        Assignment.scope == about.unit,
        here.unit_kode == about.unit,
        Assignment.role == ("Eselon 1" if about.role == "Eselon 1" else None),
    )
    where: list[ColumnElement[bool]] = [
        near,
        User.active.is_(True),
        User.id != about.user_id,
        valid_on(Assignment, today),
    ]
    if about.role in SIGNING:
        where += [Person.nip.is_not(None), Person.nip != "", Person.nik != ""]
    if user_id is not None:
        where.append(User.id == user_id)
    query = (
        select(User.id, User.nama, Assignment.role, func.coalesce(here.nama, Unit.nama, "").label("place"))
        .join(Assignment, Assignment.user_id == User.id)
        .join(Role, and_(Role.name == Assignment.role, Role.scope.in_(KINDS)))
        .outerjoin(Person, Person.id == User.person_id)
        .outerjoin(here, and_(here.kode == Assignment.scope, Role.scope == "satker"))
        .outerjoin(Unit, and_(Unit.kode == Assignment.scope, Role.scope == "unit"))
        .where(*where, User.id.not_in(_unfit(about, today)))
        .order_by(case((Assignment.scope == about.scope, 0), else_=1), User.nama)
        .limit(MOST)
    )
    found: dict[int, Candidate] = {}
    for id_, nama, role, place in db.session.execute(query):
        found.setdefault(id_, Candidate(id_, nama, f"{role}, {place}"))
    return list(found.values())


def nik_of(user_id: int) -> str:
    """For the question whether this person is registered at the provider; "" for who has none. Not to be shown."""
    query = select(Person.nik).join(User, User.person_id == Person.id).where(User.id == user_id)
    return db.session.scalar(query) or ""


def roles() -> list[str]:
    """Names of the roles that may be passed on."""
    return list(db.session.scalars(select(Role.name).where(Role.scope.in_(KINDS)).order_by(Role.name)))


def _unfit(about: Post, today: date) -> Any:
    """Accounts that hold this role here already, or that prepare what it decides."""
    same = and_(Assignment.role == about.role, Assignment.scope == about.scope)
    return (
        select(Assignment.user_id)
        .join(Role, Role.name == Assignment.role)
        .where(valid_on(Assignment, today), or_(same, Role.reviews == about.role))
    )


# ---- substitutions that there are ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; "" for everything. `before` is the id of the last row of the page before."""

    text: str = ""
    state: str = ""
    role: str = ""
    before: int | None = None


def state_of(row: Any, today: date) -> str:
    """berlangsung | akan datang | selesai | dibatalkan (ended before it began)."""
    if row.until < row.since:
        return "dibatalkan"
    return COMING if row.since > today else RUNNING if row.until >= today else OVER


def listed(f: Filter, today: date, limit: int | None = PAGE) -> tuple[Sequence[AnyRow], int | None]:
    """All substitutions, the latest first, and the key of the next page."""
    absent = aliased(User)
    where: list[ColumnElement[bool]] = [*_in_state(f.state, today)]
    if f.text:
        like = f"%{f.text.strip()}%"
        where.append(
            or_(*(c.ilike(like) for c in (absent.nama, User.nama, absent.username, User.username, Satker.nama)))
        )
    if f.role:
        where.append(Substitution.role == f.role)
    if f.before:
        where.append(Substitution.id < f.before)
    query = _rows(absent).where(*where).order_by(Substitution.id.desc())
    rows = db.session.execute(query if limit is None else query.limit(limit + 1)).all()
    if limit is None or len(rows) <= limit:
        return rows, None
    return rows[:limit], rows[limit - 1].id


def _in_state(state: str, today: date) -> list[ColumnElement[bool]]:
    s = Substitution
    return {
        RUNNING: [s.since <= today, s.until >= today],
        COMING: [s.since > today, s.until >= s.since],
        OVER: [or_(s.until < today, s.until < s.since)],
    }.get(state, [])


def _rows(absent: Any) -> Any:
    return (
        select(
            Substitution.id, Substitution.user_id, Substitution.substitute_id, Substitution.role, Substitution.scope,
            Substitution.since, Substitution.until, Substitution.reason, absent.nama.label("nama"),
            absent.username.label("username"), User.nama.label("pengganti"),
            func.coalesce(Satker.nama, Unit.nama, "").label("place"),
        )
        .join(absent, absent.id == Substitution.user_id)
        .join(User, User.id == Substitution.substitute_id)
        .outerjoin(Satker, Satker.kode == Substitution.scope)
        .outerjoin(Unit, Unit.kode == Substitution.scope)
    )  # fmt: skip


def of_absent(user_id: int, limit: int = 50) -> Sequence[AnyRow]:
    """Who stands in for this account: now, later and before, the latest first."""
    query = _rows(aliased(User)).where(Substitution.user_id == user_id).order_by(Substitution.id.desc()).limit(limit)
    return db.session.execute(query).all()


def of_substitute(user_id: int, limit: int = 50) -> Sequence[AnyRow]:
    """For whom this account stands in."""
    mine = Substitution.substitute_id == user_id
    return db.session.execute(_rows(aliased(User)).where(mine).order_by(Substitution.id.desc()).limit(limit)).all()


def around(user_id: int, today: date) -> Sequence[AnyRow]:
    """What of both still counts or comes: for the lines on top of Tugas saya."""
    mine = or_(Substitution.user_id == user_id, Substitution.substitute_id == user_id)
    query = _rows(aliased(User)).where(mine, Substitution.until >= today, Substitution.until >= Substitution.since)
    return db.session.execute(query.order_by(Substitution.since)).all()


def ended_words(actor: Actor, task: Any, today: date) -> str:
    """Why somebody who stood in here until a while ago is refused now; "" for everybody else."""
    row = db.session.execute(
        _rows(aliased(User))
        .where(
            Substitution.substitute_id == actor.user_id, Substitution.role == task.role,
            Substitution.scope.in_((task.satker, task.unit)), Substitution.since <= today,
        )
        .order_by(Substitution.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if row is None:
        return ""
    return (
        f"Masa Anda sebagai pengganti {row.nama} ({row.role}) sudah berakhir, jadi tugas ini tidak dapat Anda kirim. "
        "Passphrase yang sempat diketik tidak dikirim dan tidak disimpan. Bila Anda masih menggantikan, minta "
        "pejabatnya atau admin menunjuk Anda lagi."
    )
