"""Rows by themselves and among each other: what a file says about each thing, without a look at the database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from app.flows.audit import mask
from app.flows.importing import cells
from app.flows.importing.cells import Read
from app.flows.importing.columns import KINDS, Kind
from app.flows.importing.grid import Formula, Raw, Record, Report
from app.flows.importing.headers import Table
from app.flows.sample import ADMIN, BIRO, ESELON, KEPALA, OPERATOR, PENELAAH

SEBAGAI = {"": "", "definitif": "", "plt": "Plt.", "plh": "Plh."}
ROLES = {r.lower().replace(" ", ""): r for r in (OPERATOR, PENELAAH, BIRO, ADMIN)}
ROLES |= {"operator": OPERATOR, "penelaah": PENELAAH, "biro": BIRO, "administrator": ADMIN}
_HEADS = {r.lower().replace(" ", "") for r in (KEPALA, ESELON)}
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


def _sebagai(raw: Raw) -> Read:
    found = SEBAGAI.get(re.sub(r"[^a-z]", "", cells.words(raw).lower()))
    return (
        Read(found)
        if found is not None
        else Read(fault="Kolom ini berisi Definitif, Plt., atau Plh. Pilih salah satu.")
    )


def _zona(raw: Raw) -> Read:
    zona = cells.words(raw).upper()
    return (
        Read(zona)
        if zona in ("WIB", "WITA", "WIT")
        else Read(fault="Zona berisi WIB, WITA, atau WIT. Pilih salah satu.")
    )


def _peran(raw: Raw) -> Read:
    found = re.sub(r"[^a-z0-9]", "", cells.words(raw).lower())
    if found in _HEADS:
        return Read(fault="Kepala satker dan pimpinan unit ditulis di sheet Pejabat. Pindahkan baris ini ke sana.")
    known = f"{OPERATOR}, {PENELAAH}, {BIRO}, atau {ADMIN}"
    return Read(ROLES[found]) if found in ROLES else Read(fault=f"Peran ini tidak dikenal. Pilih {known}.")


def _username(raw: Raw) -> Read:
    name = re.sub(r"\s", "", cells.words(raw)).lower()
    if USERNAME.fullmatch(name):
        return Read(name)
    return Read(fault="Username terdiri dari 3 sampai 40 huruf kecil, angka, titik, atau garis, tanpa spasi.")


def _kode(label: str) -> Callable[[Raw], Read]:
    return lambda raw: cells.kode(raw, label)


def _text(limit: int, label: str) -> Callable[[Raw], Read]:
    return lambda raw: cells.text(raw, limit, label)


READ: dict[str, dict[str, Callable[[Raw], Read]]] = {
    "unit": {"kode": _kode("Kode unit"), "nama": _text(200, "Nama unit")},
    "satker": {
        "kode": _kode("Kode satker"), "nama": _text(200, "Nama satker"), "unit": _kode("Kode unit"),
        "kota": _text(100, "Nama kota"), "zona": _zona, "alamat": _text(500, "Alamat"),
        "nama_operator": _text(200, "Nama operator"), "hp": cells.phone, "email": cells.email,
    },
    "pejabat": {
        "satker": _kode("Kode satker"), "unit": _kode("Kode unit"), "nip": cells.nip, "nik": cells.nik,
        "nama": _text(200, "Nama"), "jabatan": _text(200, "Jabatan"), "sebagai": _sebagai, "since": cells.day,
        "until": cells.day, "email": cells.email,
    },
    "pengguna": {
        "username": _username, "nama": _text(200, "Nama"), "peran": _peran, "tempat": _kode("Kode tempat"),
        "nip": cells.nip, "email": cells.email, "since": cells.day, "until": cells.day,
    },
}  # fmt: skip


def records(tables: Sequence[Table], report: Report) -> list[Record]:
    """The rows that could be read; every cell that could not is a fault in `report`."""
    found = [r for table in tables for r in _rows(table, report)]
    for kind, key in (("unit", "kode"), ("satker", "kode")):
        _doubles([r for r in found if r.kind == kind and r[key]], key, report)
    _people([r for r in found if r.kind in ("pejabat", "pengguna") and not r.bad], report)
    return found


@dataclass
class _Row:
    """One row while it is read."""

    kind: Kind
    sheet: str
    number: int
    report: Report
    header: dict[str, str]

    def value(self, key: str, raw: Raw, position: int) -> str:
        if isinstance(raw, Formula):
            cell = f"{get_column_letter(position + 1)}{self.number}"
            what = f"kesalahan {raw.text}" if raw.text.startswith("#") else "rumus"
            self._fault(key, f"Sel {cell} berisi {what}. Salin, lalu tempel sebagai nilai (Paste Special, Values).", "")
            return ""
        column = self.kind.column(key)
        if raw is None or raw == "":
            if column.required:
                self._fault(key, f"{column.label} belum diisi. Isi sel ini.", "")
            return ""
        read = READ[self.kind.key][key](raw)
        shown = cells.masked(cells.words(raw)) if key == "nik" else mask(cells.words(raw))[:80]
        if read.fault:
            self._fault(key, read.fault, shown)
        elif read.warning:
            self.report.warn(self.sheet, read.warning, self.number, self.header[key], shown)
        return read.value

    def _fault(self, key: str, text: str, shown: str) -> None:
        self.report.error(self.sheet, text, self.number, self.header[key], shown)


def _rows(table: Table, report: Report) -> list[Record]:
    """All rows that hold anything."""
    found, samples = [], []
    for number, raw in table.rows:
        row = _Row(table.kind, table.name, number, report, table.header)
        before = report.errors
        at = {key: raw[p] if p < len(raw) else None for key, p in table.where.items()}
        if all(value is None for value in at.values()):
            continue
        if _is_sample(table.kind, at):
            samples.append(number)
            continue
        values = {key: row.value(key, value, table.where[key]) for key, value in at.items()}
        found.append(Record(table.kind.key, table.name, number, values, report.errors > before))
    if samples:  # one line for all of them: what is to be looked at stands below
        report.warn(table.name, f"{len(samples)} baris contoh dari berkas contoh dilewati.", samples[0])
    return found


def _is_sample(kind: Kind, at: dict[str, Raw]) -> bool:
    """Whether the row is one of those that stand in the template to show how it is done."""
    typed = {
        key: "" if value is None or isinstance(value, Formula) else cells.words(value) for key, value in at.items()
    }
    return any(
        all(typed.get(c.key, "") == value for c, value in zip(kind.columns, sample, strict=True) if c.key in at)
        for sample in kind.samples
        if len(at) == len(sample)
    )


def _doubles(found: Sequence[Record], key: str, report: Report) -> None:
    first: dict[str, Record] = {}
    for record in found:
        known = first.setdefault(record[key], record)
        if known is not record:
            words = f"Kode ini sudah ada di baris {known.row}. Hapus salah satu barisnya."
            report.of(record, words, KINDS[record.kind].column(key).label, record[key])


def _people(found: Sequence[Record], report: Report) -> None:
    """One NIP has one name and one NIK, one NIK has one NIP: they go onto sheets that are signed."""
    names: dict[str, Record] = {}
    niks: dict[str, Record] = {}
    by_nip: defaultdict[str, dict[str, Record]] = defaultdict(dict)
    for record in found:
        if not record["nip"]:
            continue
        known = names.setdefault(record["nip"], record)
        if known["nama"] != record["nama"]:
            report.of(record, f"NIP ini di {_at(known, record)} milik {known['nama']}. Samakan namanya, atau perbaiki "
                      "NIP-nya.", "Nama", record["nama"])  # fmt: skip
        if not record["nik"]:
            continue
        owner = niks.setdefault(record["nik"], record)
        if owner["nip"] != record["nip"]:
            report.of(record, f"NIK ini di {_at(owner, record)} milik NIP lain. Perbaiki salah satunya.", "NIK",
                      cells.masked(record["nik"]))  # fmt: skip
        other = next(iter(by_nip[record["nip"]].values()), record)
        if other["nik"] != record["nik"]:
            report.of(record, f"NIP ini di {_at(other, record)} memakai NIK lain. Samakan NIK-nya.", "NIK",
                      cells.masked(record["nik"]))  # fmt: skip
        by_nip[record["nip"]][record["nik"]] = record


def _at(known: Record, record: Record) -> str:
    return f"baris {known.row}" if known.sheet == record.sheet else f"sheet {known.sheet} baris {known.row}"
