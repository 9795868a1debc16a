"""What the house keeps about itself: the audit list, files being loaded, and marks of its own work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, UtcDateTime


class Audit(Model):
    """Who did what to the house: logins, refusals, people, roles, masters, settings. Append-only, one chain of hashes.

    `hash` covers all columns and the hash before. `before` and `after` hold what changed, never a NIK or a password.
    """

    __table_args__ = (Index(None, "kind", "id"), Index(None, "actor_id", "id"), Index(None, "subject", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(40))  # see KINDS in flows/audit.py
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor: Mapped[str] = mapped_column(String(200), default="")  # name at that time
    address: Mapped[str] = mapped_column(String(60), default="")  # IP, or "terminal"
    subject: Mapped[str] = mapped_column(String(200), default="")  # what it was done to, e.g. "akun sim100101"
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    prev_hash: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """The one row that says where the chain ends. Every writer updates it first and so waits for the one before."""

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class ImportRun(Model):
    """A file of people and masters on its way in: checked, shown, applied.

    state: checking -> ready | faulty -> applying -> done | failed; or dropped. `rows` holds what was read (NIKs among
    it) and is emptied as soon as the run has ended.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), index=True)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    rows: Mapped[dict[str, Any]] = mapped_column(JSON)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mark(Model):
    """A small fact that must outlive a restart: how far the mails have got, when the worker last was there."""

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
