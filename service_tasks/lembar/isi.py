"""The content of a Perjanjian Kinerja, frozen: what the template prints, taken from the case and the masters once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.sdk.json import JsonObject
from app.sdk.services import Call, Signer

INSTANSI = "Kementerian Pendidikan dan Kebudayaan"  # unless LEMBAR_INSTANSI says otherwise

# A sasaran and its indicators stay together on a page up to about this many lines of print (a page has 45); more go
# into a further group, which repeats the sasaran: xhtml2pdf can't break a cell that spans rows.
LINES = 16
INDIKATOR_COLUMN, SASARAN_COLUMN = 34, 27  # letters in a line, at the least
CONTINUED = 120  # letters of a sasaran that are repeated


class Incomplete(ValueError):
    """The case lacks something that the sheet must say; the message is a sentence in Indonesian."""


def party(signer: Signer) -> JsonObject:
    """A party as printed: nama, nip, jabatan (with Plt./Plh.). The NIK stays in the masters."""
    return {"nama": signer.name, "nip": signer.nip, "jabatan": signer.title}


def content(call: Call, number: str, token: str) -> JsonObject:
    """Everything that is printed, as JSON: equal content gives equal bytes. Incomplete if something is missing."""
    people, pk = call.ports.people, call.data.get("pk") or {}
    kode = call.case["satker"]
    satker = people.satker(kode) | (call.data.get("info_satker") or {})
    return {
        "instansi": call.ports.settings.get("LEMBAR_INSTANSI", INSTANSI),
        "satker": {key: str(satker.get(key) or "") for key in ("kode", "nama", "unit", "kota", "alamat")},
        "tahun": call.case["tahun"],
        "nomor": number,
        "alamat_periksa": f"{call.ports.public_url.rstrip('/')}/verifikasi/{number}-{token}",
        "tempat": _needed(pk, "tempat", "Tempat"),
        "tanggal": _needed(pk, "tanggal", "Tanggal"),
        "tugas_fungsi": [line for line in str(pk.get("tugas_fungsi") or "").splitlines() if line.strip()],
        "pihak_pertama": party(people.head_of_satker(kode)),
        "pihak_kedua": party(people.head_of_unit(kode)),
        "sasaran": list(_groups(_needed(pk, "sasaran", "Sasaran, indikator, dan target"))),
        "kegiatan": _needed(pk, "kegiatan", "Anggaran dan kegiatan"),
        "jumlah_anggaran": sum(row["anggaran"] for row in pk["kegiatan"]),
    }


def _needed(pk: JsonObject, key: str, label: str) -> Any:
    if not pk.get(key):
        raise Incomplete(f"{label} belum diisi. Lengkapi pada Penyusunan PK, lalu buat lembarnya lagi.")
    return pk[key]


def _groups(sasaran: list[JsonObject]) -> Iterator[JsonObject]:
    """Groups {no, sasaran, indikator: [...]}, each low enough to stand on one page."""
    for no, one in enumerate(sasaran, 1):
        text, rows = one["sasaran"], one.get("indikator") or []
        if not rows:
            raise Incomplete(f"Sasaran ke-{no} belum memiliki indikator. Lengkapi pada Penyusunan PK.")
        for chunk in _chunks(rows, _lines(text, SASARAN_COLUMN)):
            yield {"no": no, "sasaran": text, "indikator": chunk}
            text = f"{text[:CONTINUED].rstrip()}{'…' if len(text) > CONTINUED else ''} (lanjutan)"


def _chunks(rows: list[JsonObject], beside: int) -> Iterator[list[JsonObject]]:
    """Rows that stay together. A sasaran of `beside` lines that fills the room alone stands beside one row."""
    chunk: list[JsonObject] = []
    used = 0
    for row in rows:
        lines = _lines(row["indikator"], INDIKATOR_COLUMN)
        if chunk and (used + lines > LINES or beside > LINES):
            yield chunk
            chunk, used, beside = [], 0, 0
        chunk.append(row)
        used += lines
    yield chunk


def _lines(text: str, letters: int) -> int:
    return sum(len(line) // letters + 1 for line in text.split("\n"))
