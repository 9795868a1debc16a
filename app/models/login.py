"""Growing delays after failed logins, per account and per address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import UtcDateTime, db


class Delay(db.Model):
    """How often logins failed lately for `key` ("akun:<hash>" or "alamat:<ip>"). Never a hard lock."""

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
