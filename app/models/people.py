"""Units, satkers, people, what they may do, and the certificates they sign with."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, UtcDateTime


class Person(Model):
    """Somebody whose name stands on documents. The NIK stays in this table: cases refer to the person."""

    id: Mapped[int] = mapped_column(primary_key=True)
    nama: Mapped[str] = mapped_column(String(200))
    nip: Mapped[str | None] = mapped_column(String(18), unique=True)
    nik: Mapped[str] = mapped_column(String(16), default="")


class Unit(Model):
    """Unit Utama (eselon 1), the parent of satkers."""

    kode: Mapped[str] = mapped_column(String(6), primary_key=True)
    nama: Mapped[str] = mapped_column(String(200))
    pimpinan_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    jabatan_pimpinan: Mapped[str] = mapped_column(String(200), default="")
    pimpinan: Mapped[Person | None] = relationship()


class Satker(Model):
    """Satuan kerja: the row behind Info Satker. `kode` has six digits; `zona` is WIB, WITA or WIT."""

    kode: Mapped[str] = mapped_column(String(6), primary_key=True)
    nama: Mapped[str] = mapped_column(String(200))
    unit_kode: Mapped[str] = mapped_column(ForeignKey("unit.kode"), index=True)
    kota: Mapped[str] = mapped_column(String(100), default="")
    zona: Mapped[str] = mapped_column(String(4), default="WIB")
    alamat: Mapped[str] = mapped_column(String(500), default="")
    nama_operator: Mapped[str] = mapped_column(String(200), default="")
    hp: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    pimpinan_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    jabatan_pimpinan: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit: Mapped[Unit] = relationship()
    pimpinan: Mapped[Person | None] = relationship()


class User(Model):
    """An account. `epoch` is raised to end every session of it."""

    __tablename__ = "account"  # "user" is a reserved word in PostgreSQL

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    nama: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    active: Mapped[bool] = mapped_column(default=True)
    epoch: Mapped[int] = mapped_column(default=1)
    notices_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email: Mapped[str] = mapped_column(String(200), default="")
    mail_mode: Mapped[str] = mapped_column(String(10), default="segera")  # segera: at once | harian: one summary a day
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person | None] = relationship()


class Role(Model):
    """A lane of a diagram. `scope` says what an assignment of it is bound to: satker, unit, all or none (no people).

    `reviews` names the role whose tasks it prepares: who holds it sees them and recommends, and can't complete them.
    """

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    scope: Mapped[str] = mapped_column(String(10))
    reviews: Mapped[str] = mapped_column(String(60), default="")


class Assignment(Model):
    """Who holds which role, where, and from when to when. One person can head two satkers."""

    __table_args__ = (UniqueConstraint("user_id", "role", "scope", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(ForeignKey("role.name"))
    scope: Mapped[str] = mapped_column(String(6), default="")  # kode of the satker or unit; "" for all
    since: Mapped[date] = mapped_column()
    until: Mapped[date | None] = mapped_column()  # last day, inclusive


class Headship(Model):
    """Who heads a satker or unit, as what, from when to when. `apply_due` in flows copies the valid one to the master.

    kind: satker | unit. sebagai: "" (definitif), "Plt." or "Plh.". The days are inclusive, in WIB.
    """

    __table_args__ = (UniqueConstraint("kind", "kode", "since", "sebagai"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    kode: Mapped[str] = mapped_column(String(6))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    jabatan: Mapped[str] = mapped_column(String(200))
    sebagai: Mapped[str] = mapped_column(String(5), default="")
    since: Mapped[date] = mapped_column()
    until: Mapped[date | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed: Mapped[bool] = mapped_column(default=True)  # False: named in Info Satker only, so no role goes with it
    person: Mapped[Person] = relationship()


class Substitution(Model):
    """For a period somebody else does what an account may do in one role and place, "atas nama"."""

    __table_args__ = (Index(None, "substitute_id", "until"), Index(None, "user_id", "until"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))  # who is absent
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(ForeignKey("role.name"))
    scope: Mapped[str] = mapped_column(String(6), default="")
    since: Mapped[date] = mapped_column()
    until: Mapped[date] = mapped_column()  # last day, inclusive; moved to yesterday when it is ended early
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    substitute: Mapped[User] = relationship(foreign_keys=[substitute_id])


class Certificate(Model):
    """A certificate that was confirmed once for a person: signatures by any other do not count."""

    __table_args__ = (Index(None, "person_id"), UniqueConstraint("person_id", "fingerprint"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))  # SHA-256 of the DER, hex
    name: Mapped[str] = mapped_column(String(200))
    serial: Mapped[str] = mapped_column(String(60))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
