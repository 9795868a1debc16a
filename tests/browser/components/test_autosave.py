"""What is typed is kept: beside the button it says so, and why not when not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def typing(page: Page, seen):
    """A page whose autosave does not wait as long as for people."""
    page.clock.install()
    page.goto("/isian")

    def type_and_wait(text: str) -> None:
        page.get_by_label("Nama Pimpinan").fill(text)
        page.clock.run_for(2000)

    return type_and_wait


def saved(page: Page):
    return page.locator("[data-saved]")


def test_says_when_it_was_saved_and_leaves_secrets_out(page: Page, seen, typing):
    page.get_by_label("Passphrase", exact=True).fill("rahasia sekali")
    page.get_by_role("button", name="Lihat").click()  # its type is "text" now
    typing("Dr. Asep")
    expect(saved(page)).to_have_text("Tersimpan 10.32")
    assert seen.saved[-1]["nama"] == ["Dr. Asep"]
    assert "passphrase" not in seen.saved[-1]
    assert "csrf_token" not in seen.saved[-1]


def test_typing_only_a_secret_saves_nothing(page: Page, seen, typing):
    page.get_by_label("Passphrase", exact=True).fill("rahasia sekali")
    page.clock.run_for(3000)
    expect(saved(page)).to_be_empty()
    assert seen.saved == []


def test_without_a_connection_it_says_so_and_tries_again(page: Page, seen, typing, complaints):
    page.context.set_offline(True)
    typing("Dr. Asep")
    expect(saved(page)).to_contain_text("Belum tersimpan: tidak ada sambungan")
    page.context.set_offline(False)
    page.clock.run_for(10_000)
    expect(saved(page)).to_have_text("Tersimpan 10.32")
    assert seen.saved[-1]["nama"] == ["Dr. Asep"]
    complaints.clear()  # chromium notes every failed request


def test_an_ended_session_keeps_the_text_and_leads_to_the_login_and_back(page: Page, seen, typing, complaints):
    seen.expired = True
    typing("Dr. Asep")
    expect(saved(page)).to_contain_text("sesi berakhir")
    link = saved(page).get_by_role("link", name="Masuk lagi")
    expect(link).to_have_attribute("href", "/masuk?next=/isian")
    expect(link).to_have_attribute("target", "_blank")
    expect(page.get_by_label("Nama Pimpinan")).to_have_value("Dr. Asep")
    seen.expired = False  # logged in again in the other tab; its token is another one
    page.evaluate("() => { document.querySelector('meta[name=csrf-token]').content = 'lama'; }")
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(page.locator("meta[name=csrf-token]")).not_to_have_attribute("content", "lama")
    page.clock.run_for(2000)
    expect(saved(page)).to_have_text("Tersimpan 10.32")
    complaints.clear()


def test_a_task_that_is_gone_is_said_in_words(page: Page, seen, typing, complaints):
    page.route("**/simpan", lambda r: r.fulfill(status=409, json={"message": "Tugas ini sudah dikerjakan orang lain."}))
    typing("Dr. Asep")
    expect(saved(page)).to_have_text("Tugas ini sudah dikerjakan orang lain.")
    complaints.clear()


def test_leaving_asks_only_while_something_is_not_saved(page: Page, seen, typing):
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.type), d.accept()))
    typing("Dr. Asep")
    expect(saved(page)).to_have_text("Tersimpan 10.32")
    page.goto("/bagian")
    assert asked == []
    page.goto("/isian")
    page.route("**/simpan", lambda r: r.abort())
    page.get_by_label("Nama Pimpinan").press_sequentially("x")
    page.goto("/bagian")
    assert asked == ["beforeunload"]


def test_another_page_is_opened_after_what_was_typed_is_saved(page: Page, seen):
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.type), d.accept()))
    page.goto("/penyusunan/3?rows=2")
    page.locator("[name=kegiatan-0-kegiatan]").fill("Baru saja diketik")
    page.evaluate("() => document.querySelector('h1').insertAdjacentHTML('afterend', '<a href=/periksa>Tab lain</a>')")
    page.get_by_role("link", name="Tab lain").click()
    page.wait_for_url("**/periksa")
    assert seen.saved[-1]["kegiatan-0-kegiatan"] == ["Baru saja diketik"]
    assert asked == []


def test_rows_are_saved_too(page: Page, seen):
    page.clock.install()
    page.goto("/penyusunan/3?rows=2")
    page.get_by_role("button", name="Hapus baris 1").click()
    page.clock.run_for(2000)
    expect(saved(page)).to_have_text("Tersimpan 10.32")
    assert seen.saved[-1]["kegiatan-0-kegiatan"] == ["Pelatihan angkatan 2"]
    assert "kegiatan-1-kegiatan" not in seen.saved[-1]
