"""Bring in files from processes/: a new version, nothing, or a draft where people went on in the browser.

The published version is the truth. Files become a version only where the newest one came from files too; where it was
made in the browser, a file that differs must not undo what somebody published, so it waits as a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.engine.checks import Prepared
from app.engine.quarantine import LOAD, prepare_in_child
from app.errors import InvalidDefinition
from app.flows import audit
from app.flows.diagrams import drafts
from app.flows.diagrams.create import addressable
from app.flows.diagrams.examine import soundness
from app.flows.diagrams.files import Kept, digest, keep
from app.flows.vocabulary import vocabulary
from app.models import Definition, DiagramDraft, DraftSave, db

NEW, KNOWN, DRAFT, DRAFTED = "new", "known", "draft", "drafted"


@dataclass(frozen=True)
class Brought:
    """What came of the files of `process`. `version`: the one with these bytes, or the newest where there is a draft.

    `what`: new | known (such a version exists) | draft (made now) | drafted (made by an earlier deploy).
    """

    process: str
    version: int
    what: str
    draft_id: int | None = None


def deploy(files: Mapping[str, bytes], now: datetime) -> tuple[str, int, bool]:
    """(process, version, whether it is new). InvalidDefinition with all problems at once."""
    brought = bring(files, now)
    return brought.process, brought.version, brought.what == NEW


def bring(files: Mapping[str, bytes], now: datetime) -> Brought:
    """A version, a draft, or nothing. InvalidDefinition with all problems at once."""
    # in a child with limits: a file that people bring along can't take the server with it
    prepared = prepare_in_child(files, vocabulary(), load=LOAD)
    problems = [p for p in prepared.problems if p.level == "error"]
    if problems:
        raise InvalidDefinition(tuple(problems))
    process, kept = prepared.process_id, keep(files, prepared.files)
    known = db.session.scalar(
        select(func.max(Definition.version)).where(Definition.process == process, Definition.sha256 == kept.sha256)
    )
    if known:
        return Brought(process, known, KNOWN)
    newest = db.session.scalar(
        select(Definition).where(Definition.process == process).order_by(Definition.version.desc()).limit(1)
    )
    if newest is None and not addressable(process):
        words = f"The process id {process[:60]!r} can't be part of an address, or is one. Change it."
        raise InvalidDefinition((words,))
    if newest is not None and newest.origin == "browser":
        return _draft(prepared, kept, newest, now)
    unsound = [p for p in soundness(files).problems if p.level == "error"]
    if unsound:
        raise InvalidDefinition(tuple(unsound))
    try:
        return _version(prepared, kept, newest.version + 1 if newest else 1, now)
    except IntegrityError:  # somebody published this number in the browser meanwhile: what they published goes first
        db.session.rollback()
        return bring(files, now)


def _version(prepared: Prepared, kept: Kept, number: int, now: datetime) -> Brought:
    process = prepared.process_id
    db.session.add(
        Definition(
            process=process,
            version=number,
            name=prepared.process_name or process,
            files=kept.files,
            originals=kept.originals,
            sha256=kept.sha256,
            published_at=now,
        )
    )
    note = f"Versi {number} terbit dari berkas."
    audit.write("proses", f"proses {process}", now, after={"versi": number}, note=note)
    db.session.commit()
    return Brought(process, number, NEW)


def _draft(prepared: Prepared, kept: Kept, newest: Definition, now: datetime) -> Brought:
    process, there = prepared.process_id, _drafted(prepared.process_id, kept.sha256)
    if there is not None:
        return Brought(process, newest.version, DRAFTED, there)
    name = prepared.process_name or process
    draft = drafts.begin(name, kept.files, None, now, process=process, base_id=newest.id, origin="file")
    draft.originals = kept.originals
    note = f"Draf {draft.id} dibuat dari berkas, karena versi {newest.version} terbit dari editor."
    audit.write("proses", f"proses {process}", now, note=note)
    db.session.commit()
    return Brought(process, newest.version, DRAFT, draft.id)


def _drafted(process: str, sha256: str) -> int | None:
    """The draft of any state that these files are, or that began from them."""
    same = (DiagramDraft.process == process, DiagramDraft.sha256 == sha256)
    found = db.session.scalar(select(DiagramDraft.id).where(*same).limit(1))
    if found is not None:
        return found
    began = (
        select(DraftSave.draft_id, DraftSave.files)
        .join(DiagramDraft, DiagramDraft.id == DraftSave.draft_id)
        .where(DiagramDraft.process == process, DiagramDraft.origin == "file", DraftSave.revision == 1)
    )
    return next((row.draft_id for row in db.session.execute(began) if digest(row.files) == sha256), None)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The diagram and decision tables of one folder under `processes/`."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in (".bpmn", ".dmn")}
