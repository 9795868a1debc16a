"""An admin finds an incident, reads why, and sets it going again; two admins meet at one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from app.flows import sample
from app.flows.house import KEY
from app.models import Event, db
from app.sdk.services import Call, Outcome, ServiceError
from tests.browser import looks, steps
from tests.browser.live import House
from tests.pk import REVIEW
from tests.world import LITERASI

FULL = "Penyimpanan dokumen penuh. Kosongkan ruang, lalu coba lagi."
TITLE = "PK 2026 Balai Literasi Contoh Satu"
WHY = "Ruang penyimpanan sudah ditambah."


def full(_call: Call) -> Outcome:
    return ServiceError(FULL, permanent=True)


def change(house: House, name: str, call: Callable[[Call], Outcome]) -> Callable[[Call], Outcome]:
    """Another plug-in under this name, as if its disk had filled up or been emptied; returns the one before."""
    extensions = house.world.app.extensions
    before = extensions[KEY].operators[name]
    operators = {**extensions[KEY].operators, name: replace(before, call=call)}
    extensions[KEY] = replace(extensions[KEY], operators=operators)
    return before.call


def admin_of(house: House) -> Page:
    return house.person("admin", sample.ADMIN)


def open_incidents(admin: Page) -> None:
    """Menu > Instans > Insiden."""
    admin.locator("summary", has_text="Menu").click()
    admin.get_by_role("link", name="Instans", exact=True).first.click()
    admin.get_by_role("navigation", name="Pengelolaan").get_by_role("link", name="Insiden").click()


@pytest.mark.slow
def test_an_admin_finds_and_clears_an_incident(live_at_eselon: House) -> None:
    house = live_at_eselon
    archive = change(house, "arsip.simpan", full)
    eselon = house.eselon()
    steps.open_task(eselon, REVIEW)
    steps.sign(eselon, LITERASI.head.passphrase)
    expect(eselon.get_by_text("Admin perlu membantu; data tidak hilang.")).to_be_visible()

    admin = admin_of(house)
    open_incidents(admin)
    expect(admin.get_by_text(FULL).first).to_be_visible()
    admin.get_by_role("link", name="Coba lagi").first.click()
    steps.heading(admin, "Coba lagi insiden")
    expect(admin.locator("main")).to_contain_text(FULL)
    looks.accessible(admin)
    looks.fits(admin)

    admin.get_by_role("button", name="Coba lagi Simpan di DOKUMENTASI").click()
    expect(admin.get_by_role("link", name="Alasan belum diisi.")).to_be_visible()
    looks.accessible(admin)
    house.forgive(422)
    archive = change(house, "arsip.simpan", archive)
    admin.get_by_label("Alasan").fill(WHY)
    admin.get_by_role("button", name="Coba lagi Simpan di DOKUMENTASI").dblclick()  # an impatient admin
    expect(admin.locator("main")).to_contain_text("Simpan di DOKUMENTASI dicoba lagi.")
    expect(admin.locator("main")).to_contain_text(WHY)

    operator = house.operator()
    operator.goto("/kinerja/pk")
    steps.status(operator, "PK Telah Ditandatangani")
    assert house.archived().signatures == 2
    kinds = house.world.all(db.select(Event.kind))
    assert kinds.count("retry") == 1
    open_incidents(admin)
    expect(admin.get_by_text(FULL)).to_have_count(0)


@pytest.mark.slow
def test_the_second_of_two_admins_is_told_and_keeps_what_was_typed(live_at_the_head: House) -> None:
    house, admin = live_at_the_head, admin_of(live_at_the_head)
    late = house.enter("admin", sample.ADMIN)
    late.goto("/instans/1/batalkan")
    late.get_by_label("Alasan").fill("PK ini dibuat dua kali.")

    admin.goto("/instans/1/tangguhkan")
    looks.accessible(admin)
    looks.fits(admin)
    admin.get_by_label("Alasan").fill("Menunggu keputusan biro hukum.")
    admin.get_by_role("button", name=f"Tangguhkan {TITLE}").click()
    expect(admin.locator("main")).to_contain_text(f"{TITLE} ditangguhkan.")

    late.get_by_role("button", name=f"Batalkan {TITLE}").click()
    expect(late.get_by_role("heading", name="Belum dilakukan")).to_be_visible()
    expect(late.get_by_role("heading", name="Yang terjadi sejak halaman ini dibuka")).to_be_visible()
    expect(late.locator("main")).to_contain_text("Menunggu keputusan biro hukum.")
    expect(late.get_by_label("Alasan")).to_have_value("PK ini dibuat dua kali.")
    looks.accessible(late)
    looks.fits(late)
    house.forgive(409)

    head = house.head()
    expect(head.get_by_text("Ditangguhkan oleh admin: Menunggu keputusan biro hukum.")).to_be_visible()
    head.get_by_role("link", name="Tandatangani PK").first.click()
    expect(head.get_by_text("Ditangguhkan oleh admin: Menunggu keputusan biro hukum.")).to_be_visible()
    expect(head.get_by_role("button", name="Kirim Passphrase")).to_have_count(0)
    looks.accessible(head)

    admin.goto("/instans/1/lanjutkan")
    looks.accessible(admin)
    admin.get_by_label("Alasan").fill("Keputusan sudah terbit.")
    admin.get_by_role("button", name=f"Lanjutkan {TITLE}").click()
    head.reload()
    expect(head.get_by_role("button", name="Kirim Passphrase")).to_be_visible()


def test_a_task_is_given_to_the_only_one_who_can_do_it(live_at_the_head: House) -> None:
    admin = admin_of(live_at_the_head)
    admin.goto("/instans/1")
    admin.get_by_role("link", name="Alihkan").first.click()
    steps.heading(admin, "Alihkan tugas")
    looks.accessible(admin)
    looks.fits(admin)
    admin.get_by_label("Alasan").fill("Hanya kepala satker yang boleh.")
    admin.get_by_role("button", name="Alihkan Tandatangani PK").click()
    expect(admin.get_by_role("link", name="Pilih siapa yang mengerjakan tugas ini.")).to_be_visible()
    live_at_the_head.forgive(422)
    admin.get_by_role("radio").first.check()
    admin.get_by_role("button", name="Alihkan Tandatangani PK").click()
    expect(admin.locator("main")).to_contain_text("dialihkan.")
