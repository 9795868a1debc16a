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

from sqlalchemy import Connection, insert, select, update

from app.errors import InvalidInput, NotFound
from app.flows import mails
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


def hashed(token: str) -> str:
    """As a link is kept. A token has 245 bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
