"""A PK from draft to signed archive, in real browsers of the people who take part."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from app.flows import sample
from tests.browser import steps
from tests.browser.live import House
from tests.browser.looks import PHONE
from tests.pk import REVIEW, SIGN
from tests.world import LITERASI, SATU

NOTE = "Target indikator kedua masih terlalu rendah."
SECOND_NOTE = "Sesuaikan anggaran kegiatan pertama."
# what the thing with the focus is called: its label, else its words
NAME_OF_FOCUS = """() => { const e = document.activeElement;
  return (e.labels?.[0] ?? e).textContent.replace(/[*]/g, '').trim(); }"""


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
    steps.rest(head)

    operator.goto("/kinerja/pk")
    expect(operator.locator("main")).to_contain_text(
        "Info! PK Telah Disetujui Oleh Kepala Satker dan Menunggu Proses Review Persetujuan Eselon 1"
    )
    steps.refuse(eselon, SECOND_NOTE)
    _draft_again(operator, SECOND_NOTE)
    steps.open_task(head, SIGN)
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")
    steps.rest(head)
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
    operator.get_by_role("link", name="Periksa tanda tangan").click()
    signers = operator.get_by_role("list", name="Tanda tangan").get_by_role("listitem")
    expect(signers).to_have_count(2)
    for n, person in enumerate((SATU.head, LITERASI.head)):
        expect(signers.nth(n)).to_contain_text(person.nama)
        expect(signers.nth(n)).to_contain_text("sah")
    sheet = live.archived()
    stranger = live.visitor()
    stranger.goto(f"/verifikasi/{sheet.number}-{sheet.token}")
    expect(stranger.get_by_text("Lembar ini ada di arsip dan berlaku.")).to_be_visible()
    expect(stranger.get_by_role("list", name="Tanda tangan").get_by_role("listitem")).to_have_count(2)
    for person in (SATU.head, LITERASI.head):
        assert person.nik not in stranger.content()
        assert person.nip not in stranger.content()
    stranger.get_by_label("Berkas PDF").set_input_files(
        {"name": "pk.pdf", "mimeType": "application/pdf", "buffer": live.read(sheet.sha256)}
    )
    steps.press(stranger, "Bandingkan")
    expect(stranger.get_by_role("status").filter(has_text="Berkas ini sama, bit demi bit")).to_be_visible()


def test_the_head_signs_on_a_phone(live_at_the_head: House) -> None:
    head = live_at_the_head.enter(SATU.head.nip, sample.KEPALA, viewport=PHONE, has_touch=True)
    head.get_by_role("link", name=SIGN).tap()
    expect(head.get_by_text("PERJANJIAN KINERJA TAHUN 2026").first).to_be_visible()  # the sheet, drawn by pdf.js
    _fits(head)
    button = head.get_by_role("button", name="Kirim Passphrase")
    head.get_by_label("Passphrase", exact=True).fill(SATU.head.passphrase)
    expect(button).to_be_in_viewport()
    button.tap()
    steps.status(head, "Disetujui oleh Kepala Satker")
    expect(head.get_by_text("Prof. Dr. Bagas Wirayudha")).to_be_visible()  # who has it now
    _fits(head)


def test_the_operator_does_the_main_job_by_keyboard_alone(live: House) -> None:
    operator = live.operator()
    keys = Keys(operator)
    keys.to("Menu").enter()
    keys.to("Kinerja").enter()
    steps.heading(operator, "Penyusunan PK")
    keys.to("Mulai Penyusunan PK").enter()
    steps.heading(operator, "Lengkapi Info Satker")
    keys.to("Simpan dan lanjutkan").enter()
    steps.heading(operator, "Penyusunan PK")
    keys.to("Tempat").type("Jakarta").to("Tanggal").type("15012026").to("Tugas dan Fungsi").type("Membina literasi.")
    keys.to("Lanjut").enter()
    expect(operator.get_by_role("textbox", name="Sasaran")).to_be_visible()
    keys.to("Sasaran").type("Minat baca meningkat").to("Indikator").type("Jumlah taman bacaan")
    keys.to("Target").type("120").to("Satuan").type("taman").to("Lanjut").enter()
    expect(operator.get_by_role("textbox", name="Anggaran")).to_be_visible()
    keys.to("Kegiatan").type("Pembinaan").to("Anggaran").type("1250000000").to("Lanjut").enter()
    expect(operator.get_by_text("Rp 1.250.000.000").first).to_be_visible()
    keys.to("Simpan Penyusunan PK").enter()
    steps.heading(operator, "Membuat Lembar PK")
    keys.to("Membuat Lembar PK").enter()
    steps.status(operator, "Menunggu Passphrase Kepala Satker")


def test_what_is_typed_is_kept_when_the_browser_is_closed(live_drafting: House) -> None:
    first = live_drafting.operator()
    steps.open_task(first, "Penyusunan PK")
    first.get_by_label("Tugas dan Fungsi").fill("Baru separuh jalan")
    expect(first.locator("[data-saved]")).to_contain_text("Tersimpan ")
    first.context.close()
    del live_drafting.pages[f"sim{SATU.kode}"]
    again = live_drafting.operator()
    steps.open_task(again, "Penyusunan PK")
    expect(again.get_by_label("Tugas dan Fungsi")).to_have_value("Baru separuh jalan")


def test_a_session_that_ended_leads_back_to_the_form_with_what_was_typed(live_drafting: House) -> None:
    operator = live_drafting.operator()
    steps.open_task(operator, "Penyusunan PK")
    operator.context.clear_cookies(name="alur")
    operator.get_by_label("Tugas dan Fungsi").fill("Ditulis setelah sesi berakhir")
    expect(operator.locator("[data-saved]")).to_contain_text("sesi berakhir")
    live_drafting.forgive(401)
    with operator.expect_popup() as opened:
        operator.get_by_role("link", name="Masuk lagi").click()
    live_drafting.log_in(opened.value, f"sim{SATU.kode}", sample.OPERATOR)
    expect(opened.value.locator("h1")).to_have_text("Penyusunan PK")
    opened.value.close()
    operator.bring_to_front()
    operator.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(operator.locator("[data-saved]")).to_contain_text("Tersimpan ")
    operator.reload()
    expect(operator.get_by_label("Tugas dan Fungsi")).to_have_value("Ditulis setelah sesi berakhir")


def test_the_operator_takes_the_sheet_back(live_at_the_head: House) -> None:
    operator = live_at_the_head.operator()
    operator.goto("/kinerja/pk")
    steps.press(operator, "Tarik kembali")
    ask = operator.get_by_role("dialog", name="Tarik kembali?")
    expect(ask).to_contain_text("PK 2026 Balai Literasi Contoh Satu")
    ask.get_by_role("button", name="Batal").click()
    expect(ask).to_be_hidden()
    steps.press(operator, "Tarik kembali")
    ask.get_by_role("button", name="Tarik kembali").click()
    steps.heading(operator, "Penyusunan PK")
    operator.get_by_role("link", name="Penyusunan PK (1)").click()
    expect(operator.get_by_label("Tugas dan Fungsi")).to_have_value(steps.FIRST["tugas_fungsi"])
    head = live_at_the_head.head()
    expect(head.get_by_text("Tidak ada tugas yang menunggu Anda.")).to_be_visible()


def test_a_wrong_passphrase_is_told_and_the_right_one_signs(live_at_the_head: House) -> None:
    head = live_at_the_head.head()
    steps.open_task(head, SIGN)
    steps.sign(head, "bukan passphrase ini")
    wrong = head.locator("main .alert", has_text="assphrase").first
    expect(wrong).to_contain_text("salah")
    expect(head.get_by_label("Passphrase", exact=True)).to_have_value("")
    expect(head.get_by_text("Lupa passphrase?")).to_be_visible()
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")


def test_a_task_that_another_browser_finished_keeps_what_was_typed(live_drafting: House) -> None:
    here = live_drafting.operator()
    there = live_drafting.enter(f"sim{SATU.kode}", sample.OPERATOR)
    steps.open_task(here, "Penyusunan PK")
    steps.open_task(there, "Penyusunan PK")
    steps.first_page(there)
    steps.second_page(there)
    steps.third_page(there)
    steps.send_draft(there)
    steps.heading(there, "Membuat Lembar PK")
    there.context.close()
    here.get_by_label("Tempat").fill("Bandung")
    steps.press(here, "Lanjut")
    steps.heading(here, "Tugas ini sudah tidak terbuka")
    expect(here.get_by_text("Bandung")).to_be_visible()
    here.get_by_role("link", name="Lihat keadaan terbaru").click()
    steps.heading(here, "PK 2026 Balai Literasi Contoh Satu")
    live_drafting.forgive(409)


class Keys:
    """Somebody without a mouse: Tab until the name is reached, then type."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> Keys:
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(NAME_OF_FOCUS) == name:
                return self
        raise AssertionError(f"Tab never reached {name!r} on {self.page.url}")

    def type(self, text: str) -> Keys:
        self.page.keyboard.type(text)
        return self

    def enter(self) -> Keys:
        self.page.keyboard.press("Enter")
        return self


def _fits(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, page.url
