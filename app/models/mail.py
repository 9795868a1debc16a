"""Mails on their way to people, and links that let somebody choose a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, UtcDateTime


class Mail(Model):
    """One mail to one person. `key` says what it is about and to whom: a second one with the same key is never made.

    state: ready -> sending -> sent, or back to ready for another try, or failed (the address was refused for good),
    or gone (no longer needed). kind: see KINDS in flows/mails.py.
    `text` of a mail with a password link is emptied once it was sent.
    """

    __table_args__ = (Index(None, "state", "send_at"), Index(None, "user_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="ready")
    tries: Mapped[int] = mapped_column(default=0)
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PasswordLink(Model):
    """A link that was mailed to somebody who forgot their password (lupa) or has none yet (undangan). Used once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # SHA-256, hex; the token itself is in the mail only
    kind: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
