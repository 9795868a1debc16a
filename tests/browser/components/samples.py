"""Forms and files for the pages of parts."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from wtforms import BooleanField

from app.sdk.fields import (
    AtMost,
    ChoiceField,
    Filled,
    ListField,
    LongTextField,
    NikField,
    NipField,
    PassphraseField,
    RupiahField,
    TanggalField,
    TextField,
    YesNoField,
)  # fmt: skip
from app.sdk.forms import TaskForm


class Everything(TaskForm):
    nama = TextField("Nama Pimpinan", [Filled("Nama Pimpinan belum diisi. Ketik nama lengkap dengan gelar.")])
    nik = NikField("NIK Pimpinan", [Filled("NIK belum diisi. Ketik 16 angka NIK.")], description="Seperti pada KTP.")
    nip = NipField("NIP Pimpinan")
    tanggal = TanggalField("Tanggal")
    anggaran = RupiahField("Anggaran", [Filled("Anggaran belum diisi. Ketik misalnya 1.250.000.000.")])
    zona = ListField("Zona waktu", choices={"WIB": "WIB", "WITA": "WITA", "WIT": "WIT"})
    keputusan = ChoiceField("Keputusan", choices={"setuju": "Setujui", "tolak": "Tolak"})
    lengkap = YesNoField("Data sudah lengkap?", ask="")
    catatan = LongTextField("Catatan PK", [AtMost(60, "Catatan")], description="Ditulis untuk operator.")
    benar = BooleanField("Saya sudah memeriksa semua isian")
    passphrase = PassphraseField("Passphrase", description="Tidak disimpan di Alur.")


class Sign(TaskForm):
    passphrase = PassphraseField("Passphrase", [Filled("Passphrase belum diisi. Ketik passphrase TTE.")])


SASARAN = "Meningkatnya kualitas pengajaran dan pembelajaran di satuan pendidikan binaan"
INDIKATOR = "Persentase guru yang memperoleh sertifikat pendidik melalui pendidikan profesi guru"


def pk(rows: int) -> dict[str, Any]:
    """A draft with `rows` sasaran of two indikator each, and as many kegiatan."""
    indikator = [
        {"indikator": INDIKATOR, "target": "95,5", "satuan": "%"},
        {"indikator": "Predikat SAKIP", "target": "A", "satuan": "Predikat"},
    ]
    return {
        "tempat": "Bandung",
        "tanggal": "2026-01-31",
        "tugas_fungsi": "Melaksanakan pengembangan guru.\nMelaksanakan evaluasi.",
        "sasaran": [{"sasaran": f"{SASARAN} {i + 1}", "indikator": indikator} for i in range(rows)],
        "kegiatan": [{"kegiatan": f"Pelatihan angkatan {i + 1}", "anggaran": 1_250_000_000} for i in range(rows)],
    }


@cache
def pdf() -> bytes:
    """Three pages with text, in a font the PDF does not carry."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for n in range(1, 4):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 760, f"PERJANJIAN KINERJA TAHUN 2026 - halaman {n}")
        canvas.setFont("Helvetica", 11)
        for line in range(30):
            canvas.drawString(72, 720 - line * 20, f"Baris {line + 1}: sasaran, indikator, target dan anggaran")
        canvas.showPage()
    canvas.save()
    return out.getvalue()
