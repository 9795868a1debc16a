"""What a file would change: each thing new, changed, the same, or ended, with old and new values; and what forbids it.

Nothing is written here. `Plan.todo` is what write.py does; `Plan.changes` is what people see of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from app.flows.importing import cells
from app.flows.importing.columns import KINDS, SATKER
from app.flows.importing.grid import Record, Report
from app.flows.importing.known import Known
from app.flows.rights import Actor
from app.flows.sample import ADMIN

NEW, CHANGED, SAME, ENDED = "baru", "berubah", "sama", "berakhir"
ACTIONS = {NEW: "Baru", CHANGED: "Berubah", SAME: "Tetap", ENDED: "Berakhir"}
THINGS = {"unit": "Unit", "satker": "Satker", "orang": "Orang", "pejabat": "Pejabat", "akun": "Akun", "peran": "Peran"}

Fields = tuple[tuple[str, str, str], ...]  # (label, old, new)


@dataclass(frozen=True)
class Change:
    """One line of the preview. `thing` is a key of THINGS, `action` of ACTIONS."""

    thing: str
    action: str
    subject: str
    fields: Fields = ()

    def shown(self) -> list[Any]:
        """As JSON for the page, a NIK masked."""
        fields = [
            [label, *(cells.masked(v) if label == "NIK" else v for v in values)] for label, *values in self.fields
        ]
        return [self.thing, self.action, self.subject, fields]


@dataclass(frozen=True)
class Account:
    """A new account. `first`: an operator, whose first password is the guide's."""

    username: str
    nama: str
    nip: str
    email: str
    first: bool


@dataclass(frozen=True)
class Held:
    """A role that an account gets."""

    username: str
    role: str
    scope: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Term:
    """Somebody heads a place. `person` is their NIP, or "#" and their id; `id` None where the term is new."""

    person: str
    jabatan: str
    sebagai: str
    since: date
    until: date | None
    id: int | None = None


@dataclass
class Todo:
    """What is to be written: rows to insert, and (key, values) to update."""

    units: list[dict[str, Any]] = field(default_factory=list)
    units_changed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    satkers: list[dict[str, Any]] = field(default_factory=list)
    satkers_changed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    people_changed: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    accounts_changed: dict[str, dict[str, Any]] = field(default_factory=dict)  # by username; `nip` links the person
    roles: list[Held] = field(default_factory=list)
    roles_changed: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    terms: list[tuple[str, str, Term]] = field(default_factory=list)  # (kind, kode, term), the earliest first


@dataclass
class Plan:
    """What is seen and what is done, and the faults that were found on the way."""

    known: Known
    report: Report
    today: date
    by: Actor | None = None  # who loads; None may do everything
    todo: Todo = field(default_factory=Todo)
    changes: list[Change] = field(default_factory=list)
    units: set[str] = field(default_factory=set)  # known, or named by the file
    satkers: set[str] = field(default_factory=set)
    unmoved: set[str] = field(default_factory=set)  # accounts of which was said already that they stay

    def note(self, thing: str, action: str, subject: str, *fields: tuple[str, str, str]) -> None:
        self.changes.append(Change(thing, action, subject, tuple(fields)))

    @property
    def accounts_too(self) -> bool:
        """Whether accounts that are there may be changed: who sets an e-mail gets that account's next password link."""
        return self.by is None or ADMIN in self.by.roles

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """thing -> action -> how many."""
        found: dict[str, dict[str, int]] = {}
        for change in self.changes:
            of = found.setdefault(change.thing, dict.fromkeys(ACTIONS, 0))
            of[change.action] += 1
        return found

    @property
    def moves(self) -> bool:
        """Whether anything would change."""
        return any(c.action != SAME for c in self.changes)

    @property
    def digest(self) -> str:
        """The same for the same changes: a plan that was shown is compared with the one about to be carried out."""
        seen = [[c.thing, c.action, c.subject, c.fields] for c in self.changes if c.action != SAME]
        return hashlib.sha256(orjson.dumps(seen)).hexdigest()


def masters(plan: Plan, records: Sequence[Record]) -> None:
    """Units and satkers."""
    units = [r for r in records if r.kind == "unit"]
    satkers = [r for r in records if r.kind == "satker"]
    plan.units = {*plan.known.units, *(r["kode"] for r in units)}
    plan.satkers = {*plan.known.satkers, *(r["kode"] for r in satkers)}
    for record in units:
        if (
            not record.bad
            and _is_one_thing(plan, record, plan.satkers, "satker")
            and _name_is_free(plan, record, units)
        ):
            _unit(plan, record)
    for record in satkers:
        if not record.bad and _is_one_thing(plan, record, plan.units, "unit") and _unit_is_known(plan, record):
            _satker(plan, record)


def _is_one_thing(plan: Plan, record: Record, others: set[str], what: str) -> bool:
    if record["kode"] not in others:
        return True
    words = f"Kode {record['kode']} dipakai sebuah {what}. Unit utama dan satker tidak berbagi kode: perbaiki kodenya."
    plan.report.of(record, words, KINDS[record.kind].column("kode").label, record["kode"])
    return False


def _name_is_free(plan: Plan, record: Record, units: Sequence[Record]) -> bool:
    """Two units of one name can't be told apart where people choose one."""
    named = {r["nama"].casefold(): r["kode"] for r in reversed(units)}
    known = {u.nama.casefold(): k for k, u in plan.known.units.items() if k not in {r["kode"] for r in units}}
    owner = {**known, **named}[record["nama"].casefold()]
    owner = known.get(record["nama"].casefold(), owner)
    if owner == record["kode"]:
        return True
    words = f"Nama ini dipakai unit {owner}. Beri nama yang berbeda, atau perbaiki kodenya."
    plan.report.of(record, words, "Nama Unit", record["nama"])
    return False


def _unit(plan: Plan, record: Record) -> None:
    row, kode, nama = plan.known.units.get(record["kode"]), record["kode"], record["nama"]
    if row is None:
        plan.todo.units.append({"kode": kode, "nama": nama, "jabatan_pimpinan": ""})
        plan.note("unit", NEW, f"{kode} {nama}", ("Nama Unit", "", nama))
    elif row.nama != nama:
        plan.todo.units_changed.append((kode, {"nama": nama}))
        plan.note("unit", CHANGED, f"{kode} {nama}", ("Nama Unit", row.nama, nama))
    else:
        plan.note("unit", SAME, f"{kode} {nama}")


def _unit_is_known(plan: Plan, record: Record) -> bool:
    if record["unit"] in plan.units:
        return True
    plan.report.of(record, f"Unit {record['unit']} tidak terdaftar dan tidak ada di sheet Unit. Perbaiki kodenya, atau "
                   "tambahkan unit itu.", "Kode Unit", record["unit"])  # fmt: skip
    return False


_COLUMNS = {
    "nama": "nama", "unit": "unit_kode", "kota": "kota", "zona": "zona", "alamat": "alamat",
    "nama_operator": "nama_operator", "hp": "hp", "email": "email",
}  # fmt: skip


def _satker(plan: Plan, record: Record) -> None:
    """What is left empty stays as it is."""
    kode, given = record["kode"], {k: record[k] for k in _COLUMNS if record[k]}
    row, subject = plan.known.satkers.get(kode), f"{kode} {record['nama']}"
    if row is None:
        values = {_COLUMNS[k]: record[k] for k in _COLUMNS} | {"zona": record["zona"] or "WIB"}
        plan.todo.satkers.append({"kode": kode, "jabatan_pimpinan": "", **values})
        plan.note("satker", NEW, subject, *((SATKER.column(k).label, "", v) for k, v in given.items()))
        return
    differs = {k: v for k, v in given.items() if getattr(row, _COLUMNS[k]) != v}
    if not differs:
        plan.note("satker", SAME, subject)
        return
    plan.todo.satkers_changed.append((kode, {_COLUMNS[k]: v for k, v in differs.items()}))
    fields = ((SATKER.column(k).label, getattr(row, _COLUMNS[k]), v) for k, v in differs.items())
    plan.note("satker", CHANGED, subject, *fields)
    if "unit" in differs:
        plan.report.warn_of(record, f"Satker ini pindah dari unit {row.unit_kode} ke {record['unit']}. Perkara yang "
                            "belum selesai ikut pindah.", "Kode Unit", record["unit"])  # fmt: skip
