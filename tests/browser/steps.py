"""What people do in the pages, step by step, as they see it: by labels, buttons and links."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.pk import FIRST, REVIEW, SIGN  # noqa: F401 - the names of the tasks

SASARAN = "Meningkatnya minat baca masyarakat"
INDIKATOR = (
    ("Jumlah taman bacaan yang aktif", "120", "taman bacaan"),
    ("Persentase kepuasan pengunjung", "85,5", "%"),
)
KEGIATAN = (("Pembinaan taman bacaan", "1250000000"), ("Pelatihan pengelola", "750000000"))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, words: str) -> None:
    """Wait until the page with this h1 is there."""
    expect(page.locator("h1")).to_have_text(words)


def begin(page: Page) -> None:
    """Menu, Kinerja, Penyusunan PK, Mulai; ends at Info Satker."""
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Kinerja", exact=True).click()
    heading(page, "Penyusunan PK")
    press(page, "Mulai Penyusunan PK")
    heading(page, "Lengkapi Info Satker")


def confirm_info(page: Page) -> None:
    press(page, "Simpan dan lanjutkan")
    heading(page, "Penyusunan PK")


def first_page(page: Page) -> None:
    page.get_by_label("Tempat").fill(FIRST["tempat"])
    page.get_by_label("Tanggal").fill(FIRST["tanggal"])
    page.get_by_label("Tugas dan Fungsi").fill(FIRST["tugas_fungsi"])
    press(page, "Lanjut")


def second_page(page: Page) -> None:
    rows = page.get_by_role("group", name="Sasaran, Indikator, dan target")
    expect(rows).to_be_visible()
    _rows(page, "Tambah sasaran", "Sasaran", 1)
    page.get_by_role("textbox", name="Sasaran").fill(SASARAN)
    _rows(page, "Tambah indikator", "Indikator", len(INDIKATOR))
    for n, (words, target, satuan) in enumerate(INDIKATOR):
        page.get_by_role("textbox", name="Indikator").nth(n).fill(words)
        page.get_by_role("textbox", name="Target").nth(n).fill(target)
        page.get_by_role("textbox", name="Satuan").nth(n).fill(satuan)
    press(page, "Lanjut")


def third_page(page: Page) -> None:
    expect(page.get_by_role("group", name="Kegiatan dan anggaran")).to_be_visible()
    _rows(page, "Tambah kegiatan", "Kegiatan", len(KEGIATAN))
    for n, (words, money) in enumerate(KEGIATAN):
        page.get_by_role("textbox", name="Kegiatan").nth(n).fill(words)
        page.get_by_role("textbox", name="Anggaran").nth(n).fill(money)
    press(page, "Lanjut")


def _rows(page: Page, add: str, label: str, wanted: int) -> None:
    """As many rows as wanted; some stand there already."""
    for _ in range(wanted - page.get_by_role("textbox", name=label).count()):
        press(page, add)


def send_draft(page: Page) -> None:
    """Periksa isian: everything is there, and goes on its way."""
    expect(page.get_by_role("link", name="Periksa isian")).to_have_attribute("aria-current", "page")
    press(page, "Simpan Penyusunan PK")


def through_the_pages(page: Page) -> None:
    """Lanjut three times, nothing typed: all is there already."""
    for n in (1, 2, 3):
        expect(page.get_by_role("link", name=f"Penyusunan PK ({n})")).to_have_attribute("aria-current", "page")
        press(page, "Lanjut")


def make_sheet(page: Page) -> None:
    """Membuat Lembar PK, and wait until the head has it."""
    heading(page, "Membuat Lembar PK")
    press(page, "Membuat Lembar PK")
    status(page, "Menunggu Passphrase Kepala Satker")
    expect(page.get_by_text("Tandatangani PK (Approved PK)")).to_be_visible()
    rest(page)


def open_task(page: Page, name: str) -> None:
    page.goto("/tugas")
    page.get_by_role("link", name=name).first.click()
    expect(page.locator("h1")).to_contain_text(name)


def sign(page: Page, passphrase: str) -> None:
    expect(page.get_by_role("heading", name="Approved PK", exact=True)).to_be_visible()
    page.get_by_label("Passphrase", exact=True).fill(passphrase)
    press(page, "Kirim Passphrase")


def refuse(page: Page, note: str) -> None:
    """Progres -> Detail -> 'PK Ditolak' -> 'Input Catatan PK'."""
    page.goto("/kinerja/progres")
    page.get_by_role("link", name="Detail Balai Literasi Contoh Satu").click()
    page.get_by_role("link", name="PK Ditolak").click()
    page.get_by_label("Input Catatan PK").fill(note)
    press(page, "Kirim Catatan PK")
    status(page, "Dikembalikan")
    rest(page)


def rest(page: Page) -> None:
    """Leave the page that follows the case: it would go to the next task by itself, in the middle of another step."""
    page.get_by_role("link", name="Tugas saya").last.click()
    heading(page, "Tugas saya")


def status(page: Page, words: str) -> Locator:
    """Wait until the page says so."""
    badge = page.locator("main .badge", has_text=words).first
    expect(badge).to_be_visible()
    return badge
