"""A draft becomes version n+1: by one person, or by a second one who confirms what the first one asked for.

Whoever decides has seen a revision of the draft and a newest version, and says which: if either has moved on, nothing
is published and they are told. Two at once meet at the draft's state and at the number of the version, which are
written in one transaction; one of them wins. New cases take the version at once, running ones stay on theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, InvalidInput
from app.flows import audit
from app.flows.diagrams import drafts, ready, versions
from app.flows.diagrams.ready import Look
from app.flows.diagrams.versions import DROPPED, OPEN, PUBLISHED, WAITING
from app.flows.house import house
from app.flows.people import Wrong
from app.flows.rights import Actor
from app.models import Definition, DiagramDraft, User, db

SHORTEST, LONGEST = 10, 2000  # letters of a note

SAVED_SINCE = (
    "{} menyimpan draf ini lagi sejak halaman ini dibuka. Belum ada yang terbit: lihat perubahannya, lalu putuskan."
)
PUBLISHED_SINCE = (
    "Versi lain terbit sejak halaman ini dibuka. Belum ada yang terbit dari draf ini: lihat bedanya dengan versi "
    "terbaru, lalu putuskan."
)
MOVED = (
    "Versi {} terbit sesudah draf ini dimulai, jadi perubahannya belum ada di sini. Bandingkan dulu, lalu centang bila "
    "draf ini tetap yang dipakai."
)
SHORT = "Tulis alasannya, sekurang-kurangnya 10 huruf: apa yang berubah dan mengapa. Alasan ini tetap di riwayat versi."
LONG = "Alasan ini lebih dari 2.000 huruf. Persingkat."
SECOND = "Versi baru perlu disetujui orang kedua. Tekan Minta persetujuan."
STATES = {
    WAITING: "Draf ini sedang menunggu persetujuan orang kedua.",
    DROPPED: "Draf ini sudah dibuang. Pakai lagi dari halaman prosesnya, lalu terbitkan.",
    OPEN: "Draf ini tidak sedang menunggu persetujuan: sudah ditarik atau dikembalikan.",
}


class AlreadyPublished(Conflict):
    """Draf ini sudah terbit."""

    def __init__(self, version: Definition) -> None:
        super().__init__(f"Draf ini sudah terbit sebagai versi {version.version}.")
        self.process, self.number = version.process, version.version


@dataclass(frozen=True)
class Wanted:
    """What somebody decided on: the draft's revision and the newest version (0: none) that they had before them.

    `over`: they know that another version was published after the draft began.
    """

    revision: int
    newest: int
    note: str = ""
    over: bool = False


def publish(draft_id: int, wanted: Wanted, by: Actor, now: datetime) -> int:
    """The number of the new version. Conflict where a second person is needed, or something has moved on."""
    if house().config.two_publish:
        raise Conflict(SECOND)
    seen = inspect(draft_id, wanted, OPEN)
    return issue(seen, wanted, Signed(by.user_id, by.name), now, by)


@dataclass(frozen=True)
class Signed:
    """Whose version it is: who wanted it, and who confirmed it."""

    publisher_id: int | None
    publisher: str
    confirmer_id: int | None = None
    confirmer: str = ""


def inspect(draft_id: int, wanted: Wanted, state: str) -> Look:
    """The draft, if it may be published as it was seen. Otherwise Conflict, or InvalidInput for what can be mended."""
    draft = drafts.read(draft_id)
    if draft.state != state:
        raise elsewhere(draft)
    if draft.revision != wanted.revision:
        raise Conflict(SAVED_SINCE.format(draft.saver))
    seen = ready.look(draft_id)
    if seen.number != wanted.newest:
        raise Conflict(PUBLISHED_SINCE)
    if seen.stops:
        raise InvalidInput(" ".join(seen.stops))
    if seen.moved and not wanted.over:
        raise Wrong("over", MOVED.format(seen.number))
    if len(wanted.note.strip(" :.")) < SHORTEST:
        raise Wrong("note", SHORT)
    if len(wanted.note) > LONGEST:
        raise Wrong("note", LONG)
    return seen


def elsewhere(draft: DiagramDraft) -> Conflict:
    """Why this draft can't be decided on now."""
    if draft.state == PUBLISHED:
        version = db.session.get(Definition, draft.published_id)
        if version is not None:
            return AlreadyPublished(version)
    return Conflict(STATES.get(draft.state, ""))


def claim(draft: DiagramDraft, wanted: Wanted, before: str, after: str, **values: object) -> None:
    """Move the draft from one state to the next; who comes second, or saw another revision, is told. No commit."""
    draft_id = draft.id
    mine = update(DiagramDraft).where(
        DiagramDraft.id == draft_id, DiagramDraft.state == before, DiagramDraft.revision == wanted.revision
    )
    moved = db.session.execute(mine.values(state=after, **values), execution_options={"synchronize_session": False})
    if moved.rowcount == 0:  # type: ignore[attr-defined]  # somebody was faster, or saved meanwhile
        db.session.rollback()
        there = drafts.read(draft_id)
        db.session.refresh(there)
        raise Conflict(SAVED_SINCE.format(there.saver)) if there.state == before else elsewhere(there)


def issue(
    seen: Look, wanted: Wanted, signed: Signed, now: datetime, by: Actor, tell: Callable[[], None] | None = None
) -> int:
    """Write the version and close the draft; its number. `tell` may add to the transaction. Commits."""
    draft, process = seen.draft, seen.process
    before = draft.state
    row = _row(seen, wanted, signed, now)
    claim(draft, wanted, before, PUBLISHED, process=process, note=wanted.note)
    # from here on we hold the lock (SQLite), or the number decides (PostgreSQL)
    newest = db.session.scalar(select(func.max(Definition.version)).where(Definition.process == process))
    try:
        if (newest or 0) != wanted.newest:
            raise Conflict(PUBLISHED_SINCE)
        db.session.add(row)
        db.session.flush()
        close = update(DiagramDraft).where(DiagramDraft.id == draft.id).values(published_id=row.id)
        db.session.execute(close, execution_options={"synchronize_session": False})
        note = f"Versi {row.version} terbit dari draf {draft.id}: {wanted.note}"
        after = {"versi": row.version, "penerbit": signed.publisher, "penyetuju": signed.confirmer}
        subject = versions.subject(process)
        audit.write("proses", subject, now, by=by, before={"versi": newest}, after=after, note=note)
        if tell:
            tell()
        db.session.commit()
    except IntegrityError as e:
        db.session.rollback()
        raise Conflict(PUBLISHED_SINCE) from e
    except Conflict:
        db.session.rollback()
        raise
    return wanted.newest + 1


def _row(seen: Look, wanted: Wanted, signed: Signed, now: datetime) -> Definition:
    draft, older = seen.draft, seen.older
    return Definition(
        process=seen.process,
        version=wanted.newest + 1,
        name=(seen.found.name or seen.process)[:200],
        files=draft.files,
        originals=older.originals if older else ready.originals(draft),
        sha256=draft.sha256,
        published_at=now,
        origin="browser",
        note=wanted.note,
        published_by=signed.publisher_id,
        publisher=signed.publisher,
        confirmed_by=signed.confirmer_id,
        confirmer=signed.confirmer,
        restored_from=older.version if older else None,
    )


def name_of(user_id: int | None) -> str:
    """The name of an account now."""
    return (db.session.scalar(select(User.nama).where(User.id == user_id)) or "") if user_id else ""
