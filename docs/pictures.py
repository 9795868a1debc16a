"""The pictures of README and Buku Panduan: `make pictures`.

Drives the real application, with its worker and the local provider, through one invented year, and writes what people
see to docs/images. Needs chromium and what `make test` installs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app import clock
from app.flows import sample
from app.flows.house import KEY
from app.flows.rights import local_day
from app.models import User, db
from app.sdk.services import Call, Outcome, ServiceError
from docs import pictures_flow
from tests import pk
from tests.browser import steps
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.live import House, aside, serving
from tests.flows import sheets
from tests.local_provider import LocalProvider, register
from tests.world import DUA, EMPAT, LITERASI, SAINS, SATU, TIGA, World, build, cards, close

IMAGES = Path(__file__).parent / "images"
COLOURS = 128  # of a picture's palette: pages have few, and files stay small
DESKTOP = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 375, "height": 740}, "device_scale_factor": 2, "has_touch": True}
OPTIONS = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", "color_scheme": "light", "reduced_motion": "reduce"}
NOTE = "Target kepuasan pengunjung masih di bawah capaian tahun lalu. Naikkan menjadi 90 %."
REMARK = "Indikator kedua belum menyebut sumber datanya. Mohon dilengkapi sebelum ditandatangani."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FULL = "Penyimpanan dokumen penuh. Kosongkan ruang, lalu coba lagi."

TUGAS = (
    "Melaksanakan pengembangan dan pembinaan literasi masyarakat.\n"
    "a. Penyusunan program pembinaan taman bacaan.\n"
    "b. Pelatihan pengelola dan pegiat literasi.\n"
    "c. Pemantauan dan evaluasi kegiatan literasi."
)
SASARAN = (
    ("Meningkatnya minat baca masyarakat", (
        ("Jumlah taman bacaan yang aktif", "120", "taman bacaan"),
        ("Persentase kepuasan pengunjung", "85,5", "%"),
    )),
    ("Meningkatnya mutu pengelola taman bacaan", (("Jumlah pengelola yang bersertifikat", "240", "orang"),)),
)  # fmt: skip
KEGIATAN = (
    ("Pembinaan taman bacaan masyarakat", "1250000000"),
    ("Pelatihan pengelola dan pegiat literasi", "750000000"),
    ("Pemantauan dan evaluasi", "185000000"),
)


def main() -> None:
    """Take them all; the old ones go."""
    IMAGES.mkdir(exist_ok=True)
    for old in IMAGES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, _provider(Path(folder)) as provider:
        world = aside(lambda: _prepared(Path(folder) / "house", provider))
        with serving(world) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            _tell(_house(world, url, browser))
            pictures_flow.tell(Path(folder) / "flow", provider, browser, OPTIONS | DESKTOP, take)
            browser.close()
        close(world)
    total = sum(p.stat().st_size for p in IMAGES.glob("*.png"))
    print(f"{len(list(IMAGES.glob('*.png')))} pictures, {total / 1e6:.1f} MB")


@contextmanager
def _provider(folder: Path) -> Iterator[LocalProvider]:
    register(folder / "tte", *cards())
    running = LocalProvider(folder / "tte")
    yield running
    running.stop()


def _prepared(folder: Path, provider: LocalProvider) -> World:
    """The neighbours have come to different places already."""
    world = build(folder, provider)
    pk.to_the_head(world, DUA)
    pk.confirm_info(pk.begin(world.operator(EMPAT)))
    pk.to_the_head(world, TIGA)
    pk.approve(world, world.head(TIGA), pk.SIGN, TIGA.head.passphrase)
    return world


def _house(world: World, url: str, browser: Browser) -> House:
    return House(world, url, browser, OPTIONS | DESKTOP, [])


# ---- the story -----------------------------------------------------------------------------------------------------


def _tell(house: House) -> None:
    _login(house)
    operator = house.operator()
    _draft(operator)
    _send(operator)
    _refuse(house, operator)
    _sign(house, operator)
    _archive(house, operator)
    _account(house, operator)
    _stand_in(house)
    _recommend(house)
    _administer(house)


def _login(house: House) -> None:
    page = house.visitor()
    page.goto("/masuk")
    take(page, "masuk")
    page.get_by_role("link", name="Lupa password?").click()
    page.get_by_label("Username atau e-mail").fill(f"sim{SATU.kode}")
    take(page, "lupa-password")
    page.context.close()


def _draft(page: Page) -> None:
    page.goto("/kinerja/info-satker")
    page.locator("summary", has_text="Menu").click()
    take(page, "menu")
    page.goto("/kinerja/info-satker")
    take(page, "info-satker")
    page.goto("/kinerja/cek-registrasi-tte")
    page.get_by_label("NIK").fill(SATU.head.nik)
    steps.press(page, "Cek Registrasi")
    expect(page.get_by_role("status").filter(has_text="terdaftar")).to_be_visible()
    take(page, "cek-registrasi")
    page.goto("/kinerja/penyusunan")
    take(page, "mulai")
    steps.press(page, "Mulai Penyusunan PK")
    steps.heading(page, "Lengkapi Info Satker")
    steps.confirm_info(page)
    page.get_by_label("Tanggal").fill("2026-01-15")
    page.get_by_label("Tugas dan Fungsi").fill(TUGAS)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan ")
    take(page, "penyusunan-1", 1000)
    steps.press(page, "Lanjut")
    _sasaran(page)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan ")
    take(page, "penyusunan-2", 1150)
    steps.press(page, "Lanjut")
    _kegiatan(page)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan ")
    take(page, "penyusunan-3")
    steps.press(page, "Lanjut")
    take(page, "periksa-isian", 1200)


def _sasaran(page: Page) -> None:
    while page.get_by_role("textbox", name="Sasaran").count() < len(SASARAN):
        steps.press(page, "Tambah sasaran")
    page.get_by_role("group", name="Sasaran 1", exact=True).get_by_role("button", name="Tambah indikator").click()
    for n, (words, indicators) in enumerate(SASARAN):
        row = page.get_by_role("group", name=f"Sasaran {n + 1}", exact=True)
        row.get_by_role("textbox", name="Sasaran").fill(words)
        for i, (indikator, target, satuan) in enumerate(indicators):
            row.get_by_role("textbox", name="Indikator").nth(i).fill(indikator)
            row.get_by_role("textbox", name="Target").nth(i).fill(target)
            row.get_by_role("textbox", name="Satuan").nth(i).fill(satuan)


def _kegiatan(page: Page) -> None:
    while page.get_by_role("textbox", name="Kegiatan").count() < len(KEGIATAN):
        steps.press(page, "Tambah kegiatan")
    for n, (words, money) in enumerate(KEGIATAN):
        page.get_by_role("textbox", name="Kegiatan").nth(n).fill(words)
        page.get_by_role("textbox", name="Anggaran").nth(n).fill(money)
    page.get_by_role("textbox", name="Anggaran").last.blur()


def _send(page: Page) -> None:
    steps.send_draft(page)
    steps.heading(page, "Membuat Lembar PK")
    take(page, "membuat-lembar", 1200)
    steps.make_sheet(page)
    page.goto("/kinerja/pk")
    drawn(page)
    take(page, "pk", 1100)


def _refuse(house: House, operator: Page) -> None:
    head = house.head()
    take(head, "tugas-saya", 420)
    head.goto("/kinerja/progres")
    take(head, "progres-kepala")
    head.get_by_role("link", name="Detail Balai Literasi Contoh Satu").click()
    expect(head.locator("[data-bpmn][data-ready]")).to_be_attached()
    take(head, "perkara", 1000)
    head.get_by_role("link", name="PK Ditolak").click()
    drawn(head)
    head.get_by_label("Input Catatan PK").fill(NOTE)
    take(head, "pk-ditolak")
    steps.press(head, "Kirim Catatan PK")
    steps.status(head, "Dikembalikan")
    steps.rest(head)
    operator.goto("/kinerja/penyusunan")
    take(operator, "dikembalikan")
    operator.get_by_role("link", name="Lanjutkan: Penyusunan PK").click()
    steps.through_the_pages(operator)
    steps.send_draft(operator)
    steps.make_sheet(operator)


def _sign(house: House, operator: Page) -> None:
    phone = house.enter(SATU.head.nip, "Kepala Satker", **PHONE)
    take(phone, "tugas-hp", 740)
    phone.get_by_role("link", name="Tandatangani PK").first.tap()
    drawn(phone)
    phone.get_by_label("Passphrase", exact=True).fill(SATU.head.passphrase)
    take(phone, "passphrase-hp", 690, phone.get_by_role("heading", name="Approved PK", exact=True))
    head = house.head()
    steps.open_task(head, pk.SIGN)
    drawn(head)
    head.get_by_label("Passphrase", exact=True).fill(SATU.head.passphrase)
    take(head, "input-passphrase")
    steps.press(head, "Kirim Passphrase")
    steps.status(head, "Disetujui oleh Kepala Satker")
    take(head, "terkirim", 420)
    steps.rest(head)
    operator.goto("/kinerja/pk")
    drawn(operator)
    take(operator, "disetujui-kepala", 700)
    eselon = house.eselon()
    eselon.goto("/kinerja/progres")
    take(eselon, "progres-eselon")
    steps.open_task(eselon, pk.REVIEW)
    drawn(eselon)
    take(eselon, "review-eselon-1")
    steps.sign(eselon, LITERASI.head.passphrase)
    steps.status(eselon, "PK Telah Ditandatangani")


def _archive(house: House, operator: Page) -> None:
    biro = house.person("biro", "Biro Perencanaan")
    biro.goto("/kinerja/progres")
    take(biro, "progres")
    operator.goto("/dokumentasi/")
    take(operator, "dokumentasi")
    operator.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu", exact=True).click()
    operator.get_by_role("link", name="Periksa tanda tangan").click()
    drawn(operator)
    take(operator, "tanda-tangan", 1150)
    sheet = house.archived()
    stranger = house.visitor()
    stranger.goto(f"/verifikasi/{sheet.number}-{sheet.token}")
    take(stranger, "verifikasi", 1150)
    operator.goto("/tugas")
    operator.locator("summary", has_text="akun dan keluar").click()
    take(operator, "keluar", 400)


# ---- the office ----------------------------------------------------------------------------------------------------


def _account(house: House, operator: Page) -> None:
    operator.goto("/akun")
    take(operator, "akun-saya")


def _stand_in(house: House) -> None:
    """The head of Dua is on leave; the head of Satu signs for them."""
    head, colleague = house.head(DUA), house.head()
    head.goto("/pengganti/saya")
    head.get_by_role("link", name="Tunjuk pengganti").click()
    today = local_day(clock.now())
    head.get_by_label("Pengganti").select_option(f"{SATU.head.nama} (Kepala Satker, {SATU.nama})")
    head.get_by_label("Mulai").fill(today.isoformat())
    head.get_by_label("Sampai").fill((today + timedelta(days=5)).isoformat())
    head.get_by_label("Alasan").fill("Cuti tahunan")
    take(head, "tunjuk-pengganti")
    steps.press(head, "Tunjuk pengganti")
    expect(head.locator("main").get_by_text("Keduanya diberi tahu lewat surat")).to_be_visible()
    steps.open_task(colleague, pk.SIGN)
    drawn(colleague)
    take(colleague, "atas-nama")
    steps.sign(colleague, SATU.head.passphrase)
    steps.status(colleague, "Disetujui oleh Kepala Satker")
    steps.rest(colleague)


def _recommend(house: House) -> None:
    reviewer, eselon = house.person(f"telaah{LITERASI.kode}", sample.PENELAAH), house.eselon()
    reviewer.goto("/tugas")
    reviewer.get_by_role("link", name="Telaah PK 2026").click()
    drawn(reviewer)
    reviewer.get_by_label("Kembalikan").check()
    reviewer.get_by_label("Catatan telaah").fill(REMARK)
    take(reviewer, "telaah")
    steps.press(reviewer, "Simpan rekomendasi")
    expect(reviewer.locator("main").get_by_text("Rekomendasi disampaikan kepada Eselon 1")).to_be_visible()
    steps.open_task(eselon, pk.REVIEW)
    drawn(eselon)
    take(eselon, "rekomendasi")


def _administer(house: House) -> None:
    admin = house.person("admin", sample.ADMIN)
    _load(admin)
    _incident(house)
    _suspend(admin)
    admin.goto("/instans")
    take(admin, "instans", 1100)
    admin.get_by_role("link", name=f"PK 2026 {DUA.nama}").click()
    expect(admin.locator("[data-bpmn][data-ready]")).to_be_attached()
    take(admin, "mengapa", 920)
    admin.goto("/instans/insiden")
    admin.get_by_role("link", name="Coba lagi").first.click()
    steps.heading(admin, "Coba lagi insiden")
    admin.get_by_label("Alasan").fill("Ruang penyimpanan sudah ditambah.")
    take(admin, "coba-lagi")
    admin.goto("/pejabat")
    take(admin, "pejabat", 960)
    [account] = house.world.all(db.select(User.id).where(User.username == SATU.head.nip))
    admin.goto(f"/pengguna/{account}")
    take(admin, "akun")
    admin.goto("/audit")
    take(admin, "jejak-audit", 1000)


def _load(admin: Page) -> None:
    """First a file with a fault, then the same without."""
    short = {**sheets.PEJABAT, "NIK": sheets.PEJABAT["NIK"][:-1]}
    _upload(admin, {**sheets.WHOLE, "Pejabat": [short]})
    take(admin, "muat-temuan")
    _upload(admin, sheets.WHOLE)
    take(admin, "muat-akibat", 720)
    steps.press(admin, "Muat 5 baris")
    expect(admin.locator("main")).to_contain_text("Selesai. 5 baris dimuat")


def _upload(admin: Page, rows: dict[str, sheets.Rows]) -> None:
    admin.goto("/muat")
    file = {"name": "unit-budaya.xlsx", "mimeType": XLSX, "buffer": sheets.book(**rows)}
    admin.locator("input[type=file]").set_input_files([file])
    steps.press(admin, "Periksa berkas")
    expect(admin.locator("h1")).to_have_text("unit-budaya.xlsx")


def _incident(house: House) -> None:
    """The store is full when the last signature is there."""
    extensions = house.world.app.extensions
    operators = dict(extensions[KEY].operators)
    operators["arsip.simpan"] = replace(operators["arsip.simpan"], call=_full)
    extensions[KEY] = replace(extensions[KEY], operators=operators)
    eselon = house.eselon(SAINS)
    steps.open_task(eselon, pk.REVIEW)
    steps.sign(eselon, SAINS.head.passphrase)
    expect(eselon.get_by_text("Admin perlu membantu; data tidak hilang.")).to_be_visible()


def _full(_call: Call) -> Outcome:
    return ServiceError(FULL, permanent=True)


def _suspend(admin: Page) -> None:
    admin.goto("/instans")
    admin.get_by_role("link", name=f"PK 2026 {EMPAT.nama}").click()
    admin.get_by_role("link", name="Tangguhkan").click()
    admin.get_by_label("Alasan").fill("Menunggu penetapan pejabat definitif.")
    steps.press(admin, f"Tangguhkan PK 2026 {EMPAT.nama}")
    expect(admin.locator("main")).to_contain_text("ditangguhkan.")


# ---- taking them ---------------------------------------------------------------------------------------------------


def drawn(page: Page) -> None:
    """Wait until the first page of the document is drawn."""
    expect(page.locator("[data-page='1'] canvas")).to_be_attached()
    expect(page.locator("[data-page='1'] .textLayer span").first).to_be_attached()
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_timeout(300)


def take(page: Page, name: str, most: int = 900, top: Locator | None = None, *, still: bool = False) -> None:
    """What the page shows from its top (or from `top`) to the end of its content, but at most `most` pixels of it.

    `still`: what is on the screen, with the mouse and the focus where they are.
    """
    if still:
        _keep(page, name)
        return
    size = page.viewport_size or {"width": 1280, "height": 860}
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    end = page.evaluate("() => Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + 8)")
    height = min(max(end, 300), most)
    page.set_viewport_size({"width": size["width"], "height": height})  # what sticks to the foot shows where it sticks
    if top:
        top.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 24)")
    _keep(page, name)
    page.set_viewport_size(size)


def _keep(page: Page, name: str) -> None:
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    palette = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
