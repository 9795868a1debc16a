"""What the worker does with a replay: a slice of it at a time, so that whoever waits behind it gets a turn.

A worker that was killed leaves a lease behind that runs out; the next one goes on after the cases that are there. Two
never run the same one: every write renews the lease, and a lease that is not ours any more writes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from app import clock
from app.engine.lines import DIED, TOO_LONG
from app.engine.quarantine import ChildFailed
from app.engine.recording import Origin, Recording, origin_of
from app.engine.replay.child import Refused, Replayer, failed
from app.flows import audit, definitions
from app.flows.diagrams import recordings
from app.flows.diagrams.files import as_bytes
from app.flows.diagrams.replay import DONE, FAILED, GOING, RUNNING, STOPPED, counts
from app.models import AnyRow, DiagramDraft, Replay, ReplayCase, db, table

log = logging.getLogger("alur.worker")
_REPLAY, _CASE, _DRAFT = table(Replay), table(ReplayCase), table(DiagramDraft)
_LEASE = timedelta(seconds=120)
BATCH = 20  # cases that are read and written at once
SLICE = 3.0  # seconds of one turn
MOST_DEATHS = 5  # cases that may bring the child down before the draft is given up
DEADLY = "beberapa perkara menghabiskan waktu atau memori."
NOT_RUNNABLE = "Draf ini belum dapat dijalankan: {why} Perbaiki di Periksa, lalu uji lagi."
BROKEN = "Ada kesalahan di sini, bukan di draf Anda. Uji ulang dihentikan; sebutkan nomornya kepada pengelola."


class _Lost(Exception):
    """Another worker took the replay over, or somebody has asked to stop it."""


@dataclass
class _Mine:
    """A replay that is ours until `lease`."""

    id: int
    lease: datetime

    def keep(self, **values: Any) -> None:
        """Renew the lease, write, commit. Raises _Lost if another worker has it now; nothing is written then."""
        until = clock.now() + _LEASE
        mine = update(_REPLAY).where(
            _REPLAY.c.id == self.id, _REPLAY.c.state == RUNNING, _REPLAY.c.lease_until == self.lease
        )
        values = {"lease_until": until, **values}
        if not db.session.execute(mine.values(values)).rowcount:  # type: ignore[attr-defined]
            db.session.rollback()
            raise _Lost
        db.session.commit()
        self.lease = until


def work(now: datetime) -> int:
    """One turn for the replay that waits longest; how many cases were run. Commits."""
    free = or_(_REPLAY.c.lease_until.is_(None), _REPLAY.c.lease_until < now)
    ids = db.session.scalars(
        select(_REPLAY.c.id).where(_REPLAY.c.state.in_(GOING), free).order_by(_REPLAY.c.id)
    ).all()  # fmt: skip
    db.session.rollback()
    return sum(_take(replay_id, now) for replay_id in ids[:1])


def _take(replay_id: int, now: datetime) -> int:
    """Claim it and go on with it; 0 where another worker was faster."""
    free = or_(_REPLAY.c.lease_until.is_(None), _REPLAY.c.lease_until < now)
    until = now + _LEASE
    claim = update(_REPLAY).where(_REPLAY.c.id == replay_id, _REPLAY.c.state.in_(GOING), free)
    claimed = db.session.execute(claim.values(state=RUNNING, lease_until=until)).rowcount  # type: ignore[attr-defined]
    db.session.commit()
    if not claimed:
        return 0
    mine = _Mine(replay_id, until)
    try:
        return _go_on(mine)
    except (_Lost, OperationalError):  # a database that is busy: the lease runs out, and it is tried again
        db.session.rollback()
        log.warning("replay %s was left; it is taken up again after its lease", replay_id)
    except Exception:  # whatever it was, the person who waits must be told, and the worker goes on
        db.session.rollback()
        log.exception("replay %s failed", replay_id)
        _end(mine, FAILED, BROKEN)
    return 0


def _go_on(mine: _Mine) -> int:
    """Cases for about SLICE seconds; the lease is given back, or the replay has ended."""
    until = time.monotonic() + SLICE
    replay = db.session.execute(
        select(_REPLAY.c.files, _REPLAY.c.asked, _REPLAY.c.stop, _DRAFT.c.process)
        .join(_DRAFT, _DRAFT.c.id == _REPLAY.c.draft_id)
        .where(_REPLAY.c.id == mine.id)
    ).one()
    there = set(db.session.scalars(select(_CASE.c.instance_id).where(_CASE.c.replay_id == mine.id)))
    left = [i for i in replay.asked["perkara"] if i not in there]
    if replay.stop or not left:
        _end(mine, STOPPED if replay.stop else DONE)
        return 0
    try:
        with _Desk(replay, left) as desk:
            done = 0
            while left and time.monotonic() < until:
                if _deaths(mine.id) >= MOST_DEATHS:
                    raise ChildFailed(DEADLY)
                tried = _batch(mine, desk, left[:BATCH], len(there) + done)
                left, done = left[len(tried) :], done + len(tried)
                if _asked_to_stop(mine):
                    _end(mine, STOPPED)
                    return done
    except (Refused, ChildFailed) as e:
        _end(mine, FAILED, NOT_RUNNABLE.format(why=e))
        return 0
    if left:
        mine.keep(lease_until=None)
    else:
        _end(mine, DONE)
    return done


class _Desk:
    """A context: plays recordings in a child, and has another one when a case brought it down."""

    def __init__(self, replay: AnyRow, ids: Sequence[int]) -> None:
        self._files, self._process = as_bytes(replay.files), replay.process
        self._fill = bool(replay.asked.get("isi"))
        self._origins = {v: _origin(v) for v in recordings.versions(ids)}
        db.session.rollback()
        self._replayer: Replayer | None = self._new()

    def _new(self) -> Replayer:
        return Replayer(self._files, self._process, self._origins, self._fill)

    def play(self, case: AnyRow, recording: Recording) -> dict[str, Any]:
        """What came of it. A case that brings a child down gets a fresh one to itself before it counts as failed."""
        for fresh in (self._replayer is None, True):
            self._replayer = self._replayer or self._new()
            try:
                return self._replayer.play(recording, case.definition_id)
            except ChildFailed as e:
                self._replayer = None
                if fresh or str(e) == TOO_LONG:
                    return failed(str(e))
        raise AssertionError

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *error: object) -> None:
        if self._replayer is not None:
            self._replayer.close()


def _origin(definition_id: int) -> Origin:
    return origin_of(definitions.of(definition_id))


def _batch(mine: _Mine, desk: _Desk, ids: Sequence[int], before: int) -> Sequence[int]:
    """Run some cases, and write what came of them with the progress in one transaction; which were tried."""
    found = recordings.read(ids)
    db.session.rollback()  # the read ends before the write begins
    until, rows, tried = time.monotonic() + SLICE, [], list[int]()
    for id_ in ids:
        tried.append(id_)
        if id_ in found:
            case, recording = found[id_]
            rows.append(_row(mine.id, case, desk.play(case, recording)))
        if time.monotonic() > until:  # slow cases: written before the lease runs out
            break
    if rows:
        db.session.execute(insert(_CASE), rows)
    mine.keep(done=before + len(rows))
    return tried


def _deaths(replay_id: int) -> int:
    """How many cases brought the child down so far."""
    query = select(func.count()).select_from(_CASE)
    of = query.where(_CASE.c.replay_id == replay_id, _CASE.c.outcome == "failed", _CASE.c.reason.in_((TOO_LONG, DIED)))
    found = db.session.scalar(of) or 0
    db.session.rollback()
    return found


def _row(replay_id: int, case: AnyRow, answer: dict[str, Any]) -> dict[str, Any]:
    """No data of the case: which way it went, and why."""
    return {
        "replay_id": replay_id, "instance_id": case.id, "title": case.title, "outcome": answer["outcome"],
        "element": str(answer["where"])[:100], "reason": audit.mask(str(answer["reason"]))[:1000],
        "path": answer["path"],
    }  # fmt: skip


def _asked_to_stop(mine: _Mine) -> bool:
    asked = bool(db.session.scalar(select(_REPLAY.c.stop).where(_REPLAY.c.id == mine.id)))
    db.session.rollback()
    return asked


def _end(mine: _Mine, state: str, message: str = "") -> None:
    summary = counts(mine.id)
    db.session.rollback()
    mine.keep(state=state, message=message, ended_at=clock.now(), summary=summary, lease_until=None)
