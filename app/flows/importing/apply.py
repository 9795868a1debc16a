"""What the worker does with a confirmed run: all rows in one transaction, then the invitations in small ones.

A worker that was killed leaves a lease behind that runs out; the next one takes the run over. Before the one commit
nothing of it is in the database, so it is planned again; after it only invitations are left, and the run knows which.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from app import clock
from app.errors import AlurError, NotAllowed
from app.flows import audit, invitations, origin, rights, units
from app.flows.importing import runs
from app.flows.importing.grid import Record, Report
from app.flows.importing.write import Passwords, write
from app.flows.people import turn
from app.flows.rights import Actor
from app.flows.sample import ADMIN, BIRO
from app.models import ImportRun, db, table

log = logging.getLogger("alur.worker")
_RUN = table(ImportRun)
_LEASE = timedelta(seconds=90)
_BATCH = 40  # invitations in one transaction: others get their turn in between
_FAILED = (
    "Ada kesalahan di sini, bukan di berkas Anda. Tidak ada baris yang tersimpan. "
    "Sebutkan nomor muatan ini ke pengelola."
)


@dataclass
class _Run:
    """A run that is ours until `lease`; `renewed` is the lease in the transaction that is open."""

    id: int
    lease: datetime
    renewed: datetime | None = None

    def keep(self, **values: Any) -> None:
        """Renew the lease, and write. Raises _Lost if another worker has it now."""
        until, held = clock.now() + _LEASE, self.renewed or self.lease
        mine = update(_RUN).where(_RUN.c.id == self.id, _RUN.c.state == "applying", _RUN.c.lease_until == held)
        if not db.session.execute(mine.values(lease_until=until, **values)).rowcount:  # type: ignore[attr-defined]
            raise _Lost
        self.renewed = until

    def commit(self) -> None:
        db.session.commit()
        self.lease, self.renewed = self.renewed or self.lease, None

    def rollback(self) -> None:
        db.session.rollback()
        self.renewed = None


class _Lost(Exception):
    """Another worker took the run over."""


def work(now: datetime) -> int:
    """Carry out the runs that are confirmed; how many. Commits."""
    free = or_(_RUN.c.lease_until.is_(None), _RUN.c.lease_until < now)
    waiting = db.session.scalars(select(_RUN.c.id).where(_RUN.c.state == "applying", free).order_by(_RUN.c.id)).all()
    db.session.rollback()
    return sum(_take(run_id, now) for run_id in waiting)


def _take(run_id: int, now: datetime) -> bool:
    """Claim the run and carry it out; False where another worker was faster."""
    free = or_(_RUN.c.lease_until.is_(None), _RUN.c.lease_until < now)
    until = now + _LEASE
    claim = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state == "applying", free).values(lease_until=until)
    claimed = db.session.execute(claim).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not claimed:
        return False
    run = _Run(run_id, until)
    try:
        if _load(run, now):
            units.follow_unit(now)  # open cases of a satker that has another unit now
            _invite(run, now)
    except (_Lost, OperationalError):  # a database that is away or busy: the lease runs out, and it is tried again
        db.session.rollback()
        log.warning("import run %s was left; it is taken up again after its lease", run_id)
    return True


def _load(run: _Run, now: datetime) -> bool:
    """The one transaction. True where what is left are the invitations."""
    row = _read(run.id)
    if "invite" in row.report:  # another worker came this far
        return True
    try:
        by = _actor(row.user_id, now)
        passwords = Passwords.made()
        run.keep()  # the first statement of the transaction is a write: what is read after it stays true
        turn()
        with origin.asked_from(row.report.get("from", "")):
            return _carry_out(run, row, by, passwords, now)
    except (AlurError, IntegrityError) as e:
        run.rollback()
        words = str(e) if isinstance(e, AlurError) else runs.CHANGED_MEANWHILE
        log.warning("import run %s failed: %s", run.id, type(e).__name__)
        _fail(run, words, now)
    except (_Lost, OperationalError):
        raise
    except Exception:  # whatever it was, the person who waits must be told, and the worker goes on
        run.rollback()
        log.exception("import run %s failed", run.id)
        _fail(run, _FAILED, now)
    return False


def _carry_out(run: _Run, row: Any, by: Actor, passwords: Passwords, now: datetime) -> bool:
    records = [Record(*values) for values in row.rows["records"]]
    plan = runs.plan_of(records, Report(), db.session.connection(), by, now)
    report = runs.report_of(plan, records)
    # warnings about cells were found while the file was read
    seen = {tuple(f) for f in report["faults"]}
    report["faults"] += [f for f in row.report["faults"] if tuple(f) not in seen]
    report["warnings"] = sum(f[0] != "error" for f in report["faults"])
    if plan.report.errors or plan.digest != row.report["digest"]:
        run.rollback()
        state = "faulty" if plan.report.errors else "ready" if plan.moves else "done"
        rows = row.rows if state == "ready" else {}
        run.keep(state=state, rows=rows, report={**report, "note": runs.CHANGED_MEANWHILE}, done=0)
        run.commit()
        return False
    invite = write(plan, passwords, by, now, f"dari berkas {row.name}")
    after = {thing: {k: n for k, n in of.items() if n} for thing, of in plan.counts.items()}
    audit.write("muat", f"berkas {row.name}", now, by=by, after=after, note=f"muatan {run.id}, {row.total} baris")
    run.keep(rows={}, done=row.total, report={**report, "invite": invite})
    run.commit()
    return True


def _invite(run: _Run, now: datetime) -> None:
    """Mail the new accounts their links, some at a time."""
    row = _read(run.id)
    waiting, report = list(row.report["invite"]), dict(row.report)
    while waiting:
        some, waiting = waiting[:_BATCH], waiting[_BATCH:]
        run.keep(report={**report, "invite": waiting})
        for user_id in some:
            try:
                invitations.invite(user_id, now, db.session.connection())
            except AlurError as e:  # the address was taken away meanwhile, or the account
                log.warning("account %s is not invited: %s", user_id, type(e).__name__)
        run.commit()
    report.pop("invite")
    run.keep(report=report, state="done", finished_at=clock.now())
    run.commit()


def _actor(user_id: int, now: datetime) -> Actor:
    """Who confirmed the run, as they stand now: a right that went meanwhile is gone here too."""
    today = rights.local_day(now)
    actor = rights.actor_of(user_id, today.year, today)
    if not rights.holds(actor, ADMIN, BIRO):
        raise NotAllowed("Akun yang meminta pemuatan ini tidak lagi berwenang. Tidak ada baris yang tersimpan.")
    return actor


def _fail(run: _Run, words: str, now: datetime) -> None:
    row = _read(run.id)
    run.keep(state="failed", rows={}, report={**row.report, "note": words, "changes": []}, finished_at=now)
    run.commit()


def _read(run_id: int) -> Any:
    row = db.session.execute(select(_RUN).where(_RUN.c.id == run_id)).one()
    db.session.rollback()  # no snapshot of before the lock may be read from
    return row
