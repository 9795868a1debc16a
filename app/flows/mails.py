"""The outbox: mails are put here in the transaction of what they tell of, and sent by `app/jobs/mailing.py`.

A mail has a key that says what it is about and to whom; a second one with the same key is never made, however often a
round of the worker is repeated. What a mail says is checked at this door: one line is one line, and no number that
could be a NIK goes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from app.flows.audit import mask
from app.flows.house import house
from app.models import Mail, db, table

_MAIL = table(Mail)
# what Python's own mail parser, SMTP servers and people agree on; quoted local parts are left to museums
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")

# kind -> what it means to people
KINDS = {
    "tugas": "Tugas baru",
    "pengingat": "Pengingat",
    "eskalasi": "Keterlambatan untuk unit",
    "selesai": "PK selesai",
    "insiden": "Perkara terhenti",
    "ringkasan": "Ringkasan harian",
    "password": "Lupa password",
    "undangan": "Undangan",
    "akun": "Perubahan akun",
    "pengganti": "Pengganti",
    "proses": "Persetujuan proses",
    "uji": "Surat uji",
}
SECRET = ("password", "undangan")  # their text holds a link that opens an account


@dataclass(frozen=True)
class Letter:
    """A mail before it is put: plain text, one link. `about` is the case, where there is one."""

    key: str
    kind: str
    address: str
    subject: str
    text: str
    user_id: int | None = None
    about: int | None = None


def put(letter: Letter, now: datetime, conn: Connection | None = None, *, after: datetime | None = None) -> bool:
    """Add the mail to the caller's transaction: that of `conn`, else of the session. The caller commits.

    False where nothing was added: the key is known, or the address is none (an account without one gets no mails).
    `after`: not to be sent before.
    """
    if letter.kind not in KINDS:
        raise ValueError(f"{letter.kind!r} is no kind of mail")
    if not is_address(letter.address):
        return False
    if conn is None:
        db.session.flush()
        conn = db.session.connection()
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[conn.dialect.name]
    row = {
        "key": letter.key, "user_id": letter.user_id, "instance_id": letter.about, "kind": letter.kind,
        "address": letter.address, "subject": mask(one_line(letter.subject))[:300], "text": mask(letter.text),
        "state": "ready", "tries": 0, "send_at": after or now, "error": "", "created_at": now,
    }  # fmt: skip
    statement = insert(_MAIL).values(row).on_conflict_do_nothing(index_elements=["key"])
    return bool(conn.execute(statement).rowcount == 1)


def is_address(text: str) -> bool:
    """Whether a mail could be sent there. "" is none."""
    return len(text) <= 200 and _ADDRESS.fullmatch(text) is not None and ".." not in text


def one_line(text: str) -> str:
    """Names and titles may hold line ends and control characters; a header must not."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def link(path: str) -> str:
    """The address of a page of ours, as it stands in a mail."""
    return house().config.public_url.rstrip("/") + path
