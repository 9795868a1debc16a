"""The files that people fill in: a workbook with an explanation and two invented rows a sheet, and a CSV per kind."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.flows.importing.columns import EXPLAINED, KINDS, MOST_ROWS, Kind
from app.flows.sample import ADMIN, BIRO, OPERATOR, PENELAAH

_HEAD = PatternFill("solid", fgColor="DCEBEC")
_NEEDED = PatternFill("solid", fgColor="B5D8DB")
_LISTS = {
    "zona": "WIB,WITA,WIT",
    "sebagai": "Definitif,Plt.,Plh.",
    "peran": ",".join((OPERATOR, PENELAAH, BIRO, ADMIN)),
}
_ABOUT = (
    "Isi sheet yang diperlukan saja. Sheet dan kolom lain boleh dihapus; urutan kolom bebas.",
    "Kolom yang judulnya lebih gelap wajib diisi. Sel yang dikosongkan tidak mengubah yang sudah tercatat.",
    "Dua baris pertama tiap sheet adalah contoh rekaan. Timpa atau hapus; bila tertinggal, barisnya dilewati.",
    "Semua kolom sudah berformat teks, agar NIK, NIP, kode, dan nomor telepon tidak diubah oleh Excel. Dari berkas "
    "lain, tempel dengan Paste Special, Values.",
    "Tanpa rumus, tanpa sel yang digabung, tanpa sheet tersembunyi.",
    f"Paling banyak {MOST_ROWS:,} baris dalam satu berkas.".replace(",", "."),
    "Setelah diunggah, berkas diperiksa dulu. Tidak ada yang tersimpan sebelum Anda menekan Muat di pratinjau.",
)


def workbook() -> bytes:
    """The XLSX template."""
    book = Workbook()
    first: Any = book.active
    first.title = EXPLAINED
    _explain(first)
    for kind in KINDS.values():
        _sheet(book.create_sheet(kind.sheet), kind)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(kind: Kind) -> bytes:
    """The CSV template of one kind, as spreadsheets in Indonesia open it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([c.label for c in kind.columns])
    writer.writerows(kind.samples)
    return ("\ufeff" + out.getvalue()).encode()


def _explain(sheet: Any) -> None:
    sheet.append(["Muat data: penjelasan"])
    sheet["A1"].font = Font(bold=True, size=14)
    for line in _ABOUT:
        sheet.append([line])
    for kind in KINDS.values():
        sheet.append([])
        sheet.append([f"Sheet {kind.sheet}", kind.about])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for column in kind.columns:
            needed = " (wajib)" if column.required else ""
            sheet.append([f"{column.label}{needed}", column.hint])
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 110


def _sheet(sheet: Any, kind: Kind) -> None:
    for position, column in enumerate(kind.columns, 1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = max(14, len(column.label) + 4, 34 if "nama" in column.key else 0)
        sheet.column_dimensions[letter].number_format = "@"  # a number of 16 digits would lose its last
        cell = sheet.cell(1, position, column.label)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
        cell.fill = _NEEDED if column.required else _HEAD
        for row, sample in enumerate(kind.samples, 2):
            example = sheet.cell(row, position, sample[position - 1] or None)
            example.number_format = "@"
        if column.key in _LISTS:
            choice = DataValidation(
                "list", formula1=f'"{_LISTS[column.key]}"', allow_blank=True, showErrorMessage=False
            )
            sheet.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{MOST_ROWS}")
    sheet.freeze_panes = "A2"
