"""The content of a Perjanjian Kinerja, frozen: what the template prints, taken from the case and the masters once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.sdk.json import JsonObject
from app.sdk.services import Call, Signer

INSTANSI = "Kementerian Pendidikan dan Kebudayaan"  # unless LEMBAR_INSTANSI says otherwise


class Incomplete(ValueError):
    """The case lacks something that the sheet must say; the message is a sentence in Indonesian."""


def party(signer: Signer) -> JsonObject:
    """A party as printed: nama, nip, jabatan (with Plt./Plh.). The NIK stays in the masters."""
    return {"nama": signer.name, "nip": signer.nip, "jabatan": signer.title}


def content(call: Call, number: str, token: str) -> JsonObject:
    """Everything that is printed, as JSON: equal content gives equal bytes. Incomplete if something is missing."""
    people, pk = call.ports.people, _given(call, "pk")
    kode = call.params.get("satker") or call.case["satker"]
    satker = people.satker(kode) | _given(call, "info_satker")
    return {
        "instansi": call.ports.settings.get("LEMBAR_INSTANSI", INSTANSI),
        "satker": {key: str(satker.get(key) or "") for key in ("kode", "nama", "unit", "kota", "alamat")},
        "tahun": call.case["tahun"],
        "nomor": number,
        "alamat_periksa": f"{call.ports.public_url.rstrip('/')}/verifikasi/{number}-{token}",
        "revisi": _given(call, "revisi"),  # {menggantikan, alasan} of a PK Revisi
        "tempat": _needed(pk, "tempat", "Tempat"),
        "tanggal": _needed(pk, "tanggal", "Tanggal"),
        "tugas_fungsi": [line for line in str(pk.get("tugas_fungsi") or "").splitlines() if line.strip()],
        "pihak_pertama": party(people.head_of_satker(kode)),
        "pihak_kedua": party(people.head_of_unit(kode)),
        "sasaran": list(_sasaran(_needed(pk, "sasaran", "Sasaran, indikator, dan target"))),
        "kegiatan": _needed(pk, "kegiatan", "Anggaran dan kegiatan"),
        "jumlah_anggaran": sum(row["anggaran"] for row in pk["kegiatan"]),
    }


def _given(call: Call, name: str) -> JsonObject:
    return call.params.get(name) or call.data.get(name) or {}


def _needed(pk: JsonObject, key: str, label: str) -> Any:
    if not pk.get(key):
        raise Incomplete(f"{label} belum diisi. Lengkapi pada Penyusunan PK, lalu buat lembarnya lagi.")
    return pk[key]


def _sasaran(rows: list[JsonObject]) -> Iterator[JsonObject]:
    for no, row in enumerate(rows, 1):
        if not row.get("indikator"):
            raise Incomplete(f"Sasaran ke-{no} belum memiliki indikator. Lengkapi pada Penyusunan PK.")
        yield {"no": no, "sasaran": row["sasaran"], "indikator": row["indikator"]}
