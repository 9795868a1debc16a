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

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.errors import NotFound
from app.models import Assignment, Instance, Role, Task, User, db

_JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Holding:
    """A role that somebody holds now. `kind` is satker, unit or all; `scope` the kode, or "" for all."""

    role: str
    kind: str
    scope: str = ""

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


def standing(user_id: int, year: int, today: date) -> tuple[Actor, int] | None:
    """The actor and the account's epoch (a session of an older epoch has ended), or None. One query."""
    valid = and_(
        Assignment.user_id == User.id,
        Assignment.since <= today,
        or_(Assignment.until.is_(None), Assignment.until >= today),
    )
    rows = db.session.execute(
        select(User.nama, User.person_id, User.epoch, Assignment.role, Role.scope, Assignment.scope)
        .select_from(User)
        .outerjoin(Assignment, valid)
        .outerjoin(Role, Role.name == Assignment.role)
        .where(User.id == user_id, User.active)
        .order_by(Assignment.role, Assignment.scope)
    ).all()
    if not rows:
        return None
    name, person_id, epoch = rows[0][:3]
    # a role of kind "none" (Sistem) has no people, whatever the table says; an overlap of two rows counts once
    held = (
        Holding(role, kind, "" if kind == "all" else scope)
        for *_, role, kind, scope in rows
        if kind in ("satker", "unit", "all")
    )
    return Actor(user_id, name, person_id, year, tuple(dict.fromkeys(held))), epoch


def holds(actor: Actor, *roles: str) -> bool:
    """Whether the actor holds any of `roles`, wherever."""
    return any(h.role in roles for h in actor.holdings)


def may_do(actor: Actor, task: Placed) -> bool:
    """Whether the task is the actor's to do: its role is theirs, in its place. The year plays no part."""
    return any(h.role == task.role and h.covers(task.satker, task.unit) for h in actor.holdings)


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
