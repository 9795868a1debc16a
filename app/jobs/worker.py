"""The worker: jobs without secrets, timers, reminders, and whatever a crash left behind."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from flask import Flask, current_app

from app import clock
from app.flows import reminders, timers
from app.jobs import claim
from app.jobs.chores import CHORES, Chore, Round
from app.jobs.execute import execute, hand_back, recover
from app.models import db

log = logging.getLogger("alur.worker")

PAUSE = 0.3  # seconds between looks when there was nothing to do
LAST_MAIL = 60  # seconds that the mail in hand may take when the worker is told to stop


def work_once() -> int:
    """One round over everything that is due; how much was done."""
    now = clock.now()
    done = sum(execute(job) for job in claim.ready(now))
    done += sum(recover(job) for job in claim.lost(now))
    done += sum(hand_back(job) for job in claim.forsaken(now))
    done += sum(timers.fire(case, now) for case in timers.due_cases(now))
    done += reminders.remind(now)
    db.session.remove()
    return done


def work(keep_on: Callable[[], bool] | None = None) -> None:
    """Work until told to stop by SIGTERM or SIGINT; the job and the mail in hand are finished first."""
    ended, chores = threading.Event(), Round(tuple(c for c in CHORES if not c.apart))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    if keep_on is None:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    apart = [
        threading.Thread(target=_work_apart, args=(app, ended, c), daemon=True, name=c.name) for c in CHORES if c.apart
    ]
    for thread in apart:
        thread.start()
    while not ended.is_set() and (keep_on is None or keep_on()):
        try:
            chores.run(clock.now())
            if work_once():
                continue
        except Exception:  # a database that is away for a minute must not end the worker
            log.exception("a round of the worker failed; trying again")
            db.session.remove()
        time.sleep(PAUSE)
    ended.set()
    until = time.monotonic() + LAST_MAIL
    for thread in apart:
        thread.join(max(until - time.monotonic(), 0))


def _work_apart(app: Flask, ended: threading.Event, chore: Chore) -> None:
    """A chore that waits for others, or takes long; each on a thread of its own, so that none waits for another."""
    with app.app_context():
        chores = Round((chore,))
        while not ended.wait(PAUSE):
            chores.run(clock.now())
