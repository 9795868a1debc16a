"""Links by which somebody chooses a password: mailed to a new account (undangan) or on request (lupa).

A link holds a secret that stands in the mail only; the table keeps its hash. Opening it changes nothing, because mail
scanners open links too; it is used up by the password that is chosen, and every other link of the account with it.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, false, func, insert, or_, select, update

from app.errors import InvalidInput, NotFound
from app.flows import accounts, audit, delays, mails
from app.flows.mails import Letter
from app.models import AnyRow, Mail, PasswordLink, User, db, table

_LINK, _USER, _MAIL = table(PasswordLink), table(User), table(Mail)

NO_ADDRESS = "Akun {} belum mempunyai alamat e-mail yang benar. Isi alamatnya dulu, lalu kirim undangan."
INVITATION = """\
Halo {nama},

Akun Anda di Alur (Perjanjian Kinerja) sudah dibuat. Username Anda: {username}

Buat password Anda di sini, lalu masuk:
{link}

Tautan ini berlaku {life} dan hanya dapat dipakai sekali. Jangan teruskan surat ini kepada siapa pun.
Bila tautannya sudah tidak berlaku, pilih "Lupa password?" di halaman masuk, atau hubungi admin.
"""
FORGOTTEN = """\
Halo {nama},

Ada permintaan untuk mengganti password akun {username} di Alur.

Buat password baru di sini:
{link}

Tautan ini berlaku {life} dan hanya dapat dipakai sekali. Jangan teruskan surat ini kepada siapa pun.
Bila bukan Anda yang meminta, abaikan surat ini: password yang sekarang tetap berlaku.
"""


@dataclass(frozen=True)
class _Kind:
    mail: str  # kind of the mail
    life: timedelta
    life_words: str
    subject: str
    text: str


KINDS = {
    "undangan": _Kind("undangan", timedelta(days=7), "7 hari", "Akun Anda di Alur", INVITATION),
    "lupa": _Kind("password", timedelta(hours=2), "2 jam", "Password baru untuk Alur", FORGOTTEN),
}


def invite(user_id: int, now: datetime, conn: Connection | None = None) -> str:
    """Mail somebody a link to choose their first password, good for 7 days; the address it goes to.

    Takes part in the caller's transaction, that of `conn` or else of the session, and does not commit. Invitations
    of before are no longer good. InvalidInput where the account has no address: set `User.email` first.
    """
    if conn is None:
        db.session.flush()
        conn = db.session.connection()
    return send(user_id, "undangan", now, conn)


def send(user_id: int, kind: str, now: datetime, conn: Connection) -> str:
    """A new link and its mail; the links of the same kind that were sent before end. The address."""
    user = conn.execute(select(_USER).where(_USER.c.id == user_id)).first()
    if user is None:
        raise NotFound
    if not mails.is_address(user.email):
        raise InvalidInput(NO_ADDRESS.format(user.username))
    # letters only: no mail program takes the end of it for punctuation, no filter of ours for a number
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(43))
    k = KINDS[kind]
    end(user_id, now, conn, kind)
    row = {"user_id": user_id, "token_hash": hashed(token), "kind": kind, "created_at": now, "expires_at": now + k.life}
    key = conn.execute(insert(_LINK).values(row)).inserted_primary_key
    words = {"nama": mails.one_line(user.nama), "username": user.username, "life": k.life_words}
    text = k.text.format(**words, link=mails.link(f"/password/tautan/{token}"))
    mails.put(Letter(f"{k.mail}:{key[0] if key else 0}", k.mail, user.email, k.subject, text, user_id), now, conn)
    return str(user.email)


def forgot(typed: str, address: str, now: datetime) -> int:
    """Somebody at `address` asks for a link, by username or e-mail. Commits.

    The seconds that this address has to wait, or 0. Whether there is such an account, whether it has an e-mail and
    whether it was asked for too often already (three an hour): nothing of it shows.
    """
    typed = accounts.normal(typed)
    wait = delays.reserve((f"lupa_alamat:{accounts.network(address)}",), now)
    if wait:
        return wait
    mine = or_(User.username == typed, func.lower(User.email) == typed) if typed else false()
    known: list[AnyRow | None] = list(
        db.session.execute(select(User.id, User.username, User.email).where(User.active, mine).limit(3))
    )
    for user in known or [None]:
        if delays.reserve((f"lupa:{accounts.account_key(user.username if user else typed)}",), now):
            continue
        if user is not None and mails.is_address(user.email):
            send(user.id, "lupa", now, db.session.connection())
        # not what was typed: it may be a password in the wrong field
        audit.write("password_tautan", f"akun {user.username}" if user else "akun tidak dikenal", now, note="Diminta")
        db.session.commit()
    return 0


def use(token: str, password: str, now: datetime) -> User:
    """Choose a password by a link. Every session of the account ends, and every other link of it. Commits.

    NotFound where the link is not good (any more); InvalidInput says what is wrong with the password, and then the
    link stays good.
    """
    link = find(token, now)
    if link is None:
        raise NotFound
    mine = update(PasswordLink).where(PasswordLink.id == link.id, PasswordLink.used_at.is_(None))
    if not db.session.execute(mine.values(used_at=now)).rowcount:  # type: ignore[attr-defined]  # somebody was faster
        db.session.rollback()
        raise NotFound
    end(link.user_id, now, db.session.connection())
    try:
        return accounts.set_password(link.user_id, password, kind="password_tautan")
    except InvalidInput:
        db.session.rollback()
        raise


def end(user_id: int, now: datetime, conn: Connection, kind: str = "") -> None:
    """Links of the account that were not used can't be used any more, and mails with them need not go out."""
    where = [_LINK.c.user_id == user_id, _LINK.c.used_at.is_(None), *([_LINK.c.kind == kind] if kind else [])]
    conn.execute(update(_LINK).where(*where).values(used_at=now))
    kinds = [KINDS[kind].mail] if kind else list(mails.SECRET)
    waiting = update(_MAIL).where(_MAIL.c.user_id == user_id, _MAIL.c.kind.in_(kinds), _MAIL.c.state == "ready")
    conn.execute(waiting.values(state="gone", text="", error="Ada tautan yang lebih baru, atau sudah tidak perlu."))


def find(token: str, now: datetime) -> AnyRow | None:
    """(id, user_id, kind, username, nama) of a link that is still good, or None. Opening it changes nothing."""
    return db.session.execute(
        select(PasswordLink.id, PasswordLink.user_id, PasswordLink.kind, User.username, User.nama)
        .join(User, User.id == PasswordLink.user_id)
        .where(
            PasswordLink.token_hash == hashed(token), PasswordLink.used_at.is_(None), PasswordLink.expires_at > now,
            User.active,
        )
    ).first()  # fmt: skip


def open_until(user_id: int) -> datetime | None:
    """Until when the account's unused invitation is good, maybe in the past; None where there is none."""
    unused = (PasswordLink.user_id == user_id, PasswordLink.kind == "undangan", PasswordLink.used_at.is_(None))
    return db.session.scalar(select(func.max(PasswordLink.expires_at)).where(*unused))


def hashed(token: str) -> str:
    """As a link is kept. A token has 245 bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
