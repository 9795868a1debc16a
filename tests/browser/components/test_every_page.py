"""What holds on every page: nothing for axe, nothing wider than a phone, a way through by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

PAGES = ["/bagian", "/isian", "/penyusunan/1", "/penyusunan/2?rows=2", "/penyusunan/3?rows=2", "/periksa?rows=2",
         "/tanda-tangan", "/diagram", "/ikuti"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_is_accessible_in_both_themes(page: Page, path, accessible):
    page.goto(path)
    if path == "/tanda-tangan":
        expect(page.locator(".textLayer").first).to_be_attached()
    if path == "/diagram":
        expect(page.locator("[data-ready]")).to_be_visible()
    accessible()


@pytest.mark.parametrize("path", [*PAGES, "/isian?salah"])
def test_fits_a_phone_and_large_text(page: Page, path, fits):
    page.goto(path)
    if "salah" in path:
        page.get_by_role("button", name="Kirim Info Satker").click()
        expect(page.get_by_text("isian yang perlu diperbaiki")).to_be_visible()
    fits()


@pytest.mark.parametrize("code", [403, 404, 409, 500])
def test_error_pages_show_a_way_on_and_a_reference(page: Page, code, complaints, accessible):
    page.goto(f"/salah/{code}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("Nomor rujukan").first).to_be_visible()
    expect(page.get_by_role("link", name="Ke Tugas saya")).to_be_visible()
    accessible()
    complaints.clear()  # chromium notes the status of the page itself


def test_the_skip_link_leads_past_the_frame(page: Page):
    page.goto("/bagian")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_opens_by_keyboard_and_closes_by_escape(page: Page):
    page.goto("/bagian")
    menu = page.locator("summary", has_text="Menu")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Tugas saya")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Tugas saya")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_picture_leads_to_keluar(page: Page):
    page.goto("/bagian")
    page.locator("summary", has_text="akun dan keluar").click()
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    page.locator("h1").click()
    expect(page.get_by_role("button", name="Keluar")).to_be_hidden()


def test_the_navigation_folds_on_a_phone(page: Page):
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto("/bagian")
    entry = page.get_by_role("link", name="Progres Penyusunan PK").last
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="Kinerja").click()
    expect(entry).to_be_visible()


def test_a_dialog_asks_before_something_is_deleted(page: Page):
    page.goto("/bagian")
    page.get_by_role("button", name="Hapus draf", exact=True).click()
    expect(page.get_by_role("dialog", name="Hapus draf PK 2026?")).to_be_visible()
    page.get_by_role("button", name="Batal").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_form_that_throws_away_asks_first(page: Page, seen):
    page.goto("/bagian")
    button = page.get_by_role("button", name="Buang draf")
    button.click()
    expect(page.get_by_role("dialog", name="Buang draf dan kembali")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    assert seen.posted == []
    button.click()
    with page.expect_response("**/diam"):
        page.get_by_role("dialog").get_by_role("button", name="Buang draf").click()
    expect(button).to_have_count(0)  # it says that it is being sent
    assert [p["aksi"] for p in seen.posted] == [["buang"]]
