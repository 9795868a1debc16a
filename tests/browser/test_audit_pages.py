"""Jejak audit, data pribadi and data saya in a real browser: axe finds nothing, a phone scrolls one way only."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app import clock
from app.flows import sample
from app.flows.rights import local_day
from app.models import Assignment, Person, User, db
from tests.browser import looks, steps
from tests.browser.live import House
from tests.world import SATU

# CI looks at these pages each time; `make test` has ten minutes
pytestmark = pytest.mark.slow


def test_an_admin_reads_filters_and_checks_the_audit_list(live: House) -> None:
    admin = live.enter("admin", sample.ADMIN)
    admin.goto("/audit")
    steps.heading(admin, "Jejak audit")
    expect(admin.get_by_role("listitem").filter(has_text="akun admin").first).to_be_visible()
    looks.accessible(admin), looks.fits(admin)
    steps.press(admin, "Periksa rantai")
    expect(admin.get_by_text(re.compile("Rantai utuh, [0-9]+ catatan")).first).to_be_visible()
    admin.get_by_label("Perihal").fill("tidak ada yang begini")
    steps.press(admin, "Saring")
    expect(admin.get_by_text("Tidak ada catatan yang cocok.")).to_be_visible()
    looks.accessible(admin), looks.fits(admin)
    admin.get_by_role("link", name="Hapus saringan").last.click()
    with admin.expect_download() as taken:
        admin.get_by_role("link", name="CSV").click()
    assert Path(taken.value.path()).read_text("utf-8-sig").startswith("Nomor;Waktu;")


def test_an_admin_looks_somebody_up_and_sees_what_stands_in_the_way_of_a_deletion(live_archived: House) -> None:
    admin = live_archived.enter("admin", sample.ADMIN)
    admin.goto("/data-pribadi")
    looks.accessible(admin), looks.fits(admin)
    admin.get_by_label("Cari orang").fill("Sekar")
    steps.press(admin, "Cari orang")
    admin.get_by_role("link", name=SATU.head.nama).click()
    expect(admin.get_by_text("************0002")).to_be_visible()
    expect(admin.get_by_role("button", name="Cetak")).to_be_visible()
    looks.accessible(admin), looks.fits(admin)
    admin.get_by_role("link", name="Hapus data pribadi").click()
    expect(admin.get_by_text("Masih memegang peran Kepala Satker 100101.")).to_be_visible()
    looks.accessible(admin), looks.fits(admin)


def test_an_operator_who_left_is_forgotten(live: House) -> None:
    (user,) = live.world.all(select(User).where(User.username == f"sim{SATU.kode}"))
    ended = db.update(Assignment).where(Assignment.user_id == user.id)
    live.world.write(ended.values(until=local_day(clock.now()) - timedelta(days=1)))
    admin = live.enter("admin", sample.ADMIN)
    admin.goto(f"/data-pribadi/akun-{user.id}/hapus")
    looks.accessible(admin), looks.fits(admin)
    admin.get_by_label("Dasar penghapusan").fill("Surat 12/2026")
    admin.get_by_label("Ketik nama orang ini").fill("orang lain")
    steps.press(admin, "Hapus data pribadi")
    expect(admin.get_by_text("Nama yang diketik tidak sama")).to_be_visible()
    live.forgive(422)
    admin.get_by_label("Ketik nama orang ini").fill(SATU.operator)
    steps.press(admin, "Hapus data pribadi")
    expect(admin.get_by_text("Data pribadi dihapus: ").first).to_be_visible()
    looks.accessible(admin)


def test_everybody_reads_what_is_stored_about_them_and_signs_out_everywhere(live: House) -> None:
    head = live.head()
    head.goto("/data-saya")
    steps.heading(head, "Data saya")
    looks.accessible(head), looks.fits(head)
    with head.expect_download() as taken:
        head.get_by_role("link", name="Unduh (JSON)").click()
    (person,) = live.world.all(select(Person).where(Person.nip == SATU.head.nip))
    assert person.nik in Path(taken.value.path()).read_text("utf-8")
    steps.press(head, "Keluar dari semua perangkat")
    head.get_by_role("dialog").get_by_role("button").first.click()
    expect(head.get_by_text("Semua sesi akun ini sudah diakhiri").first).to_be_visible()
