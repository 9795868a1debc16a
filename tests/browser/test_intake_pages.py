"""Biro Perencanaan brings a diagram of bpmn.io: chooses roles for its lanes, and finds it drawn in the editor."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.flows import sample
from tests.browser import looks, steps
from tests.browser.live import House
from tests.browser.looks import PHONE

SAMPLE = Path(__file__).parents[1] / "engine" / "foreign_files" / "bpmnio_pinjam_aula.bpmn"


def _look_at(biro: Page, file: Path) -> None:
    biro.goto("/proses/berkas")
    biro.locator("#berkas").set_input_files(file)
    steps.press(biro, "Periksa berkas")
    steps.heading(biro, "Peminjaman Aula")


def test_a_diagram_of_bpmn_io_becomes_a_draft(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    biro.goto("/proses/berkas")
    looks.accessible(biro)
    _look_at(biro, SAMPLE)
    expect(biro.locator("main")).to_contain_text("Ada 2 hal yang ditolak. Belum ada yang tersimpan.")
    looks.accessible(biro)
    biro.get_by_label("Jalur Pemohon").select_option("Operator Satker")
    biro.get_by_label("Jalur Petugas Aula").select_option("Kepala Satker")
    steps.press(biro, "Periksa ulang")
    expect(biro.locator("main")).to_contain_text("Semua elemen dapat dipakai. Belum ada yang tersimpan.")
    expect(biro.get_by_label("Kode proses baru")).to_have_value("peminjaman_aula")
    biro.locator("main").get_by_role("button", name="Jadikan draf").click()
    expect(biro.locator("[data-element-id=Activity_2]").first).to_be_visible()
    biro.get_by_role("link", name="Berkas asal").click()
    expect(biro.locator("main")).to_contain_text("Laporan saat diunggah")
    looks.accessible(biro)


@pytest.mark.slow
def test_the_report_fits_a_phone(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    biro.set_viewport_size(PHONE)
    biro.goto("/proses/berkas")
    looks.fits(biro)
    _look_at(biro, SAMPLE)
    looks.fits(biro)
    looks.accessible(biro)
