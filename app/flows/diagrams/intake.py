"""Files from elsewhere: looked at as often as somebody likes, and a draft only when they say so.

Nothing is stored while they look: the page carries the files, and they are looked at anew when the draft is made.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.engine.checks.names import SYSTEM
from app.engine.quarantine import ChildFailed, run_in_child
from app.errors import InvalidInput, NotFound
from app.flows import audit
from app.flows.diagrams import drafts, versions
from app.flows.diagrams.create import BAD_ID, KNOWN, RESERVED
from app.flows.diagrams.files import as_bytes, digest
from app.flows.diagrams.unpacking import MAX_TOTAL, unpack
from app.flows.rights import Actor
from app.flows.vocabulary import vocabulary
from app.models import Definition, DiagramDraft, DraftSave, db

VERDICTS = {
    "executed": "Dijalankan",
    "person": "Tugas orang",
    "documentation": "Keterangan",
    "refused": "Ditolak",
}
PAGE = 20
_CODE = re.compile(r"[a-z][a-z0-9_]{2,59}")
NOT_DRAWABLE = "Berkas ini belum dapat dijadikan draf: tidak ada diagram yang terbaca. Perbaiki, lalu unggah lagi."
_EMPTY: dict[str, Any] = {
    "files": {}, "process": "", "name": "", "problems": [], "rows": [], "lanes": [], "homeless": 0, "drawn": [],
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What would become of a set of files. `files` are what the draft would hold, {} where nothing can be drawn."""

    asked: Mapping[str, bytes]  # as they came
    files: Mapping[str, bytes]
    process: str
    name: str
    problems: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    lanes: Sequence[str] = ()  # names of lanes that are no roles here
    homeless: int = 0  # tasks of people outside of any lane
    drawn: Sequence[str] = field(default=())  # files whose picture was laid out anew

    @property
    def ok(self) -> bool:
        return not any(p["level"] == "error" for p in self.problems)


def look(files: Mapping[str, bytes], roles: Mapping[str, str], process: str = "") -> Look:
    """Never raises for what the files hold, and answers within the limits of the child process."""
    question = {
        "files": {name: b64encode(data).decode() for name, data in files.items()},
        "vocabulary": vocabulary().packed(),
        "roles": {k: v for k, v in roles.items() if v},
        "process": process,
    }
    try:
        found = run_in_child("app.engine.intake:answer", question)
    except ChildFailed as e:
        failed = {"file": next(iter(files), ""), "line": 0, "element": "", "name": "", "message": str(e)}
        row = {**failed, "kind": "", "verdict": "refused", "lane": "", "reasons": [str(e)]}
        found = {**_EMPTY, "problems": [{**failed, "level": "error"}], "rows": [row]}
    return Look(
        files,
        {name: b64decode(data) for name, data in found["files"].items()},
        **{k: found[k] for k in ("process", "name", "problems", "rows", "lanes", "homeless", "drawn")},
    )


def begin(files: Mapping[str, bytes], roles: Mapping[str, str], into: str, code: str, by: Actor, now: datetime) -> int:
    """The id of the draft: of the process `into`, or of a new one that gets the id `code` (at most 60 letters).

    InvalidInput where nothing can be drawn, or the id can't be used. Files that are refused become a draft too: it can
    be mended, and is not published before it is.
    """
    base = versions.newest(into) if into else None
    if into and base is None:
        raise NotFound
    process = into or code
    if not into:
        _check_code(code)
    found = look(files, roles, process)
    if not found.files:
        raise InvalidInput(NOT_DRAWABLE)
    draft = drafts.begin(
        found.name or next(iter(files)), _texts(files, found.files), by, now,
        process=found.process if found.process == process else process, base_id=base.id if base else None,
        origin="upload",
    )  # fmt: skip
    draft.originals = {name: b64encode(data).decode() for name, data in files.items() if not _is_text(data)} or None
    draft.report = [{"what": "problem", **p} for p in found.problems] + [{"what": "row", **r} for r in found.rows]
    kept = {name: data.decode() for name, data in found.files.items()}
    if kept != draft.files:
        drafts.rework(draft, kept)
    names = ", ".join(files)[:300]
    audit.write("proses", versions.subject(process), now, by=by, note=f"Draf {draft.id} diambil dari berkas: {names}.")
    db.session.commit()
    return draft.id


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code) or code in RESERVED:
        raise InvalidInput(BAD_ID)
    who = taken(code)
    if who:
        raise InvalidInput(KNOWN.format(code, who))


def taken(code: str) -> str:
    """The name of who has this id already: a process, or a draft that is to become one."""
    drawn = select(DiagramDraft.name).where(DiagramDraft.process == code, DiagramDraft.state.in_(("open", "waiting")))
    row = versions.newest(code)
    return row.name if row else db.session.scalar(drawn.limit(1)) or ""


def proposed(found: Look) -> str:
    """An id that is free and reads well in addresses: the file's own, or one made of the name of the process."""
    for wish in (found.process, found.name, "proses_baru"):
        code = re.sub(r"[^a-z0-9]+", "_", wish.lower()).strip("_0123456789")[:50].rstrip("_")
        generated = re.match(r"process(_|\Z)", code)  # what editors call every first process
        if _CODE.fullmatch(code) and code not in RESERVED and not generated:
            break
    names = [code, *(f"{code}_{n}" for n in range(2, 100))]
    return next((n for n in names if not taken(n)), code)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _texts(came: Mapping[str, bytes], kept: Mapping[str, bytes]) -> dict[str, str]:
    """The first save: the files as they came; those in another encoding as they were read."""
    return {n: came[n].decode() if _is_text(came[n]) else kept[n].decode() for n in kept if n in came}


# ---- the files on their way through the page ------------------------------------------------------------------------


def packed(files: Mapping[str, bytes]) -> str:
    """The files as one text for a hidden field."""
    return b64encode(zlib.compress(json.dumps({n: b64encode(d).decode() for n, d in files.items()}).encode())).decode()


def unpacked(text: str) -> dict[str, bytes]:
    """What `packed` made. It comes from a browser, so it may be anything: InvalidInput."""
    try:
        reader = zlib.decompressobj()
        data = reader.decompress(b64decode(text, validate=True), MAX_TOTAL * 2)
        if reader.unconsumed_tail:
            raise ValueError("too long")
        return unpack((str(n)[:150], b64decode(d, validate=True)) for n, d in json.loads(data).items())
    except (ValueError, zlib.error, AttributeError, TypeError, RecursionError) as e:
        raise InvalidInput("Berkas di halaman ini tidak utuh lagi. Unggah lagi berkasnya.") from e


# ---- what was taken -------------------------------------------------------------------------------------------------


def listed(text: str, below: int | None, limit: int = PAGE) -> list[DiagramDraft]:
    """Drafts that came as files, the newest first; one more than `limit` tells of others."""
    query = select(DiagramDraft).where(DiagramDraft.origin == "upload")
    for word in text.split():
        query = query.where(DiagramDraft.name.icontains(word, autoescape=True))
    if below is not None:
        query = query.where(DiagramDraft.id < below)
    return list(db.session.scalars(query.order_by(DiagramDraft.id.desc()).limit(limit + 1)))


def taken_in(draft_id: int) -> tuple[DiagramDraft, list[dict[str, Any]], list[dict[str, Any]]]:
    """(draft, problems, rows) of what came as files; NotFound for any other draft."""
    draft = drafts.read(draft_id)
    if draft.origin != "upload":
        raise NotFound
    parts: dict[str, list[dict[str, Any]]] = {"problem": [], "row": []}
    for entry in draft.report:
        parts.setdefault(entry.get("what", ""), []).append(entry)
    return draft, parts["problem"], parts["row"]


def uploaded(draft_id: int) -> list[tuple[str, bytes]]:
    """(name, bytes) of the files, byte for byte as they came."""
    draft, _, _ = taken_in(draft_id)
    first = db.session.scalar(select(DraftSave).where(DraftSave.draft_id == draft.id, DraftSave.revision == 1))
    return sorted(as_bytes(first.files if first else draft.files, draft.originals).items())


def known(files: Mapping[str, bytes]) -> str:
    """The version that has exactly these files: "Perjanjian Kinerja, versi 2"; "" if there is none."""
    if not all(_is_text(d) for d in files.values()):
        return ""
    query = select(Definition.name, Definition.version).where(
        Definition.sha256 == digest({n: d.decode() for n, d in files.items()})
    )
    row = db.session.execute(query.order_by(Definition.id.desc()).limit(1)).first()
    return f"{row.name}, versi {row.version}" if row else ""


def roles() -> list[str]:
    """What a lane may be called."""
    return [*sorted(vocabulary().roles - {SYSTEM}), SYSTEM]


def processes() -> list[tuple[str, str]]:
    """(id, name) of everything that was published."""
    return [(p.process, p.name) for p in versions.processes() if p.newest is not None]
