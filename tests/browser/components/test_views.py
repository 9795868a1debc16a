"""A real PDF and a real diagram in the page, under the policy of all pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect

INK = """c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let dark = 0; for (let i = 0; i < d.length; i += 4) if (d[i] < 128 && d[i + 3]) dark++; return dark; }"""


def test_a_pdf_is_drawn_with_its_text_over_it(page: Page):
    page.goto("/tanda-tangan")
    first = page.get_by_role("region", name="Halaman 1", exact=True)
    expect(first.get_by_text("PERJANJIAN KINERJA TAHUN 2026 - halaman 1")).to_be_visible()
    assert first.locator("canvas").evaluate(INK) > 1000
    expect(page.get_by_text("Halaman 1 dari 3")).to_be_visible()


def test_pages_far_below_are_drawn_when_they_come_into_sight(page: Page):
    page.goto("/tanda-tangan")
    expect(page.locator("[data-page='1'] canvas")).to_be_attached()
    expect(page.locator("[data-page='3'] canvas")).not_to_be_attached()
    page.locator("[data-page='3']").scroll_into_view_if_needed()
    expect(page.get_by_text("PERJANJIAN KINERJA TAHUN 2026 - halaman 3")).to_be_visible()
    page.locator(".pages").evaluate("e => e.scrollTop = e.scrollHeight")
    expect(page.get_by_text("Halaman 3 dari 3")).to_be_visible()


def test_a_pdf_zooms_by_buttons_and_keys(page: Page):
    page.goto("/tanda-tangan")
    sheet = page.locator("[data-page='1']")
    expect(sheet.locator("canvas")).to_be_attached()
    width = sheet.bounding_box()["width"]
    page.get_by_role("button", name="Perbesar").click()
    assert sheet.bounding_box()["width"] > width * 1.2
    expect(sheet.locator("canvas")).to_have_count(1)
    page.locator(".pages").focus()
    page.keyboard.press("0")
    assert abs(sheet.bounding_box()["width"] - width) < 2


def test_a_pdf_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto("/tanda-tangan")
    expect(page.locator("[data-page='1'] canvas")).to_be_attached()
    assert page.locator("[data-page='1']").bounding_box()["width"] < 360


def test_a_pdf_that_can_not_be_shown_can_be_downloaded(page: Page, complaints):
    page.goto("/tanda-tangan?rusak=1")
    expect(page.get_by_text("Dokumen ini tidak dapat ditampilkan di sini.")).to_be_visible()
    expect(page.get_by_role("link", name="Unduh dokumen")).to_have_attribute("href", "/rusak.pdf")
    complaints.clear()


def test_a_diagram_shows_what_is_done_and_what_waits(page: Page):
    page.goto("/diagram")
    expect(page.locator("[data-ready]")).to_be_visible()
    expect(page.locator("[data-element-id='persetujuan_kepala']")).to_have_class("djs-element djs-shape is-current")
    expect(page.locator("[data-element-id='info_satker'].is-done")).to_have_count(1)
    expect(page.locator("a.bjs-powered-by")).to_be_visible()  # their licence asks for it


def test_a_diagram_zooms_and_fits(page: Page):
    page.goto("/diagram")
    expect(page.locator("[data-ready]")).to_be_visible()
    viewport = page.locator("g.viewport")
    near = viewport.get_attribute("transform")
    page.get_by_role("button", name="Perbesar").click()
    expect(viewport).not_to_have_attribute("transform", near)
    page.get_by_role("button", name="Tampilkan semua").click()
    expect(page.locator("[data-element-id='kementerian']").first).to_be_in_viewport()


def test_a_folded_pdf_costs_nothing_until_it_is_opened(page: Page):
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto("/tanda-tangan?lipat=1")
    page.wait_for_load_state("networkidle")
    assert not any("dokumen.pdf" in url or "viewer-" in url for url in asked)
    page.get_by_text("Lihat dokumen").click()
    expect(page.locator(".textLayer").first).to_be_attached()
    assert page.locator("[data-page='1']").bounding_box()["width"] > 400
