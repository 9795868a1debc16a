"""Accounts and their passwords: who is let in, who has to wait, and with which words.

Delays, and why nobody can lock out somebody else: a wrong password delays the next attempt at that account and from
that address. Both can be caused by others (usernames are known: `sim` and the satker's code; an office shares one
address). A browser in which an account was once opened holds a signed cookie, its `Device`. From there neither delay
applies; its failures are counted for itself alone. A stolen cookie gives its thief nothing but a delay of their own.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, delays
from app.flows.rights import Actor
from app.models import PasswordLink, User, db

FIRST_PASSWORD = "operator"  # noqa: S105  # the guide's; it opens nothing but the page that changes it
SHORTEST = 10
_LONGEST = 200
FIRST_MARK = "awal:"  # before the hash of a password that somebody else chose: it must be changed at the first login
_COMMON = ("password", "kemdikbud", "spasikita", "12345678", "qwerty", "operator", "rahasia", "indonesia")

# argon2id as OWASP asks at least: 19 MiB and 20 ms. The larger defaults would let a dozen logins at once take a GB.
hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_nobody = hasher.hash("the password of nobody")  # so that an unknown username takes as long as a wrong password

WRONG = "Username atau password tidak cocok. Periksa keduanya lalu coba lagi."
USERNAME = r"[a-z0-9][a-z0-9._-]{2,39}"
USERNAME_RULE = "Username terdiri dari 3 sampai 40 huruf kecil, angka, titik, atau garis, tanpa spasi."
TAKEN = "Username {} sudah dipakai. Pilih username lain."
WAIT = "Terlalu banyak percobaan masuk yang gagal. Tunggu {} detik, lalu coba lagi."


@dataclass(frozen=True)
class Refusal:
    """Why somebody was not let in, in words for the page, and how long the next attempt has to wait (seconds)."""

    words: str
    wait_seconds: int = 0


@dataclass(frozen=True)
class Device:
    """A browser that showed its cookie: its id and the `account_key`s of accounts that were opened in it before."""

    id: str
    accounts: frozenset[str]


def authenticate(
    username: str, password: str, address: str, now: datetime, device: Device | None = None, *, login: bool = True
) -> User | Refusal:
    """The account, or why not. Unknown, closed and wrong take the same time and the same words.

    Two commits, one before and one after the password is checked: an attempt that is not counted before it is
    looked at can be made a hundred times at once. `login` is False where somebody who is in proves their password.
    An attempt that has to wait is not looked at, and leaves nothing in the audit list: nobody can flood it.
    """
    username = normal(username)
    keys = _keys(username, address, device)
    wait = delays.reserve(keys, now)
    if wait:
        return Refusal(WAIT.format(wait), wait)
    user: User | None = db.session.scalar(select(User).where(User.username == username, User.active))
    if not _fits(user, password):
        audit.write("masuk_ditolak", f"akun {user.username if user else _unknown(username)}", now)
        db.session.commit()
        wait = max(delays.waiting(k, now) for k in keys)
        return Refusal(f"{WRONG} Percobaan berikutnya dapat dilakukan {wait} detik lagi." if wait else WRONG, wait)
    assert user is not None  # noqa: S101  # _fits is False for nobody
    delays.take_back(keys, now)
    if not must_change(user, password) and hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hasher.hash(password)
    if login:
        user.last_login_at = now
        audit.write("masuk", f"akun {user.username}", now, by=_actor(user, now))
    db.session.commit()
    return user


def left(actor: Actor, now: datetime) -> None:
    """Somebody signed out. Commits."""
    user = db.session.get(User, actor.user_id)
    if user is not None:
        audit.write("keluar", f"akun {user.username}", now, by=actor)
        db.session.commit()


def hash_password(password: str) -> str:
    """For the column `password_hash`, without a look at how good the password is."""
    return hasher.hash(password)


@lru_cache(maxsize=1)
def no_password() -> str:
    """For `password_hash` of an account whose owner has none yet: nothing opens it, and trying takes as long as ever.

    The same within a process: a load of a thousand people would take half a minute of hashing else.
    """
    return FIRST_MARK + hasher.hash(secrets.token_urlsafe(32))


def first_password() -> str:
    """For `password_hash` of an operator's new account: the guide's first password, changed at the first login."""
    return FIRST_MARK + hasher.hash(FIRST_PASSWORD)


def must_change(user: User, password: str) -> bool:
    """Whether this password was chosen by somebody else: the guide's first one, or one that an admin set."""
    return password == FIRST_PASSWORD or user.password_hash.startswith(FIRST_MARK)


def set_password(
    user_id: int, password: str, *, first: bool = False, by: Actor | None = None, kind: str = "password"
) -> User:
    """A new password; every session of the account ends (its epoch rises). Commits.

    `first`: chosen by an admin, to be changed at the next login; it may be the guide's. InvalidInput says what is
    wrong with the password. `kind` is that of the audit entry.
    """
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    user.password_hash = _hashed(password, user.username, first)
    user.epoch += 1
    # a link that was mailed before must not undo it: perhaps that mail is why the password was changed
    old = update(PasswordLink).where(PasswordLink.user_id == user_id, PasswordLink.used_at.is_(None))
    db.session.execute(old.values(used_at=clock.now()))
    audit.write(kind, f"akun {user.username}", clock.now(), by=by)
    db.session.commit()
    return user


def create_user(username: str, nama: str, password: str = FIRST_PASSWORD, person_id: int | None = None) -> User:
    """A new account, whose password must be changed at the first login. Commits."""
    user = add_user(username, nama, first_hash(password), person_id)
    db.session.commit()
    return user


def add_user(username: str, nama: str, password_hash: str, person_id: int | None = None, email: str = "") -> User:
    """A new account, checked. InvalidInput or Conflict say what is wrong. Does not commit."""
    username = normal(username)
    if not re.fullmatch(USERNAME, username):
        raise InvalidInput(USERNAME_RULE)
    if not nama.strip():
        raise InvalidInput("Ketik nama pemilik akun ini.")
    user = User(username=username, nama=nama.strip(), person_id=person_id, password_hash=password_hash, email=email)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as e:
        db.session.rollback()
        raise Conflict(TAKEN.format(username)) from e
    return user


def first_hash(password: str) -> str:
    """For `password_hash`: a password that somebody else chose, to be changed at the first login."""
    return FIRST_MARK + hasher.hash(password)


def is_first(user: User) -> bool:
    """Whether the password is still one that somebody else chose, or none at all."""
    return user.password_hash.startswith(FIRST_MARK)


def normal(username: str) -> str:
    """As it is stored: lower case, without the spaces that people type into a NIP."""
    return re.sub(r"\s", "", username).lower()[:100]


def account_key(username: str) -> str:
    """How an account is called where its name should not stand: in delays and in the device's cookie."""
    return hashlib.sha256(normal(username).encode()).hexdigest()[:32]


def _unknown(username: str) -> str:
    """Enough to recognise a slip, too little to be the password that somebody typed into the wrong field."""
    return f"{username[:3]}… (tidak dikenal)"


def _actor(user: User, now: datetime) -> Actor:
    return Actor(user.id, user.nama, user.person_id, now.year)


def _keys(username: str, address: str, device: Device | None) -> tuple[str, ...]:
    account = account_key(username)
    if device is not None and account in device.accounts:
        return (f"perangkat:{device.id}:{account}",)
    return (f"akun:{account}", f"alamat:{network(address)}")


def network(address: str) -> str:
    """One home or office: an IPv4 address, or the /64 of an IPv6 one (whoever has one has all of them)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if ip.version == 6 and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{ip}/64", strict=False).network_address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def _fits(user: User | None, password: str) -> bool:
    stored = user.password_hash.removeprefix(FIRST_MARK) if user else _nobody
    try:
        hasher.verify(stored, password if len(password) <= _LONGEST else "")
    except (VerifyMismatchError, InvalidHashError):
        return False
    return user is not None


def _hashed(password: str, username: str, first: bool) -> str:
    if first:
        return first_hash(password)
    _check(password, username)
    return hasher.hash(password)


def _check(password: str, username: str) -> None:
    if len(password) < SHORTEST:
        raise InvalidInput(f"Password terlalu pendek. Ketik paling sedikit {SHORTEST} huruf atau angka.")
    if len(password) > _LONGEST:
        raise InvalidInput(f"Password terlalu panjang. Ketik paling banyak {_LONGEST} huruf.")
    plain = password.lower()
    if (
        username in plain
        or len(set(plain)) < 5
        or any(plain.replace(word, "", 1).isdigit() or plain == word for word in _COMMON)
    ):
        raise InvalidInput("Password ini mudah ditebak. Pakai beberapa kata yang tidak berhubungan, tanpa username.")
