"""From the form to the signing pool: the only place of the web layer where secrets pass, and none stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g

from app.sdk.forms import Submission, TaskForm
from app.sdk.secrets import Passphrase

if TYPE_CHECKING:
    from app.flows.submit import Submitted
    from app.jobs.signing import SigningPool


def hand_over(done: Submitted, submission: Submission) -> None:
    """Right after the commit: each attended call goes to the pool with the secrets of its form."""
    pool = cast("SigningPool", current_app.extensions["signing"])
    g.handed_over = bool(done.attended)
    if not done.attended:
        for secret in submission.secrets.values():
            secret.wipe()
    for job_id in done.attended:
        pool.submit(job_id, submission.secrets)


def forget(form: TaskForm) -> None:
    """Wipe what was typed into secret fields, unless the pool has it now: a refused form needs no secret."""
    if g.get("handed_over"):
        return
    for f in form:
        if isinstance(f.data, Passphrase):
            f.data.wipe()
