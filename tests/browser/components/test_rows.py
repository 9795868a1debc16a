"""Rows: sasaran with their indikator, kegiatan with their anggaran."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

CLIPBOARD = """([text, html]) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  if (html) data.setData('text/html', html);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', how));
}"""


def paste(page: Page, into: Locator, text: str, html: str = "") -> None:
    into.focus()
    page.evaluate(CLIPBOARD, [text, html])


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def names(page: Page) -> list[str]:
    return page.evaluate("() => [...document.querySelectorAll('[data-row] [name]')].map(e => e.name)")


def values(page: Page, field: str) -> list[str]:
    return [e.input_value() for e in page.locator(f"[data-row] [name$='-{field}']").all()]


def send(page: Page, seen: Any) -> dict[str, list[str]]:
    page.get_by_role("button", name="Lanjut").click()
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Lanjut")).to_be_enabled()
    return seen.posted[-1]


def test_a_row_is_added_filled_and_sent_under_its_number(page: Page, seen):
    page.goto("/penyusunan/3")
    row(page, "Kegiatan 1").get_by_role("textbox", name="Kegiatan", exact=True).fill("Pelatihan guru")
    page.get_by_role("button", name="Tambah kegiatan").click()
    second = row(page, "Kegiatan 2").get_by_role("textbox", name="Kegiatan", exact=True)
    expect(second).to_be_focused()
    expect(page.locator("#pengumuman")).to_have_text("Kegiatan 2 ditambahkan.")
    second.fill("Evaluasi")
    sent = send(page, seen)
    assert sent["kegiatan-0-kegiatan"] == ["Pelatihan guru"]
    assert sent["kegiatan-1-kegiatan"] == ["Evaluasi"]
    assert not any("__N__" in name for name in sent)


def test_removing_a_row_can_be_undone_in_its_place(page: Page, seen):
    page.goto("/penyusunan/3?rows=3")
    row(page, "Kegiatan 2").get_by_role("button", name="Hapus baris 2").click()
    undo = page.get_by_role("button", name="Urungkan")
    expect(undo).to_be_focused()
    assert values(page, "kegiatan") == ["Pelatihan angkatan 1", "Pelatihan angkatan 3"]
    assert "kegiatan-2-kegiatan" not in names(page)
    expect(page.locator("[data-sum]")).to_have_text("Rp 2.500.000.000")
    undo.press("Enter")
    assert values(page, "kegiatan") == [f"Pelatihan angkatan {n}" for n in (1, 2, 3)]
    expect(row(page, "Kegiatan 2").get_by_role("textbox", name="Kegiatan", exact=True)).to_be_focused()
    expect(page.locator("[data-sum]")).to_have_text("Rp 3.750.000.000")


def test_rows_are_moved_by_buttons_and_the_focus_stays(page: Page, seen):
    page.goto("/penyusunan/3?rows=3")
    up = row(page, "Kegiatan 3").get_by_role("button", name="Naikkan")
    up.click()
    expect(page.locator(":focus")).to_have_attribute("title", "Naikkan")
    expect(page.locator("#pengumuman")).to_have_text("Sekarang nomor 2 dari 3.")
    page.keyboard.press("Enter")
    assert values(page, "kegiatan") == ["Pelatihan angkatan 3", "Pelatihan angkatan 1", "Pelatihan angkatan 2"]
    assert send(page, seen)["kegiatan-0-kegiatan"] == ["Pelatihan angkatan 3"]


def test_rows_are_moved_by_the_mouse(page: Page, seen):
    page.goto("/penyusunan/3?rows=3")
    row(page, "Kegiatan 3").locator("[data-handle]").drag_to(row(page, "Kegiatan 1"), target_position={"x": 9, "y": 4})
    assert values(page, "kegiatan")[0] == "Pelatihan angkatan 3"
    assert names(page)[0] == "kegiatan-0-kegiatan"


def test_the_sum_follows_the_typing(page: Page, seen):
    page.goto("/penyusunan/3?rows=2")
    row(page, "Kegiatan 1").get_by_label("Anggaran").fill("5000000")
    expect(page.locator("[data-sum]")).to_have_text("Rp 1.255.000.000")


def test_a_table_from_excel_fills_rows_below_and_can_be_undone(page: Page, seen):
    page.goto("/penyusunan/3")
    first = row(page, "Kegiatan 1").get_by_role("textbox", name="Kegiatan", exact=True)
    second = '2\t"Rapat ""besar""\nkedua"\t2500000'
    paste(page, first, f"1\tPelatihan\tRp 1.250.000\r\n{second}\r\n3\tEvaluasi\t1,000,000\r\n")
    assert values(page, "kegiatan") == ["Pelatihan", 'Rapat "besar" kedua', "Evaluasi"]
    assert values(page, "anggaran") == ["1.250.000", "2.500.000", "1.000.000"]
    expect(page.locator("[data-sum]")).to_have_text("Rp 4.750.000")
    expect(page.locator("#pengumuman")).to_have_text("3 baris ditempel.")
    page.get_by_role("button", name="Urungkan").click()
    assert values(page, "kegiatan") == [""]
    expect(first).to_be_focused()


def test_a_column_is_pasted_downwards_from_where_one_stands(page: Page, seen):
    page.goto("/penyusunan/3?rows=3")
    paste(page, row(page, "Kegiatan 2").get_by_label("Anggaran"), "10.000\n20.000\n30.000")
    assert values(page, "anggaran") == ["1.250.000.000", "10.000", "20.000", "30.000"]


def test_a_paragraph_stays_a_paragraph(page: Page, seen):
    page.goto("/penyusunan/3")
    cell = row(page, "Kegiatan 1").get_by_role("textbox", name="Kegiatan", exact=True)
    paste(page, cell, "Pelatihan guru\ndi Bandung")
    assert len(values(page, "kegiatan")) == 1
    paste(page, cell, "Pelatihan\nEvaluasi", "<table><tr><td>Pelatihan</td></tr></table>")
    assert values(page, "kegiatan") == ["Pelatihan", "Evaluasi"]


def test_indikator_stand_inside_their_sasaran(page: Page, seen):
    page.goto("/penyusunan/2?rows=2")
    page.get_by_role("button", name="Tambah sasaran").click()
    third = row(page, "Sasaran 3")
    third.get_by_role("textbox", name="Sasaran", exact=True).fill("Sasaran baru")
    third.get_by_role("button", name="Tambah indikator").click()
    expect(third.get_by_role("group", name="Indikator 2")).to_be_visible()
    third.get_by_role("group", name="Indikator 2").get_by_label("Target").fill("100")
    third.get_by_role("button", name="Naikkan baris 3").click()
    sent = send(page, seen)
    assert sent["sasaran-1-sasaran"] == ["Sasaran baru"]
    assert sent["sasaran-1-indikator-1-target"] == ["100"]
    assert sent["sasaran-2-indikator-1-indikator"] == ["Predikat SAKIP"]
    assert not any("__N__" in name or "-x" in name for name in sent)


def test_adding_to_an_existing_sasaran_borrows_the_blank_row(page: Page, seen):
    page.goto("/penyusunan/2?rows=2")
    row(page, "Sasaran 2").get_by_role("button", name="Tambah indikator").click()
    page.keyboard.type("Indikator ketiga")
    assert send(page, seen)["sasaran-1-indikator-2-indikator"] == ["Indikator ketiga"]


def test_a_table_with_merged_cells_fills_sasaran_and_indikator(page: Page, seen):
    page.goto("/penyusunan/2")
    table = "Sasaran A\tIndikator 1\t95,5\t%\n\tIndikator 2\tA\tPredikat\nSasaran B\tIndikator 3\t10\tdokumen"
    paste(page, row(page, "Sasaran 1").get_by_role("textbox", name="Sasaran", exact=True), table)
    sent = send(page, seen)
    assert sent["sasaran-0-sasaran"] == ["Sasaran A"]
    assert sent["sasaran-0-indikator-1-satuan"] == ["Predikat"]
    assert sent["sasaran-1-indikator-0-target"] == ["10"]


def test_enter_goes_down_the_column_and_does_not_send(page: Page, seen):
    page.goto("/penyusunan/3?rows=2")
    row(page, "Kegiatan 1").get_by_label("Anggaran").press("Enter")
    expect(row(page, "Kegiatan 2").get_by_label("Anggaran")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Tambah kegiatan")).to_be_focused()
    assert seen.posted == []


def test_sixty_rows_answer_at_once(page: Page, seen):
    page.goto("/penyusunan/2?rows=49")
    took = page.evaluate("""() => { const t = performance.now();
      document.querySelector('[data-row] [data-down]').click();
      document.querySelector('[data-rows]:not([data-row] *) > div > [data-add]').click();
      return performance.now() - t; }""")
    assert took < 300, f"{took} ms for two changes of 49 sasaran"
    expect(page.get_by_role("button", name="Tambah sasaran")).to_be_disabled()
