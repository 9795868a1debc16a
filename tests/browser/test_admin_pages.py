"""The pages of people and masters in a real browser: nothing for axe, nothing wider than a phone, dialogs that ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.flows import sample
from app.flows.rights import local_day
from app.models import Assignment, Headship, User, db
from tests.browser import looks
from tests.browser.live import House
from tests.world import EMPAT, LITERASI, SATU

# CI looks at these pages each time; `make test` has ten minutes
pytestmark = pytest.mark.slow

PAGES = (
    "/pengguna", "/pengguna?cari=zzz", "/pengguna/baru", "/satker", "/satker?cari=zzz", "/satker/baru",
    f"/satker/{SATU.kode}", "/unit", "/unit/baru", f"/unit/{LITERASI.kode}", "/pejabat", "/pejabat?cari=zzz",
    f"/pejabat/satker-{SATU.kode}", f"/pejabat/unit-{LITERASI.kode}", f"/pejabat/satker-{SATU.kode}/tunjuk",
    "/pejabat/orang/1",
)  # fmt: skip
NEW = {"NIP": "197501012000031001", "Nama": "Drs. Wira Santosa, M.Pd.", "NIK": "9901010101750001"}


def look(page: Page) -> None:
    looks.accessible(page)
    looks.fits(page)


def admin(house: House) -> Page:
    return house.person("admin", sample.ADMIN)


def test_lists_and_forms(live: House) -> None:
    page = admin(live)
    accounts = [u.id for u in live.world.all(db.select(User).where(User.username.in_(["admin", f"sim{SATU.kode}"])))]
    for path in (*PAGES, *(f"/pengguna/{n}{more}" for n in accounts for more in ("", "/ubah", "/peran"))):
        page.goto(path)
        look(page)


def test_an_account_is_made_given_a_role_and_closed(live: House) -> None:
    page = admin(live)
    page.goto("/pengguna/baru")
    page.get_by_role("button", name="Buat akun").click()
    expect(page.locator("[data-focus]")).to_contain_text("Ketik nama pemilik akun ini.")
    look(page)
    live.forgive(422)
    page.get_by_label("Nama", exact=False).first.fill("Budi Operator")
    page.get_by_label("Username").fill("sim100199")
    page.get_by_role("button", name="Buat akun").click()
    password = page.locator("[data-first-password]")
    expect(password).to_have_text(re.compile(r"^[a-z]{6}-[a-z]{6}-\d\d$"))
    look(page)
    page.get_by_role("link", name="Beri peran").click()
    page.get_by_label("Peran").select_option("Operator Satker")
    page.get_by_label("Satker atau unit utama").fill(f"{SATU.kode} {SATU.nama}")
    page.get_by_role("button", name="Beri peran").click()
    expect(page.locator("[data-flash]")).to_contain_text("Peran Operator Satker diberikan")
    page.get_by_role("button", name="Akhiri").click()
    look(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Akhiri peran").click()  # the reason is missing: the dialog stays
    expect(dialog).to_be_visible()
    dialog.get_by_label("Alasan").fill("salah satker")
    dialog.get_by_role("button", name="Akhiri peran").click()
    expect(page.locator("[data-flash]")).to_contain_text("Peran berakhir sekarang juga.")
    page.get_by_role("button", name="Tutup akun").click()
    page.get_by_role("dialog").get_by_label("Alasan").fill("dibuat untuk dicoba")
    page.get_by_role("dialog").get_by_role("button", name="Tutup akun").click()
    expect(page.get_by_text("Akun ini ditutup")).to_be_visible()
    look(page)
    assert live.world.all(db.select(User.active).where(User.username == "sim100199")) == [False]


def test_a_head_is_appointed_after_a_look_at_what_will_happen(live_at_the_head: House) -> None:
    live, page = live_at_the_head, admin(live_at_the_head)
    page.goto("/pejabat")
    page.get_by_role("link", name=SATU.nama).click()
    page.get_by_role("link", name="Tunjuk pejabat").click()
    for label, text in NEW.items():
        page.get_by_label(re.compile(f"^{label}")).first.fill(text)
    page.get_by_role("button", name="Periksa dulu").click()
    preview = page.get_by_role("region", name="Yang akan terjadi")
    expect(preview).to_contain_text("1 di antaranya sedang menunggu Kepala Satker")
    expect(preview).to_contain_text("1 lembar menyebut pejabat lama")
    look(page)
    page.get_by_role("button", name="Ya, tunjuk").click()
    expect(page.locator("[data-flash]")).to_contain_text("Penunjukan Drs. Wira Santosa, M.Pd. tersimpan.")
    look(page)
    held = db.select(User.nama).join(Assignment, Assignment.user_id == User.id).where(
        Assignment.role == "Kepala Satker", Assignment.scope == SATU.kode, Assignment.until.is_(None)
    )  # fmt: skip
    assert live.world.all(held) == [NEW["Nama"]]


def test_a_place_without_a_head_is_seen(live: House) -> None:
    page = admin(live)
    term = live.world.all(db.select(Headship.id).where(Headship.kode == EMPAT.kode))[0]
    page.goto(f"/pejabat/satker-{EMPAT.kode}")
    page.get_by_role("button", name="Akhiri").click()
    dialog = page.get_by_role("dialog")
    yesterday = local_day(clock.now()) - timedelta(days=1)
    dialog.get_by_label("Hari terakhir").fill(yesterday.isoformat())
    dialog.get_by_label("Alasan").fill("SK berakhir")
    dialog.get_by_role("button", name="Akhiri").click()
    expect(page.get_by_text("Tanpa pejabat")).to_be_visible()
    look(page)
    page.goto("/pejabat")
    page.get_by_role("link", name="Tanpa pejabat 1").click()
    expect(page.get_by_role("link", name=EMPAT.nama)).to_be_visible()
    look(page)
    assert term
