"""Put a draft aside, and take it back. Nothing is deleted: what was drawn can be looked at later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from app.errors import Conflict
from app.flows import audit
from app.flows.diagrams import drafts
from app.flows.diagrams.versions import DROPPED, OPEN, subject
from app.flows.rights import Actor
from app.models import DiagramDraft, db

NOT_OPEN = "Draf ini tidak dapat dibuang: sedang menunggu persetujuan, sudah terbit, atau sudah dibuang."
NOT_DROPPED = "Draf ini tidak sedang dibuang, jadi tidak ada yang dikembalikan."


def drop(draft_id: int, by: Actor, now: datetime) -> None:
    """Conflict unless the draft is open."""
    _turn(draft_id, OPEN, DROPPED, NOT_OPEN)
    _tell(draft_id, "dibuang", by, now)


def take_back(draft_id: int, by: Actor, now: datetime) -> None:
    """Open again, as it was. Conflict unless the draft was dropped."""
    _turn(draft_id, DROPPED, OPEN, NOT_DROPPED)
    _tell(draft_id, "dipakai lagi", by, now)


def _turn(draft_id: int, before: str, after: str, otherwise: str) -> None:
    drafts.read(draft_id)  # NotFound
    mine = update(DiagramDraft).where(DiagramDraft.id == draft_id, DiagramDraft.state == before)
    if db.session.execute(mine.values(state=after)).rowcount == 0:  # type: ignore[attr-defined]
        db.session.rollback()  # somebody was faster
        raise Conflict(otherwise)


def _tell(draft_id: int, what: str, by: Actor, now: datetime) -> None:
    draft = drafts.read(draft_id)
    audit.write("proses", subject(draft.process), now, by=by, note=f"Draf {draft.id} ({draft.name}) {what}.")
    db.session.commit()
