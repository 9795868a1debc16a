"""Our side: the real application on a database file of the project's own disk, driven through its use cases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from app.flows import finish, masters, start, submit, timers
from app.flows.finish import Ending
from app.flows.rights import Actor, Holding
from app.jobs.claim import claim
from app.models import Instance, Job, Satker, Task, db
from app.sdk.forms import Submission
from app.sdk.json import JsonObject
from app.sdk.services import Result
from benchmarks import pk
from benchmarks.measure import Samples
from tests.world import build, close

ROOT = Path(__file__).resolve().parent.parent
PROCESS = "perjanjian_kinerja"
EVERYWHERE = tuple(Holding(role, "all") for role in (pk.OPERATOR, pk.KEPALA, pk.ESELON))
Timed = Callable[[Callable[[], Any]], Any]


def untimed(work: Callable[[], Any]) -> Any:
    return work()


@dataclass
class House:
    """The application, and satkers enough for as many PKs as are asked for: a satker has one a year."""

    app: Flask
    folder: Path
    free: Iterator[str] = field(repr=False)

    def begin(self) -> Case:
        kode = next(self.free)
        return Case(start.start(PROCESS, kode, ACTOR, pk.BEGIN), kode)


ACTOR = Actor(1, "Rani Pertiwi", None, 2026, EVERYWHERE)


@contextmanager
def house(satkers: int) -> Iterator[House]:
    """A house with the sample ministry and more satkers; on the project's disk, so that FULL costs what it should."""
    place = ROOT / ".cache"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as folder:
        world = build(Path(folder), None)
        try:
            with world.app.app_context():
                yield House(world.app, Path(folder), iter(_more_satkers(satkers)))
        finally:
            close(world)


def _more_satkers(count: int) -> list[str]:
    kodes = [str(500_000 + n) for n in range(count)]
    known = db.session.execute(select(Satker.__table__).where(Satker.kode == "100101")).one()._asdict()
    rows = [{**known, "kode": k, "nama": f"Balai Literasi Contoh {k}"} for k in kodes]
    with db.engine.begin() as conn:
        conn.execute(insert(Satker.__table__), rows)
    db.session.rollback()
    return kodes


@dataclass
class Case:
    """One PK on its way. `expected` is the oracle: the last submission per key, in commit order."""

    id: int
    satker: str
    now: datetime = pk.BEGIN
    expected: JsonObject = field(default_factory=dict)
    largest: int = 0  # bytes of the packed state

    def __post_init__(self) -> None:
        self.expected = {"tahun": 2026, "satker": self.satker, "zona": "WIB"}

    def send(self, act: pk.Act, timed: Timed = untimed) -> None:
        """Send the form of the open task at the act's element."""
        task_id = db.session.scalar(
            select(Task.id).where(Task.instance_id == self.id, Task.state == "open", Task.element == act.element)
        )
        db.session.rollback()
        assert task_id, f"{act.element} is not open"
        submission, now = Submission(act.data), self._later()
        timed(lambda: submit.submit(task_id, ACTOR, submission, now))
        self.expected |= act.data
        self._weigh()

    def answer_calls(self) -> None:
        """Let the worker's part happen: each open call gets its answer."""
        while job_id := db.session.scalar(select(Job.id).where(Job.instance_id == self.id, Job.state == "ready")):
            db.session.rollback()
            job = claim(job_id, self._later())
            assert job is not None
            result = pk.RESULTS[job.operator]
            made = pk.documents(job.operator)
            assert finish.finish(Ending(job, job.fence, None, made), Result(result), self._later())
            self.expected[pk.RESULT_KEYS[job.element]] = result
            self._weigh()
        db.session.rollback()

    def remind(self) -> None:
        """Let the reminder's time come."""
        due = db.session.scalar(select(Instance.next_timer).where(Instance.id == self.id))
        db.session.rollback()
        assert due, "no timer is waiting"
        self.now = max(self.now, due)
        assert timers.fire(self.id, self._later())
        self._weigh()

    def play(self, acts: list[pk.Act], timed: Timed = untimed, remind: bool = False) -> None:
        """Send each form in turn; calls are answered in between, and the reminder fires before the head decides."""
        for act in acts:
            if remind and act.role == pk.KEPALA:
                self.remind()
            self.send(act, timed)
            self.answer_calls()

    def row(self) -> Any:
        found = db.session.execute(select(Instance.__table__).where(Instance.id == self.id)).one()
        db.session.rollback()
        return found

    def info(self) -> pk.Act:
        found = masters.info_satker(self.satker)
        db.session.rollback()
        return pk.info(found)

    def _later(self) -> datetime:
        self.now += timedelta(seconds=30)
        return self.now

    def _weigh(self) -> None:
        self.largest = max(self.largest, len(self.row().state))


def timed_into(samples: Samples) -> Timed:
    return samples.time
