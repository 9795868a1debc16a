"""A CSV file as a grid: separated by semicolons, commas or tabs; UTF-8 with or without a mark, or Windows-1252."""

from __future__ import annotations

import csv
import io

from app.errors import InvalidInput
from app.flows.importing.columns import MOST_ROWS
from app.flows.importing.grid import Formula, Grid, Raw
from app.flows.importing.workbook import NO_XLSX, too_many

_LONGEST = 5_000  # characters in a cell


def read(content: bytes, name: str) -> Grid:
    """The rows; InvalidInput if it is no text, or has too many of them."""
    text = _decoded(content)
    lines = text.count("\n")
    if lines > 20 * MOST_ROWS:
        raise too_many(lines)
    rows: list[tuple[int, list[Raw]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), skipinitialspace=True)
    try:
        for number, cells in enumerate(reader, 1):
            if any(c.strip() for c in cells):
                rows.append((number, [_raw(c) for c in cells[:60]]))
    except csv.Error as e:
        raise InvalidInput(
            "Ada tanda kutip yang tidak ditutup atau sel yang terlalu panjang di berkas CSV ini. Simpan ulang dari "
            "Excel sebagai CSV UTF-8, lalu muat lagi."
        ) from e
    if len(rows) > MOST_ROWS + 1:
        raise too_many(len(rows) - 1)
    return Grid(name, rows)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # what Excel calls "Unicode Text"
        return _strict(content, "utf-16")
    if b"\x00" in content[:4096]:
        raise InvalidInput(NO_XLSX)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strict(content, "cp1252")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as e:
        raise InvalidInput(NO_XLSX) from e


def _separator(text: str) -> str:
    """Excel says it in a first line `sep=;`, which is no row; else the one that is most frequent in the header."""
    header = next((line for line in text.splitlines()[:20] if line.strip(" ;,\t")), "")
    return max(";,\t", key=header.count)


def _raw(cell: str) -> Raw:
    cell = cell.strip()
    if len(cell) > _LONGEST:
        return cell[:_LONGEST]
    # our own lists put an apostrophe before what a spreadsheet would run; that is no formula
    if cell.startswith("="):
        return Formula(cell)
    return cell.removeprefix("'") or None
