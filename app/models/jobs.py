"""Calls to the outside that a diagram asked for, and each attempt at one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, UtcDateTime
from app.models.cases import Instance


class Job(Model):
    """One call. `id` is the engine's task id and the idempotency key.

    state: ready -> running -> done, or back to ready for another try, or incident, or gone (cancelled by the diagram).
    `fence` rises with every claim; the final write says `WHERE fence = ?`, so an expired lease can't write.
    """

    __table_args__ = (Index(None, "state", "attended", "run_at"), Index(None, "instance_id", "state"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    element: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200), default="")
    operator: Mapped[str] = mapped_column(String(100))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    attended: Mapped[bool] = mapped_column(default=False)
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who submitted the form with the secret
    state: Mapped[str] = mapped_column(String(10), default="ready")
    tries: Mapped[int] = mapped_column(default=0)
    max_tries: Mapped[int] = mapped_column(default=5)
    backoff: Mapped[int] = mapped_column(default=30)  # seconds before the second try; doubles
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fence: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    instance: Mapped[Instance] = relationship()


class Attempt(Model):
    """One try at a job, written before the call. Without an answer after a crash it is unknown, and stays so."""

    __table_args__ = (UniqueConstraint("job_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id"))
    number: Mapped[int] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_sha256: Mapped[str | None] = mapped_column(String(64))  # the provider's bytes, in the document store
    outcome: Mapped[str] = mapped_column(String(20), default="")  # result | error | failed | unknown | unsent
    message: Mapped[str] = mapped_column(Text, default="")
