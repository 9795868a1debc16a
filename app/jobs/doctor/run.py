"""Run checks beside each other, each within its time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask

from app import clock
from app.flows.house import House, house
from app.models import db

log = logging.getLogger("alur.doctor")

OK, WARN, BAD = "ok", "warn", "bad"
SLOW = "Pemeriksaan ini tidak selesai dalam {} detik."
FAILED = "Pemeriksaan ini sendiri gagal ({})."


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `state` ok, warn or bad, what is, and what to do about it. `took` in seconds."""

    name: str
    state: str
    words: str
    todo: str = ""
    took: float = 0.0


@dataclass(frozen=True)
class Check:
    """`look` says what it found within `seconds`; `name` is what people call it, `id` how addresses do."""

    id: str
    name: str
    look: Callable[[House, datetime], Iterable[Finding]]
    seconds: float = 10.0


def run(app: Flask, checks: Iterable[Check]) -> list[Finding]:
    """All of them at once; the findings in the order of the checks."""
    waiting = [(check, _begun(app, check), time.monotonic() + check.seconds) for check in checks]
    found: list[Finding] = []
    for check, answer, until in waiting:
        try:
            found += answer.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            words = SLOW.format(f"{check.seconds:g}")
            found.append(
                Finding(check.name, BAD, words, "Ulangi; bila tetap, periksa jaringan dan beban mesin.", check.seconds)
            )
    return found


def examine(check: Check) -> list[Finding]:
    """What one check finds, in the application's context; never raises."""
    began = time.monotonic()
    try:
        found = list(check.look(house(), clock.now()))
    except Exception as e:  # a check that breaks is a finding, and the others go on; its words could hold a password
        log.error("the check %s broke: %s", check.id, type(e).__name__)
        found = [Finding(check.name, BAD, FAILED.format(type(e).__name__), "Lihat log aplikasi, lalu ulangi.")]
    took = time.monotonic() - began
    return [replace(f, took=took) for f in found]


def _begun(app: Flask, check: Check) -> queue.Queue[list[Finding]]:
    answer: queue.Queue[list[Finding]] = queue.Queue()

    def look() -> None:
        with app.app_context():
            found = examine(check)
            db.session.remove()
        answer.put(found)

    # a daemon: what hangs beyond its time must not keep the process from ending
    threading.Thread(target=look, name=f"doctor-{check.id}", daemon=True).start()
    return answer
