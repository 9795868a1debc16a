"""The signing pool: a few threads of the web process that hold secrets in memory, and nowhere else."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Flask

from app.jobs.execute import execute, hand_back
from app.models import db
from app.sdk.secrets import Passphrase

log = logging.getLogger("alur.signing")

GRACE = 70.0  # seconds for signatures that are on their way when the process ends; more than one may take


@dataclass(frozen=True)
class Errand:
    """One attended job with its secrets, until `deadline` (monotonic seconds)."""

    job_id: str
    secrets: Mapping[str, Passphrase] = field(repr=False)
    deadline: float = 0.0


class SigningPool:
    """A bounded queue and a few threads. Secrets are wiped at the end, when they get too old, and at exit."""

    def __init__(self, app: Flask, threads: int, size: int, seconds: int, grace: float = GRACE) -> None:
        self._app, self._seconds, self._grace = app, seconds, grace
        self._queue: queue.Queue[Errand | None] = queue.Queue(size)
        self._threads = [threading.Thread(target=self._work, name=f"signing-{n}", daemon=True) for n in range(threads)]
        self._started = self._closed = False
        self._lock = threading.Lock()

    def submit(self, job_id: str, secrets: Mapping[str, Passphrase]) -> bool:
        """Hand a job over. False when the pool is full or closed: the job goes back to its signer at once."""
        self._start()
        try:
            if self._closed:
                raise queue.Full
            self._queue.put_nowait(Errand(job_id, secrets, time.monotonic() + self._seconds))
        except queue.Full:
            log.warning("the signing pool is full or closed; job %s goes back to its signer", job_id)
            _wipe(secrets)
            hand_back(job_id)
            return False
        return True

    @property
    def waiting(self) -> int:
        """Errands that no thread has begun."""
        return self._queue.qsize()

    def close(self) -> None:
        """At exit: what nobody has begun goes back to its signer, and every secret is wiped. Once is enough."""
        if self._closed:
            return
        self._closed = True
        waiting = self._emptied()
        for errand in waiting:  # all of them first: handing back may fail where the database is gone already
            _wipe(errand.secrets)
        for errand in waiting:
            with self._app.app_context():
                hand_back(errand.job_id)
        if not self._started:
            return
        for _ in self._threads:
            try:
                self._queue.put(None, timeout=1)
            except queue.Full:  # a queue smaller than the pool, and all of it busy: the threads end with the process
                break
        until = time.monotonic() + self._grace
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _emptied(self) -> list[Errand]:
        found: list[Errand] = []
        while True:
            try:
                errand = self._queue.get_nowait()
            except queue.Empty:
                return found
            if errand is not None:
                found.append(errand)

    def _start(self) -> None:
        # at first use, not at import: threads don't survive gunicorn's fork
        with self._lock:
            if not self._started:
                for thread in self._threads:
                    thread.start()
                self._started = True

    def _work(self) -> None:
        while (errand := self._queue.get()) is not None:
            try:
                with self._app.app_context():
                    if time.monotonic() > errand.deadline:
                        hand_back(errand.job_id)
                    else:
                        execute(errand.job_id, errand.secrets)
            except Exception as e:  # the thread must live on; its job is found again by its lease
                log.error("job %s: %s", errand.job_id, type(e).__name__)
            finally:
                _wipe(errand.secrets)
                with self._app.app_context():
                    db.session.remove()


def _wipe(secrets: Mapping[str, Passphrase]) -> None:
    for secret in secrets.values():
        secret.wipe()
