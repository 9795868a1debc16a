"""Single cells: from what a spreadsheet made of it to what was meant, or a sentence that says what to do.

Every function takes the raw cell (never None) and gives a `Read`: the clean value, or why it can't be one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from app.flows.audit import mask
from app.flows.importing.grid import Raw
from app.flows.mails import is_address
from app.sdk.text import one_line

_MONTHS = {
    name: n
    for n, names in enumerate(
        ("januari jan january", "februari feb pebruari february", "maret mar march", "april apr", "mei may",
         "juni jun june", "juli jul july", "agustus agu agt ags aug august", "september sep sept",
         "oktober okt oct october", "november nov nopember nop", "desember des dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_AS_TEXT = "Ubah kolom ini menjadi teks (Format Cells, Text), lalu ketik ulang {} angkanya."
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Read:
    """`value` is "" where `fault` says why; `warning` is something that somebody should know."""

    value: str = ""
    fault: str = ""
    warning: str = ""


def words(raw: Raw) -> str:
    """The cell as text on one line."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    if isinstance(raw, datetime):
        raw = raw.date()
    return one_line(raw)


def masked(text: str) -> str:
    """All but the last four characters as stars."""
    return "*" * max(len(text) - 4, 0) + text[-4:] if len(text) > 4 else "*" * len(text)


def text(raw: Raw, limit: int, label: str) -> Read:
    """Text of at most `limit` characters."""
    value = words(raw)
    if mask(value) != value:
        return Read(fault="Isian ini memuat 16 angka seperti NIK. Hapus NIK dari sini.")
    if len(value) > limit:
        return Read(fault=f"{label} paling banyak {limit} huruf, tertulis {len(value)}. Persingkat isinya.")
    return Read(value)


def kode(raw: Raw, label: str) -> Read:
    """Six digits."""
    value = re.sub(r"[ .\-]", "", words(raw))
    if re.fullmatch(r"[0-9]{6}", value):
        return Read(value)
    if isinstance(raw, int | float) and re.fullmatch(r"[0-9]{1,5}", value):
        return Read(fault=f"{label} terdiri dari enam angka, tertulis {value}. Excel menghapus nol di depan: bila yang "
                    f"dimaksud {value.zfill(6)}, " + _AS_TEXT.format("enam").lower())  # fmt: skip
    return Read(fault=f"{label} terdiri dari enam angka, misalnya 100101. Ketik ulang kodenya.")


def nik(raw: Raw) -> Read:
    """16 digits: province, kab/kota, kecamatan, DDMMYY of birth (women DD + 40), sequence (see domain.md, Numbers)."""
    read = _digits(raw, "NIK", 16)
    if read.fault:
        return read
    day, month = int(read.value[6:8]), int(read.value[8:10])
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month <= 12 or read.value[12:] == "0000":
        return Read(fault="Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang.")
    return read


def nip(raw: Raw) -> Read:
    """18 digits. Both PNS and PPPK begin with the date of birth; what follows differs, so it is only warned of."""
    read = _digits(raw, "NIP", 18)
    if read.fault or read.warning:
        return read
    try:
        date(int(read.value[:4]), int(read.value[4:6]), int(read.value[6:8]))
    except ValueError:
        return Read(read.value, warning="Delapan angka pertama NIP ini bukan tanggal lahir. Cocokkan dengan SK.")
    return read


def _digits(raw: Raw, label: str, length: int) -> Read:
    value = words(raw)
    # a spreadsheet keeps fifteen digits of a number: the rest are zeros now, whatever is shown
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        lost = "Excel mengubah angka setelah yang ke-15 menjadi 0. " if abs(raw) >= 1e15 else ""
        return Read(fault=f"{label} tersimpan sebagai bilangan. {lost}{_AS_TEXT.format(length)}")
    if _SCIENTIFIC.fullmatch(value.strip()):
        return Read(fault=f"{label} tertulis {masked(value)} dalam notasi ilmiah, angkanya sudah hilang. "
                    + _AS_TEXT.format(length))  # fmt: skip
    plain = re.sub(r"[ .\-']", "", value)
    if not re.fullmatch(r"[0-9]+", plain):
        return Read(fault=f"{label} hanya berisi angka. Ketik {length} angka {label}.")
    if len(plain) != length:
        return Read(fault=f"{label} terdiri dari {length} angka, tertulis {len(plain)}. Cocokkan, lalu ketik ulang.")
    spaced = f"{label} ditulis dengan spasi atau tanda; dibaca sebagai angkanya saja." if plain != value else ""
    return Read(plain, warning=spaced)


def email(raw: Raw) -> Read:
    """One address."""
    value = words(raw).removeprefix("mailto:").strip("<> ").lower()
    if not is_address(value):
        return Read(fault="Alamat e-mail ini tidak lengkap. Ketik seperti nama@instansi.go.id.")
    return Read(value)


def phone(raw: Raw) -> Read:
    """Digits, spaces, + and -; a number that lost its leading zero gets it back, and that is said."""
    value = words(raw)
    if not re.fullmatch(r"[0-9+()./ \-]{5,30}", value):
        return Read(fault="Nomor telepon berisi angka, spasi, +, atau -, paling banyak 30 tanda. Ketik ulang nomornya.")
    if isinstance(raw, int | float) and value.startswith("8"):
        return Read(f"0{value}", warning=f"Excel menghapus nol di depan nomor ini; dibaca sebagai 0{value}.")
    return Read(value)


def day(raw: Raw) -> Read:
    """ISO text of a date: an Excel date, 2026-03-01, 01/03/2026 (day first), 1 Maret 2026."""
    found = raw.date() if isinstance(raw, datetime) else raw if isinstance(raw, date) else None
    if found is None and isinstance(raw, str):
        found = _typed_day(words(raw))
    if found is None:
        return Read(fault="Tanggal ini tidak terbaca. Ketik misalnya 1 Maret 2026, 01/03/2026, atau 2026-03-01.")
    if not EARLIEST <= found <= LATEST:
        return Read(fault=f"Tahun {found.year} tidak mungkin di sini. Periksa tahunnya, lalu ketik ulang.")
    return Read(found.isoformat())


def _typed_day(value: str) -> date | None:
    value = value.lower().split("t00:00")[0].removesuffix(" 00:00:00").strip()
    if m := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", value):
        parts = (int(m[1]), int(m[2]), int(m[3]))
    elif m := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", value):
        parts = (int(m[3]), int(m[2]), int(m[1]))
    elif (m := re.fullmatch(r"(\d{1,2})[ \-/]([a-z]+)\.?,?[ \-/](\d{4})", value)) and m[2] in _MONTHS:
        parts = (int(m[3]), _MONTHS[m[2]], int(m[1]))
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
