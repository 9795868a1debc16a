"""Who can act for a role in a place today: its holders, and whoever stands in for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import aliased

from app.flows.rights import valid_on
from app.models import Assignment, Substitution, User, db


@dataclass(frozen=True)
class Holder:
    """An active account that can act now; `behalf` names whom it stands in for, "" where the role is its own."""

    user_id: int
    name: str
    email: str
    mail_mode: str
    behalf: str = ""

    @property
    def words(self) -> str:
        return f"{self.name} a.n. {self.behalf}" if self.behalf else self.name


def holders(role: str, satker: str, unit: str, today: date) -> Sequence[Holder]:
    """All of them, by name; each account once, its own role before one it stands in for. One query."""
    place = Assignment.scope.in_((satker, unit, ""))
    absent, stands_in = aliased(User), aliased(User)
    own = (
        select(User.id, User.nama, User.email, User.mail_mode, literal("").label("behalf"))
        .join(Assignment, Assignment.user_id == User.id)
        .where(Assignment.role == role, place, User.active, valid_on(Assignment, today))
    )
    behalf = (
        select(stands_in.id, stands_in.nama, stands_in.email, stands_in.mail_mode, absent.nama)
        .select_from(Substitution)
        .join(Assignment, (Assignment.user_id == Substitution.user_id) & (Assignment.role == Substitution.role)
              & (Assignment.scope == Substitution.scope))
        .join(absent, absent.id == Substitution.user_id)
        .join(stands_in, stands_in.id == Substitution.substitute_id)
        .where(
            Substitution.role == role, place, absent.active, stands_in.active, valid_on(Assignment, today),
            valid_on(Substitution, today),
        )
    )  # fmt: skip
    rows = db.session.execute(union_all(own, behalf)).all()
    found: dict[int, Holder] = {}
    for row in sorted(rows, key=lambda r: (bool(r[4]), r[1])):
        found.setdefault(row[0], Holder(*row))
    return list(found.values())
