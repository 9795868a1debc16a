"""Whether a draft may become a version: what the checks find, what it is compared with, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.engine.difference import compare
from app.flows.diagrams import drafts, versions
from app.flows.diagrams.create import addressable
from app.flows.diagrams.examine import Examination, judge
from app.flows.diagrams.files import as_bytes
from app.models import Definition, DiagramDraft, db

FAULTS = "Diagram ini masih memuat {} kesalahan. Perbaiki semuanya di editor, lalu terbitkan."
NO_PROCESS = "Diagram ini belum memuat proses yang dapat dijalankan. Gambar proses dengan kejadian awal dulu."
RENAMED = (
    "Kode proses di dalam diagram adalah {}, padahal draf ini untuk {}. Kembalikan kodenya di editor; proses dengan "
    "kode lain dimulai lewat Proses baru."
)
BAD_ID = (
    "Kode proses {} tidak dapat dipakai: terlalu panjang, memuat tanda selain huruf, angka, dan garis bawah, atau "
    "sudah dipakai alamat halaman. Ganti di editor."
)
SAME = "Draf ini sama dengan versi {}, jadi belum ada yang diterbitkan. Ubah diagramnya di editor."


@dataclass(frozen=True)
class Look:
    """A draft as it is now. `newest` is the version it would follow; `older` a version with the very same files.

    `stops` are sentences: nothing is published as long as there is one. `moved`: somebody published after it began.
    """

    draft: DiagramDraft
    found: Examination
    newest: Definition | None
    older: Definition | None
    stops: tuple[str, ...]
    moved: bool

    @property
    def process(self) -> str:
        return self.draft.process or self.found.process

    @property
    def number(self) -> int:
        """The number of the newest version, 0 while there is none."""
        return self.newest.version if self.newest else 0


def look(draft_id: int) -> Look:
    """NotFound if there is no such draft. Takes as long as a check: about a third of a second."""
    draft = drafts.read(draft_id)
    found = judge(as_bytes(draft.files, originals(draft)))
    process = draft.process or found.process
    newest = versions.newest(process) if process else None
    base = draft.base_id if draft.base_id else None
    return Look(
        draft=draft,
        found=found,
        newest=newest,
        older=_older(process, draft.sha256, newest),
        stops=tuple(_stops(draft, found, newest)),
        moved=newest is not None and newest.id != base,
    )


def originals(draft: DiagramDraft) -> dict[str, str] | None:
    """The bytes as they came, which are the draft's own only until somebody saves something else."""
    return draft.originals if draft.revision == 1 else None


def _stops(draft: DiagramDraft, found: Examination, newest: Definition | None) -> list[str]:
    errors = sum(p.level == "error" for p in found.problems)
    stops = [FAULTS.format(errors)] if errors else []
    if not found.process:
        return stops or [NO_PROCESS]
    if draft.process and found.process != draft.process:
        stops.append(RENAMED.format(found.process, draft.process))
    elif newest is None and not addressable(found.process):
        stops.append(BAD_ID.format(found.process[:60]))
    if newest is not None and newest.sha256 == draft.sha256:
        stops.append(SAME.format(newest.version))
    return stops


def _older(process: str, sha256: str, newest: Definition | None) -> Definition | None:
    if newest is None:
        return None
    same = (Definition.process == process, Definition.sha256 == sha256, Definition.id != newest.id)
    return db.session.scalar(select(Definition).where(*same).order_by(Definition.version.desc()).limit(1))


def words(old: dict[str, str] | None, new: dict[str, str]) -> list[str]:
    """What differs, in sentences; [] where nothing does, or for a process without a version before."""
    return list(compare(old, new).words) if old is not None else []
