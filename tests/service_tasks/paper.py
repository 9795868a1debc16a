"""The house as the tasks of documents need it, real but for the database: a store in a folder and the true renderer.

The people are invented; their NIKs begin with 99, which is no province.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.documents import signatures
from app.documents.render import Renderer
from app.documents.store import DocumentStore
from app.sdk.services import Call, Ports, Signer, StoredDocument, Verdict

FONTS = Path(__file__).parents[2] / "app/web/static/build/fonts-pdf"
RENDERER = Renderer(FONTS)
NOW = datetime(2026, 11, 21, 3, 32, tzinfo=UTC)

HEAD = Signer(
    1, "Dr. Ratna Wulandari, M.Hum.", "197203151998032001", "Kepala Balai Bahasa Tirta Raya", "9901015503720001"
)
ABOVE = Signer(2, "Prof. Bagas Adinugraha", "196808171994031002", "Plt. Kepala Badan Bahasa", "9901011708680001")
SATKER = {
    "kode": "100101",
    "nama": "Balai Bahasa Tirta Raya",
    "unit": "Badan Bahasa",
    "kota": "Tirta Raya",
    "zona": "WIB",
    "alamat": "Jalan Contoh Nomor 21, Tirta Raya",
}


@dataclass
class Documents:
    """A document port over a real store; `rows` is what the house would write."""

    store: DocumentStore
    trust_roots: list[bytes] = field(default_factory=list)
    rows: list[StoredDocument] = field(default_factory=list)
    last: int = 0  # the highest number that the house has given

    def put(self, content: bytes, *, kind: str, name: str, number: str, token: str) -> StoredDocument:
        row = StoredDocument(len(self.rows) + 1, self.store.put(content), kind, name, len(content), number, token)
        self.rows.append(row)
        return row

    def read(self, sha256: str) -> bytes:
        return self.store.read(sha256)

    def render(self, template: str, values: dict, folder: str) -> bytes:
        return RENDERER.pdf(template, values, folder)

    def verify(self, before: bytes | None, after: bytes, count: int) -> Verdict:
        return signatures.verify(before, after, count, self.trust_roots)

    def last_number(self, prefix: str) -> int:
        return self.last


class People:
    head, above = HEAD, ABOVE

    def head_of_satker(self, kode: str) -> Signer:
        assert kode == SATKER["kode"]
        return self.head

    def head_of_unit(self, kode_satker: str) -> Signer:
        assert kode_satker == SATKER["kode"]
        return self.above

    def satker(self, kode: str) -> dict:
        return SATKER | {"kode": kode}


def indicators(count: int, text: str = "Persentase lembaga yang dibina") -> list[dict]:
    return [{"indikator": f"{text} {n}", "target": f"{n},5", "satuan": "Persen"} for n in range(1, count + 1)]


def pk(**changes: object) -> dict:
    """A Penyusunan PK as the form leaves it."""
    return {
        "tempat": "Tirta Raya",
        "tanggal": "2026-11-21",
        "tugas_fungsi": "Melaksanakan pembinaan bahasa.\na. pemetaan bahasa;\nb. fasilitasi kemitraan.",
        "sasaran": [
            {"sasaran": "Terbinanya lembaga pengguna bahasa", "indikator": indicators(3)},
            {"sasaran": "Meningkatnya kemahiran berbahasa", "indikator": indicators(2, "Jumlah penutur teruji")},
        ],
        "kegiatan": [
            {"kegiatan": "Pembinaan lembaga", "anggaran": 1_250_000_000},
            {"kegiatan": "Uji kemahiran", "anggaran": 500_000},
        ],
    } | changes


def call(documents: Documents, params: dict | None = None, data: dict | None = None, **rest: object) -> Call:
    ports = Ports(documents, People(), {}, lambda: NOW, "https://alur.contoh.go.id")
    case = {"id": 7, "tahun": 2026, "satker": "100101", "proses": "perjanjian_kinerja", "versi": 1}
    return Call("lembar.buat", "kunci", params or {}, data if data is not None else {"pk": pk()}, ports, case, **rest)


def text_of(pdf: bytes, *options: str) -> str:
    """What pdftotext reads, a second judge beside the program that wrote it."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def fonts_of(pdf: bytes, folder: Path) -> list[str]:
    """One line per font as pdffonts prints it: name, type, encoding, emb, sub, uni, object."""
    file = folder / "fonts.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True)
    return done.stdout.decode().splitlines()[2:]
