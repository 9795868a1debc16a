"""Penyusunan PK in the three pages of the guide (PERJANJIAN KINERJA -> PENYUSUNAN PK (1) to (3))."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import BooleanField, Form
from wtforms.validators import ValidationError

from app.sdk.fields import (
    AtMost,
    Filled,
    LongTextField,
    ParagraphsField,
    Row,
    RowsField,
    RupiahField,
    TanggalField,
    TextField,
)
from app.sdk.forms import Fact, FormContext, Page, Submission, TaskForm, Typed, typed_of, variable_of
from app.sdk.json import JsonObject
from app.sdk.numbers import parse_number
from app.sdk.variables import Variable
from forms import info_satker

NAMES = ("tempat", "tanggal", "tugas_fungsi", "sasaran", "kegiatan")  # what stands under `pk`


class TargetNumber:
    """A target is free text ("Opini WTP"), but what looks like a number must be one that reads in one way only."""

    def __call__(self, _form: Form, field: Any) -> None:
        number = re.fullmatch(r"([0-9.,\s]*[0-9][0-9.,\s]*)%?", field.data or "")
        if number and parse_number(number[1].strip()) is None:
            raise ValidationError(
                "Titik dan koma pada angka ini tidak pada tempatnya. "
                "Ketik titik untuk ribuan dan koma untuk pecahan, misalnya 1.250 atau 95,5."
            )


class IndikatorRow(Row):
    indikator = LongTextField(
        "Indikator",
        [Filled("Indikator belum diisi. Ketik indikatornya, atau hapus baris ini."), AtMost(500, "Indikator")],
    )
    target = TextField(
        "Target",
        [
            Filled("Target belum diisi. Ketik angka atau keterangannya, misalnya 95,5 atau A."),
            AtMost(50, "Target"),
            TargetNumber(),
        ],
    )
    satuan = TextField(
        "Satuan", [Filled("Satuan belum diisi. Ketik satuan target, misalnya % atau dokumen."), AtMost(50, "Satuan")]
    )


class SasaranRow(Row):
    sasaran = LongTextField(
        "Sasaran", [Filled("Sasaran belum diisi. Ketik sasarannya, atau hapus baris ini."), AtMost(500, "Sasaran")]
    )
    indikator = RowsField(
        "Indikator",
        IndikatorRow,
        noun="indikator",
        add_label="Tambah indikator",
        paste=("indikator", "target", "satuan"),
        unique=("indikator",),
        at_least="Belum ada indikator. Tambahkan paling sedikit satu indikator dengan target dan satuannya.",
        at_most=30,
    )


class KegiatanRow(Row):
    kegiatan = LongTextField(
        "Kegiatan",
        [Filled("Kegiatan belum diisi. Ketik nama kegiatan, atau hapus baris ini."), AtMost(300, "Kegiatan")],
    )
    anggaran = RupiahField(
        "Anggaran",
        [Filled("Anggaran belum diisi. Ketik jumlah rupiah, misalnya 1.250.000.000, atau 0 bila tidak ada.")],
    )


class DraftPk(TaskForm):
    """What the Lembar PK is made of. Name and title of the head come from Info Satker and are shown to be checked."""

    title = "Penyusunan PK"
    submit_label = "Simpan Penyusunan PK"
    pages = (
        Page(
            "Penyusunan PK (1)",
            ("tempat", "tanggal", "tugas_fungsi"),
            "Tempat dan tanggal, nama serta jabatan pimpinan, Tugas dan Fungsi",
        ),
        Page("Penyusunan PK (2)", ("sasaran",), "Sasaran, Indikator, dan target"),
        Page("Penyusunan PK (3)", ("kegiatan",), "Anggaran dan kegiatan"),
    )

    tempat = TextField(
        "Tempat",
        [Filled("Tempat belum diisi. Ketik kota penandatanganan, misalnya Jakarta."), AtMost(100, "Tempat")],
    )
    tanggal = TanggalField("Tanggal", [Filled("Tanggal belum diisi. Pilih tanggal yang akan tercetak pada Lembar PK.")])
    tugas_fungsi = ParagraphsField(
        "Tugas dan Fungsi",
        [
            Filled("Tugas dan Fungsi belum diisi. Ketik tugas dan fungsi satker menurut peraturannya."),
            AtMost(3000, "Tugas dan Fungsi"),
        ],
    )
    sasaran = RowsField(
        "Sasaran, Indikator, dan target",
        SasaranRow,
        noun="sasaran",
        add_label="Tambah sasaran",
        paste=("sasaran",),
        unique=("sasaran",),
        at_least="Belum ada sasaran. Tambahkan paling sedikit satu sasaran dengan indikatornya.",
        at_most=50,
    )
    kegiatan = RowsField(
        "Kegiatan dan anggaran",
        KegiatanRow,
        noun="kegiatan",
        add_label="Tambah kegiatan",
        paste=("kegiatan", "anggaran"),
        total="anggaran",
        # one kegiatan may have two budgets; the same line twice was pasted twice
        unique=("kegiatan", "anggaran"),
        at_least="Belum ada kegiatan. Tambahkan paling sedikit satu kegiatan dengan anggarannya.",
        at_most=100,
    )
    ambil_info = BooleanField(info_satker.LABEL)  # belongs to no page: it stands on "Periksa isian"

    def adapt(self) -> None:
        if not info_satker.differs(self.context):
            del self.ambil_info

    def validate_tanggal(self, field: TanggalField) -> None:
        """Catches 2206 for 2026; a PK may be signed in the December before its year, or late."""
        year = self.context.year
        if field.data and abs(date.fromisoformat(str(field.data)).year - year) > 1:
            raise ValidationError(
                f"Tahun {str(field.data)[:4]} terlalu jauh dari PK tahun {year}. "
                f"Pilih tanggal antara 1 Januari {year - 1} dan 31 Desember {year + 1}."
            )

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        pk = context.data.get("pk")
        return _values(pk) if isinstance(pk, dict) else {"tempat": context.satker.get("kota", "")}

    @classmethod
    def copy_of(cls, previous: JsonObject) -> Typed | None:
        """Last year's PK as if typed now; the date is left for a person to choose."""
        pk = previous.get("pk")
        if not isinstance(pk, dict):
            return None
        return typed_of(cls(formdata=None, data={**_values(pk), "tanggal": None}))

    def facts(self, page: Page | None = None) -> list[Fact]:
        if page is not None and page.fields != self.pages[0].fields:
            return []
        satker = self.context.satker
        return [
            Fact("Nama Pimpinan", satker.get("nama_pimpinan") or "", "Info Satker"),
            Fact("Jabatan Pimpinan", satker.get("jabatan_pimpinan") or "", "Info Satker"),
        ]

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset({"pk"})

    @classmethod
    def may_write(cls) -> frozenset[str]:
        return frozenset({"info_satker"})

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        blank = cls(formdata=None)
        return tuple(variable_of(blank[name], f"pk.{name}") for name in NAMES)

    def submission(self) -> Submission:
        data: JsonObject = {"pk": {name: self[name].data for name in NAMES}}
        asked = self.ambil_info and self.ambil_info.data
        return Submission(data | info_satker.taken(self.context) if asked else data)


def _values(pk: JsonObject) -> JsonObject:
    """A stored PK as values of the fields, whatever an older version of the diagram left in it."""
    return {
        **_known(pk, "tempat", "tanggal", "tugas_fungsi"),
        "sasaran": [
            {
                **_known(s, "sasaran"),
                "indikator": [_known(i, "indikator", "target", "satuan") for i in _rows(s, "indikator")],
            }
            for s in _rows(pk, "sasaran")
        ],
        "kegiatan": [_known(k, "kegiatan", "anggaran") for k in _rows(pk, "kegiatan")],
    }


def _rows(values: JsonObject, key: str) -> list[JsonObject]:
    rows = values.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _known(values: JsonObject, *keys: str) -> JsonObject:
    return {key: values.get(key) for key in keys}
