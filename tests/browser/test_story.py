"""A PK from draft to signed archive, in real browsers of the people who take part."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.live import House
from tests.pk import REVIEW, SIGN
from tests.world import LITERASI, SATU

NOTE = "Target indikator kedua masih terlalu rendah."
SECOND_NOTE = "Sesuaikan anggaran kegiatan pertama."


def test_a_pk_is_refused_twice_signed_twice_and_lies_in_the_archive(live: House) -> None:
    operator, head, eselon = live.operator(), live.head(), live.eselon()
    steps.begin(operator)
    steps.confirm_info(operator)
    steps.first_page(operator)
    steps.second_page(operator)
    steps.third_page(operator)
    steps.send_draft(operator)
    steps.make_sheet(operator)

    steps.refuse(head, NOTE)
    _draft_again(operator, NOTE)
    steps.open_task(head, SIGN)
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")

    operator.goto("/kinerja/pk")
    expect(operator.locator("main")).to_contain_text(
        "Info! PK Telah Disetujui Oleh Kepala Satker dan Menunggu Proses Review Persetujuan Eselon 1"
    )
    steps.refuse(eselon, SECOND_NOTE)
    _draft_again(operator, SECOND_NOTE)
    steps.open_task(head, SIGN)
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")
    steps.open_task(eselon, REVIEW)
    steps.sign(eselon, LITERASI.head.passphrase)
    steps.status(eselon, "PK Telah Ditandatangani")

    _check_the_archive(live)


def _draft_again(operator, note: str) -> None:
    """The note stands on top, everything typed is still there, and the sheet is made anew."""
    operator.goto("/kinerja/penyusunan")
    steps.status(operator, "Dikembalikan")
    operator.get_by_role("link", name="Lanjutkan: Penyusunan PK").click()
    expect(operator.get_by_role("region", name="Catatan perbaikan")).to_contain_text(note)
    expect(operator.get_by_label("Tugas dan Fungsi")).to_have_value(steps.FIRST["tugas_fungsi"])
    steps.press(operator, "Lanjut")
    expect(operator.get_by_role("textbox", name="Sasaran")).to_have_value(steps.SASARAN)
    for n, (words, target, satuan) in enumerate(steps.INDIKATOR):
        expect(operator.get_by_role("textbox", name="Indikator").nth(n)).to_have_value(words)
        expect(operator.get_by_role("textbox", name="Target").nth(n)).to_have_value(target)
        expect(operator.get_by_role("textbox", name="Satuan").nth(n)).to_have_value(satuan)
    steps.press(operator, "Lanjut")
    expect(operator.get_by_role("textbox", name="Anggaran").first).to_have_value("1.250.000.000")
    expect(operator.get_by_text("Rp 2.000.000.000")).to_be_visible()
    steps.press(operator, "Lanjut")
    steps.send_draft(operator)
    steps.make_sheet(operator)


def _check_the_archive(live: House) -> None:
    """Dokumentasi -> Periksa tanda tangan -> the page behind the QR code, without a login."""
    operator = live.operator()
    operator.goto("/dokumentasi/")
    operator.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu", exact=True).click()
    number = operator.locator("h1 + p").inner_text().removeprefix("Nomor ")
    operator.get_by_role("link", name="Periksa tanda tangan").click()
    signers = operator.get_by_role("list", name="Tanda tangan").get_by_role("listitem")
    expect(signers).to_have_count(2)
    for n, person in enumerate((SATU.head, LITERASI.head)):
        expect(signers.nth(n)).to_contain_text(person.nama)
        expect(signers.nth(n)).to_contain_text("sah")
    assert number
