"""WTForms' own messages in Indonesian, so that none of its English can reach the screen.

Our fields and validators have better sentences; these stand behind them. `tests/sdk/test_messages.py` reads
WTForms' source and fails when a release brings a message that is missing here.
"""

from __future__ import annotations

from typing import Any

MESSAGES = {
    "Invalid field name '%s'.": "Isian pembandingnya (%s) tidak ada. Beri tahu admin.",
    "Field must be equal to %(other_name)s.": "Isian ini belum sama dengan %(other_name)s. Ketik ulang keduanya.",
    "Number must be at least %(min)s.": "Angka ini terlalu kecil. Ketik paling sedikit %(min)s.",
    "Number must be at most %(max)s.": "Angka ini terlalu besar. Ketik paling banyak %(max)s.",
    "Number must be between %(min)s and %(max)s.": "Ketik angka antara %(min)s dan %(max)s.",
    "Date must be at least %(min)s.": "Tanggal ini terlalu awal. Pilih tanggal mulai %(min)s.",
    "Date must be at most %(max)s.": "Tanggal ini terlalu akhir. Pilih tanggal sampai %(max)s.",
    "Date must be between %(min)s and %(max)s.": "Pilih tanggal antara %(min)s dan %(max)s.",
    "This field is required.": "Isian ini belum diisi. Ketik atau pilih isinya.",
    "Invalid input.": "Isian ini belum sesuai bentuknya. Periksa, lalu ketik ulang.",
    "Invalid email address.": "Alamat email ini belum lengkap. Ketik misalnya nama@contoh.go.id.",
    "Invalid IP address.": "Alamat IP ini belum lengkap. Ketik misalnya 10.0.0.1.",
    "Invalid Mac address.": "Alamat MAC ini belum lengkap. Ketik misalnya 00:1A:2B:3C:4D:5E.",
    "Invalid URL.": "Alamat laman ini belum lengkap. Ketik misalnya https://contoh.go.id.",
    "Invalid UUID.": "Kode ini belum lengkap. Salin ulang seluruhnya.",
    "Invalid value, must be one of: %(values)s.": "Isian ini tidak ada dalam daftar. Pilih salah satu: %(values)s.",
    "Invalid value, can't be any of: %(values)s.": "Isian ini sudah dipakai. Ketik selain: %(values)s.",
    "This field cannot be edited.": "Isian ini hanya dapat dibaca. Muat ulang halaman.",
    "This field is disabled and cannot have a value.": "Isian ini sedang tidak dipakai. Muat ulang halaman.",
    "Invalid Choice: could not coerce.": "Pilihan ini tidak ada. Pilih salah satu yang tersedia.",
    "Choices cannot be None.": "Daftar pilihannya kosong. Beri tahu admin.",
    "Not a valid choice.": "Pilihan ini tidak ada. Pilih salah satu yang tersedia.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Ada pilihan yang tidak tersedia. Pilih ulang.",
    "Not a valid datetime value.": "Tanggal dan jam ini tidak ada. Ketik misalnya 31-01-2026 10.30.",
    "Not a valid date value.": "Tanggal ini tidak ada. Pilih tanggal, atau ketik misalnya 31-01-2026.",
    "Not a valid time value.": "Jam ini tidak ada. Ketik misalnya 10.30.",
    "Not a valid week value.": "Minggu ini tidak ada. Pilih salah satu minggu.",
    "Not a valid integer value.": "Isian ini hanya berisi angka bulat. Ketik misalnya 1250.",
    "Not a valid decimal value.": "Isian ini hanya berisi angka. Ketik misalnya 95,5.",
    "Not a valid float value.": "Isian ini hanya berisi angka. Ketik misalnya 95,5.",
    "CSRF token missing.": "Halaman ini terbuka terlalu lama. Kirim sekali lagi.",
    "CSRF failed.": "Halaman ini terbuka terlalu lama. Kirim sekali lagi.",
    "CSRF token expired.": "Halaman ini terbuka terlalu lama. Kirim sekali lagi.",
    "Invalid CSRF Token.": "Halaman ini terbuka terlalu lama. Kirim sekali lagi.",
    # these have a plural in English; Indonesian has none
    "'%(value)s' is not a valid choice for this field.": "Pilihan %(value)s tidak ada. Pilih yang tersedia.",
    "Field must be at least %(min)d character long.": "Isian ini terlalu pendek. Ketik paling sedikit %(min)d huruf.",
    "Field cannot be longer than %(max)d character.": "Isian ini terlalu panjang. Ketik paling banyak %(max)d huruf.",
    "Field must be exactly %(max)d character long.": "Isian ini terdiri dari tepat %(max)d huruf. Ketik ulang.",
    "Field must be between %(min)d and %(max)d characters long.": "Ketik antara %(min)d dan %(max)d huruf.",
    "File does not have an approved extension.": "Jenis berkas ini tidak diterima. Pilih berkas lain.",
    "File does not have an approved extension: {extensions}": (
        "Jenis berkas ini tidak diterima. Pilih berkas {extensions}."
    ),
}

# what CSRFProtect refuses a request with; it knows no translations, so the handler of its error uses this
CSRF = "Halaman ini terbuka terlalu lama, atau Anda sudah keluar. Muat ulang halaman, lalu kirim sekali lagi."


class Indonesian:
    """The translations object that WTForms asks; texts it does not know (labels) stay as they are."""

    def gettext(self, text: str) -> str:
        return MESSAGES.get(text, text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return MESSAGES.get(singular, singular if n == 1 else plural)


class IndonesianMeta:
    """Meta of every form of the house: Indonesian messages, also where there is no application around it."""

    def get_translations(self, _form: Any) -> Indonesian:
        return Indonesian()
