"""Refusals in the audit list: who was turned away from what, told once a minute for each account and page."""

from __future__ import annotations

import logging
from datetime import datetime

from app.flows import audit, delays
from app.flows.rights import Actor
from app.models import db

log = logging.getLogger(__name__)


def note(actor: Actor, endpoint: str, address: str, now: datetime) -> None:
    """Write it down, whatever state the request was left in. Never raises: a refusal must stay a refusal. Commits.

    `address` is the method and path that were asked for. Once a minute for each account and endpoint, in all
    processes together: who reloads a closed page a thousand times fills no disk.
    """
    try:
        db.session.rollback()  # what the view began and gave up
        if delays.spend(f"ditolak:{actor.user_id}:{endpoint}:{int(now.timestamp()) // 60}"[:100], now):
            audit.write("ditolak", address[:200], now, by=actor)
            db.session.commit()
    except Exception:  # a full disk or a locked database: the answer is still 403
        db.session.rollback()
        log.exception("a refusal of account %s at %s could not be written down", actor.user_id, endpoint)
