"""What the worker does for a move: check each case in memory, carry over what was asked for, take back.

A slice of it at a time, so that cases and jobs go on beside it. A worker that was killed leaves a lease behind that
runs out; the next one takes over. What is moved says so in the transaction that moved it, so no case moves twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.exc import OperationalError

from app import clock
from app.engine import migration
from app.engine.migration import GREEN, RED, Moved, Plan
from app.errors import AlurError
from app.flows import definitions, rights
from app.flows.intervention import OVER
from app.flows.moves import carry, runs
from app.flows.record import read_case
from app.flows.rights import Actor
from app.flows.sample import ADMIN, BIRO
from app.models import AnyRow, Definition, Instance, Migration, MigrationCase, db, table

log = logging.getLogger("alur.worker")
_RUN, _CASE, _INSTANCE = table(Migration), table(MigrationCase), table(Instance)
_LEASE = timedelta(seconds=60)
_SLICE = timedelta(seconds=2)  # then others have their turn
_BATCH = 50

OVER_NOW = "Perkara ini sudah berakhir, jadi tidak dipindahkan."
THERE = "Perkara ini sudah pada versi tujuan."
MOVED_ON = "Perkara ini bergerak sejak diperiksa, dan hasil pemeriksaannya kini lain. Periksa, lalu pindahkan lagi."
BROKEN = "Ada kesalahan di sini, bukan di perkaranya: perkara ini tidak dipindahkan. Sebutkan nomornya ke pengelola."
_WORK = {"checking": "chosen", "moving": "asked", "undoing": "undo"}


class _Lost(Exception):
    """Another worker took the move over."""


@dataclass
class _Run:
    """A move that is ours until `lease`. `ways` are the plans by source version: worked out once in a slice."""

    id: int
    state: str
    mapping: dict[str, str]
    note: str
    target: Definition
    lease: datetime
    ways: dict[int, Plan] = field(default_factory=dict)
    people: dict[int, Actor | None] = field(default_factory=dict)

    def way(self, source_id: int) -> Plan:
        if source_id not in self.ways:
            old, new = definitions.of(source_id), definitions.of(self.target.id)
            self.ways[source_id] = migration.plan(old, new, self.mapping)
        return self.ways[source_id]

    def keep(self, conn: Connection, **values: Any) -> None:
        """Renew the lease and write, in the caller's transaction. Raises _Lost if another worker has it now."""
        until = clock.now() + _LEASE
        mine = update(_RUN).where(_RUN.c.id == self.id, _RUN.c.state == self.state, _RUN.c.lease_until == self.lease)
        if conn.execute(mine.values({"lease_until": until, **values})).rowcount == 0:
            raise _Lost
        self.lease = until


def work(now: datetime) -> int:
    """Go on with the moves that wait; how many. Commits."""
    free = or_(_RUN.c.lease_until.is_(None), _RUN.c.lease_until < now)
    with db.engine.connect() as conn:
        found = conn.execute(select(_RUN.c.id).where(_RUN.c.state.in_(runs.BUSY), free).order_by(_RUN.c.id))
        waiting = list(found.scalars())
    return sum(_take(run_id, now) for run_id in waiting)


def _take(run_id: int, now: datetime) -> bool:
    """Claim the move and do a slice of it; False where another worker was faster."""
    run = _claim(run_id, now)
    if run is None:
        return False
    try:
        _slice(run)
    except (_Lost, OperationalError):  # a database that is away or busy: the lease runs out, and it is tried again
        log.warning("the move %s was left; it is taken up again after its lease", run_id)
    finally:
        db.session.remove()
    return True


def _claim(run_id: int, now: datetime) -> _Run | None:
    free = or_(_RUN.c.lease_until.is_(None), _RUN.c.lease_until < now)
    until = now + _LEASE
    with db.engine.begin() as conn:
        mine = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state.in_(runs.BUSY), free)
        if conn.execute(mine.values(lease_until=until)).rowcount == 0:
            return None
        begins = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state == "waiting")
        conn.execute(begins.values(state="checking", total=_left(conn, run_id, "chosen"), done=0))
        row = conn.execute(select(_RUN).where(_RUN.c.id == run_id)).one()
    target = db.session.get_one(Definition, row.target_id)
    db.session.expunge(target)
    db.session.rollback()
    return _Run(run_id, row.state, dict(row.mapping), row.note, target, until)


def _left(conn: Connection, run_id: int, state: str) -> int:
    return len(_batch(conn, run_id, state, runs.MOST))


def _batch(conn: Connection, run_id: int, state: str, size: int = _BATCH) -> list[AnyRow]:
    query = select(_CASE).where(_CASE.c.migration_id == run_id, _CASE.c.state == state)
    return list(conn.execute(query.order_by(_CASE.c.id).limit(size)))


def _slice(run: _Run) -> None:
    began = clock.now()
    while True:
        with db.engine.connect() as conn:
            rows = _batch(conn, run.id, _WORK[run.state])
            stop = conn.execute(select(_RUN.c.stop).where(_RUN.c.id == run.id)).scalar()
        if not rows or stop:
            _end(run, bool(stop and rows))
            return
        if run.state == "checking":
            _check(run, rows)
        else:
            for row in rows:
                _one(run, row)
                if clock.now() - began > _SLICE:
                    break
        if clock.now() - began > _SLICE:
            with db.engine.begin() as conn:
                run.keep(conn)
                conn.execute(update(_RUN).where(_RUN.c.id == run.id).values(lease_until=None))
            return


def _end(run: _Run, stopped: bool) -> None:
    """The part in hand is over. What was asked for and not done is asked for no more."""
    with db.engine.begin() as conn:
        back = {"asked": "checked", "undo": "moved"}
        for asked, before in back.items():
            mine = update(_CASE).where(_CASE.c.migration_id == run.id, _CASE.c.state == asked)
            conn.execute(mine.values(state=before))
        if run.state == "checking":
            state = "stopped" if stopped else "ready"
        else:
            movable = select(_CASE.c.id).where(
                _CASE.c.migration_id == run.id, _CASE.c.state == "checked", _CASE.c.verdict != RED
            )
            state = "ready" if conn.execute(movable.limit(1)).first() else "done"
        message = "Dihentikan atas permintaan." if stopped else ""
        run.keep(conn, state=state, stop=False, ended_at=clock.now(), message=message)
        conn.execute(update(_RUN).where(_RUN.c.id == run.id).values(lease_until=None))


# ---- checking --------------------------------------------------------------------------------------------------------


def _check(run: _Run, rows: Sequence[AnyRow]) -> None:
    """Dry-run a batch: read once, worked out in memory, written once."""
    ids = [row.instance_id for row in rows]
    with db.engine.connect() as conn:
        cases = {c.id: c for c in conn.execute(select(_INSTANCE).where(_INSTANCE.c.id.in_(ids)))}
        calls = carry.open_calls(conn, ids)
    found = [_verdict(run, row, cases.get(row.instance_id), calls.get(row.instance_id, [])) for row in rows]
    with db.engine.begin() as conn:
        run.keep(conn, done=_RUN.c.done + len(rows))
        for row, values in zip(rows, found, strict=True):
            conn.execute(update(_CASE).where(_CASE.c.id == row.id, _CASE.c.state == "chosen").values(values))


def _verdict(run: _Run, row: AnyRow, case: AnyRow | None, calls: Sequence[AnyRow]) -> dict[str, Any]:
    """The columns of a case that was looked at."""
    why = _nothing_to_do(run, case)
    if why or case is None:
        return {"state": "skipped", "verdict": "", "reasons": [], "message": why}
    try:
        moved = carry.check(run.way(case.definition_id), case, calls, clock.now())
    except Exception:  # one case must not keep the others from being looked at
        log.exception("case %s could not be checked", case.id)
        return {"state": "failed", "verdict": RED, "reasons": [], "message": BROKEN}
    return _seen(case, moved) | {"state": "checked", "message": ""}


def _seen(case: AnyRow, moved: Moved) -> dict[str, Any]:
    reasons = [[r.level, r.text] for r in moved.reasons]
    return {"verdict": moved.verdict, "reasons": reasons, "seen": case.version, "source_id": case.definition_id}


def _nothing_to_do(run: _Run, case: AnyRow | None) -> str:
    if case is None or case.phase in OVER:
        return OVER_NOW
    return THERE if case.definition_id == run.target.id else ""


# ---- moving, and taking back -----------------------------------------------------------------------------------------


def _one(run: _Run, row: AnyRow) -> None:
    """One case; whatever goes wrong with it is said at it, and the others go on."""
    try:
        actor = _actor(run, row.moved_by)
        if actor is None:
            _say(run, row, state="failed", message="Akun yang meminta pemindahan ini tidak lagi berwenang.")
        elif run.state == "undoing":
            _undo(run, row, actor)
        else:
            _move(run, row, actor)
    except (_Lost, OperationalError):
        raise
    except AlurError as e:
        _say(run, row, state="moved" if run.state == "undoing" else "checked", message=str(e))
    except Exception:  # as above: the rest of the run must not wait for this one
        log.exception("case %s could not be moved", row.instance_id)
        _say(run, row, state="moved" if run.state == "undoing" else "failed", message=BROKEN)


def _move(run: _Run, row: AnyRow, actor: Actor) -> None:
    now = clock.now()
    with db.engine.connect() as conn:
        case = read_case(conn, row.instance_id)
        calls = carry.open_calls(conn, [row.instance_id]).get(row.instance_id, [])
    why = _nothing_to_do(run, case)
    if why or case is None:
        _say(run, row, state="skipped", message=why)
        return
    moved = carry.check(run.way(case.definition_id), case, calls, now)
    found = _seen(case, moved)
    # worked out anew in any case: what was agreed to must still be what would happen
    same = found["verdict"] == row.verdict and found["reasons"] == row.reasons
    if moved.verdict == RED or not (moved.verdict == GREEN or same):
        _say(run, row, state="checked", message=MOVED_ON, **found)
        return
    version = db.session.get_one(Definition, case.definition_id).version
    db.session.rollback()
    facts = {
        "dari": version, "ke": run.target.version, "hasil": moved.verdict, "alasan": [r.text for r in moved.reasons],
        "pemetaan": run.mapping, "catatan": run.note, "pemindahan": run.id,
    }  # fmt: skip

    def also(conn: Connection, seq: int) -> None:
        _note(conn, run, row, found | {"state": "moved", "moved_seq": seq, "moved_at": now, "message": ""})

    if not carry.carry(case, moved, run.target, runs.who(actor), facts, now, also):
        _say(run, row, state="checked", message=MOVED_ON)  # it went on between reading and writing


def _undo(run: _Run, row: AnyRow, actor: Actor) -> None:
    source = db.session.get_one(Definition, row.source_id)
    db.session.expunge(source)
    db.session.rollback()

    def also(conn: Connection, seq: int) -> None:
        _note(conn, run, row, {"state": "undone", "seen": seq, "message": ""})

    carry.take_back(row.instance_id, row.moved_seq, source, runs.who(actor), clock.now(), also)


def _say(run: _Run, row: AnyRow, **values: Any) -> None:
    with db.engine.begin() as conn:
        _note(conn, run, row, values)


def _note(conn: Connection, run: _Run, row: AnyRow, values: dict[str, Any]) -> None:
    """What came of the case, and one more done. Raises _Lost where another worker has it, which takes all back."""
    mine = update(_CASE).where(_CASE.c.id == row.id, _CASE.c.state == _WORK[run.state])
    if conn.execute(mine.values(values)).rowcount == 0:
        raise _Lost
    run.keep(conn, done=_RUN.c.done + 1)


def _actor(run: _Run, user_id: int | None) -> Actor | None:
    """Who asked for it, as they stand now: a right that went meanwhile is gone here too."""
    if user_id is None:
        return None
    if user_id not in run.people:
        today = rights.local_day(clock.now())
        try:
            actor = rights.actor_of(user_id, today.year, today)
        except AlurError:
            actor = None
        run.people[user_id] = actor if actor and rights.holds(actor, ADMIN, BIRO) else None
        db.session.rollback()
    return run.people[user_id]
