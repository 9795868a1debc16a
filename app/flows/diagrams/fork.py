"""A second draft beside the first: for the drawing of somebody who was overtaken, or who came too late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.flows import audit
from app.flows.diagrams import drafts
from app.flows.rights import Actor
from app.models import DiagramDraft, db


def fork(draft_id: int, files: Mapping[str, str], by: Actor, now: datetime) -> DiagramDraft:
    """A draft with `files`, of the same process and base. NotFound without the first; InvalidInput for too large."""
    first = drafts.read(draft_id)
    name = f"{first.name} ({by.name})"
    draft = drafts.begin(name, files, by, now, process=first.process, base_id=first.base_id)
    audit.write("proses", f"draf {draft.id}", now, by=by, note=f"Salinan draf {first.id} dibuat: {draft.name}")
    db.session.commit()
    return draft
