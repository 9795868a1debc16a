"""An admin sets up a new unit from an XLSX file; its operator comes in, chooses a password, and begins a PK."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from app.flows import sample
from tests.browser import looks, steps
from tests.browser.live import House
from tests.browser.looks import PHONE
from tests.flows.sheets import OPERATOR, PEJABAT, PENELAAH, SATKER, UNIT
from tests.visitor import CODE

NEW = "Kain Tenun Nusantara 26"
FILLED = {"Unit": [UNIT], "Satker": [SATKER], "Pejabat": [PEJABAT], "Pengguna": [OPERATOR, PENELAAH]}


def test_an_admin_sets_up_a_new_unit_from_an_xlsx_file(live: House, tmp_path: Path) -> None:
    admin = live.person("admin", sample.ADMIN)
    admin.locator("summary", has_text="Menu").click()
    admin.get_by_role("link", name="Instans", exact=True).click()
    admin.get_by_role("navigation", name="Pengelolaan").get_by_role("link", name="Muat dari Excel").click()
    steps.heading(admin, "Muat dari Excel")
    template = _downloaded(admin, tmp_path / "contoh.xlsx")

    _upload(admin, _filled(template, tmp_path / "unit.xlsx", fault=True))
    expect(admin.get_by_role("heading", name="Ada satu hal yang perlu diperbaiki")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("Pejabat, baris 2, kolom NIK")
    expect(admin.locator("main")).to_contain_text("NIK terdiri dari 16 angka, tertulis 15.")
    looks.accessible(admin)

    _upload(admin, _filled(template, tmp_path / "unit-baik.xlsx"))
    expect(admin.get_by_role("heading", name="Yang akan terjadi")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("Balai Budaya Contoh")
    expect(admin.locator("main")).to_contain_text("2 orang menerima undangan lewat e-mail")
    looks.accessible(admin)
    steps.press(admin, "Muat 5 baris")
    expect(admin.locator("main")).to_contain_text("Selesai. 5 baris dimuat")
    looks.accessible(admin)

    operator = live.visitor()
    _first_login(operator, "sim300301")
    steps.begin(operator)
    expect(operator.get_by_label("Nama Pimpinan")).to_have_value(PEJABAT["Nama"])
    steps.confirm_info(operator)


def test_the_pages_of_a_load_fit_a_phone(live: House, tmp_path: Path) -> None:
    admin = live.person("admin", sample.ADMIN)
    admin.set_viewport_size(PHONE)
    admin.goto("/muat")
    template = _downloaded(admin, tmp_path / "contoh.xlsx")
    looks.accessible(admin)
    looks.fits(admin)
    _upload(admin, _filled(template, tmp_path / "salah.xlsx", fault=True))
    expect(admin.get_by_role("heading", name="Ada satu hal yang perlu diperbaiki")).to_be_visible()
    looks.fits(admin)
    admin.goto("/muat/1/temuan")
    looks.accessible(admin)
    looks.fits(admin)
    admin.goto("/muat")
    _upload(admin, _filled(template, tmp_path / "benar.xlsx"))
    expect(admin.get_by_role("heading", name="Yang akan terjadi")).to_be_visible()
    looks.fits(admin)
    admin.goto("/muat/2/perubahan")
    looks.accessible(admin)
    looks.fits(admin)
    admin.goto("/muat/2")
    steps.press(admin, "Batalkan")
    steps.press(admin, "Batalkan muatan")
    expect(admin.locator("main")).to_contain_text("Tidak ada baris yang tersimpan")


@pytest.mark.slow
def test_without_script_the_progress_comes_by_itself_too(live: House, tmp_path: Path) -> None:
    admin = live.enter("admin", sample.ADMIN)
    template = _downloaded_at("/muat", admin, tmp_path / "contoh.xlsx")
    plain = live.visitor(java_script_enabled=False, storage_state=admin.context.storage_state())
    plain.goto("/muat")
    _upload(plain, _filled(template, tmp_path / "unit.xlsx"))
    steps.press(plain, "Muat 5 baris")
    expect(plain.locator("main")).to_contain_text("Selesai. 5 baris dimuat")


def _downloaded_at(path: str, page: Page, to: Path) -> Path:
    page.goto(path)
    return _downloaded(page, to)


def _downloaded(page: Page, to: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh contoh Excel").click()
    download.value.save_as(to)
    return to


def _filled(template: Path, to: Path, fault: bool = False) -> Path:
    """The template with our rows written over its examples."""
    book = openpyxl.load_workbook(template)
    for name, rows in FILLED.items():
        sheet = book[name]
        headers = [cell.value for cell in sheet[1]]
        sheet.delete_rows(2, 2)
        for row in rows:
            sheet.append([row.get(h) for h in headers])
    if fault:
        nik = [cell.value for cell in book["Pejabat"][1]].index("NIK")
        book["Pejabat"].cell(2, nik + 1).value = PEJABAT["NIK"][:-1]
    book.save(to)
    return to


def _upload(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    steps.press(page, "Periksa berkas")


def _first_login(page: Page, username: str) -> None:
    """With the guide's password, which opens nothing but the page that changes it."""
    page.goto("/masuk")
    page.get_by_label("Tahun").select_option("2026")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill("operator")
    page.get_by_label("Kode captcha").fill(CODE)
    steps.press(page, "Masuk")
    page.wait_for_url("**/password**")
    page.goto("/tugas")
    page.wait_for_url("**/password**")
    for field in page.locator("main input[type=password]").all():
        field.fill("operator" if field.get_attribute("autocomplete") == "current-password" else NEW)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/tugas**")
