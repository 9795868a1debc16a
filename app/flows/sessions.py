"""Sessions that ended before their time: one that was signed out of, or all of an account.

A session lives in a cookie, so signing out only takes it out of the browser: a copy of the cookie would still open the
account. Each session therefore has an id of its own, and an id that was signed out of is spent. It need be remembered
for a day only, which is what `delays.sweep` gives it: no session lives longer (`LONGEST` in web/access.py).
"""

from __future__ import annotations

import secrets
from datetime import datetime

from app.flows import audit, delays
from app.flows.rights import Actor
from app.models import User, db


def new_id() -> str:
    """For a session that begins."""
    return secrets.token_hex(12)


def key(session_id: str) -> str:
    """What is spent when the session is signed out of; `rights.standing` looks for it."""
    return f"sesi:{session_id[:40]}" if session_id else ""


def end(session_id: str, now: datetime) -> None:
    """From now on a copy of the cookie opens nothing. Commits."""
    if session_id:
        delays.spend(key(session_id), now)


def end_all(actor: Actor, now: datetime) -> None:
    """Keluar dari semua perangkat: every session of the account ends (its epoch rises). Commits."""
    user = db.session.get_one(User, actor.user_id)
    user.epoch += 1
    audit.write("keluar", f"akun {user.username}", now, by=actor, note="Keluar dari semua perangkat")
    db.session.commit()
