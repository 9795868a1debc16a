"""Parts that renew themselves, and buttons that swap a part."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_part_renews_itself_says_so_and_leads_on(page: Page, seen):
    page.goto("/ikuti")
    expect(page.get_by_text("Menandatangani, langkah 0")).to_be_visible()
    seen.step = 1
    expect(page.locator("#ikut")).to_contain_text("langkah 1")
    expect(page.locator("#pengumuman")).to_have_text("Menandatangani, langkah 1")
    seen.step = 2
    page.wait_for_url("**/bagian")


def test_it_asks_with_the_tag_of_what_it_has(page: Page, seen):
    page.goto("/ikuti")
    page.wait_for_timeout(2500)
    assert seen.polls[0] == ""
    assert '"langkah-0"' in seen.polls[1:]


def test_taking_a_task_swaps_the_part_and_says_so(page: Page, seen):
    page.goto("/ikuti")
    page.get_by_role("button", name="Ambil tugas").click()
    expect(page.locator("#ikut")).to_have_text("Tugas ini sekarang milik Anda.")
    expect(page.locator("#pengumuman")).to_have_text("Tugas ini sekarang milik Anda.")
    expect(page).to_have_url("/ikuti")
