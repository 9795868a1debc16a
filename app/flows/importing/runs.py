"""A file on its way: checked and kept as a run, confirmed by the person who has seen the preview, or dropped.

A run that is ready keeps the rows as they were read, for a week at most. Whatever ends a run empties them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import defer

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, origin
from app.flows.importing import check, headers, heads, known, people, plan, textfile, workbook
from app.flows.importing.columns import KINDS, PENGGUNA
from app.flows.importing.grid import ERROR, Fault, Record, Report
from app.flows.importing.plan import SAME, Plan
from app.flows.rights import Actor, local_day
from app.flows.sample import ADMIN
from app.models import AnyRow, ImportRun, User, db, table

_RUN = table(ImportRun)
_KEEP = timedelta(days=7)
_MOST_FAULTS = 5_000  # kept and shown; more say nothing new
PAGE = 25

STATES = {
    "ready": "Siap dimuat", "faulty": "Perlu diperbaiki", "applying": "Sedang dimuat", "done": "Selesai",
    "failed": "Gagal", "dropped": "Dibatalkan",
}  # fmt: skip
CHANGED_MEANWHILE = (
    "Data master berubah sejak pratinjau ini dibuat, jadi belum ada yang dimuat. Ini pratinjau yang baru: periksa, "
    "lalu muat lagi."
)


@dataclass(frozen=True)
class Checked:
    """What came of reading a file: its rows, and what they would change."""

    records: Sequence[Record]
    plan: Plan


def check_file(content: bytes, name: str, actor: Actor, now: datetime) -> Checked:
    """Read and plan, without writing. InvalidInput where the file as a whole can't be taken."""
    if not content:
        raise InvalidInput("Berkas ini kosong. Pilih berkas yang berisi data.")
    report = Report()
    if workbook.is_workbook(content):
        grids = workbook.read(content, report)
    else:
        grids = [textfile.read(content, name.rsplit(".", 1)[0][:60] or "CSV")]
    found = headers.tables(grids, report)
    records = check.records(found, report)
    if not records and not report.errors:
        report.error("", "Berkas ini tidak berisi baris data. Isi contoh berkas di bawah judul kolomnya.")
    return Checked(records, plan_of(records, report, db.session.connection(), actor, now))


def plan_of(records: Sequence[Record], report: Report, conn: Connection, actor: Actor, now: datetime) -> Plan:
    """What the rows would change in the database as `conn` sees it. Faults go on in `report`."""
    made = Plan(known.read(conn), report, local_day(now), actor)
    plan.masters(made, records)
    if made.accounts_too:
        people.users(made, records)
    else:
        _no_accounts(records, report)
    heads.heads(made, records)
    return made


def _no_accounts(records: Sequence[Record], report: Report) -> None:
    theirs = next((r for r in records if r.kind == PENGGUNA.key), None)
    if theirs is not None:
        report.error(theirs.sheet, "Akun dan peran hanya dapat dimuat oleh admin. Hapus sheet Pengguna dari berkas, "
                     "atau minta admin memuatnya.")  # fmt: skip


def start(content: bytes, name: str, actor: Actor, now: datetime) -> int:
    """Check a file and keep the run; its id. Commits."""
    found = check_file(content, name, actor, now)
    faults, moves = found.plan.report.errors, found.plan.moves
    state = "faulty" if faults else "ready" if moves else "done"
    rows = {"records": [r.as_json() for r in found.records]} if state == "ready" else {}
    run = ImportRun(
        user_id=actor.user_id, name=name[:200] or "tanpa nama", state=state, total=len(found.records), rows=rows,
        report=report_of(found.plan, found.records), created_at=now, finished_at=now if state == "done" else None,
    )  # fmt: skip
    db.session.add(run)
    db.session.commit()
    return run.id


def report_of(made: Plan, records: Sequence[Record]) -> dict[str, Any]:
    """What the pages show of a plan, as JSON; a NIK only by its last digits."""
    order = {k.sheet: n for n, k in enumerate(KINDS.values(), 1)} | {"": 0}
    faults: list[Fault] = sorted(
        made.report.faults, key=lambda f: (f.level != ERROR, order.get(f.sheet, 9), f.sheet, f.row)
    )
    return {
        "faults": [f.as_json() for f in faults[:_MOST_FAULTS]],
        "errors": made.report.errors,
        "warnings": len(faults) - made.report.errors,
        "rows": {k.sheet: n for k in KINDS.values() if (n := sum(r.kind == k.key for r in records))},
        "counts": made.counts,
        "changes": [c.shown() for c in made.changes if c.action != SAME],
        "digest": made.digest,
        "first": sum(a.first for a in made.todo.accounts.values()),
        "invited": sum(bool(a.email) and not a.first for a in made.todo.accounts.values()),
    }


def confirm(run_id: int, digest: str, actor: Actor) -> None:
    """The person has seen this preview and wants it: the worker does the rest. Commits."""
    run = find(run_id, actor)
    if run.state != "ready" or run.report.get("digest") != digest:
        raise Conflict("Muatan ini sudah berubah. Buka lagi halamannya dan periksa keadaannya yang sekarang.")
    report = {**run.report, "from": origin.here()}  # for the audit list: the worker has no address
    _move(run_id, state="applying", done=0, lease_until=None, report=report)


def drop(run_id: int, actor: Actor, now: datetime) -> None:
    """Nothing of this file is to be loaded. Commits."""
    run = find(run_id, actor)
    if run.state == "dropped":
        return
    report = {**run.report, "changes": [], "faults": []}
    _move(run_id, state="dropped", rows={}, report=report, finished_at=now)


def _move(run_id: int, **values: Any) -> None:
    """A run that is ready goes on. Zero rows: somebody was faster, in another tab or as another admin."""
    here = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state == "ready")
    moved = db.session.execute(here.values(values)).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not moved:
        raise Conflict("Muatan ini baru saja berubah. Buka lagi halamannya dan periksa keadaannya yang sekarang.")


def find(run_id: int, actor: Actor) -> ImportRun:
    """The run; NotFound for those of others, but an admin sees all."""
    run = db.session.get(ImportRun, run_id, populate_existing=True, options=[defer(ImportRun.rows)])
    if run is None or (run.user_id != actor.user_id and ADMIN not in actor.roles):
        raise NotFound
    return run


@dataclass(frozen=True)
class Filter:
    """What the list of runs is narrowed to; `before` is the id of the last run of the page before."""

    text: str = ""
    state: str = ""
    before: int = 0


def listed(f: Filter, actor: Actor, limit: int = PAGE) -> Sequence[AnyRow]:
    """Runs that the actor may see, the newest first, and one more to know whether there is a next page."""
    columns = [_RUN.c[k] for k in ("id", "name", "state", "total", "created_at", "finished_at")]
    query = select(*columns, User.nama.label("oleh")).join(User, User.id == _RUN.c.user_id)
    if ADMIN not in actor.roles:
        query = query.where(_RUN.c.user_id == actor.user_id)
    if f.text:
        query = query.where(_RUN.c.name.icontains(f.text, autoescape=True))
    if f.state:
        query = query.where(_RUN.c.state == f.state)
    if f.before:
        query = query.where(_RUN.c.id < f.before)
    return db.session.execute(query.order_by(_RUN.c.id.desc()).limit(limit + 1)).all()


def exported(what: str, rows: int, asked: dict[str, str], actor: Actor, now: datetime) -> None:
    """Somebody took a list of people with them as a file. Commits."""
    after = {"baris": rows, "saringan": {k: v for k, v in asked.items() if v}}
    audit.write("ekspor", what, now, by=actor, after=after)
    db.session.commit()


def sweep(now: datetime) -> int:
    """Runs that nobody confirmed within a week are dropped, their rows with them. Commits."""
    old = update(_RUN).where(_RUN.c.state == "ready", _RUN.c.created_at < now - _KEEP)
    gone = db.session.execute(old.values(state="dropped", rows={}, report={}, finished_at=now))
    db.session.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]
