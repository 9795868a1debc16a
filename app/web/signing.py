"""From the form to the signing pool: the only place of the web layer where secrets pass, and none stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from app.sdk.forms import Submission

if TYPE_CHECKING:
    from app.flows.submit import Submitted
    from app.jobs.signing import SigningPool


def hand_over(done: Submitted, submission: Submission) -> None:
    """Right after the commit: each attended call goes to the pool with the secrets of its form."""
    pool = cast("SigningPool", current_app.extensions["signing"])
    if not done.attended:
        for secret in submission.secrets.values():
            secret.wipe()
    for job_id in done.attended:
        pool.submit(job_id, submission.secrets)
