"""Who may do what, and who sees what: one value per request, made by one query.

A lane is a role; a role's kind says how far it reaches: one satker, all satkers of one unit, or all. A row of
`assignment` gives a person a role in one place for a time. Everything here is a pure function of `Actor`
but `actor_of` and `standing`, which read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, and_, false, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from app.errors import NotFound
from app.models import Assignment, Instance, Role, Spent, Substitution, Task, User, db

_JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Holding:
    """A role that somebody holds now. `kind` is satker, unit or all; `scope` the kode, or "" for all.

    `behalf` names whom they stand in for, "" where the role is their own; `reviews` the role whose tasks it prepares.
    """

    role: str
    kind: str
    scope: str = ""
    behalf: str = ""
    behalf_id: int | None = None
    reviews: str = ""

    def covers(self, satker: str, unit: str) -> bool:
        return (
            self.kind == "all"
            or (self.kind == "satker" and self.scope == satker)
            or (self.kind == "unit" and self.scope == unit)
        )


@dataclass(frozen=True)
class Actor:
    """The person at the other end of a request, with all that they hold today. `year` is the tahun pengerjaan."""

    user_id: int
    name: str
    person_id: int | None
    year: int
    holdings: tuple[Holding, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(h.role for h in self.holdings)


class Placed(Protocol):
    """Anything that belongs to a satker and its unit, and waits for a role: a row of `task`."""

    @property
    def role(self) -> Any: ...
    @property
    def satker(self) -> Any: ...
    @property
    def unit(self) -> Any: ...


def local_day(now: datetime) -> date:
    """The day by which assignments begin and end: WIB, where the ministry sits."""
    return now.astimezone(_JAKARTA).date()


def actor_of(user_id: int, year: int, today: date) -> Actor:
    """The actor behind an account; NotFound if there is none or it was closed."""
    found = standing(user_id, year, today)
    if found is None:
        raise NotFound
    return found[0]


def standing(user_id: int, year: int, today: date, session_key: str = "") -> tuple[Actor, int] | None:
    """The actor and the account's epoch (a session of an older epoch has ended), or None. One query.

    `session_key`: of the session that asks; None too if somebody signed out of it (see sessions.py).
    """
    held = _held(user_id, today).subquery()
    rows = db.session.execute(
        select(
            User.nama, User.person_id, User.epoch, held.c.role, Role.scope, held.c.scope, held.c.behalf,
            held.c.behalf_id, Role.reviews,
        )
        .select_from(User)
        .outerjoin(held, true())
        .outerjoin(Role, Role.name == held.c.role)
        .where(User.id == user_id, User.active, ~select(Spent.key).where(Spent.key == session_key).exists())
        .order_by(held.c.behalf_id.is_not(None), held.c.role, held.c.scope, held.c.since)
    ).all()  # fmt: skip
    if not rows:
        return None
    name, person_id, epoch = rows[0][:3]
    # a role of kind "none" (Sistem) has no people, whatever the table says
    found = (
        Holding(role, kind, "" if kind == "all" else scope, behalf, behalf_id, reviews)
        for *_, role, kind, scope, behalf, behalf_id, reviews in rows
        if kind in ("satker", "unit", "all")
    )
    places: dict[tuple[str, str], Holding] = {}
    for h in found:  # each place once, or lists would show a task twice; what is one's own comes first
        places.setdefault((h.role, h.scope), h)
    return Actor(user_id, name, person_id, year, tuple(places.values())), epoch


def _held(user_id: int, today: date) -> Any:
    """What an account holds today: its own assignments, and those of people for whom it stands in.

    Only what an absent person holds themself is passed on: who stands in for somebody can't pass that on in turn.
    """
    absent = aliased(User)
    own = select(
        Assignment.role,
        Assignment.scope,
        literal("").label("behalf"),
        literal(None, Integer).label("behalf_id"),
        Assignment.since,
    ).where(Assignment.user_id == user_id, valid_on(Assignment, today))
    behalf = (
        select(Assignment.role, Assignment.scope, absent.nama, absent.id, Substitution.since)
        .join(Substitution, and_(
            Substitution.user_id == Assignment.user_id, Substitution.role == Assignment.role,
            Substitution.scope == Assignment.scope,
        ))
        .join(absent, and_(absent.id == Assignment.user_id, absent.active))
        .where(Substitution.substitute_id == user_id, valid_on(Substitution, today), valid_on(Assignment, today))
    )  # fmt: skip
    return union_all(own, behalf)


def valid_on(table: Any, today: date) -> ColumnElement[bool]:
    """Rows with `since` and `until` (inclusive, or None) that count today."""
    return and_(table.since <= today, or_(table.until.is_(None), table.until >= today))


def holds(actor: Actor, *roles: str) -> bool:
    """Whether the actor holds any of `roles`, wherever."""
    return any(h.role in roles for h in actor.holdings)


def may_do(actor: Actor, task: Placed) -> bool:
    """Whether the task is the actor's to do: its role is theirs, in its place. The year plays no part."""
    return any(h.role == task.role and h.covers(task.satker, task.unit) for h in actor.holdings)


def acting(actor: Actor, task: Placed) -> str:
    """How the history names whoever does this task: "Sari (Kepala Satker)", "Budi a.n. Sari (Kepala Satker)"."""
    h = fitting(actor, task)
    behalf = f" a.n. {h.behalf}" if h and h.behalf else ""
    return f"{actor.name}{behalf} ({task.role})"


def fitting(actor: Actor, task: Placed) -> Holding | None:
    """The holding by which the task is the actor's; their own role before one that they stand in for."""
    fits = [h for h in actor.holdings if h.role == task.role and h.covers(task.satker, task.unit)]
    return min(fits, key=lambda h: bool(h.behalf), default=None)


def prepares(actor: Actor, task: Placed) -> Holding | None:
    """The holding by which the actor may recommend how this task is decided; it gives no right to decide it."""
    fits = (h for h in actor.holdings if h.reviews and h.reviews == task.role and h.covers(task.satker, task.unit))
    return next(fits, None)


def sees(actor: Actor, satker: str, unit: str) -> bool:
    """Whether the actor may look at what belongs to `satker` of `unit`, with any of their roles."""
    return any(h.covers(satker, unit) for h in actor.holdings)


def task_conditions(actor: Actor) -> list[ColumnElement[bool]]:
    """One condition per holding, each of equalities that begin an index of `task` (ix_task_satker_list, _unit_, _all_).

    Add `Task.tahun == actor.year` (the list's matter, not the right's) and `Task.state`, then order by created_at and
    id: a UNION ALL of the parts, each with its LIMIT, reads no more rows than it shows. The parts never overlap: a
    role has one kind, and each place stands here once.
    """
    return [and_(Task.role == h.role, *_place(h, Task)) for h in actor.holdings]


def review_conditions(actor: Actor) -> list[ColumnElement[bool]]:
    """The same for tasks that the actor prepares for whoever decides them."""
    return [and_(Task.role == h.reviews, *_place(h, Task)) for h in actor.holdings if h.reviews]


def task_condition(actor: Actor) -> ColumnElement[bool]:
    """`task_conditions` in one; for counts and single look-ups."""
    return or_(false(), *task_conditions(actor))


def case_conditions(actor: Actor, table: Any = Instance) -> list[ColumnElement[bool]]:
    """What the actor sees of a table with columns `satker` and `unit` (instance, document), one condition per place.

    With `tahun == ...` before it each is a range of (tahun, satker, id) or (tahun, unit, id). A list with the one
    element `true()` means everything, an empty one nothing. Places may overlap (head of a satker and of its unit).
    """
    if any(h.kind == "all" for h in actor.holdings):
        return [true()]
    places = dict.fromkeys((h.kind, h.scope) for h in actor.holdings)
    return [and_(*_place(Holding("", kind, scope), table)) for kind, scope in places]


def case_condition(actor: Actor, table: Any = Instance) -> ColumnElement[bool]:
    """`case_conditions` in one."""
    return or_(false(), *case_conditions(actor, table))


def _place(h: Holding, table: Any) -> tuple[ColumnElement[bool], ...]:
    if h.kind == "all":
        return ()
    column = table.satker if h.kind == "satker" else table.unit
    return (column == h.scope,)
