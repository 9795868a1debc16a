"""Drafts of diagrams: begin, save, drop. A save says which revision it was made from, so nobody overwrites unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update

from app.errors import Conflict, InvalidInput, NotFound
from app.flows.diagrams.files import digest
from app.flows.rights import Actor
from app.models import Definition, DiagramDraft, DraftSave, db

KEPT = 50  # saves of a draft that are kept to compare with and to go back to
MAX_BYTES = 2_000_000  # of all files of one draft


class Overtaken(Conflict):
    """Orang lain sudah menyimpan draf ini. Bandingkan dengan gambar Anda, lalu pilih mana yang dipakai."""

    def __init__(self, draft: DiagramDraft) -> None:
        super().__init__()
        self.draft = draft  # as it is now: revision, saver, saved_at, files


def begin(
    name: str,
    files: Mapping[str, str],
    by: Actor | None,
    now: datetime,
    *,
    process: str = "",
    base_id: int | None = None,
    origin: str = "browser",
) -> DiagramDraft:
    """A new draft, in the caller's transaction; `begin_from` and the other verbs commit."""
    if sum(len(text.encode()) for text in files.values()) > MAX_BYTES:
        raise InvalidInput(f"Berkas proses ini lebih dari {MAX_BYTES // 1_000_000} MB. Pecah menjadi beberapa proses.")
    who, saver = (by.user_id, by.name) if by else (None, "Sistem")
    draft = DiagramDraft(
        process=process, name=name[:200], base_id=base_id, files=dict(files), sha256=digest(files), origin=origin,
        created_at=now, created_by=who, saved_at=now, saved_by=who, saver=saver, report=[],
    )  # fmt: skip
    db.session.add(draft)
    db.session.flush()
    _keep_save(draft)
    return draft


def rework(draft: DiagramDraft, files: Mapping[str, str]) -> None:
    """A second save right after the first, in the caller's transaction: what Alur made of files from elsewhere."""
    draft.files, draft.sha256, draft.revision = dict(files), digest(files), draft.revision + 1
    db.session.flush()
    _keep_save(draft)


def begin_from(definition_id: int, by: Actor, now: datetime) -> DiagramDraft:
    """A draft with the files of a version."""
    version = db.session.get(Definition, definition_id)
    if version is None:
        raise NotFound
    draft = begin(version.name, version.files, by, now, process=version.process, base_id=version.id)
    db.session.commit()
    return draft


def read(draft_id: int) -> DiagramDraft:
    """NotFound if there is no such draft."""
    draft = db.session.get(DiagramDraft, draft_id)
    if draft is None:
        raise NotFound
    return draft


def save(draft_id: int, seen: int, files: Mapping[str, str], by: Actor, now: datetime) -> int:
    """The new revision, or `seen` for the same files. Overtaken if the draft has moved on; Conflict if it is closed."""
    draft = read(draft_id)
    if draft.state != "open":
        raise Conflict("Draf ini sudah tidak dapat diubah: sedang menunggu persetujuan, terbit, atau dibuang.")
    if sum(len(text.encode()) for text in files.values()) > MAX_BYTES:
        raise InvalidInput(f"Berkas proses ini lebih dari {MAX_BYTES // 1_000_000} MB. Pecah menjadi beberapa proses.")
    if draft.revision == seen and draft.files == dict(files):
        return seen
    values = {
        "files": dict(files), "sha256": digest(files), "revision": seen + 1, "saved_at": now, "saved_by": by.user_id,
        "saver": by.name,
    }  # fmt: skip
    mine = update(DiagramDraft).where(
        DiagramDraft.id == draft_id, DiagramDraft.revision == seen, DiagramDraft.state == "open"
    )
    db.session.expire(draft)
    if db.session.execute(mine.values(values).execution_options(synchronize_session=False)).rowcount == 0:  # type: ignore[attr-defined]
        db.session.rollback()  # somebody saved since `seen`, or closed it
        raise Overtaken(read(draft_id))
    _keep_save(read(draft_id))
    db.session.commit()
    return seen + 1


def saves(draft_id: int) -> list[DraftSave]:
    """What was saved, the newest first."""
    query = select(DraftSave).where(DraftSave.draft_id == draft_id).order_by(DraftSave.revision.desc())
    return list(db.session.scalars(query))


def _keep_save(draft: DiagramDraft) -> None:
    db.session.add(
        DraftSave(
            draft_id=draft.id, revision=draft.revision, files=draft.files, saved_at=draft.saved_at,
            saved_by=draft.saved_by, saver=draft.saver,
        )
    )  # fmt: skip
    # the first one stays: it says what came in, and `flask deploy` knows by it what it has brought before
    old = DraftSave.draft_id == draft.id, DraftSave.revision <= draft.revision - KEPT, DraftSave.revision > 1
    db.session.execute(delete(DraftSave).where(*old))
