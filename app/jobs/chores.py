"""What the worker does beside jobs and timers: each at its own interval, each failing for itself alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.flows import alarms, announce, delays, heads, marks, retention, stuck, summaries, units
from app.flows.claim import release_left
from app.flows.diagrams import replay_work
from app.flows.importing import apply as importing
from app.flows.importing import runs
from app.flows.moves import work as moves
from app.jobs import mailing
from app.models import db

log = logging.getLogger("alur.worker")


@dataclass(frozen=True)
class Chore:
    """`run(now)` about every `every`. It commits by itself, may be done by two workers at once, and takes seconds.

    `apart`: it waits for others (a mail server) or takes seconds again and again, so the worker does it on a thread of
    its own, or cases would wait too.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]
    apart: bool = False


CHORES: tuple[Chore, ...] = (
    Chore("beat", timedelta(seconds=20), marks.beat),
    Chore("delays", timedelta(hours=1), delays.sweep),
    Chore("claims", timedelta(hours=1), release_left),
    Chore("retention", timedelta(days=1), retention.sweep),
    Chore("imports", timedelta(seconds=1), importing.work),
    Chore("moves", timedelta(seconds=1), moves.work),
    Chore("imports left", timedelta(hours=1), runs.sweep),
    Chore("stuck", timedelta(minutes=10), stuck.mark),
    Chore("heads", timedelta(hours=1), heads.apply_due),
    Chore("units", timedelta(hours=1), units.follow_unit),
    Chore("announce", timedelta(seconds=2), announce.announce),
    Chore("alarms", timedelta(seconds=10), alarms.tell),
    Chore("summaries", timedelta(minutes=1), summaries.summarize),
    Chore("replays", timedelta(seconds=1), replay_work.work, apart=True),
    Chore("mails", timedelta(seconds=3), mailing.deliver, apart=True),  # after those that put mails
)


class Round:
    """When each chore was done last, in this process."""

    def __init__(self, chores: tuple[Chore, ...] = CHORES) -> None:
        self._chores = chores
        self._done: dict[str, datetime] = {}

    def run(self, now: datetime) -> None:
        """Do what is due."""
        for chore in self._chores:
            last = self._done.get(chore.name)
            if last is not None and now - last < chore.every:
                continue
            self._done[chore.name] = now
            try:
                chore.run(now)
            except Exception:  # the next chore, and the cases, must not wait for this one
                log.exception("the chore %s failed; trying again in %s", chore.name, chore.every)
            db.session.remove()
