"""The sample ministry: every name, number and address is invented. NIKs begin with 99, which no province has."""
# ruff: noqa: E501  # a table of data reads best with one record a line

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from app.flows import terms
from app.flows.accounts import hash_password
from app.models import Assignment, Headship, Person, Role, Satker, Unit, User, db

OPERATOR, KEPALA, ESELON, PENELAAH, BIRO, ADMIN, SISTEM = (
    "Operator Satker", "Kepala Satker", "Eselon 1", "Penelaah Eselon 1", "Biro Perencanaan", "Admin", "Sistem",
)  # fmt: skip
ROLES = {
    OPERATOR: "satker", KEPALA: "satker", ESELON: "unit", PENELAAH: "unit", BIRO: "all", ADMIN: "all", SISTEM: "none",
}  # fmt: skip
REVIEWS = {PENELAAH: ESELON}  # whose tasks a role prepares, without completing them


class Head(NamedTuple):
    """A head with their number and the passphrase of their key at the local provider; "" = not registered."""

    nama: str
    nip: str
    nik: str
    passphrase: str


class Office(NamedTuple):
    kode: str
    nama: str
    kota: str
    alamat: str
    operator: str
    head: Head
    jabatan: str
    zona: str = "WIB"


class Ministry(NamedTuple):
    kode: str
    nama: str
    jabatan: str
    head: Head
    offices: tuple[Office, ...]
    reviewer: str


MINISTRY = (
    Ministry(
        "010000", "Direktorat Jenderal Literasi Nusantara", "Direktur Jenderal Literasi Nusantara",
        Head("Prof. Dr. Bagas Wirayudha, M.Pd.", "196804121993031001", "9901011204680001", "Gunung Sari 2026"),
        (
            Office("100101", "Balai Literasi Contoh Satu", "Jakarta", "Jl. Contoh Melati No. 1, Jakarta", "Rani Pertiwi",
                   Head("Dra. Sekar Ayuningtyas, M.M.", "197205171998032002", "9901015705720002", "Melati Putih 17"),
                   "Kepala Balai Literasi Contoh Satu"),
            Office("100102", "Balai Literasi Contoh Dua", "Makassar", "Jl. Contoh Kenanga No. 2, Makassar", "Dimas Prasetyo",
                   Head("Drs. Harun Mappasessu, M.Si.", "197011232000121003", "9901012311700003", "Pantai Losari 8"),
                   "Kepala Balai Literasi Contoh Dua", "WITA"),
        ),
        "Nadia Kusumawardani",
    ),
    Ministry(
        "020000", "Direktorat Jenderal Sains Terapan", "Direktur Jenderal Sains Terapan",
        Head("Dr. Kartika Wulandari, M.Sc.", "196909091994022004", "9901014909690004", "Bulan Purnama 9"),
        (
            Office("200201", "Balai Sains Contoh Tiga", "Surabaya", "Jl. Contoh Flamboyan No. 3, Surabaya", "Lestari Handayani",
                   Head("Ir. Yoga Pranoto, M.T.", "197403301999031005", "9901013003740005", "Suro dan Boyo 3"),
                   "Kepala Balai Sains Contoh Tiga"),
            Office("200202", "Balai Sains Contoh Empat", "Jayapura", "Jl. Contoh Cemara No. 4, Jayapura", "Yosef Waromi",
                   Head("Maria Kambuaya, S.Si., M.Si.", "197808082003122006", "9901014808780006", ""),
                   "Plt. Kepala Balai Sains Contoh Empat", "WIT"),
        ),
        "Galih Pramudya",
    ),
)  # fmt: skip

PASSWORDS = {
    OPERATOR: "operator-contoh",
    KEPALA: "kepala-contoh",
    ESELON: "eselon-contoh",
    PENELAAH: "penelaah-contoh",
    BIRO: "biro-contoh",
    ADMIN: "admin-contoh",
}
SECOND_OF_BIRO = "Puspita Rahayu"  # confirms what the first one wants to publish
SINCE = date(2021, 1, 1)


def heads() -> list[Head]:
    """Everybody who signs in the sample ministry."""
    return [h for m in MINISTRY for h in (m.head, *(o.head for o in m.offices))]


def load(now: datetime) -> bool:
    """Fill an empty database; False (and nothing done) where there are accounts already."""
    roles()
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return False
    for m in MINISTRY:
        db.session.add(Unit(kode=m.kode, nama=m.nama, jabatan_pimpinan=m.jabatan, pimpinan=_person(m.head)))
        db.session.flush()
        _term("unit", m.kode, m.head, m.jabatan, now)
        _account(m.head.nip, m.head.nama, ESELON, m.kode, m.head.nip)
        _account(f"telaah{m.kode}", m.reviewer, PENELAAH, m.kode)
        for o in m.offices:
            db.session.add(_satker(m, o, now))
            db.session.flush()
            _term("satker", o.kode, o.head, o.jabatan, now)
            _account(f"sim{o.kode}", o.operator, OPERATOR, o.kode)
            _account(o.head.nip, o.head.nama, KEPALA, o.kode, o.head.nip)
    _account("biro", "Tim Biro Perencanaan", BIRO, "")
    _account("biro2", SECOND_OF_BIRO, BIRO, "")
    _account("admin", "Admin Contoh", ADMIN, "")
    db.session.commit()
    return True


def roles() -> None:
    """The lanes that diagrams may use; known ones stay."""
    for name, scope in ROLES.items():
        if db.session.get(Role, name) is None:
            db.session.add(Role(name=name, scope=scope, reviews=REVIEWS.get(name, "")))
    db.session.commit()


def _person(head: Head) -> Person:
    person = Person(nama=head.nama, nip=head.nip, nik=head.nik)
    db.session.add(person)
    db.session.flush()
    return person


def _term(kind: str, kode: str, head: Head, printed: str, now: datetime) -> None:
    """The head's term of office, as long as they have their account."""
    sebagai, jabatan = terms.split(printed)
    person = db.session.scalar(select(Person).where(Person.nip == head.nip))
    db.session.add(
        Headship(
            kind=kind, kode=kode, person=person, jabatan=jabatan, sebagai=sebagai, since=SINCE, created_at=now,
        )
    )  # fmt: skip


def _satker(m: Ministry, o: Office, now: datetime) -> Satker:
    return Satker(
        kode=o.kode, nama=o.nama, unit_kode=m.kode, kota=o.kota, zona=o.zona, alamat=o.alamat, nama_operator=o.operator,
        hp="0800-0000-" + o.kode[-4:], email=f"satker{o.kode}@contoh.example", pimpinan=_person(o.head),
        jabatan_pimpinan=o.jabatan, changed_at=now,
    )  # fmt: skip


def _account(username: str, nama: str, role: str, scope: str, nip: str | None = None) -> None:
    person = db.session.scalar(select(Person.id).where(Person.nip == nip)) if nip else None
    user = User(
        username=username, nama=nama, password_hash=hash_password(PASSWORDS[role]), person_id=person,
        email=f"{username}@contoh.example",
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    db.session.add(Assignment(user_id=user.id, role=role, scope=scope, since=SINCE))


def table() -> str:
    """The sample accounts for the screen."""
    lines = ["Akun contoh (semua nama rekaan):", f"  {'username':<20} {'password':<15} {'passphrase TTE':<18} peran"]
    for m in MINISTRY:
        for o in m.offices:
            lines.append(f"  sim{o.kode:<17} {PASSWORDS[OPERATOR]:<15} {'':<18} Operator, {o.nama}")
            lines.append(
                f"  {o.head.nip:<20} {PASSWORDS[KEPALA]:<15} {o.head.passphrase or '(belum terdaftar)':<18} Kepala, {o.nama}"
            )
        lines.append(f"  {m.head.nip:<20} {PASSWORDS[ESELON]:<15} {m.head.passphrase:<18} Eselon 1, {m.nama}")
        lines.append(f"  telaah{m.kode:<14} {PASSWORDS[PENELAAH]:<15} {'':<18} Penelaah Eselon 1, {m.nama}")
    lines.append(f"  {'biro':<20} {PASSWORDS[BIRO]:<15} {'':<18} Biro Perencanaan")
    lines.append(f"  {'biro2':<20} {PASSWORDS[BIRO]:<15} {'':<18} Biro Perencanaan, {SECOND_OF_BIRO}")
    lines.append(f"  {'admin':<20} {PASSWORDS[ADMIN]:<15} {'':<18} Admin")
    return "\n".join(lines)
