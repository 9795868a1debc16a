"""Crashes of a job at a chosen point, and the head of a satker who is about to sign when it happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.jobs import execute as execution
from app.jobs.execute import execute
from app.jobs.worker import work_once
from app.models import Attempt, Job, db
from app.sdk.secrets import Passphrase
from tests import pk
from tests.world import SATU, World


class Killed(BaseException):
    """The process ends here: nothing behind it runs, nothing is cleaned up."""


def die(*_anything: object) -> None:
    raise Killed


def send_passphrase(world: World) -> str:
    """The head presses Kirim Passphrase; the signing pool does not run, so that the test can take its place."""
    world.app.extensions["signing"]._start = lambda: None
    page = world.head().open("/tugas").link(pk.SIGN)
    page.form("/tugas/").fill(passphrase=SATU.head.passphrase).press()
    (job,) = world.all(db.select(Job).where(Job.attended, Job.state == "ready"))
    return job.id


def run(world: World, job_id: str, passphrase: str = SATU.head.passphrase) -> bool:
    """What a thread of the pool does with the job."""
    with world.app.app_context():
        return execute(job_id, {"passphrase": Passphrase(passphrase)})


def crash(world: World, job_id: str, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Run the job, and kill its process after so many steps of the pipeline."""
    with monkeypatch.context() as patched:
        patched.setattr(execution, "PIPELINE", (*execution.PIPELINE[:after], die))
        with pytest.raises(Killed):
            run(world, job_id)


def crash_at(world: World, job_id: str, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Run the job, and kill its process where the pipeline would call `execute.<place>`."""
    with monkeypatch.context() as patched:
        patched.setattr(execution, place, die)
        with pytest.raises(Killed):
            run(world, job_id)


def recover(world: World) -> int:
    """The worker, as it finds things once the lease has ended."""
    with clock.held(clock.now() + timedelta(seconds=91)), world.app.app_context():
        return work_once()


def job(world: World, job_id: str) -> Job:
    (found,) = world.all(db.select(Job).where(Job.id == job_id))
    return found


def attempts(world: World, job_id: str) -> list[str]:
    """What came of each attempt."""
    query = db.select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number)
    return [a.outcome for a in world.all(query)]


def calls(world: World) -> int:
    """How often the provider was asked for a signature, in all."""
    assert world.provider
    return len(world.provider.journal)


def what_the_head_reads(world: World) -> str:
    return world.head().open("/tugas").link(pk.SIGN).text
