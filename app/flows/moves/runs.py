"""A move of cases, from choosing them to the last undo. The worker does the long parts: see work.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.engine.migration import AMBER, GREEN
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, definitions, instances
from app.flows.audit import mask
from app.flows.instances import Filter
from app.flows.moves import carry
from app.flows.rights import Actor
from app.flows.sample import ADMIN, BIRO
from app.models import Definition, Instance, Migration, MigrationCase, db, table

_RUN, _CASE = table(Migration), table(MigrationCase)
MOST = 20_000  # cases of one move
BUSY = ("waiting", "checking", "moving", "undoing")  # the worker has it, or will
RESTING = ("ready", "stopped", "done", "failed")
UNMOVED = ("chosen", "checked", "undone", "skipped", "failed", "asked")

STATES = {
    "waiting": "Menunggu diperiksa", "checking": "Sedang diperiksa", "ready": "Siap dipindahkan",
    "moving": "Sedang memindahkan", "undoing": "Sedang membatalkan", "done": "Selesai", "stopped": "Dihentikan",
    "failed": "Gagal",
}  # fmt: skip
CHANGED = "Pemindahan ini baru saja berubah, mungkin oleh orang lain. Buka lagi halamannya, lalu putuskan lagi."


@dataclass(frozen=True)
class Asked:
    """Which cases were chosen: by version (numbers; none for all others), and by what /instans filters by."""

    versions: Sequence[int] = ()
    text: str = ""
    status: str = ""
    satker: str = ""
    unit: str = ""
    step: str = ""
    idle: int | None = None
    numbers: Sequence[int] = field(default_factory=tuple)  # cases, where they were ticked one by one

    def filter(self, process: str) -> Filter:
        return Filter(
            text=self.text, process=process, status=self.status, satker=self.satker, unit=self.unit, step=self.step,
            idle=self.idle,
        )  # fmt: skip


@dataclass(frozen=True)
class VersionCount:
    """A version of a process, and how many of its cases are not over."""

    id: int
    version: int
    note: str
    published_at: datetime
    running: int


def versions(process: str) -> list[VersionCount]:
    """The newest first; NotFound where nothing was published under that name."""
    count = func.count(Instance.id)
    joined = (Instance.definition_id == Definition.id) & Instance.phase.in_(("running", "suspended"))
    rows = db.session.execute(
        select(Definition.id, Definition.version, Definition.note, Definition.published_at, count)
        .outerjoin(Instance, joined)
        .where(Definition.process == process)
        .group_by(Definition.id)
        .order_by(Definition.version.desc())
    ).all()
    if not rows:
        raise NotFound
    return [VersionCount(*row) for row in rows]


def chosen(process: str, target_id: int, asked: Asked, now: datetime) -> list[int]:
    """Ids of the cases that `asked` means: not over, and not in the target version already."""
    sources = [
        v.id for v in versions(process) if v.id != target_id and (not asked.versions or v.version in asked.versions)
    ]
    more = [Instance.phase.in_(("running", "suspended")), Instance.definition_id.in_(sources)]
    if asked.numbers:
        more.append(Instance.id.in_(list(asked.numbers)[:MOST]))
    return instances.ids_of(asked.filter(process), now, *more)


def create(process: str, target: int, asked: Asked, note: str, actor: Actor, now: datetime) -> int:
    """A move to the version numbered `target`; its id. The worker checks the cases. Commits."""
    row = next((v for v in versions(process) if v.version == target), None)
    if row is None:
        raise InvalidInput("Versi tujuan ini tidak ada. Pilih versi dari daftar.")
    ids = chosen(process, row.id, asked, now)
    if not ids:
        raise InvalidInput("Tidak ada perkara berjalan yang cocok di luar versi tujuan. Ubah pilihannya.")
    if len(ids) > MOST:
        raise InvalidInput(f"Pilihan ini memuat {len(ids)} perkara; sekali pindah paling banyak {MOST}. Persempit.")
    said = {k: v for k, v in asdict(asked).items() if v}
    made = Migration(
        process=process, target_id=row.id, mapping={}, total=len(ids), asked=said,
        note=_note(note), created_at=now, created_by=actor.user_id, state="waiting",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for some in _slices(ids):
        query = select(Instance.id, Instance.definition_id).where(Instance.id.in_(some)).order_by(Instance.id)
        rows = [
            {"migration_id": made.id, "instance_id": id_, "source_id": source, "reasons": []}
            for id_, source in db.session.execute(query)
        ]
        db.session.execute(insert(MigrationCase), rows)
    _audit(made, actor, now, f"pemindahan {len(ids)} perkara ke versi {target} disiapkan", {})
    db.session.commit()
    return made.id


def _note(text: str) -> str:
    return mask(" ".join(text.split()))[:1000]


def _audit(run: Migration, actor: Actor, now: datetime, what: str, after: Mapping[str, Any]) -> None:
    audit.write("proses", f"{run.process}, {what}", now, by=actor, after=after, note=f"pemindahan {run.id}")


def find(run_id: int) -> Migration:
    """NotFound if there is no such move."""
    run = db.session.get(Migration, run_id, populate_existing=True)
    if run is None:
        raise NotFound
    return run


def recheck(run_id: int, mapping: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Check all that has not moved once more, with this mapping. Commits; Conflict while the worker has it."""
    run = find(run_id)
    target = definitions.of(run.target_id)
    unknown = [b for b in mapping.values() if b not in target.elements]
    if unknown:
        raise InvalidInput(f"Langkah tujuan '{unknown[0]}' tidak ada di versi tujuan. Pilih langkah dari daftar.")
    _turn(run_id, RESTING, state="waiting", mapping=dict(mapping), done=0, stop=False, message="", ended_at=None)
    again = update(_CASE).where(_CASE.c.migration_id == run_id, _CASE.c.state.in_(UNMOVED))
    db.session.execute(again.values(state="chosen", verdict="", reasons=[], message=""))
    _audit(run, actor, now, "perkara diperiksa lagi", {"pemetaan": dict(mapping)})
    db.session.commit()


def confirm(run_id: int, ids: Sequence[int] | None, actor: Actor, now: datetime, first: int | None = None) -> int:
    """Let the worker move the cases with these ids, else all green ones (or the `first` so many); how many. Commits.

    Amber ones move only by id, red ones never.
    """
    run = find(run_id)
    here = (_CASE.c.migration_id == run_id, _CASE.c.state == "checked")
    if ids is None:
        query = select(_CASE.c.id).where(*here, _CASE.c.verdict == GREEN).order_by(_CASE.c.id)
        found = list(db.session.scalars(query if first is None else query.limit(first)))
    else:
        mine = (_CASE.c.id.in_(list(ids)), _CASE.c.verdict.in_((GREEN, AMBER)))
        found = list(db.session.scalars(select(_CASE.c.id).where(*here, *mine)))
    db.session.rollback()  # the read ends before the write begins: see SQLite in WAL
    if not found:
        raise InvalidInput("Belum ada perkara yang dapat dipindahkan di pilihan ini. Centang yang hijau atau kuning.")
    _turn(run_id, RESTING, state="moving", stop=False, done=0, total=len(found), message="", ended_at=None)
    for some in _slices(found):
        db.session.execute(
            update(_CASE).where(*here, _CASE.c.id.in_(some)).values(state="asked", moved_by=actor.user_id, message="")
        )
    _audit(find(run_id), actor, now, f"{len(found)} perkara dipindahkan ke versi {run.target.version}", {})
    db.session.commit()
    return len(found)


def stop(run_id: int, actor: Actor, now: datetime) -> None:
    """Ask the worker to stop after the case in hand. Commits."""
    run = find(run_id)
    if _set(run_id, BUSY, stop=True):
        _audit(run, actor, now, "pemindahan dihentikan", {})
    db.session.commit()


def undo(run_id: int, case_id: int, actor: Actor, now: datetime) -> None:
    """Take one case back. Conflict with a sentence where something came after its move. Commits."""
    find(run_id)
    found = db.session.get(MigrationCase, case_id, populate_existing=True)
    if found is None or found.migration_id != run_id:
        raise NotFound
    if found.state != "moved" or found.moved_seq is None:
        raise Conflict("Perkara ini tidak sedang dalam keadaan dipindahkan, jadi tidak ada yang dibatalkan.")
    source = db.session.get_one(Definition, found.source_id)
    instance_id, seq = found.instance_id, found.moved_seq
    db.session.expunge(source)
    db.session.rollback()

    def also(conn: Any, new_seq: int) -> None:
        done = update(_CASE).where(_CASE.c.id == case_id, _CASE.c.state == "moved").values(state="undone", seen=new_seq)
        if conn.execute(done).rowcount == 0:
            raise Conflict(CHANGED)
        subject = f"perkara {instance_id} kembali ke versi {source.version}"
        audit.write("proses", subject, now, by=actor, note=f"pemindahan {run_id}", conn=conn)

    carry.take_back(instance_id, seq, source, who(actor), now, also)


def undo_all(run_id: int, actor: Actor, now: datetime) -> int:
    """Let the worker take back all that was moved and has not gone on since; how many are tried. Commits."""
    moved = (_CASE.c.migration_id == run_id, _CASE.c.state == "moved")
    run = find(run_id)
    count = db.session.scalar(select(func.count()).select_from(_CASE).where(*moved)) or 0
    db.session.rollback()
    if not count:
        raise InvalidInput("Tidak ada perkara yang sudah dipindahkan di sini, jadi tidak ada yang dibatalkan.")
    _turn(run_id, RESTING, state="undoing", stop=False, done=0, total=count, message="", ended_at=None)
    db.session.execute(update(_CASE).where(*moved).values(state="undo", moved_by=actor.user_id, message=""))
    _audit(run, actor, now, f"pemindahan {count} perkara dibatalkan", {})
    db.session.commit()
    return count


def who(actor: Actor) -> carry.Who:
    """As the history of a case names whoever moves it."""
    role = BIRO if BIRO in actor.roles else ADMIN
    return carry.Who(actor.user_id, f"{actor.name} ({role})")


def _turn(run_id: int, before: Sequence[str], **values: Any) -> None:
    """A move goes on to another state. Zero rows: somebody was faster, in another tab or as another admin."""
    if not _set(run_id, before, **values, lease_until=None):
        db.session.rollback()
        raise Conflict(CHANGED)


def _set(run_id: int, before: Sequence[str], **values: Any) -> bool:
    here = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state.in_(before))
    return bool(db.session.execute(here.values(values)).rowcount)  # type: ignore[attr-defined]


def _slices(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [ids[n : n + size] for n in range(0, len(ids), size)]
