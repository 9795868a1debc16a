"""What a file may hold: four kinds of rows and their columns. The template and the check both read this table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MOST_ROWS = 10_000  # in one file, all sheets together
MOST_HEADS = 1_000  # each moves terms, roles and a master within the one transaction, for which all others wait


@dataclass(frozen=True)
class Column:
    """`label` is the header in the template; `also` are other headers that mean the same; `hint` explains it."""

    key: str
    label: str
    required: bool = False
    also: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Kind:
    """`key` unit | satker | pejabat | pengguna; `sheet` is the name of its sheet, `also` other names of it."""

    key: str
    sheet: str
    about: str
    columns: tuple[Column, ...]
    samples: tuple[tuple[str, ...], ...] = field(repr=False, default=())  # invented rows of the template
    also: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        return next(c for c in self.columns if c.key == key)

    @property
    def required(self) -> list[Column]:
        return [c for c in self.columns if c.required]


_SIX = "Enam angka."
_DATE = "Tanggal, misalnya 1 Maret 2026, 01/03/2026, atau 2026-03-01."
_KEEP = "Dikosongkan: yang sudah tercatat tidak berubah."

UNIT = Kind(
    "unit", "Unit", "Unit utama (eselon 1), satu baris satu unit.",
    (
        Column("kode", "Kode Unit", True, ("kode unit utama", "kode eselon 1"), _SIX),
        Column("nama", "Nama Unit", True, ("unit", "nama unit utama", "unit utama"), "Nama lengkap unit utama."),
    ),
    (("990000", "Direktorat Jenderal Contoh Rekaan"), ("980000", "Badan Contoh Rekaan")),
    ("unit utama", "eselon 1"),
)  # fmt: skip

SATKER = Kind(
    "satker", "Satker", "Satuan kerja, satu baris satu satker.",
    (
        Column("kode", "Kode Satker", True, ("kode satuan kerja",), _SIX),
        Column("nama", "Nama Satker", True, ("satker", "nama satuan kerja"), "Nama lengkap satker."),
        Column("unit", "Kode Unit", True, ("kode unit utama", "kode eselon 1"), "Unit utama yang membawahi satker."),
        Column("kota", "Kota", also=("kabupaten/kota", "kab/kota"), hint="Tempat satker, untuk lembar PK."),
        Column("zona", "Zona", also=("zona waktu",), hint="WIB, WITA, atau WIT. Dikosongkan: WIB untuk satker baru."),
        Column("alamat", "Alamat", also=("alamat kantor",), hint=_KEEP),
        Column("nama_operator", "Nama Operator", also=("operator",), hint="Nama pada Info Satker. Akunnya ditulis di "
               "sheet Pengguna."),
        Column("hp", "No Hp Satker", also=("no hp", "nomor hp", "hp", "telepon", "no telepon"),
               hint="Kolom berformat teks, agar nol di depan tidak hilang."),
        Column("email", "Email Satker", also=("e-mail satker", "email", "e-mail", "surel"), hint=_KEEP),
    ),
    (
        ("990001", "Balai Contoh Rekaan Satu", "990000", "Bandung", "WIB", "Jl. Contoh Rekaan No. 1, Bandung",
         "Wulan Rekaan", "080000000001", "satker990001@contoh.example"),
        ("990002", "Balai Contoh Rekaan Dua", "990000", "Ambon", "WIT", "Jl. Contoh Rekaan No. 2, Ambon",
         "Bima Rekaan", "080000000002", "satker990002@contoh.example"),
    ),
    ("satuan kerja",),
)  # fmt: skip

PEJABAT = Kind(
    "pejabat", "Pejabat", "Pimpinan satker atau unit, satu baris satu masa jabatan. Isi Kode Satker atau Kode Unit, "
    "salah satu saja. Akunnya dibuat sekaligus: username-nya NIP.",
    (
        Column("satker", "Kode Satker", also=("kode satuan kerja",), hint="Untuk kepala satker."),
        Column("unit", "Kode Unit", also=("kode unit utama", "kode eselon 1"), hint="Untuk pimpinan unit utama."),
        Column("nip", "NIP", True, ("nip pimpinan", "nip pejabat"), "18 angka. Kolom berformat teks."),
        Column("nik", "NIK", also=("nik pimpinan", "nik pejabat"), hint="16 angka seperti pada KTP, untuk tanda tangan "
               "elektronik. Kolom berformat teks: Excel mengubah angka ke-16 menjadi 0."),
        Column("nama", "Nama", True, ("nama pejabat", "nama pimpinan"), "Nama dengan gelar, seperti pada lembar PK."),
        Column("jabatan", "Jabatan", True, ("jabatan pimpinan", "nama jabatan"), "Nama jabatan tanpa Plt. atau Plh."),
        Column("sebagai", "Sebagai", also=("status", "plt/plh"), hint="Definitif, Plt., atau Plh. Dikosongkan: "
               "Definitif."),
        Column("since", "Mulai", True, ("tmt", "mulai tanggal", "mulai menjabat", "sejak"), _DATE),
        Column("until", "Sampai", also=("sampai tanggal", "selesai"), hint="Hari terakhir menjabat. Dikosongkan: belum "
               "diketahui."),
        Column("email", "E-mail", also=("email", "surel", "email pejabat"), hint="Undangan masuk dikirim ke sini."),
    ),
    (
        ("990001", "", "198001012005011001", "9901010101800011", "Dr. Arif Rekaan, M.Pd.",
         "Kepala Balai Contoh Rekaan Satu", "Definitif", "2026-01-02", "", "arif.rekaan@contoh.example"),
        ("", "990000", "197502022000032002", "9901014202750012", "Prof. Dewi Rekaan, M.Sc.",
         "Direktur Jenderal Contoh Rekaan", "Plt.", "2026-01-02", "2026-12-31", "dewi.rekaan@contoh.example"),
    ),
    ("pimpinan", "pejabat pimpinan"),
)  # fmt: skip

PENGGUNA = Kind(
    "pengguna", "Pengguna", "Akun dan perannya, satu baris satu peran. Kepala satker dan pimpinan unit ditulis di "
    "sheet Pejabat.",
    (
        Column("username", "Username", also=("user", "nama pengguna"), hint="Operator: kosongkan, username-nya sim dan "
               "kode satker. Yang lain: 3 sampai 40 huruf kecil atau angka; dikosongkan: NIP."),
        Column("nama", "Nama", True, ("nama lengkap",), "Nama pemilik akun."),
        Column("peran", "Peran", True, ("role",), "Operator Satker, Penelaah Eselon 1, Biro Perencanaan, atau Admin."),
        Column("tempat", "Tempat", also=("kode tempat", "kode satker", "kode unit", "kode satker/unit"),
               hint="Operator: kode satker. Penelaah: kode unit. Biro dan admin: kosongkan."),
        Column("nip", "NIP", hint="18 angka, bila ada. Kolom berformat teks."),
        Column("email", "E-mail", also=("email", "surel"), hint="Undangan dikirim ke sini. Operator tidak perlu."),
        Column("since", "Mulai", also=("mulai tanggal", "sejak"), hint="Dikosongkan: hari ini. " + _DATE),
        Column("until", "Sampai", also=("sampai tanggal", "selesai"), hint="Hari terakhir. Dikosongkan: seterusnya."),
    ),
    (
        ("", "Wulan Rekaan", "Operator Satker", "990001", "", "", "", ""),
        ("telaah990000", "Surya Rekaan", "Penelaah Eselon 1", "990000", "", "surya.rekaan@contoh.example",
         "2026-01-02", ""),
    ),
    ("user", "users", "akun", "pengguna dan peran"),
)  # fmt: skip

KINDS = {k.key: k for k in (UNIT, SATKER, PEJABAT, PENGGUNA)}
EXPLAINED = "Penjelasan"  # the sheet of the template that nobody reads in again


def fold(header: object) -> str:
    """A header as it is compared: small letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", str(header or "").lower())


def names_of(kind: Kind) -> dict[str, str]:
    """Folded header -> key of the column."""
    return {fold(name): c.key for c in kind.columns for name in (*reversed(c.also), c.label)}


SHEETS = {fold(name): k for k in KINDS.values() for name in (k.sheet, *k.also)}
