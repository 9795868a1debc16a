"""Units and satkers, kept by Admin and Biro Perencanaan: made, corrected, moved to another unit; empty ones removed.

When a satker moves, its open cases move with it: the head of the new unit signs them, and sees them from then on. What
has ended stays with the unit under which it ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, exists, func, select, update

from app.errors import Conflict, NotFound
from app.flows import audit
from app.flows.amend import amend
from app.flows.mails import is_address
from app.flows.people import Wrong, changed, commit, turn
from app.flows.record import Change
from app.flows.rights import Actor
from app.models import AnyRow, Assignment, Document, Headship, Instance, Satker, Task, Unit, db, table

ZONES = ("WIB", "WITA", "WIT")
OPEN = ("running", "suspended")
TWICE = "Data ini baru saja diubah orang lain. Periksa keadaannya yang sekarang, lalu ulangi bila perlu."
Row = TypeVar("Row", Unit, Satker)
_LENGTHS = {"nama": 200, "kota": 100, "alamat": 500, "nama_operator": 200, "hp": 30, "email": 200}


@dataclass(frozen=True)
class SatkerDetails:
    """What is typed about a satker; its kode never changes."""

    nama: str
    unit_kode: str
    kota: str = ""
    zona: str = "WIB"
    alamat: str = ""
    nama_operator: str = ""
    hp: str = ""
    email: str = ""


def find_unit(kode: str) -> Unit:
    """NotFound where there is none."""
    return _found(db.session.get(Unit, kode))


def find_satker(kode: str) -> Satker:
    """NotFound where there is none."""
    return _found(db.session.get(Satker, kode))


def save_unit(kode: str, nama: str, *, new: bool, by: Actor, now: datetime) -> None:
    """Make a unit, or correct its name. Commits."""
    turn()
    nama = _plain(nama)
    _check_kode(kode, "unit")
    if not nama or len(nama) > 200:
        raise Wrong("nama", "Ketik nama unit utama, paling banyak 200 huruf.")
    known = db.session.get(Unit, kode)
    if new and known is not None:
        raise Wrong("kode", f"Kode {kode} sudah dipakai {known.nama}. Periksa kodenya.")
    if new and db.session.get(Satker, kode) is not None:
        raise Wrong("kode", f"Kode {kode} sudah dipakai sebuah satker. Unit utama dan satker tidak berbagi kode.")
    twin = db.session.scalar(select(Unit).where(func.lower(Unit.nama) == nama.lower(), Unit.kode != kode))
    if twin is not None:
        raise Wrong("nama", f"Nama ini sudah dipakai unit {twin.kode}. Beri nama yang berbeda.")
    unit = Unit(kode=kode, nama="") if new else _found(known)
    before = {"nama": unit.nama}
    unit.nama = nama
    db.session.add(unit)
    _tell(f"unit {kode}", before, {"nama": nama}, by, now)


def save_satker(kode: str, d: SatkerDetails, *, new: bool, by: Actor, now: datetime) -> int:
    """Make a satker, or correct it; how many open cases moved to another unit with it. Commits."""
    turn()
    _check_kode(kode, "satker")
    values = _checked(d)
    known = db.session.get(Satker, kode)
    if new and known is not None:
        raise Wrong("kode", f"Kode {kode} sudah dipakai {known.nama}. Periksa kodenya.")
    if new and db.session.get(Unit, kode) is not None:
        raise Wrong("kode", f"Kode {kode} sudah dipakai sebuah unit utama. Unit utama dan satker tidak berbagi kode.")
    satker = Satker(kode=kode, nama="", unit_kode=d.unit_kode) if new else _found(known)
    before = {} if new else {k: getattr(satker, k) for k in values}
    for name, value in values.items():
        setattr(satker, name, value)
    satker.changed_at = now
    db.session.add(satker)
    _tell(f"satker {kode}", before, values, by, now)
    return follow_unit(now, kode, by)


def open_cases(kode: str) -> int:
    """How many cases of a satker have not ended."""
    query = select(func.count()).select_from(Instance).where(Instance.satker == kode, Instance.phase.in_(OPEN))
    return db.session.scalar(query) or 0


def follow_unit(now: datetime, kode: str = "", by: Actor | None = None) -> int:
    """Open cases whose satker has another unit by now move there, each with a line in its history. Idempotent.

    Also a chore: a case that made a step at the same moment is moved by the next round.
    """
    behind = (
        select(Instance.id, Satker.unit_kode, Unit.nama)
        .join(Satker, Satker.kode == Instance.satker)
        .join(Unit, Unit.kode == Satker.unit_kode)
        .where(Instance.phase.in_(OPEN), Instance.unit != Satker.unit_kode, *([Satker.kode == kode] if kode else []))
    )
    rows, moved = db.session.execute(behind).all(), 0
    db.session.commit()
    for case, unit, name in rows:
        what = Change(
            "reassign", name=f"Satker berpindah ke {name}; perkara ini ikut", by=by.user_id if by else None,
            actor=by.name if by else "Sistem",
        )  # fmt: skip
        try:
            amend(case, None, what, now, _to_unit(unit), unit=unit)
            moved += 1
        except (Conflict, NotFound):
            continue  # a step came in between: the chore comes again
    return moved


def _to_unit(unit: str) -> Any:
    def effects(conn: Connection, case: AnyRow) -> None:
        task, document = table(Task), table(Document)
        conn.execute(update(task).where(task.c.instance_id == case.id, task.c.state == "open").values(unit=unit))
        conn.execute(update(document).where(document.c.instance_id == case.id).values(unit=unit))

    return effects


def removable(kind: str, kode: str) -> str:
    """ "" if nothing refers to the unit or satker, else why it stays, in words."""
    if kind == "unit":
        reasons = [
            (exists().where(Satker.unit_kode == kode), "masih memiliki satker"),
            (exists().where(Instance.unit == kode), "memiliki perkara"),
        ]
    else:
        reasons = [(exists().where(Instance.satker == kode), "memiliki perkara")]
    reasons += [
        (exists().where(Assignment.scope == kode), "tercatat pada peran akun"),
        (exists().where(Headship.kind == kind, Headship.kode == kode), "memiliki riwayat pejabat"),
    ]
    return next((words for found, words in reasons if db.session.scalar(select(found))), "")


def remove(kind: str, kode: str, *, by: Actor, now: datetime) -> None:
    """Remove what was entered by mistake and nothing refers to. Commits."""
    turn()
    row: Any = find_unit(kode) if kind == "unit" else find_satker(kode)
    why = removable(kind, kode)
    if why:
        raise Conflict(f"{row.nama} tidak dapat dihapus karena {why}.")
    db.session.delete(row)
    audit.write("master", f"{kind} {kode}", now, by=by, before={"nama": row.nama}, note="dihapus")
    commit(TWICE)


def _tell(subject: str, before: dict[str, Any], after: dict[str, Any], by: Actor, now: datetime) -> None:
    was, became = changed(before, after)
    if became:
        audit.write("master", subject, now, by=by, before=was, after=became)
    commit(TWICE)


def _checked(d: SatkerDetails) -> dict[str, str]:
    values = {k: _plain(v) for k, v in vars(d).items()}
    if not values["nama"]:
        raise Wrong("nama", "Ketik nama satker.")
    for name, most in _LENGTHS.items():
        if len(values[name]) > most:
            raise Wrong(name, f"Isian ini paling banyak {most} huruf. Persingkat.")
    if db.session.get(Unit, d.unit_kode) is None:
        raise Wrong("unit_kode", "Pilih unit utama dari daftar.")
    if d.zona not in ZONES:
        raise Wrong("zona", "Pilih WIB, WITA, atau WIT.")
    if values["hp"] and not (re.fullmatch(r"\+?[0-9 ().\-]+", values["hp"]) and 8 <= len(_digits(values["hp"])) <= 15):
        raise Wrong("hp", "No HP satker terdiri dari 8 sampai 15 angka. Ketik misalnya 0812-3456-7890.")
    if values["email"] and not is_address(values["email"]):
        raise Wrong("email", "E-mail satker belum lengkap. Ketik satu alamat, misalnya satker@contoh.go.id.")
    for name, value in values.items():
        if re.search(r"(?<!\d)\d{16}(?!\d)", re.sub(r"[ .\-]", "", value)):
            raise Wrong(name, "Isian ini memuat 16 angka seperti NIK. Hapus NIK dari sini.")
    return values


def _check_kode(kode: str, what: str) -> None:
    if not re.fullmatch(r"[0-9]{6}", kode):
        raise Wrong("kode", f"Kode {what} terdiri dari 6 angka. Ketik misalnya 100101.")


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _plain(text: str) -> str:
    return " ".join((text or "").split())
