"""Growing delays after failed logins, and codes that were used up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, UtcDateTime


class Delay(Model):
    """How often logins failed lately for `key` (akun:<hash>, alamat:<ip>, perangkat:<id>). Never a hard lock."""

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)


class Spent(Model):
    """A code that may be used once, and was. The row is in the way of a second use; it goes after a day."""

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
