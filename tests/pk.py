"""A Perjanjian Kinerja as somebody would type it, page by page. Everything in it is invented."""

from __future__ import annotations

from tests.visitor import Page, Visitor
from tests.world import LITERASI, SATU, World

SIGN, REVIEW = "Tandatangani PK", "Review dan tandatangani PK"

FIRST = {
    "tempat": "Jakarta",
    "tanggal": "2026-01-15",
    "tugas_fungsi": "Melaksanakan pengembangan literasi.\nMelayani masyarakat.",
}
SASARAN = {
    "sasaran-0-sasaran": "Meningkatnya minat baca masyarakat",
    "sasaran-0-indikator-0-indikator": "Jumlah taman bacaan yang aktif",
    "sasaran-0-indikator-0-target": "120",
    "sasaran-0-indikator-0-satuan": "taman bacaan",
    "sasaran-0-indikator-1-indikator": "Persentase kepuasan pengunjung",
    "sasaran-0-indikator-1-target": "85,5",
    "sasaran-0-indikator-1-satuan": "%",
}
KEGIATAN = {
    "kegiatan-0-kegiatan": "Pembinaan taman bacaan",
    "kegiatan-0-anggaran": "1.250.000.000",
    "kegiatan-1-kegiatan": "Pelatihan pengelola",
    "kegiatan-1-anggaran": "Rp 750.000.000",
}


def begin(operator: Visitor) -> Page:
    """Mulai Penyusunan PK; the page is the first task."""
    return operator.open("/kinerja/penyusunan").form("/perkara/mulai").press()


def confirm_info(page: Page) -> Page:
    """Info Satker as it is."""
    return page.form("/tugas/").press(_aksi="kirim")


def draft(page: Page, **changes: str) -> Page:
    """The three pages and Periksa isian; the page is what comes after sending."""
    for part in (FIRST | changes, SASARAN, KEGIATAN):
        page = page.form("/tugas/").set(part).press(_aksi="lanjut")
        assert page.status == 200, page.text
    return page.form("/tugas/").press(_aksi="kirim")


# ---- the stages of conftest.py: each goes on where the one before ended -------------------------------------------


def to_drafting(world: World) -> None:
    confirm_info(begin(world.operator()))


def to_making(world: World) -> None:
    draft(world.operator().open("/tugas").link("Penyusunan PK"))
    world.settle()


def to_signing(world: World) -> None:
    make_sheet(world, world.operator())


def to_review(world: World) -> None:
    approve(world, world.head(), SIGN, SATU.head.passphrase)
    assert world.eselon().open("/tugas").has_link(REVIEW), world.head().open("/perkara/1").text


def to_archive(world: World) -> None:
    approve(world, world.eselon(), REVIEW, LITERASI.head.passphrase)
    assert "PK Telah Ditandatangani" in world.operator().open("/kinerja/pk").text, (
        world.operator().open("/perkara/1").text
    )


def to_the_head(world: World, office=SATU) -> Visitor:
    """Everything that the operator does until the head of the satker has the sheet."""
    operator = world.operator(office)
    page = begin(operator)
    draft(confirm_info(page))
    world.settle()
    make_sheet(world, operator)
    return operator


def make_sheet(world: World, operator: Visitor) -> Page:
    page = operator.open("/tugas").link("Membuat Lembar PK")
    page = page.form("/tugas/").press(langkah="buat")
    world.settle()
    return page


def approve(world: World, visitor: Visitor, task: str, passphrase: str) -> Page:
    """Approved PK, passphrase, Kirim Passphrase."""
    page = visitor.open("/tugas").link(task)
    page = page.form("/tugas/").fill(passphrase=passphrase).press()
    world.settle()
    return page


def refuse(visitor: Visitor, task: str, note: str) -> Page:
    """PK Ditolak, Input Catatan PK."""
    page = visitor.open("/tugas").link(task).link("PK Ditolak")
    return page.form("keputusan=").fill(catatan=note).press()


def make_sheet_again(world: World) -> None:
    """From Penyusunan PK, with everything that was typed before, to the head."""
    page = world.operator().open("/tugas").link("Penyusunan PK").link("Periksa isian")
    page.form("/tugas/").press(_aksi="kirim")
    world.settle()
    make_sheet(world, world.operator())
