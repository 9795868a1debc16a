"""Who may run a job, and who may write what came of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.flows.finish import Ending, LostLease, close_job
from app.jobs import claim
from app.jobs import execute as execution
from app.jobs.worker import work_once
from app.models import Attempt, Event, Job, db
from tests import pk
from tests.jobs.crashing import Killed, attempts, calls, die, recover, run, send_passphrase
from tests.world import World


def test_whose_lease_has_ended_can_not_write(at_the_head: World, monkeypatch) -> None:
    """A call that took longer than its lease: the worker told the head, and the late answer comes too late."""
    job_id, settle = send_passphrase(at_the_head), execution.settle

    def late(a_run):
        assert recover(at_the_head)
        return settle(a_run)

    monkeypatch.setattr(execution, "PIPELINE", (execution.begin, execution.call, execution.guard, late))
    monkeypatch.setattr(execution, "RECOVERY", (execution.call, execution.guard, settle))
    before = calls(at_the_head)
    assert run(at_the_head, job_id)
    assert at_the_head.all(db.select(Event.kind).where(Event.kind == "result", Event.element == "tte_kepala")) == [
        "result"
    ]
    assert attempts(at_the_head, job_id) == ["result"] and calls(at_the_head) == before + 1


def test_a_row_of_another_fence_is_not_moved(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        job_id = send_passphrase(at_the_head)
        mine = claim.claim(job_id, clock.now())
        theirs = claim.claim_lost(job_id, clock.now() + timedelta(seconds=91))
        assert theirs.fence == mine.fence + 1
        with pytest.raises(LostLease), db.engine.begin() as conn:
            close_job(conn, Ending(mine, mine.fence, None), "done", "")


def test_a_job_is_claimed_once_and_not_before_its_lease_has_ended(at_the_head: World) -> None:
    job_id = send_passphrase(at_the_head)
    with at_the_head.app.app_context():
        assert claim.claim(job_id, clock.now())
        assert claim.claim(job_id, clock.now()) is None
        assert claim.claim_lost(job_id, clock.now()) is None
        assert claim.lost(clock.now()) == [] and claim.lost(clock.now() + timedelta(seconds=91)) == [job_id]


def test_a_second_execution_of_the_same_job_does_nothing(at_the_head: World) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    done = []
    pair = [threading.Thread(target=lambda: done.append(run(at_the_head, job_id))) for _ in range(2)]
    _all(pair)
    assert sorted(done) == [False, True] and calls(at_the_head) == before + 1


def test_two_workers_at_once_execute_each_job_once(drafting: World) -> None:
    pk.draft(drafting.operator().open("/tugas").link("Penyusunan PK"))
    counts = []

    def work() -> None:
        with drafting.app.app_context():
            counts.append(work_once())

    _all([threading.Thread(target=work) for _ in range(4)])
    assert sum(counts) == 1
    assert len(drafting.all(db.select(Attempt))) == 1
    assert drafting.operator().open("/tugas").has_link("Membuat Lembar PK")


def test_what_stops_its_worker_every_time_becomes_an_incident(drafting: World, monkeypatch) -> None:
    pk.draft(drafting.operator().open("/tugas").link("Penyusunan PK"))
    drafting.write(update(Job).values(max_tries=2))
    monkeypatch.setattr(execution, "RECOVERY", (die,))
    monkeypatch.setattr(execution, "PIPELINE", (execution.begin, die))
    _killed(drafting, 0)
    _killed(drafting, 1)
    with clock.held(clock.now() + timedelta(hours=3)), drafting.app.app_context():
        work_once()
    (left,) = drafting.all(db.select(Job))
    assert (left.state, "berulang kali menghentikan pekerja" in left.message) == ("incident", True)


def _killed(world: World, hours: int) -> None:
    with clock.held(clock.now() + timedelta(hours=hours)), world.app.app_context(), pytest.raises(Killed):
        work_once()


def _all(threads: list[threading.Thread]) -> None:
    for t in threads:
        t.start()
    for t in threads:
        t.join()
