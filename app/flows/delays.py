"""Growing delays for those who guess, and codes that may be used once.

An attempt is counted *before* the password is looked at, so that a hundred attempts at the same moment don't count
as one. A success takes it back. Nothing here locks: the longest wait is a minute for an account and half of that for
an address, because an office is one address and anybody may type anybody's username.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.models import Delay, Spent, db

_FORGET = timedelta(hours=1)  # without a failure for so long, counting starts anew
_KEEP = timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """`free` attempts without a wait, then `first` seconds, doubled with each failure up to `most`."""

    free: int
    first: int
    most: int

    def wait(self, failures: int) -> timedelta:
        over = failures - self.free
        return timedelta(seconds=0 if over <= 0 else min(self.first * 2 ** min(over - 1, 20), self.most))


PACES = {
    "akun": Pace(free=3, first=2, most=60),
    "alamat": Pace(free=20, first=1, most=30),
    "perangkat": Pace(free=5, first=2, most=300),  # only its owner can cause this one, so it may be longer
    "lupa": Pace(free=2, first=3600, most=3600),  # mails with a link: three, then one an hour
    "lupa_alamat": Pace(free=20, first=15, most=600),
}


def reserve(keys: tuple[str, ...], now: datetime) -> int:
    """Count one attempt at each key and return 0; or the seconds to wait, and nothing is counted. Commits."""
    for key in keys:
        failures = _count(key, now)
        if failures is None:
            db.session.rollback()
            return max(waiting(k, now) for k in keys)
        db.session.execute(update(Delay).where(Delay.key == key).values(not_before=now + _pace(key).wait(failures)))
    db.session.commit()
    return 0


def waiting(key: str, now: datetime) -> int:
    """Whole seconds until the next attempt at `key` is looked at."""
    until = db.session.scalar(select(Delay.not_before).where(Delay.key == key))
    return max(0, math.ceil((until - now).total_seconds())) if until else 0


def take_back(keys: tuple[str, ...], now: datetime) -> None:
    """After a success: accounts and devices are forgotten, an address gets this one attempt back. Does not commit.

    An address is not forgotten, or whoever has one account could guess at all others between two logins of their own.
    """
    for key in keys:
        if not key.startswith("alamat:"):
            db.session.execute(delete(Delay).where(Delay.key == key))
            continue
        calm = Delay.failures - 1 <= _pace(key).free
        db.session.execute(
            update(Delay)
            .where(Delay.key == key)
            .values(failures=Delay.failures - 1, not_before=case((calm, now), else_=Delay.not_before))
        )


def spend(key: str, now: datetime) -> bool:
    """Use up a code. False if it was used before: the row is there already. Commits."""
    new = db.session.execute(insert_into(Spent).values(key=key, at=now).on_conflict_do_nothing().returning(Spent.key))
    first = new.scalar() is not None
    db.session.commit()
    return first


def sweep(now: datetime) -> None:
    """Delete what is a day old. Commits; for the worker, once an hour or so."""
    db.session.execute(delete(Delay).where(Delay.last_at < now - _KEEP))
    db.session.execute(delete(Spent).where(Spent.at < now - _KEEP))
    db.session.commit()


def _count(key: str, now: datetime) -> int | None:
    """One more attempt at `key`; None (no row came back) means that its delay is still running.

    One statement that begins with the write: two attempts at a time wait for each other here, and the second one
    meets the delay that the first one caused.
    """
    counted = case((Delay.last_at < now - _FORGET, 1), else_=Delay.failures + 1)
    row = db.session.execute(
        insert_into(Delay)
        .values(key=key, failures=1, last_at=now, not_before=now)
        .on_conflict_do_update(
            index_elements=[Delay.key],
            set_={"failures": counted, "last_at": now},
            where=Delay.not_before <= now,
        )
        .returning(Delay.failures)
    )
    return row.scalar()


def _pace(key: str) -> Pace:
    return PACES[key.partition(":")[0]]


def insert_into(table: Any) -> Any:
    """An INSERT that takes `on_conflict_...`."""
    # "insert, or else" is spelled the same by both databases, but SQLAlchemy keeps it in their dialects
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[db.session.get_bind().dialect.name](table)
