"""Begin to change a process: a draft from its newest version. Whoever works on one already is named first."""

from __future__ import annotations

from datetime import datetime

from app.errors import Conflict, NotFound
from app.flows import audit
from app.flows.diagrams import drafts, versions
from app.flows.rights import Actor
from app.models import DiagramDraft, db


class BeingChanged(Conflict):
    """Proses ini sedang diubah di draf lain. Lanjutkan draf itu, atau mulai draf kedua dengan sengaja."""

    def __init__(self, found: list[DiagramDraft]) -> None:
        super().__init__()
        self.drafts = found


def begin(process: str, by: Actor, now: datetime, *, beside: bool = False) -> int:
    """The id of the new draft. BeingChanged where there are open ones, unless `beside` says to begin another."""
    base = versions.newest(process)
    if base is None:
        raise NotFound
    there = versions.drafts_of(DiagramDraft.process == process, DiagramDraft.state.in_(("open", "waiting")))
    if there and not beside:
        raise BeingChanged(there)
    draft = drafts.begin(base.name, base.files, by, now, process=process, base_id=base.id)
    audit.write(
        "proses", versions.subject(process), now, by=by, note=f"Draf {draft.id} dimulai dari versi {base.version}."
    )
    db.session.commit()
    return draft.id


def restore(process: str, number: int, by: Actor, now: datetime) -> int:
    """The id of a draft with the files of an old version. Conflict for the newest one: that is what runs."""
    old, base = versions.version(process, number), versions.newest(process)
    if base is None or old.id == base.id:
        raise Conflict(f"Versi {number} sudah yang terbaru, jadi tidak perlu dipulihkan.")
    draft = drafts.begin(old.name, old.files, by, now, process=process, base_id=base.id, origin="version")
    draft.note = f"Kembali ke versi {number}: "
    audit.write("proses", versions.subject(process), now, by=by, note=f"Draf {draft.id} dibuat dari versi {number}.")
    db.session.commit()
    return draft.id
