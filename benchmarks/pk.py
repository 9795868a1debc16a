"""One PK as it is really lived: 5 named indicators, tugas dan fungsi of 1,000 characters, returned twice, then signed.

The data are what the real forms hand over. All of it is invented; NIKs begin with 99, which is no province.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from app.flows import sample
from app.sdk.forms import FormContext, Submission, typed_of
from app.sdk.json import JsonObject
from forms import FORMS

BEGIN = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
OPERATOR, KEPALA, ESELON = sample.OPERATOR, sample.KEPALA, sample.ESELON

TUGAS_FUNGSI = (
    "Melaksanakan pengembangan dan pembinaan literasi masyarakat di wilayah kerja balai. Dalam melaksanakan tugas "
    "tersebut, balai menyelenggarakan fungsi:\n"
    "a. penyusunan rencana, program, dan anggaran pembinaan taman bacaan;\n"
    "b. pemetaan kemampuan membaca anak usia sekolah dasar di daerah terpencil;\n"
    "c. penyediaan bahan bacaan bermutu dalam bahasa Indonesia dan bahasa daerah;\n"
    "d. pendampingan guru, pustakawan, dan relawan dalam menumbuhkan kebiasaan membaca;\n"
    "e. fasilitasi kemitraan dengan pemerintah kabupaten, penerbit, serta komunitas;\n"
    "f. penyelenggaraan pelatihan, lokakarya, dan festival literasi tahunan;\n"
    "g. pemantauan dan evaluasi atas mutu layanan perpustakaan keliling;\n"
    "h. pengelolaan data, sistem informasi, dan publikasi hasil kajian;\n"
    "i. pelaksanaan urusan ketatausahaan, kepegawaian, keuangan, dan kerumahtanggaan; serta\n"
    "j. penyusunan laporan kinerja dan pertanggungjawaban kepada direktur jenderal setiap triwulan, termasuk usulan "
    "perbaikan bagi kegiatan tahun berikutnya menurut hasil pemeriksaan."
).ljust(1000, ".")[:1000]

INDIKATOR = (
    ("Jumlah taman bacaan masyarakat yang aktif dan terakreditasi", "120", "taman bacaan"),
    ("Persentase kepuasan pengunjung layanan perpustakaan keliling", "85,5", "%"),
    ("Indeks kegemaran membaca anak usia sekolah dasar", "62,4", "indeks"),
    ("Jumlah guru dan pustakawan yang mengikuti pendampingan", "1.450", "orang"),
    ("Predikat akuntabilitas kinerja satuan kerja", "A", "predikat"),
)
KEGIATAN = (
    ("Pembinaan taman bacaan masyarakat", 1_250_000_000),
    ("Pelatihan guru dan pustakawan", 750_000_000),
    ("Dukungan manajemen satuan kerja", 412_500_000),
)
NOTE = "Target indikator kedua masih terlalu rendah dibanding capaian tahun lalu; mohon disesuaikan."


def draft(number: int) -> JsonObject:
    """Penyusunan PK as sent for the `number`th time: a target changes each time, as people do it."""
    rows = [
        {"indikator": i, "target": f"{85 + number % 10},5" if at == 1 else target, "satuan": unit}
        for at, (i, target, unit) in enumerate(INDIKATOR)
    ]
    return {
        "tempat": "Jakarta",
        "tanggal": "2026-01-15",
        "tugas_fungsi": TUGAS_FUNGSI,
        "sasaran": [
            {"sasaran": "Meningkatnya minat baca masyarakat", "indikator": rows[:3]},
            {"sasaran": "Meningkatnya tata kelola dan kemampuan pembina", "indikator": rows[3:]},
        ],
        "kegiatan": [{"kegiatan": name, "anggaran": rupiah} for name, rupiah in KEGIATAN],
    }


@dataclass(frozen=True)
class Act:
    """A form that is sent: at which element, by whom, with what."""

    element: str
    role: str
    data: JsonObject = field(repr=False)


def info(satker: JsonObject) -> Act:
    context = _context({}, satker)
    form = FORMS["edit_satker"].open(context, typed_of(FORMS["edit_satker"].open(context)))
    return Act("info_satker", OPERATOR, _checked(form))


@cache
def write(number: int) -> Act:
    context = _context({"pk": draft(number)}, {})
    form = FORMS["draft_pk"].open(context, typed_of(FORMS["draft_pk"].open(context)))
    return Act("penyusunan_pk", OPERATOR, _checked(form))


@cache
def make_sheet() -> Act:
    return Act(
        "membuat_lembar", OPERATOR, _checked(FORMS["membuat_lembar_pk"].open(_context({}, {}), {"langkah": ["buat"]}))
    )


@cache
def decide(role: str, answer: str) -> Act:
    """Approved PK ("setuju") or back with a note ("tolak" by the head, "kembali" by eselon 1)."""
    name, element = {
        KEPALA: ("input_passphrase", "persetujuan_kepala"),
        ESELON: ("review_eselon_1", "review_eselon_1"),
    }[role]
    typed = {"keputusan": [answer], "catatan": [NOTE], "passphrase": ["bukan rahasia"]}
    return Act(element, role, _checked(FORMS[name].open(_context({}, {}), typed)))


def round_of(number: int) -> list[Act]:
    """Drafted, made into a sheet, refused by the head."""
    return [write(number), make_sheet(), decide(KEPALA, "tolak")]


def life() -> list[Act]:
    """A whole PK behind Info Satker: refused by the head, returned by eselon 1, then signed by both."""
    again = [make_sheet(), decide(KEPALA, "setuju")]
    returned, signed = decide(ESELON, "kembalikan"), decide(ESELON, "setuju")
    return [*round_of(1), write(2), *again, returned, write(3), *again, signed]


def _context(data: JsonObject, satker: JsonObject) -> FormContext:
    person = {"name": "Dra. Sekar Ayuningtyas, M.M.", "nip": "197205171998032002", "title": "", "certificate": None}
    task = {"id": "0" * 32, "element": "", "name": "", "properties": {}}
    return FormContext(task=task, data=data, satker=satker, person=person, year=2026)


def _checked(form: object) -> JsonObject:
    assert form.validate(), form.errors  # type: ignore[attr-defined]
    submission: Submission = form.submission()  # type: ignore[attr-defined]
    return submission.data


_SHA = "3f7a1c" + "9b" * 29
_SHEET = {
    "sha256": _SHA,
    "number": "PK-2026-100101-1",
    "token": "AbCdEfGhIjKlMnOpQrStUv",
    "name": "PK-2026-100101-1.pdf",
    "size": 61_234,
}
_SIGNED = {
    "dokumen": _SHEET,
    "sertifikat": {"fingerprint": _SHA[::-1], "name": "Sekar Ayuningtyas", "serial": "5d2c9f0a1b", "new": False},
    "waktu": "2026-01-15T09:32:10+07:00",
}
_PLACE = {"halaman": 1, "x": 322.4, "y": 161.2, "lebar": 80.0, "tinggi": 80.0}
_PARTY = {
    "nama": "Dra. Sekar Ayuningtyas, M.M.",
    "nip": "197205171998032002",
    "jabatan": "Kepala Balai Literasi Contoh Satu",
}

# what the calls answer; made by hand, so that a step's time holds no provider and no PDF
RESULTS: dict[str, JsonObject] = {
    "tte.status": {"terdaftar": True, "status": "ISSUE", "pesan": "Terdaftar dan sertifikat aktif."},
    "lembar.buat": {
        **_SHEET, "halaman": 3, "tempat": {"pihak_pertama": _PLACE, "pihak_kedua": _PLACE},
        "pihak_pertama": _PARTY, "pihak_kedua": _PARTY,
    },
    "tte.sign": _SIGNED,
    "arsip.simpan": {"sha256": _SHA, "name": _SHEET["name"], "signatures": 2, "waktu": "2026-01-15T10:02:44+07:00"},
}  # fmt: skip
RESULT_KEYS = {
    "cek_tte": "registrasi",
    "buat_lembar": "lembar",
    "tte_kepala": "ttd_kepala",
    "tte_eselon": "ttd_eselon_1",
    "arsipkan": "arsip",
}


def documents(operator: str) -> tuple[JsonObject, ...]:
    """The rows that a call leaves in the table of documents: each round makes a sheet, each refusal voids it."""
    kind = {"lembar.buat": "draft", "tte.sign": "signed", "arsip.simpan": "archive"}.get(operator)
    return ({"kind": kind, **_SHEET, "signatures": 0},) if kind else ()
