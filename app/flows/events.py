"""The history of a case: append-only, each event chained to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select

from app.models import Event, Instance, db

COVERED = (
    "instance_id", "seq", "at", "kind", "element", "name", "actor_id", "actor", "definition_id", "status", "data",
    "passed", "prev_hash",
)  # fmt: skip


def digest(event: Mapping[str, Any]) -> str:
    """SHA-256 over all columns of the event (its state too) and the hash before it, hex."""
    covered = {k: event[k].isoformat() if k == "at" else event[k] for k in COVERED}
    text = orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text + b"\0" + (event["state"] or b"")).hexdigest()


def broken_at(instance_id: int) -> int | None:
    """The seq of the first event that is missing or whose hash or chain does not hold; None when all are whole."""
    before, seq = "", 0
    for event in db.session.scalars(select(Event).where(Event.instance_id == instance_id).order_by(Event.seq)):
        row = {k: getattr(event, k) for k in (*COVERED, "state")}
        if event.prev_hash != before or digest(row) != event.hash:
            return event.seq
        before, seq = event.hash, event.seq
    last = db.session.scalar(select(Instance.last_hash).where(Instance.id == instance_id))
    return None if last == before else seq + 1
