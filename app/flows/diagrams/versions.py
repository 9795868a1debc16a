"""What was published and what is on its way: processes, their versions and drafts, and how many cases run on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import load_only

from app.engine import execution
from app.engine.types import Executed
from app.errors import NotFound
from app.flows import audit, definitions
from app.flows.diagrams.files import as_bytes
from app.flows.rights import Actor
from app.flows.vocabulary import vocabulary
from app.models import Definition, DiagramDraft, Instance, db

PAGE = 25
OPEN, WAITING, PUBLISHED, DROPPED = "open", "waiting", "published", "dropped"
STATES = {OPEN: "Dikerjakan", WAITING: "Menunggu persetujuan", PUBLISHED: "Terbit", DROPPED: "Dibuang"}
ORIGINS = {"browser": "dari editor", "file": "dari berkas", "upload": "dari unggahan", "version": "dari versi lama"}
# without the files: they are what is long, and no list shows them
_VERSION = load_only(
    Definition.id, Definition.process, Definition.version, Definition.name, Definition.published_at, Definition.origin,
    Definition.note, Definition.publisher, Definition.confirmer, Definition.restored_from,
)  # fmt: skip
_DRAFT = load_only(
    DiagramDraft.id, DiagramDraft.process, DiagramDraft.name, DiagramDraft.base_id, DiagramDraft.revision,
    DiagramDraft.state, DiagramDraft.origin, DiagramDraft.saved_at, DiagramDraft.saver, DiagramDraft.note,
    DiagramDraft.asked_at, DiagramDraft.asked_by, DiagramDraft.published_id,
)  # fmt: skip


@dataclass(frozen=True)
class Process:
    """One line of the list. `newest` is None while nothing was published; `running` is (version, cases)."""

    process: str
    name: str
    newest: Definition | None
    running: tuple[tuple[int, int], ...] = ()
    drafts: tuple[DiagramDraft, ...] = field(default=())

    def matches(self, text: str) -> bool:
        words = f"{self.process} {self.name} {' '.join(d.name for d in self.drafts)}".lower()
        return all(word in words for word in text.lower().split())


def processes(text: str = "") -> list[Process]:
    """Every process that was published or is being drawn, by name. There are dozens of them, not thousands."""
    last = select(func.max(Definition.id)).group_by(Definition.process)
    newest = {
        d.process: d for d in db.session.scalars(select(Definition).where(Definition.id.in_(last)).options(_VERSION))
    }
    running = running_on()
    drafts: dict[str, list[DiagramDraft]] = {}
    for draft in drafts_of(DiagramDraft.state.in_((OPEN, WAITING))):
        # drafts without a process of their own stand apart, each for itself
        drafts.setdefault(draft.process or f"?{draft.id}", []).append(draft)
    found = []
    for key in newest.keys() | drafts.keys():
        row, mine = newest.get(key), tuple(drafts.get(key, ()))
        name = row.name if row else mine[0].name
        found.append(Process("" if key.startswith("?") else key, name, row, tuple(running.get(key, ())), mine))
    return sorted((p for p in found if p.matches(text)), key=lambda p: (p.name.lower(), p.process))


def running_on(process: str = "") -> dict[str, list[tuple[int, int]]]:
    """process -> (version, open cases), the newest version first; versions without cases are left out."""
    # the column as an expression: an index of phases would send the planner to every row, states and all
    query = (
        select(Definition.process, Definition.version, func.count())
        .join(Instance, Instance.definition_id == Definition.id)
        .where(literal_column("coalesce(instance.phase, '')").in_(("running", "suspended")))
        .group_by(Definition.process, Definition.version)
        .order_by(Definition.process, Definition.version.desc())
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for name, version, n in db.session.execute(query.where(Definition.process == process) if process else query):
        found.setdefault(name, []).append((version, n))
    return found


def drafts_of(*where: ColumnElement[bool]) -> list[DiagramDraft]:
    """Drafts without their files, the latest saved first."""
    query = select(DiagramDraft).where(*where).options(_DRAFT)
    return list(db.session.scalars(query.order_by(DiagramDraft.saved_at.desc(), DiagramDraft.id.desc()).limit(200)))


def history(process: str, below: int | None = None, limit: int = PAGE) -> list[Definition]:
    """Versions without their files, the newest first; at most `limit` and one, which tells of others."""
    query = select(Definition).where(Definition.process == process).options(_VERSION)
    if below is not None:
        query = query.where(Definition.version < below)
    return list(db.session.scalars(query.order_by(Definition.version.desc()).limit(limit + 1)))


def numbers(process: str) -> list[int]:
    """All versions of a process, the newest first."""
    query = select(Definition.version).where(Definition.process == process)
    return list(db.session.scalars(query.order_by(Definition.version.desc())))


def newest(process: str) -> Definition | None:
    """The version that new cases take, with its files."""
    query = select(Definition).where(Definition.process == process).order_by(Definition.version.desc())
    return db.session.scalar(query.limit(1))


def version(process: str, number: int) -> Definition:
    """One version with its files; NotFound."""
    found = db.session.scalar(select(Definition).where(Definition.process == process, Definition.version == number))
    if found is None:
        raise NotFound
    return found


def content(row: Definition) -> Mapping[str, bytes]:
    """The files of a version, byte for byte as they came."""
    return as_bytes(row.files, row.originals)


def executed(row: Definition) -> tuple[Executed, ...]:
    """All that this version executes, in the order of the flow. InvalidDefinition where today's checks refuse it."""
    prepared = definitions.of(row.id).prepared
    files = {name: text.encode() for name, text in row.files.items()}
    return execution.executed(prepared, files, vocabulary().attended)[0]


def subject(process: str) -> str:
    """How the audit list names a process."""
    return f"proses {process}" if process else "proses tanpa kode"


def exported(what: str, rows: Sequence[object], by: Actor, now: datetime) -> None:
    """Note in the audit list that somebody took a list away. Commits."""
    audit.write("ekspor", what, now, by=by, after={"baris": len(rows)})
    db.session.commit()
