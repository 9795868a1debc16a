"""What an admin sees of the cases, with a real browser: on a wide screen and on a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.flows import sample
from app.models import Job, db
from tests.browser import looks
from tests.browser.live import House


def test_an_admin_finds_a_case_and_reads_why_it_waits(live_at_the_head: House) -> None:
    page = live_at_the_head.person("admin", sample.ADMIN)
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Instans", exact=True).click()
    _looked_at(page)
    page.get_by_label("Langkah sekarang").select_option("Tandatangani PK (Approved PK)")
    page.get_by_role("button", name="Saring").click()
    expect(page.get_by_text("Disaring menurut langkah Tandatangani PK (Approved PK)")).to_be_visible()
    page.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu").click()
    why = page.get_by_role("region", name="Mengapa perkara ini di sini, dan apa yang akan menggerakkannya")
    expect(why).to_contain_text("Dra. Sekar Ayuningtyas, M.M.")
    expect(why).to_contain_text("3 hari kerja tercapai")
    _looked_at(page)
    expect(page.locator("[data-element-id='persetujuan_kepala'].is-current")).to_be_attached()
    page.get_by_role("link", name="Lihat keadaan setelah langkah ini (3)").click()
    expect(page.locator("h1")).to_have_text("Keadaan setelah langkah 3")
    _looked_at(page)
    expect(page.locator("[data-element-id='cek_tte'].is-current")).to_be_attached()
    expect(page.locator("[data-element-id='persetujuan_kepala'].is-current")).to_have_count(0)


@pytest.mark.slow
def test_the_incidents_fit_a_phone(live_at_the_head: House) -> None:
    live_at_the_head.world.write(
        db.insert(Job.__table__).values(
            id="i" * 32, instance_id=1, element="cek_tte", name="Cek registrasi TTE", operator="tte.status", params={},
            state="incident", tries=5, message="Penyedia TTE tidak terjangkau.", run_at=clock.now(),
            created_at=clock.now(),
        )
    )  # fmt: skip
    page = live_at_the_head.person("admin", sample.ADMIN)
    page.goto("/instans/insiden")
    _looked_at(page)
    page.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu", exact=True).click()
    expect(page.get_by_text("terhenti karena insiden")).to_be_visible()
    _looked_at(page)


def _looked_at(page: Page) -> None:
    looks.unfolded(page)
    looks.accessible(page)
    looks.fits(page)
