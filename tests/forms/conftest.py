"""A satker, its head, and a PK: invented, with a NIK that begins with 99."""

from __future__ import annotations

import copy

import pytest

from app.sdk.forms import FormContext

NIK = "9901014501800001"

SATKER = {
    "kode": "100101",
    "nama": "Biro Perencanaan",
    "unit": "Sekretariat Jenderal",
    "kota": "Jakarta",
    "zona": "WIB",
    "nik_pimpinan": NIK,
    "nip_pimpinan": "198001012005012001",
    "nama_pimpinan": "Dr. Ani Lestari, M.Si.",
    "jabatan_pimpinan": "Kepala Biro Perencanaan",
    "alamat": "Jalan Contoh Nomor 1",
    "nama_operator": "Budi",
    "hp": "0812-3456-7890",
    "email": "biro@contoh.go.id",
}

PK = {
    "tempat": "Jakarta",
    "tanggal": "2026-01-31",
    "tugas_fungsi": "Tugas: menyusun rencana.\nFungsi: koordinasi.",
    "sasaran": [
        {
            "sasaran": "Meningkatnya mutu perencanaan",
            "indikator": [
                {"indikator": "Persentase rencana tepat waktu", "target": "95,5", "satuan": "%"},
                {"indikator": "Opini laporan keuangan", "target": "WTP", "satuan": "opini"},
            ],
        },
        {
            "sasaran": "Meningkatnya tata kelola",
            "indikator": [{"indikator": "Predikat SAKIP", "target": "A", "satuan": "predikat"}],
        },
    ],
    "kegiatan": [
        {"kegiatan": "Penyusunan rencana", "anggaran": 1_250_000_000},
        {"kegiatan": "Evaluasi", "anggaran": 0},
    ],
}


@pytest.fixture
def pk():
    return copy.deepcopy(PK)


@pytest.fixture
def case():
    """Makes what a form is opened with; keyword arguments replace parts of it."""

    def make(**parts):
        known = {
            "task": {"id": "0" * 32, "element": "tugas", "name": "Tugas", "properties": {}},
            "data": {},
            "satker": copy.deepcopy(SATKER),
            "person": {"name": "Dr. Ani Lestari, M.Si.", "nip": "198001012005012001", "title": "", "certificate": None},
            "year": 2026,
        }
        return FormContext(**{**known, **parts})

    return make


def typed(**values):
    """What a browser sends: __ stands for - in the names."""
    return {name.replace("__", "-"): [value] for name, value in values.items()}
