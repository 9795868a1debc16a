"""Pindah versi with a real browser: choosing, reading what would happen, mapping, moving, and taking it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.flows import sample
from tests import pk
from tests.browser import looks
from tests.browser.live import House, aside, live_at
from tests.flows.test_moves import REVIEW, publish, with_review
from tests.world import DUA

live_two = live_at(pk.to_drafting, pk.to_making, pk.to_signing)


@pytest.mark.slow
def test_biro_moves_the_running_pks_to_a_version_with_a_review(live_two: House) -> None:
    aside(lambda: pk.confirm_info(pk.begin(live_two.world.operator(DUA))))
    aside(lambda: publish(live_two.world, with_review()))
    page = live_two.person("biro", sample.BIRO)
    page.goto("/proses/pindah/")
    looks.accessible(page)
    looks.fits(page)
    page.get_by_role("link", name="Perjanjian Kinerja", exact=True).click()
    expect(page.get_by_role("heading", name="2 perkara akan diperiksa")).to_be_visible()
    looks.unfolded(page)
    looks.accessible(page)
    looks.fits(page)
    page.get_by_label("Catatan").fill("Reviu Biro Perencanaan ditambahkan.")
    page.get_by_role("button", name="Periksa 2 perkara").click()
    said = f"Langkah baru sesudah ini: '{REVIEW}'."
    expect(page.get_by_role("listitem").filter(has_text=said).first).to_be_visible()
    looks.unfolded(page)
    looks.accessible(page)
    looks.fits(page)

    page.get_by_role("checkbox", name=re.compile("Pindahkan PK 2026 Balai Literasi Contoh Satu")).check()
    page.get_by_role("button", name="Pindahkan yang dicentang").click()
    expect(page.get_by_role("link", name="Dipindahkan 1")).to_be_visible()
    page.get_by_role("button", name="Pindahkan semua yang aman (1)").click()
    page.get_by_role("button", name="Pindahkan 1 perkara").click()
    expect(page.get_by_role("link", name="Dipindahkan 2")).to_be_visible()
    looks.accessible(page)
    looks.fits(page)

    page.get_by_role("button", name="Batalkan pemindahan").first.click()
    looks.accessible(page)
    page.get_by_role("button", name="Kembalikan ke versi 1").click()
    expect(page.locator("[data-flash]")).to_contain_text("Perkara ini kembali ke versi semula.")
