"""Checks that somebody started from a page: they run on, whoever looks, and the last results stay for everybody."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson
from flask import Flask

from app import clock
from app.flows import marks
from app.jobs.doctor.run import BAD, SLOW, Check, Finding, run
from app.models import db


@dataclass(frozen=True)
class Kept:
    """A check as it was seen last. `since` is when it was started or ended; no findings while it runs, or never ran."""

    check: Check
    running: bool
    since: datetime | None
    findings: tuple[Finding, ...] = ()


def start(app: Flask, checks: Sequence[Check], now: datetime) -> None:
    """Run each on a thread of its own, unless it is running. Commits that they run."""
    ready = [k.check for k in latest(checks, now) if not k.running]
    for check in ready:
        marks.put(_name(check), "", now)
    db.session.commit()
    for check in ready:
        threading.Thread(target=_work, args=(app, check), name=f"check-{check.id}", daemon=True).start()


def latest(checks: Sequence[Check], now: datetime) -> list[Kept]:
    """What is known of each."""
    return [_kept(check, now) for check in checks]


def _kept(check: Check, now: datetime) -> Kept:
    mark = marks.get(_name(check))
    if mark is None:
        return Kept(check, False, None)
    if mark.value:
        return Kept(check, False, mark.at, tuple(Finding(**f) for f in orjson.loads(mark.value)))
    if now - mark.at < timedelta(seconds=check.seconds + 5):
        return Kept(check, True, mark.at)
    lost = Finding(check.name, BAD, SLOW.format(f"{check.seconds:g}"), "Ulangi pemeriksaan ini.")  # its process ended
    return Kept(check, False, mark.at, (lost,))


def _work(app: Flask, check: Check) -> None:
    found = run(app, [check])
    with app.app_context():
        marks.put(_name(check), orjson.dumps([asdict(f) for f in found]).decode(), clock.now())
        db.session.commit()
        db.session.remove()


def _name(check: Check) -> str:
    return f"check.{check.id}"
