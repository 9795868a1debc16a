"""A PK goes from draft to signed archive, with everything that may come between."""

from __future__ import annotations

from app.models import Document, db
from tests import pk
from tests.pdfsig import pdfsig
from tests.world import LITERASI, SATU, World

SIGN, REVIEW = "Tandatangani PK", "Review dan tandatangani PK"


def test_a_pk_is_refused_twice_signed_twice_and_lies_in_the_archive(world: World, tmp_path) -> None:
    operator, head, eselon = pk.to_the_head(world), world.head(), world.eselon()
    assert "Menunggu Passphrase Kepala Satker" in operator.open("/kinerja/pk").text

    pk.refuse(head, SIGN, "Target indikator kedua masih terlalu rendah.")
    page = operator.open("/kinerja/penyusunan")
    assert "Dikembalikan" in page.text
    assert "Target indikator kedua masih terlalu rendah." in page.text
    page = page.link("Lanjutkan")
    assert "Target indikator kedua masih terlalu rendah." in page.text
    pk.draft(page)
    world.settle()
    pk.make_sheet(world, operator)

    pk.approve(world, head, SIGN, SATU.head.passphrase)
    page = operator.open("/kinerja/pk")
    assert "Disetujui oleh Kepala Satker" in page.text
    assert "Info! PK Telah Disetujui Oleh Kepala Satker dan Menunggu Proses Review Persetujuan Eselon 1" in page.text

    pk.refuse(eselon, REVIEW, "Sesuaikan anggaran kegiatan pertama.")
    page = operator.open("/kinerja/penyusunan")
    assert "Dikembalikan" in page.text
    pk.draft(page.link("Lanjutkan"))
    world.settle()
    pk.make_sheet(world, operator)
    pk.approve(world, head, SIGN, SATU.head.passphrase)
    pk.approve(world, eselon, REVIEW, LITERASI.head.passphrase)

    assert "PK Telah Ditandatangani" in operator.open("/kinerja/pk").text
    archive = operator.open("/dokumentasi/")
    assert "PK 2026 Balai Literasi Contoh Satu" in archive.text
    with world.app.app_context():
        kept = db.session.scalars(db.select(Document).where(Document.kind == "archive")).one()
        content = world.app.extensions["alur"].documents.read(kept.sha256)
    judged = pdfsig(content, world.provider.root, tmp_path)
    assert [(f.valid, f.trusted) for f in judged] == [(True, True), (True, True)]
