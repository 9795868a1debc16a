"""Accounts, as admins keep them: made, corrected, closed and opened, passwords set anew.

Sessions end (the account's epoch rises) when it is closed and when its password changes. There is always one active
account with the role Admin: nobody closes the last one, or their own.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import accounts, audit, invitations, mails
from app.flows.people import Who, Wrong, changed, commit, find_or_make, turn
from app.flows.rights import Actor, local_day, valid_on
from app.models import Assignment, Person, User, db

ADMIN = "Admin"
LAST_ADMIN = "Ini admin terakhir yang aktif. Beri dulu peran Admin tanpa tanggal sampai kepada akun lain, lalu ulangi."
TWICE = "Akun ini baru saja diubah orang lain. Periksa keadaannya yang sekarang, lalu ulangi bila perlu."


@dataclass(frozen=True)
class Details:
    """What an admin types about an account; `nip` links it with a person, "" unlinks."""

    nama: str
    username: str
    email: str = ""
    nip: str = ""


@dataclass(frozen=True)
class Made:
    """A new account: mailed a link (`address`), or a first password to hand over, shown this once."""

    user_id: int
    address: str = ""
    password: str = ""


def find(user_id: int) -> User:
    """NotFound where there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def create(new: Details, *, by: Actor, now: datetime) -> Made:
    """A new account without roles; the link goes out with the commit, if there is an address. Commits."""
    turn()
    _check(new)
    person = _person(new)
    password = "" if new.email else generated()
    stored = accounts.first_hash(password) if password else accounts.no_password()
    user = accounts.add_user(new.username, _plain(new.nama), stored, person.id if person else None, new.email)
    address = invitations.invite(user.id, now) if new.email else ""
    audit.write("akun", subject(user), now, by=by, after=shown(user) | {"undangan": address})
    commit(TWICE)
    return Made(user.id, address, password)


def change(user_id: int, new: Details, *, by: Actor, now: datetime) -> None:
    """Name, username, e-mail and person of an account. Commits."""
    turn()
    user = find(user_id)
    _check(new)
    before = shown(user)
    username = accounts.normal(new.username)
    taken = db.session.scalar(select(User).where(User.username == username, User.id != user_id))
    if taken is not None:
        raise Wrong("username", f"Username {username} sudah dipakai {taken.nama}. Pilih username lain.")
    person = _person(new)
    renamed = username != user.username
    user.nama, user.username, user.email = _plain(new.nama), username, new.email
    user.person_id = person.id if person else None
    db.session.flush()
    db.session.refresh(user)
    was, became = changed(before, shown(user))
    if not became:
        return db.session.rollback()
    if "email" in became:  # a link must not reach the address of before
        invitations.end(user.id, now, db.session.connection())
    audit.write(
        "akun", f"akun {before['username']}" if renamed else subject(user), now, by=by, before=was, after=became
    )
    commit(TWICE)
    return None


def close(user_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """Nobody comes in with it any more; what it did stays. Commits."""
    turn()
    user = find(user_id)
    if user_id == by.user_id:
        raise InvalidInput("Akun sendiri tidak dapat ditutup. Minta admin lain melakukannya.")
    if not user.active:
        raise Conflict("Akun ini sudah ditutup.")
    if not reason.strip():
        raise Wrong("reason", "Ketik alasannya, misalnya pindah tugas.")
    user.active = False
    user.epoch += 1
    keep_an_admin(user_id, now)
    invitations.end(user_id, now, db.session.connection())
    audit.write(
        "akun", subject(user), now, by=by, before={"aktif": True}, after={"aktif": False}, note=reason.strip()[:300]
    )
    commit(TWICE)


def reopen(user_id: int, *, by: Actor, now: datetime) -> None:
    """With the password and the roles it had, as far as they still run. Commits."""
    turn()
    user = find(user_id)
    if user.active:
        raise Conflict("Akun ini sudah terbuka.")
    user.active = True
    audit.write("akun", subject(user), now, by=by, before={"aktif": False}, after={"aktif": True})
    commit(TWICE)


def reset(user_id: int, *, by: Actor, now: datetime) -> str:
    """A new first password, to be handed over and changed at the next login; the one before ends. Commits."""
    turn()
    user = _open(user_id)
    password = generated()
    user.password_hash = accounts.first_hash(password)
    user.epoch += 1
    invitations.end(user_id, now, db.session.connection())
    audit.write("password_admin", subject(user), now, by=by, note="password awal dibuat dan ditampilkan sekali")
    commit(TWICE)
    return password


def send_link(user_id: int, *, by: Actor, now: datetime) -> str:
    """A link by mail to choose a password; the one of now stays good until then. The address. Commits."""
    turn()
    user = _open(user_id)
    address = invitations.invite(user_id, now)
    audit.write("password_admin", subject(user), now, by=by, note=f"tautan dikirim ke {address}")
    commit(TWICE)
    return address


def keep_an_admin(user_id: int, now: datetime) -> None:
    """InvalidInput if what was just done to this account leaves no active admin without a last day."""
    was = select(Assignment.id).where(Assignment.user_id == user_id, Assignment.role == ADMIN)
    if db.session.scalar(was.limit(1)) is None:
        return
    db.session.flush()
    others = select(Assignment.id).where(
        Assignment.role == ADMIN, Assignment.until.is_(None), valid_on(Assignment, local_day(now)),
        exists().where(User.id == Assignment.user_id, User.active),
    )  # fmt: skip
    if db.session.scalar(others.limit(1)) is None:
        db.session.rollback()
        raise InvalidInput(LAST_ADMIN)


def subject(user: User) -> str:
    """How the audit list calls an account."""
    return f"akun {user.username}"


def shown(user: User) -> dict[str, Any]:
    """An account as the audit list and a form that was opened remember it; never a NIK."""
    person = user.person
    return {
        "nama": user.nama,
        "username": user.username,
        "email": user.email,
        "nip": (person.nip or "") if person else "",
    }


def generated() -> str:
    """A first password that can be read out on the phone: "mabetu-solika-47", 37 bits, for one login only."""
    word = "".join(secrets.choice("bdfghjklmnprstwy") + secrets.choice("aeiou") for _ in range(6))
    return f"{word[:6]}-{word[6:]}-{secrets.randbelow(90) + 10}"


def _open(user_id: int) -> User:
    user = find(user_id)
    if not user.active:
        raise Conflict("Akun ini ditutup. Buka dulu akunnya, lalu atur password-nya.")
    return user


def _person(new: Details) -> Person | None:
    """The person behind the account: known by the NIP, or made with it."""
    return find_or_make(Who(nama=new.nama, nip=new.nip)) if new.nip else None


def _check(new: Details) -> None:
    if not new.nama.strip():
        raise Wrong("nama", "Ketik nama pemilik akun ini.")
    if len(new.nama) > 200:
        raise Wrong("nama", "Nama ini lebih dari 200 huruf. Persingkat gelarnya.")
    if not re.fullmatch(accounts.USERNAME, accounts.normal(new.username)):
        raise Wrong("username", accounts.USERNAME_RULE)
    if new.email and not mails.is_address(new.email):
        raise Wrong("email", "Alamat e-mail ini belum lengkap. Ketik satu alamat, misalnya nama@contoh.go.id.")


def _plain(text: str) -> str:
    return " ".join(text.split())
