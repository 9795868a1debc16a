"""The audit list: who did what to the house, each entry chained to the one before by its hash.

Cases have a history of their own (`event`); this list has logins, refusals, and changes of people, roles, masters and
settings. An entry is written in the transaction of what it tells of, so neither exists without the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from app.flows import origin
from app.flows.delays import insert_into
from app.flows.rights import Actor
from app.models import Audit, AuditHead, db, table

_AUDIT, _HEAD = table(Audit), table(AuditHead)
COVERED = (
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
    "surat": "Surat keluar ditangani admin",
    "ekspor": "Daftar diekspor",
    "proses": "Diagram proses diubah atau diterbitkan",
    "cadangan": "Cadangan dibuat atau dipulihkan",
}

_SECRET = re.compile(r"pass(word|phrase|code)|token|secret|rahasia|kata.?sandi|^sandi$", re.I)
_LONGEST, _NOTE = 500, 2000  # letters of a value, letters of a note
_MOST, _DEEPEST = 50, 6  # values of one level, levels
_CHUNK = 2000  # entries that a check reads at a time


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

    `before` and `after` need hold only what differs; what is very long or deep is cut. A number that could be a NIK is
    masked, whoever passed it. A key that is called like a secret is a ValueError: not even its stars belong here.
    Call it late in the transaction: from here to the commit other writers of the list wait.
    """
    entry = _entry(kind, subject, now, by, before, after, note)
    if conn is None:
        db.session.flush()
        conn = db.session.connection()
    entry["seq"], entry["prev_hash"] = _next(conn)
    entry["hash"] = digest(entry)
    conn.execute(insert(_AUDIT).values(entry))
    conn.execute(update(_HEAD).where(_HEAD.c.id == 1).values(hash=entry["hash"]))


@dataclass(frozen=True)
class Line:
    """One of many entries that are written together."""

    kind: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def write_many(lines: Sequence[Line], now: datetime, by: Actor, conn: Connection, note: str = "") -> None:
    """As `write`, for what one person did to many things at once: a few statements, however many lines."""
    if not lines:
        return
    seq, before = _next(conn)
    entries = []
    for n, line in enumerate(lines):
        entry = _entry(line.kind, line.subject, now, by, line.before, line.after, note)
        entry["seq"], entry["prev_hash"] = seq + n, before
        entry["hash"] = before = digest(entry)
        entries.append(entry)
    conn.execute(insert(_AUDIT), entries)
    conn.execute(update(_HEAD).where(_HEAD.c.id == 1).values(seq=seq + len(lines) - 1, hash=before))


def _entry(
    kind: str,
    subject: str,
    now: datetime,
    by: Actor | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    note: str,
) -> dict[str, Any]:
    """An entry without its place in the chain."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of audit entry")
    return {
        "at": now,
        "kind": kind,
        "actor_id": by.user_id if by else None,
        "actor": _text(by.name if by else "", 200),
        "address": origin.here(),
        "subject": _text(subject, 200),
        "before": _clean(before or {}, _DEEPEST),
        "after": _clean(after or {}, _DEEPEST),
        "note": _text(note, _NOTE),
    }


def _next(conn: Connection) -> tuple[int, str]:
    """The next number, and the hash to which it is chained. Whoever comes after waits here until we have committed."""
    # one statement that begins with the write, for the very first entry too: two of them can't both be number 1
    new = insert_into(AuditHead).values(id=1, seq=1, hash="")
    row = conn.execute(
        new.on_conflict_do_update(index_elements=[_HEAD.c.id], set_={"seq": _HEAD.c.seq + 1}).returning(
            _HEAD.c.seq, _HEAD.c.hash
        )
    ).one()
    return row.seq, row.hash


def digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 over all columns of the entry and the hash before it, hex. `at` may be aware, or its ISO text in UTC."""
    covered = {k: entry[k] for k in COVERED}
    if isinstance(covered["at"], datetime):
        covered["at"] = covered["at"].isoformat()
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


# ---- the check -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """The first entry at which the chain does not hold, and why, in words."""

    seq: int
    words: str


@dataclass(frozen=True)
class Chain:
    """What a check found: how many entries hold, the newest of them by its hash, and the fault, if there is one."""

    count: int
    hash: str
    fault: Fault | None


CHANGED = "Isi catatan ini tidak lagi sama dengan saat ditulis."
LOOSE = "Catatan ini tidak bersambung dengan catatan sebelumnya."
MISSING = "Catatan ini hilang dari daftar."
CUT = "Catatan ini dan sesudahnya hilang dari akhir daftar."
OTHER_HEAD = "Ujung rantai tidak cocok dengan catatan terakhir."


def broken_at() -> Fault | None:
    """The first faulty entry of the list, or None when the chain is whole to its end."""
    return check().fault


def check() -> Chain:
    """Go through the whole list in its order. It holds no lock: what is written meanwhile is checked too."""
    seq, before = 0, ""
    while True:
        for entry in _after(seq):
            found = fault_of(entry, seq, before)
            if found:
                return Chain(seq, before, found)
            seq, before = entry["seq"], entry["hash"]
        with db.engine.connect() as conn:
            head = conn.execute(select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == 1)).first()
        if head is not None and head.seq > seq and next(_after(seq), None):
            continue  # written since we were at the end
        end = (head.seq, head.hash) if head else (0, "")
        if end == (seq, before):
            return Chain(seq, before, None)
        return Chain(seq, before, Fault(seq + 1, CUT) if end[0] > seq else Fault(seq, OTHER_HEAD))


def fault_of(entry: Mapping[str, Any], seq: int, before: str) -> Fault | None:
    """What is wrong with the entry that comes after number `seq`, whose hash is `before`."""
    if entry["seq"] != seq + 1:
        return Fault(seq + 1, MISSING)
    if entry["prev_hash"] != before:
        return Fault(entry["seq"], LOOSE)
    return None if digest(entry) == entry["hash"] else Fault(entry["seq"], CHANGED)


def _after(seq: int) -> Iterator[dict[str, Any]]:
    """The entries after number `seq`, in order; read in pieces, so that no transaction stays open for minutes."""
    columns = [_AUDIT.c[k] for k in (*COVERED, "hash")]
    while True:
        with db.engine.connect() as conn:
            query = select(*columns).where(_AUDIT.c.seq > seq).order_by(_AUDIT.c.seq).limit(_CHUNK)
            rows = conn.execute(query).mappings().all()
        yield from (dict(row) for row in rows)
        if len(rows) < _CHUNK:
            return
        seq = rows[-1]["seq"]


def entries() -> Iterator[dict[str, Any]]:
    """All entries as they are covered by their hashes, `at` as ISO text in UTC: the lines of an export."""
    return ({**entry, "at": entry["at"].isoformat()} for entry in _after(0))


# ---- what may stand in it ------------------------------------------------------------------------------------------


def mask(text: str) -> str:
    """Sixteen digits could be a NIK, with spaces, points or dashes between them too: only the last four stay."""
    return _SIXTEEN.sub(_stars, text)


_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")


def _stars(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    # with something between the digits it is a NIK only if a date of birth stands where one belongs; two dates side
    # by side ("2026-01-15 2026-11-22") have sixteen digits as well
    apart = len(found[0]) > 16
    if apart and not (int(digits[6:8]) % 40 in range(1, 32) and int(digits[8:10]) in range(1, 13)):
        return found[0]
    return "*" * 12 + digits[-4:]


def _text(text: str, longest: int) -> str:
    """Masked, without what a database can't store (NUL, halves of characters), and no longer than the column."""
    text = mask(text.replace("\0", "").encode("utf-8", "replace").decode())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _clean(value: Any, levels: int) -> Any:
    """As it may be stored: plain JSON of a bounded size, no NIK in keys or values, no secret."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # NaN is not small; a NIK as a number is not either; tiny fractions are written otherwise by other tools
        small = abs(value) < 10**15 and (isinstance(value, int) or value == 0 or abs(value) > 1e-4)
        return value if small else _text(str(value), _LONGEST)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if not levels and isinstance(value, Mapping | list | tuple | set | frozenset):
        return "…"
    if isinstance(value, Mapping):
        return {_key(k): _clean(v, levels - 1) for k, v in list(value.items())[:_MOST]}
    if isinstance(value, list | tuple | set | frozenset):
        some = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        rest = [f"… dan {len(some) - _MOST} lagi"] if len(some) > _MOST else []
        return [_clean(v, levels - 1) for v in some[:_MOST]] + rest
    return _text(str(value), _LONGEST)


def _key(key: Any) -> str:
    if _SECRET.search(str(key)):
        raise ValueError(f"{str(key)[:40]!r} is called like a secret, which the audit list never holds: leave it out")
    return _text(str(key), 100)
