"""The worker: jobs without secrets, timers, reminders, and whatever a crash left behind."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from types import FrameType

from app import clock
from app.flows import timers
from app.jobs import claim
from app.jobs.chores import Round
from app.jobs.execute import execute, hand_back, recover
from app.models import db

log = logging.getLogger("alur.worker")

PAUSE = 0.3  # seconds between looks when there was nothing to do


def work_once() -> int:
    """One round over everything that is due; how much was done."""
    now = clock.now()
    done = sum(execute(job) for job in claim.ready(now))
    done += sum(recover(job) for job in claim.lost(now))
    done += sum(hand_back(job) for job in claim.forsaken(now))
    done += sum(timers.fire(case, now) for case in timers.due_cases(now))
    done += timers.remind(now)
    db.session.remove()
    return done


def work(keep_on: Callable[[], bool] | None = None) -> None:
    """Work until told to stop by SIGTERM or SIGINT; the job in hand is finished first."""
    stopping, chores = False, Round()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    if keep_on is None:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    while not stopping and (keep_on is None or keep_on()):
        try:
            chores.run(clock.now())
            if work_once():
                continue
        except Exception:  # a database that is away for a minute must not end the worker
            log.exception("a round of the worker failed; trying again")
            db.session.remove()
        time.sleep(PAUSE)
