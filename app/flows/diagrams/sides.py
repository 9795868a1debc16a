"""The two sides of a difference: a draft and what it began from, two versions, two saves of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.errors import NotFound
from app.flows.diagrams import drafts, versions
from app.models import Definition, DiagramDraft, DraftSave, db


@dataclass(frozen=True)
class Side:
    """One side: its name in words, the files, and who made it when; `at` is None where there is nothing."""

    label: str
    files: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    by: str = ""
    note: str = ""


NOTHING = Side("Belum ada")


def of_version(row: Definition) -> Side:
    return Side(f"Versi {row.version}", row.files, row.published_at, row.publisher or "dari berkas", row.note)


def of_draft(draft: DiagramDraft) -> Side:
    return Side(f"Draf, simpanan {draft.revision}", draft.files, draft.saved_at, draft.saver)


def of_save(draft_id: int, revision: int) -> Side:
    """NotFound for a save that was never made, or is not kept any more."""
    mine = DraftSave.draft_id == draft_id, DraftSave.revision == revision
    row = db.session.scalar(select(DraftSave).where(*mine))
    if row is None:
        raise NotFound("Simpanan ini tidak ada. Hanya 50 simpanan terakhir yang disimpan.")
    return Side(f"Simpanan {row.revision}", row.files, row.saved_at, row.saver)


def of_draft_and_base(draft_id: int, number: int | None = None) -> tuple[DiagramDraft, Side, Side]:
    """The draft, the version it began from (or `number`), and itself. A new process has nothing to begin from."""
    draft = drafts.read(draft_id)
    if number is not None:
        return draft, of_version(versions.version(draft.process, number)), of_draft(draft)
    return draft, of_version(draft.base) if draft.base else NOTHING, of_draft(draft)


def saves_of(draft_id: int) -> list[tuple[int, datetime, str]]:
    """(revision, when, who) of all saves that are kept, the newest first; without their files."""
    query = select(DraftSave.revision, DraftSave.saved_at, DraftSave.saver).where(DraftSave.draft_id == draft_id)
    return [(r, at, by) for r, at, by in db.session.execute(query.order_by(DraftSave.revision.desc()))]
