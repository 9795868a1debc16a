"""The audit list: who did what to the house, each entry chained to the one before by its hash.

Cases have a history of their own (`event`); this list has logins, refusals, and changes of people, roles, masters and
settings. An entry is written in the transaction of what it tells of, so neither exists without the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import has_request_context, request
from sqlalchemy import Connection, insert, select, update

from app.flows.rights import Actor
from app.models import Audit, AuditHead, db, table

_AUDIT, _HEAD = table(Audit), table(AuditHead)
_COVERED = (
    "seq", "at", "kind", "actor_id", "actor", "address", "subject", "before", "after", "note", "prev_hash",
)  # fmt: skip

# kind -> what it means to people
KINDS = {
    "masuk": "Masuk",
    "masuk_ditolak": "Gagal masuk",
    "keluar": "Keluar",
    "ditolak": "Akses ditolak",
    "password": "Password diganti",
    "password_admin": "Password diatur ulang oleh admin",
    "password_tautan": "Tautan password diminta atau dipakai",
    "akun": "Akun diubah",
    "peran": "Peran diubah",
    "master": "Data master diubah",
    "pejabat": "Pejabat diganti",
    "pengganti": "Pengganti diatur",
    "muat": "Data dimuat dari berkas",
    "perkara": "Tindakan admin atas perkara",
    "nik": "NIK dilihat",
    "data_pribadi": "Laporan atau penghapusan data pribadi",
    "pengaturan": "Pengaturan diubah",
    "ekspor": "Daftar diekspor",
    "cadangan": "Cadangan dibuat atau dipulihkan",
}


def write(
    kind: str,
    subject: str,
    now: datetime,
    *,
    by: Actor | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
    conn: Connection | None = None,
) -> None:
    """Add an entry to the caller's transaction: that of `conn`, else of the session. The caller commits.

    `before` and `after` need hold only what differs. A number that could be a NIK is masked, whoever passed it.
    Call it late in the transaction: from here to the commit other writers of the list wait.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of audit entry")
    if conn is None:
        db.session.flush()
        conn = db.session.connection()
    if conn.execute(update(_HEAD).where(_HEAD.c.id == 1).values(seq=_HEAD.c.seq + 1)).rowcount == 0:
        conn.execute(insert(_HEAD).values(id=1, seq=1, hash=""))
    head = conn.execute(select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == 1)).one()
    entry = {
        "seq": head.seq,
        "at": now,
        "kind": kind,
        "actor_id": by.user_id if by else None,
        "actor": by.name if by else "",
        "address": (request.remote_addr or "")[:60] if has_request_context() else "terminal",
        "subject": mask(subject)[:200],
        "before": _masked(before or {}),
        "after": _masked(after or {}),
        "note": mask(note),
        "prev_hash": head.hash,
    }
    entry["hash"] = digest(entry)
    conn.execute(insert(_AUDIT).values(entry))
    conn.execute(update(_HEAD).where(_HEAD.c.id == 1).values(hash=entry["hash"]))


def digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 over all columns of the entry and the hash before it, hex."""
    covered = {k: entry[k].isoformat() if k == "at" else entry[k] for k in _COVERED}
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


def mask(text: str) -> str:
    """Sixteen digits in a row could be a NIK: all but the last four become stars."""
    return re.sub(r"(?<!\d)\d{12}(\d{4})(?!\d)", r"************\1", text)


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return orjson.loads(mask(orjson.dumps(dict(values), default=str).decode()))  # type: ignore[no-any-return]
