"""The first account of a new house; and the way back in when no admin knows a password any more.

For whoever holds the machine: from the terminal only, and in the audit list like everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from app.flows import accounts, audit, sample
from app.flows.people import turn
from app.flows.rights import local_day
from app.flows.users import ADMIN, generated, subject
from app.models import Assignment, User, db


@dataclass(frozen=True)
class FirstAdmin:
    """The account, and its password for one login; nobody keeps that."""

    username: str
    password: str
    new: bool


def make(username: str, nama: str, email: str, now: datetime) -> FirstAdmin:
    """An active account with the role Admin, new or known, and a password to be changed at the first login. Commits.

    Sessions of a known account end. InvalidInput says what is wrong with the username.
    """
    sample.roles()
    turn()
    username, password = accounts.normal(username), generated()
    user = db.session.scalar(select(User).where(User.username == username))
    new = user is None
    if user is None:
        user = accounts.add_user(username, nama or username, accounts.first_hash(password), email=email)
    else:
        user.password_hash, user.active, user.epoch = accounts.first_hash(password), True, user.epoch + 1
        user.email = email or user.email
    _hold(user, now)
    what = "akun Admin dibuat di terminal" if new else "password dan peran Admin diatur ulang di terminal"
    audit.write("akun", subject(user), now, after={"peran": ADMIN}, note=what)
    db.session.commit()
    return FirstAdmin(username, password, new)


def _hold(user: User, now: datetime) -> None:
    """From today on, without an end."""
    today = local_day(now)
    held = select(Assignment).where(
        Assignment.user_id == user.id, Assignment.role == ADMIN, Assignment.since <= today,
        or_(Assignment.until.is_(None), Assignment.until >= today),
    )  # fmt: skip
    for assignment in db.session.scalars(held):
        assignment.until = None
        return
    same = db.session.scalar(
        select(Assignment).where(Assignment.user_id == user.id, Assignment.role == ADMIN, Assignment.since == today)
    )
    since = today - timedelta(days=1) if same else today  # one that was taken back today is in the way
    db.session.add(Assignment(user_id=user.id, role=ADMIN, scope="", since=since))
