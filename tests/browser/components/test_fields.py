"""Fields: what is typed, what is said about it, and what is sent."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.components.test_rows import paste


def test_errors_stand_on_top_and_at_the_field_and_the_focus_goes_there(page: Page, seen):
    page.goto("/isian")
    page.get_by_label("Catatan PK").fill("tetap ada")
    page.get_by_role("button", name="Kirim Info Satker").click()
    summary = page.locator("section.alert-danger")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Nama Pimpinan belum diisi").click()
    name = page.get_by_label("Nama Pimpinan")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Nama Pimpinan belum diisi. Ketik nama lengkap dengan gelar.")
    expect(page.get_by_label("Catatan PK")).to_have_value("tetap ada")
    summary.get_by_role("link", name="Belum ada yang dipilih").last.click()
    expect(page.get_by_label("Setujui")).to_be_focused()


def test_rupiah_is_grouped_while_typing_and_keeps_the_caret(page: Page, seen):
    page.goto("/isian")
    money = page.get_by_label("Anggaran")
    money.press_sequentially("1250000000")
    expect(money).to_have_value("1.250.000.000")
    for _ in range(4):
        money.press("ArrowLeft")
    money.press("Backspace")
    expect(money).to_have_value("125.000.000")
    money.press_sequentially("7")
    expect(money).to_have_value("1.250.007.000")


def test_rupiah_takes_what_people_paste_and_leaves_words_alone(page: Page, seen):
    page.goto("/isian")
    money = page.get_by_label("Anggaran")
    for typed, shown in [("Rp 1.250.000,00", "1.250.000"), ("1,250,000", "1.250.000"),
                         ("1,5 miliar", "1,5 miliar"), ("0012", "12"), ("1,250", "1,250")]:  # fmt: skip
        money.fill(typed)
        money.blur()
        expect(money).to_have_value(shown)
    money.fill("")
    paste(page, money, "1250000.00")
    expect(money).to_have_value("1.250.000")


def test_nik_counts_its_digits(page: Page, seen):
    page.goto("/isian")
    page.get_by_label("NIK Pimpinan").press_sequentially("3273 0141 0185")
    expect(page.get_by_text("12 dari 16 angka")).to_be_visible()


def test_letters_left_are_counted_and_nothing_is_cut(page: Page, seen):
    page.goto("/isian")
    note = page.get_by_label("Catatan PK")
    note.fill("a" * 50)
    expect(page.get_by_text("Sisa 10 huruf")).to_be_visible()
    note.fill("a" * 65)
    expect(page.locator("#catatan-count")).to_have_text("Terlalu panjang 5 huruf")
    expect(note).to_have_value("a" * 65)


def test_a_passphrase_is_shown_on_demand_and_never_offered_to_the_browser(page: Page, seen):
    page.goto("/isian")
    secret = page.get_by_label("Passphrase", exact=True)
    expect(secret).to_have_attribute("autocomplete", "off")
    secret.fill("rahasia sekali")
    page.get_by_role("button", name="Lihat").click()
    expect(secret).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Sembunyikan")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Kirim Info Satker").click()
    expect(secret).to_have_value("")


def test_a_second_press_sends_nothing(page: Page, seen):
    page.goto("/isian")
    button = page.locator(".action-bar button")
    with page.expect_response("**/diam"):
        button.evaluate("b => { b.form.action = '/diam'; b.click(); b.click(); }")
    expect(button).to_be_disabled()
    expect(button).to_have_text("Mengirim ...")
    assert len(seen.posted) == 1


def test_everything_is_sent_as_typed(page: Page, seen):
    page.goto("/isian")
    page.get_by_label("Nama Pimpinan").fill("Dr. Asep Suryana")
    page.get_by_label("NIK Pimpinan").fill("3273014101850001")
    page.get_by_label("Anggaran").fill("1250000")
    page.get_by_label("Setujui").check()
    page.get_by_role("button", name="Kirim Info Satker").click()
    expect(page.locator("[data-flash]")).to_contain_text("Isian tersimpan.")
    expect(page.locator("#pengumuman")).to_have_text("Isian tersimpan.")
    assert seen.posted[0]["anggaran"] == ["1.250.000"]
    assert seen.posted[0]["keputusan"] == ["setuju"]
