"""Biro Perencanaan runs recorded PKs against a draft with a step more, and sees on its diagram where they stop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.flows import sample
from tests.browser import looks
from tests.browser.live import House
from tests.flows import drafts

SHOTS = os.environ.get("SHOTS")  # a folder for pictures of the pages, for whoever wants to look


def look(page: Page, name: str) -> None:
    looks.unfolded(page)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
        page.set_viewport_size(looks.PHONE)
        page.screenshot(path=Path(SHOTS) / f"{name}-375.png", full_page=True)
        page.set_viewport_size(looks.DESKTOP)
    looks.accessible(page)
    looks.fits(page)


@pytest.mark.slow
def test_from_the_draft_to_the_case_that_stops(live_archived: House) -> None:
    draft_id = drafts.draft_of(live_archived.world, drafts.with_review())
    page = live_archived.person("biro", sample.BIRO)
    page.goto(f"/proses/uji/draf/{draft_id}")
    look(page, "draft")
    page.get_by_role("button", name="Mulai uji ulang").click()
    expect(page.get_by_text("0 dari 1 berakhir sama, 1 berhenti.")).to_be_visible()  # it got there by itself
    expect(page.locator("[data-bpmn] .mark.count").first).to_have_text("1")
    look(page, "show")
    page.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu").click()
    expect(page.get_by_text("Mulai di sini jalannya berbeda")).to_be_visible()
    expect(page.locator("[data-bpmn] .mark.place").first).to_be_attached()
    look(page, "case")
    page.get_by_role("link", name="Skenario", exact=True).click()
    expect(page.get_by_text("3 dari 9 skenario berjalan seperti tertulis.")).to_be_visible()
    look(page, "scenarios")


@pytest.mark.slow
def test_a_replay_on_its_way_is_said_and_stopped(live_archived: House, monkeypatch) -> None:
    from app.flows.diagrams import replay_work

    monkeypatch.setattr(replay_work, "_batch", lambda *_: [])  # never gets anywhere
    draft_id = drafts.draft_of(live_archived.world)
    page = live_archived.person("biro", sample.BIRO)
    page.goto(f"/proses/uji/draf/{draft_id}")
    page.get_by_role("button", name="Mulai uji ulang").click()
    expect(page.get_by_role("progressbar", name="Kemajuan uji ulang")).to_be_visible()
    look(page, "progress")
    page.get_by_role("button", name="Hentikan", exact=True).click()
    page.get_by_role("button", name="Hentikan uji ulang").click()
    expect(page.get_by_text("Dihentikan sesudah 0 dari 1 perkara.")).to_be_visible()
    look(page, "stopped")
