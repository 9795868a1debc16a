"""What lies in the document store: the rows say what the bytes are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, UtcDateTime
from app.models.cases import Instance


class Document(Model):
    """Bytes under `sha256` and what they stand for.

    kind: draft (the sheet as made), signed (with one more signature than before), archive (final, under DOKUMENTASI).
    `void_at` is set when the sheet was returned or taken back: it can't be taken for valid from then on.
    """

    __table_args__ = (
        Index(None, "instance_id", "void_at"),
        Index(None, "number", "token"),
        Index(None, "kind", "tahun", "unit", "satker"),
        Index(None, "kind", "satker", "id"),
        Index(None, "kind", "unit", "id"),
        Index(None, "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    job_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(60))
    token: Mapped[str] = mapped_column(String(60))
    signatures: Mapped[int] = mapped_column(default=0)
    tahun: Mapped[int] = mapped_column()
    satker: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(6))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(500), default="")
    instance: Mapped[Instance] = relationship()
