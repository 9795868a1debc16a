"""People whose names stand on documents: found by their number, made, corrected; and accounts made for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import accounts, audit
from app.flows.rights import Actor
from app.models import AuditHead, Person, User, db

NIP_OF_ANOTHER = "NIP {nip} sudah tercatat atas nama {nama}. Periksa NIP-nya, atau pakai nama itu."
NIK_OF_ANOTHER = "NIK ini sudah tercatat untuk {nama}. Cocokkan dengan KTP, lalu ketik ulang."
ONESELF = "Penunjukan diri sendiri dilakukan oleh admin. Minta admin menunjuk Anda."
NIK_DIFFERS = "NIK yang diketik berbeda dari yang tercatat untuk {nama}. Periksa lagi; perbaikan NIK ada di Data orang."


class Wrong(InvalidInput):
    """Isian belum dapat diterima. Perbaiki bagian yang disebut lalu kirim lagi."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field  # of the page's form


@dataclass(frozen=True)
class Who:
    """A person: one who is known (`person_id`), or name, NIP (18 digits) and NIK (16 digits, or "" if not known)."""

    person_id: int | None = None
    nama: str = ""
    nip: str = ""
    nik: str = ""
    email: str = ""


def turn() -> None:
    """Wait until nobody else changes people or masters: what is checked after it stays true until the commit."""
    db.session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=AuditHead.seq))


def commit(words: str) -> None:
    """Commit; what a unique column refuses is a Conflict in these `words`."""
    try:
        db.session.commit()
    except IntegrityError as e:
        db.session.rollback()
        raise Conflict(words) from e


def find_or_make(who: Who) -> Person:
    """The person, made new if the NIP is not known. Wrong where numbers and names don't fit. Does not commit.

    Whose NIP is known needs no name here.
    """
    if who.person_id is not None:
        known = db.session.get(Person, who.person_id)
        if known is None:
            raise NotFound("Orang ini tidak terdaftar. Pilih lagi dari daftar, atau ketik nama dan NIP-nya.")
        return known
    nama, nip, nik = _plain(who.nama), digits(who.nip), digits(who.nik)
    found = db.session.scalar(select(Person).where(Person.nip == nip)) if nip else None
    nama = nama or (found.nama if found else "")
    check(nama, nip, nik)
    if found is None:
        check_nik_is_free(nik, None)
        found = Person(nama=nama, nip=nip or None, nik=nik)
        db.session.add(found)
        db.session.flush()
        return found
    if found.nama.casefold() != nama.casefold():
        raise Wrong("nip", NIP_OF_ANOTHER.format(nip=nip, nama=found.nama))
    if nik and found.nik and nik != found.nik:
        raise Wrong("nik", NIK_DIFFERS.format(nama=found.nama))
    if nik and not found.nik:
        check_nik_is_free(nik, found.id)
        found.nik = nik
    return found


def correct(person_id: int, nama: str, nip: str, nik: str, *, by: Actor, now: datetime) -> Person:
    """Name and numbers of a person in the one place where they stand. Accounts of the person take the name. Commits.

    Sheets that were made keep what is printed on them.
    """
    turn()
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    nama, nip, nik = _plain(nama), digits(nip), digits(nik)
    check(nama, nip, nik)
    other = db.session.scalar(select(Person).where(Person.nip == nip, Person.id != person_id)) if nip else None
    if other is not None:
        raise Wrong("nip", NIP_OF_ANOTHER.format(nip=nip, nama=other.nama))
    check_nik_is_free(nik, person_id)
    before, renamed, old = _shown(person), person.nama, person.nik
    person.nama, person.nip, person.nik = nama, nip or None, nik
    after = _shown(person) | {"nik": masked_after(old, nik)}
    if before != after:
        called = update(User).where(User.person_id == person_id, User.nama == renamed).values(nama=nama)
        db.session.execute(called, execution_options={"synchronize_session": False})
        was, became = changed(before, after)
        audit.write("master", f"orang {person_id}", now, by=by, before=was, after=became)
    commit("Data orang ini baru saja diubah. Buka lagi halamannya.")
    return person


def account_for(person: Person, email: str = "") -> tuple[User, bool]:
    """(the account of a person, whether it was made now): called by their NIP, with a password that nobody knows.

    Does not commit. InvalidInput where it can't be.
    """
    query = select(User).where(User.person_id == person.id).order_by(User.active.desc(), User.id)
    own = list(db.session.scalars(query))
    best = next((u for u in own if u.username == person.nip), own[0] if own else None)
    if best is not None and best.active:
        return best, False
    open_ = next((u for u in own if u.active), None)
    if open_ is not None:
        return open_, False
    if best is not None:
        raise InvalidInput(
            f"Akun {best.username} milik {person.nama} sudah ditutup. Buka lagi akunnya di Pengguna, lalu ulangi."
        )
    if not person.nip:
        raise InvalidInput(f"{person.nama} belum memiliki NIP. Lengkapi NIP-nya: NIP menjadi username akunnya.")
    taken = db.session.scalar(select(User).where(User.username == person.nip))
    if taken is not None:
        raise InvalidInput(
            f"Username {person.nip} sudah dipakai {taken.nama}. Hubungkan akun itu dengan orangnya di Pengguna, "
            "lalu ulangi."
        )
    made = User(
        username=person.nip, nama=person.nama, person_id=person.id, email=email.strip(),
        password_hash=accounts.no_password(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made, True


def is_oneself(by: Actor | None, person_id: int | None, user_id: int | None) -> bool:
    """Whether somebody is about to appoint themself. Admins may: they can give themselves any role."""
    if by is None or "Admin" in by.roles:
        return False
    return by.user_id == user_id or (by.person_id is not None and by.person_id == person_id)


def refuse_oneself(by: Actor | None, person_id: int, user_id: int) -> None:
    if is_oneself(by, person_id, user_id):
        raise Wrong("nip", ONESELF)


def check_day(day: date | None, field: str) -> None:
    """A last day far ahead is a slip of the keyboard, and after the very last day there is no next one."""
    if day is not None and day.year > 2200:
        raise Wrong(field, "Tanggal ini terlalu jauh. Periksa tahunnya.")


def check(nama: str, nip: str, nik: str) -> None:
    """InvalidInput that names what is wrong; an empty NIP or NIK is a matter of the caller."""
    if not nama:
        raise Wrong("nama", "Nama belum diisi. Ketik nama lengkap dengan gelar.")
    if len(nama) > 200:
        raise Wrong("nama", "Nama ini lebih dari 200 huruf. Persingkat gelarnya.")
    if nip and not re.fullmatch(r"[0-9]{18}", nip):
        raise Wrong("nip", "NIP terdiri dari 18 angka. Periksa, lalu ketik ulang.")
    if nik and not re.fullmatch(r"[0-9]{16}", nik):
        raise Wrong("nik", "NIK terdiri dari 16 angka. Ketik 16 angka NIK seperti pada KTP.")


def check_nik_is_free(nik: str, person_id: int | None) -> None:
    """One NIK belongs to one person."""
    other = db.session.scalar(select(Person).where(Person.nik == nik, Person.id != (person_id or 0))) if nik else None
    if other is not None:
        raise Wrong("nik", NIK_OF_ANOTHER.format(nama=other.nama))


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of what differs between two states."""
    keys = [k for k in after if before.get(k) != after[k]]
    return {k: before.get(k, "") for k in keys}, {k: after[k] for k in keys}


def digits(text: str) -> str:
    """As people type numbers: in groups or not."""
    return re.sub(r"[ .\-]", "", text or "")


def masked(nik: str) -> str:
    """Too little to take: the last four digits."""
    return "*" * (len(nik) - 4) + nik[-4:] if len(nik) > 4 else ""


def masked_after(old: str, new: str) -> str:
    """The masked new number; it says so where only digits behind the stars changed, or nothing would be told."""
    return f"{masked(new)} (diubah)" if old != new and masked(old) == masked(new) else masked(new)


def _plain(text: str) -> str:
    return " ".join((text or "").split())


def _shown(person: Person) -> dict[str, str]:
    return {"nama": person.nama, "nip": person.nip or "", "nik": masked(person.nik)}
