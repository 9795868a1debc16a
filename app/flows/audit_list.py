"""Reading the audit list: filtered, the newest first, in pages by number; and taking it away as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, select

from app.flows import audit
from app.flows.rights import Actor
from app.models import AnyRow, Audit, db

PAGE = 50
EXPORT = 100_000
_JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty for everything. Days are inclusive, in WIB; a text may stand anywhere."""

    kind: str = ""
    who: str = ""
    subject: str = ""
    address: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def asked(self) -> dict[str, object]:
        """What was asked for, for words about it."""
        return {k: v for k, v in vars(self).items() if v}


@dataclass(frozen=True)
class Page:
    """Entries, the newest first; `older` is the number behind which the next page begins, None at the end."""

    rows: Sequence[AnyRow]
    older: int | None


def page(f: Filter, after: int | None = None, size: int = PAGE) -> Page:
    """The entries before number `after`, or the newest ones."""
    query = select(*_COLUMNS).where(*_where(f)).order_by(Audit.id.desc()).limit(size + 1)
    if after is not None:
        query = query.where(Audit.id < after)
    rows = db.session.execute(query).all()
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def export(f: Filter, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """Every entry that matches, the newest first, at most EXPORT of them; this is an entry of its own. Commits."""
    rows = page(f, size=EXPORT).rows
    asked = {k: str(v) for k, v in f.asked.items()}
    audit.write("ekspor", "jejak audit", now, by=actor, after={"baris": len(rows), "saringan": asked})
    db.session.commit()
    return rows


_COLUMNS = (
    Audit.id, Audit.seq, Audit.at, Audit.kind, Audit.actor_id, Audit.actor, Audit.address, Audit.subject, Audit.before,
    Audit.after, Audit.note, Audit.hash,
)  # fmt: skip


def _where(f: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if f.kind:
        where.append(Audit.kind == f.kind)
    for column, text in ((Audit.actor, f.who), (Audit.subject, f.subject), (Audit.address, f.address)):
        if text.strip():
            where.append(column.icontains(text.strip(), autoescape=True))
    if f.since:
        where.append(Audit.at >= _midnight(f.since))
    if f.until:
        where.append(Audit.at < _midnight(f.until + timedelta(days=1)))
    return where


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _JAKARTA)


# ---- an export, judged without a database --------------------------------------------------------------------------

UNREADABLE = "Baris ini tidak dapat dibaca."
SHORTER = "Catatan ini ada di berkas dan tidak ada di daftar."
OTHER = "Catatan ini di berkas lain dari yang ada di daftar."


def save(file: BinaryIO, now: datetime) -> int:
    """Write the whole list, one entry of JSON a line with its hash; how many. It is an entry of its own. Commits."""
    count = 0
    for entry in audit.entries():
        file.write(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS) + b"\n")
        count += 1
    audit.write("ekspor", "jejak audit", now, after={"baris": count}, note="flask audit --export")
    db.session.commit()
    return count


def verify(exported: Iterable[bytes]) -> audit.Chain:
    """An export, line by line: the hashes are computed anew, and nothing but the file is needed for it."""
    seq, before = 0, ""
    for line in exported:
        try:
            entry = orjson.loads(line)
            found = audit.fault_of(entry, seq, before)
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
            found = audit.Fault(seq + 1, UNREADABLE)
        if found:
            return audit.Chain(seq, before, found)
        seq, before = entry["seq"], entry["hash"]
    return audit.Chain(seq, before, None)


def compare(exported: audit.Chain) -> audit.Fault | None:
    """Whether the list still holds what a whole export once took away, or was made anew since."""
    if exported.count == 0:
        return None
    known = db.session.scalar(select(Audit.hash).where(Audit.seq == exported.count))
    if known is None:
        return audit.Fault(exported.count, SHORTER)
    return None if known == exported.hash else audit.Fault(exported.count, OTHER)
