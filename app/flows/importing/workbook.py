"""An XLSX file as grids. What could hurt is looked at before openpyxl unpacks anything.

An XLSX is a zip of XML: a small one can unpack to gigabytes, declare a million rows, or be something else by another
name. Refusals are InvalidInput with what to do.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from openpyxl import load_workbook

from app.errors import InvalidInput
from app.flows.importing.columns import EXPLAINED, MOST_ROWS, SHEETS, fold
from app.flows.importing.grid import Formula, Grid, Raw, Report

_UNPACKED = 64 * 1024 * 1024  # bytes; ten thousand full rows are about twelve million
_PARTS = 400
_WIDEST = 60  # columns that are looked at
_MOST_CELLS = 20_000  # of a row; Excel has 16,384 columns, and openpyxl takes a kilobyte for each
_LAST_ROW = 1_048_576  # of Excel; openpyxl fills up to whatever number a row says it has, for minutes
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old .xls and of encrypted workbooks
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s>]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')

NO_XLSX = "Berkas ini bukan Excel (.xlsx) atau CSV. Simpan dari Excel dengan Save As, jenis Excel Workbook (.xlsx)."
BROKEN = "Berkas Excel ini rusak dan tidak dapat dibuka. Buka di Excel, simpan lagi sebagai .xlsx, lalu muat lagi."
TOO_BIG = "Isi berkas ini terlalu besar setelah dibuka. Salin datanya saja ke contoh berkas, lalu muat lagi."


def too_many(rows: int) -> InvalidInput:
    """The refusal of a file with too many rows, with the number."""
    count, most = f"{rows:,}".replace(",", "."), f"{MOST_ROWS:,}".replace(",", ".")
    return InvalidInput(
        f"Berkas ini berisi {count} baris; satu berkas paling banyak {most} baris. Pecah menjadi beberapa berkas."
    )


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin like something that Excel makes, readable or not."""
    return content.startswith((b"PK", _OLE))


def read(content: bytes, report: Report) -> list[Grid]:
    """The visible sheets. Faults of single sheets go to `report`; a file that can't be read raises InvalidInput."""
    merged = _inspect(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as e:  # openpyxl raises whatever a broken part leads to: KeyError, ValueError, BadZipFile ...
        raise InvalidInput(BROKEN) from e
    try:
        grids = [_grid(sheet) for sheet in book.worksheets if _wanted(sheet, report)]
    except InvalidInput:
        raise
    except Exception as e:  # rows are read only now, so a broken sheet shows here
        raise InvalidInput(BROKEN) from e
    finally:
        book.close()
    if merged:
        report.error(
            "", f"Ada sel yang digabung ({', '.join(merged[:5])}). Pisahkan (Merge & Center dimatikan), isi tiap sel."
        )
    return grids


def _inspect(content: bytes) -> list[str]:
    """Refuse what must not be unpacked; the merged ranges of sheets other than the explanation are returned."""
    if content.startswith(_OLE):
        raise InvalidInput(_what_ole(content))
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as e:
        raise InvalidInput(BROKEN) from e
    parts = packed.infolist()
    names = {p.filename for p in parts}
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise InvalidInput(
            "Berkas ini memuat makro. Simpan sebagai Excel Workbook (.xlsx) tanpa makro, lalu muat lagi."
        )
    if "[Content_Types].xml" not in names or not any(_SHEET.fullmatch(n) for n in names):
        raise InvalidInput(NO_XLSX)
    if any(p.flag_bits & 1 for p in parts):
        raise InvalidInput(_LOCKED)
    if len(parts) > _PARTS or sum(p.file_size for p in parts) > _UNPACKED:
        raise InvalidInput(TOO_BIG)
    try:
        return _look_into(packed, [p for p in parts if p.filename.lower().endswith((".xml", ".rels"))])
    except InvalidInput:
        raise
    except Exception as e:  # a damaged archive fails as BadZipFile, zlib.error, EOFError, RuntimeError ...
        raise InvalidInput(BROKEN) from e


def _look_into(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> list[str]:
    rows, merged = 0, []
    for part in parts:
        xml = packed.read(part)  # no more than it declares: zipfile stops there
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml:  # NUL: UTF-16, in which nothing is found here
            raise InvalidInput(BROKEN)
        if _SHEET.fullmatch(part.filename):
            if any(row.count(b"<c") > _MOST_CELLS for row in _ROW.split(xml)):
                raise InvalidInput(TOO_BIG)
            filled = sum(1 for row in _ROW.split(xml)[1:] if _FILLED.search(row))
            rows += max(filled - 1, 0)  # one is the headers
            merged += [m.decode() for m in _MERGED.findall(xml)]
    if rows > MOST_ROWS + 200:  # the explanation of the template counts too
        raise too_many(rows)
    return merged


_LOCKED = (
    "Berkas ini dikunci dengan kata sandi. Buka di Excel, hapus kata sandinya (File, Info, Protect Workbook), "
    "simpan, lalu muat lagi."
)


def _what_ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _LOCKED
    return "Berkas ini Excel versi lama (.xls). Buka di Excel, simpan sebagai Excel Workbook (.xlsx), lalu muat lagi."


def _wanted(sheet: Any, report: Report) -> bool:
    if fold(sheet.title) == fold(EXPLAINED):
        return False
    if sheet.sheet_state == "visible":
        return True
    if fold(sheet.title) in SHEETS:
        report.error(
            sheet.title,
            f"Sheet {sheet.title} tersembunyi. Tampilkan (klik kanan nama sheet, Unhide), atau hapus.",
        )
    return False


def _grid(sheet: Any) -> Grid:
    sheet.reset_dimensions()  # what a sheet declares about its size is not to be trusted
    rows: list[tuple[int, list[Raw]]] = []
    for number, cells in _rows(sheet):
        raw = [_raw(c) for c in cells]
        if any(value not in (None, "") for value in raw):
            rows.append((number, raw))
            if len(rows) > MOST_ROWS + 1:
                raise too_many(len(rows) - 1)
    return Grid(sheet.title, rows)


def _rows(sheet: Any) -> Iterator[tuple[int, Any]]:
    for number, cells in enumerate(sheet.iter_rows(max_col=_WIDEST), 1):
        if number > _LAST_ROW:
            raise InvalidInput(BROKEN)
        if cells:
            yield number, cells


def _raw(cell: Any) -> Raw:
    value, kind = cell.value, cell.data_type
    if value is None:
        return None
    if kind in ("f", "e"):
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, str):
        return value.strip() or None
    return value if isinstance(value, int | float | date) else str(value)  # what is left are times of day
