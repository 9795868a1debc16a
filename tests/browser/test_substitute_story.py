"""A head goes on leave: a colleague signs for them, with a passphrase of their own, and for no longer than was said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.documents import signatures
from app.flows import sample
from app.flows.rights import local_day
from app.models import Document, Substitution, db
from tests.browser import looks, steps
from tests.browser.live import House, aside
from tests.pk import REVIEW, SIGN
from tests.world import DUA, LITERASI, SATU

WHY = "Cuti tahunan"
FOR = f"{DUA.head.nama} a.n. {SATU.head.nama}"


@pytest.mark.slow
def test_a_substitute_acts(live_at_the_head: House) -> None:
    house = live_at_the_head
    head, colleague = house.head(), house.head(DUA)
    colleague.goto("/tugas")
    expect(colleague.get_by_text("Tidak ada tugas yang menunggu Anda.")).to_be_visible()

    _announce(head)
    colleague.reload()
    expect(colleague.get_by_text(f"Anda menggantikan {SATU.head.nama}")).to_be_visible()
    expect(
        colleague.get_by_role("listitem").filter(has_text=SIGN).get_by_text(f"a.n. {SATU.head.nama}")
    ).to_be_visible()
    looks.accessible(colleague)
    looks.fits(colleague)

    steps.open_task(colleague, SIGN)
    expect(colleague.get_by_text("Anda menandatangani dengan passphrase dan sertifikat Anda sendiri")).to_be_visible()
    looks.accessible(colleague)
    looks.fits(colleague)
    steps.sign(colleague, DUA.head.passphrase)
    steps.status(colleague, "Disetujui oleh Kepala Satker")
    steps.rest(colleague)
    steps.open_task(house.eselon(), REVIEW)
    steps.sign(house.eselon(), LITERASI.head.passphrase)
    steps.status(house.eselon(), "PK Telah Ditandatangani")

    _check_the_paper(house)
    _check_what_people_read(house, head)
    _afterwards(house, head, colleague)


def _announce(head: Page) -> None:
    """Picture -> Ketidakhadiran saya -> Tunjuk pengganti."""
    head.goto("/tugas")
    head.locator("summary", has_text="akun dan keluar").click()
    head.get_by_role("link", name="Ketidakhadiran saya").click()
    head.get_by_role("link", name="Tunjuk pengganti").click()
    looks.accessible(head)
    looks.fits(head)
    today = local_day(clock.now())
    head.get_by_label("Pengganti").select_option(f"{DUA.head.nama} (Kepala Satker, {DUA.nama})")
    head.get_by_label("Mulai").fill(today.isoformat())
    head.get_by_label("Sampai").fill((today + timedelta(days=5)).isoformat())
    head.get_by_label("Alasan").fill(WHY)
    steps.press(head, "Tunjuk pengganti")
    expect(head.locator("main").get_by_text("Keduanya diberi tahu lewat surat")).to_be_visible()
    looks.accessible(head)
    looks.fits(head)


def _check_the_paper(house: House) -> None:
    """The head's place bears a valid signature of the colleague's certificate, and says for whom."""
    sheet = house.archived()
    root = house.world.provider.root  # type: ignore[union-attr]
    first, second = aside(lambda: signatures.inspect(house.read(sheet.sha256), [root]))
    assert first.ok and second.ok
    assert first.name in DUA.head.nama and first.reason == f"a.n. {SATU.jabatan}, {SATU.head.nama}"
    assert second.reason == ""


def _check_what_people_read(house: House, head: Page) -> None:
    case = house.archived().instance_id
    head.goto(f"/perkara/{case}")
    expect(head.get_by_text(f"{FOR} (Kepala Satker)").first).to_be_visible()
    expect(head.get_by_text(f"Ditandatangani oleh {FOR} ({SATU.jabatan}).").first).to_be_visible()
    stranger, sheet = house.visitor(), house.archived()
    stranger.goto(f"/verifikasi/{sheet.number}-{sheet.token}")
    signed = stranger.get_by_role("list", name="Tanda tangan").get_by_role("listitem")
    expect(signed.first).to_contain_text(f"a.n. {SATU.jabatan}, {SATU.head.nama}")
    for secret in (SATU.head.nik, DUA.head.nik, SATU.head.nip, DUA.head.nip):
        assert secret not in stranger.content()


def _afterwards(house: House, head: Page, colleague: Page) -> None:
    """The days pass: the case is none of the colleague's any more."""
    yesterday = local_day(clock.now()) - timedelta(days=1)
    house.world.write(db.update(Substitution).values(since=yesterday, until=yesterday))
    document: Document = house.archived()
    colleague.goto(f"/perkara/{document.instance_id}")
    expect(colleague.locator("h1")).to_contain_text("tidak")
    house.forgive(404)
    colleague.goto("/tugas?lihat=selesai")
    expect(colleague.get_by_text(f"a.n. {SATU.head.nama}")).to_be_visible()
    head.goto("/pengganti/saya")
    expect(head.get_by_text("Selesai")).to_be_visible()


@pytest.mark.slow
def test_a_penelaah_recommends(live_at_eselon: House) -> None:
    house = live_at_eselon
    reviewer = house.person(f"telaah{LITERASI.kode}", sample.PENELAAH)
    reviewer.get_by_role("link", name="Telaah PK 2026").click()
    expect(reviewer.get_by_text("PERJANJIAN KINERJA TAHUN 2026").first).to_be_visible()
    expect(reviewer.get_by_label("Passphrase")).to_have_count(0)
    looks.accessible(reviewer)
    looks.fits(reviewer)
    reviewer.get_by_label("Kembalikan").check()
    steps.press(reviewer, "Simpan rekomendasi")
    expect(reviewer.get_by_role("link", name="Catatan belum diisi")).to_be_visible()
    house.forgive(422)
    reviewer.get_by_label("Catatan telaah").fill("Target kedua terlalu rendah.")
    steps.press(reviewer, "Simpan rekomendasi")
    expect(reviewer.locator("main").get_by_text("Rekomendasi disampaikan kepada Eselon 1")).to_be_visible()

    eselon = house.eselon()
    steps.open_task(eselon, REVIEW)
    looks.accessible(eselon)
    looks.fits(eselon)
    eselon.get_by_role("link", name="Pakai sebagai Catatan PK").click()
    expect(eselon.get_by_label("Input Catatan PK")).to_have_value("Target kedua terlalu rendah.")
    steps.press(eselon, "Kirim Catatan PK")
    steps.status(eselon, "Dikembalikan")
    steps.rest(eselon)
