"""The worked example of Buku Panduan, as its chapter tells it: Reviu Biro Perencanaan, before Review Eselon 1.

The browser test and the pictures of the guide both go these ways, so the guide shows what the test proves. Everything
is done with mouse and keyboard in the pages.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests import pk
from tests.browser import steps
from tests.visitor import Page as VisitedPage
from tests.visitor import Visitor
from tests.world import DUA, World

TASK = "Reviu Biro Perencanaan"
STATUS = "Direviu Biro Perencanaan"
STAGE = "Biro Perencanaan"
HELP = "Tulis bila ada yang perlu diperhatikan Eselon 1."
WHY = "Biro Perencanaan membaca setiap PK sebelum Eselon 1 menandatanganinya."


def open_editor(page: Page) -> None:
    """Menu, Proses, Perjanjian Kinerja, Ubah."""
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Proses", exact=True).first.click()
    page.get_by_role("link", name="Perjanjian Kinerja", exact=True).click()
    page.get_by_role("button", name="Ubah", exact=True).click()
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()


def panel(page: Page) -> Locator:
    return page.locator("[data-panel]")


def type_into(page: Page, label: str, words: str) -> None:
    box = panel(page).get_by_label(label, exact=True)
    box.fill(words)
    box.press("Tab")


def add_lane(page: Page) -> None:
    """The name of the lane Eselon 1, 'Tambah jalur di bawah', and the role that works in it."""
    _press_name(page, "lane_eselon")
    page.get_by_title("Tambah jalur di bawah").click()
    expect(panel(page).locator("[data-panel-of^=Lane_]")).to_be_visible()
    panel(page).get_by_label("Peran", exact=True).select_option("Biro Perencanaan")


def pick_task(page: Page) -> None:
    """The dots of the palette, and 'Tugas orang': it now hangs at the mouse, above the arrow in the new lane."""
    lane = panel(page).locator("[data-panel-of]").get_attribute("data-panel-of") or ""
    page.get_by_role("button", name="Buat elemen").click()
    page.locator(".djs-popup input").fill("orang")
    page.locator(".djs-popup .entry", has_text="Tugas orang").click()
    place, arrow = _box(page, lane), _box(page, "f_ke_eselon")
    x, y = arrow["x"] + arrow["width"] - 14, place["y"] + place["height"] / 2  # beside it: one needn't hit the line
    page.mouse.move(x - 80, y + 10)
    page.mouse.move(x, y, steps=5)
    expect(page.locator(".djs-element.takes-step[data-element-id=f_ke_eselon]")).to_be_attached()


def drop_task(page: Page) -> None:
    page.mouse.down()
    page.mouse.up()
    expect(panel(page)).to_contain_text("Tugas orang")
    expect(panel(page).get_by_label("Peran (jalur)")).to_have_value(re.compile("^Lane_"))
    type_into(page, "Nama", TASK)


def declare_form(page: Page) -> None:
    """Isian sendiri: 'Hasil reviu', a choice, and 'Catatan', a text."""
    box = panel(page)
    box.get_by_label("Isian sendiri").check()
    type_into(page, "Label", "Hasil reviu")
    box.get_by_label("Jenis").select_option(label="Pilihan")
    box.get_by_label("Wajib diisi").check()
    type_into(page, "Pilihan 1", "Sesuai")
    type_into(page, "Pilihan 2", "Ada catatan")
    box.get_by_role("button", name="Tambah isian").click()
    type_into(page, "Label", "Catatan")
    box.get_by_label("Jenis").select_option(label="Teks panjang")
    type_into(page, "Bantuan", HELP)
    expect(box.locator("[data-preview-place]")).to_contain_text(HELP)


def set_times_and_words(page: Page) -> None:
    """Tenggat and Status of the task; then the stage, which belongs to the whole process."""
    type_into(page, "Selesai dalam", "3 hari kerja")
    type_into(page, "Status sesudah langkah ini", STATUS)
    _press_empty(page)
    box = panel(page)
    box.get_by_role("button", name="Tambah tahap").click()
    expect(box.get_by_label("Tahap 7", exact=True)).to_be_focused()
    type_into(page, "Tahap 7", STAGE)
    for _ in range(2):  # above Arsip and Eselon 1
        box.get_by_role("button", name=f"Naikkan tahap {STAGE}").click()
    expect(box.get_by_label("Tahap 5", exact=True)).to_have_value(STAGE)
    choose_task(page)
    box.get_by_label("Tahap", exact=True).select_option(STAGE)


def choose_task(page: Page) -> None:
    _press(page, page.locator(".djs-element", has_text=re.compile("^Reviu Biro")).first)
    expect(panel(page).get_by_label("Nama", exact=True)).to_have_value(TASK)


def check(page: Page) -> None:
    """No problem is left, also after every way was tried."""
    expect(page.locator("[data-check-status]")).to_have_text("Diperiksa: dapat diterbitkan.")
    expect(page.locator("[data-problem-count]")).to_have_text("tidak ada")
    page.get_by_role("button", name="Periksa alur").click()
    expect(page.locator("[data-soundness-result]")).to_contain_text("keadaan")
    expect(page.locator("[data-problem-count]")).to_have_text("tidak ada")
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"^Tersimpan \d\d\.\d\d oleh "))


def look_at_difference(page: Page) -> None:
    page.get_by_role("link", name="Beda", exact=True).click()
    expect(page.locator("main")).to_contain_text(f"Tugas '{TASK}' ditambahkan di jalur 'Biro Perencanaan'")


def replay(page: Page) -> None:
    """Uji ulang with the cases on record, over the new step with what its form offers first."""
    page.get_by_role("link", name="Uji ulang", exact=True).click()
    page.get_by_label("Sertakan perkara yang masih berjalan").check()
    page.get_by_label("Lewati langkah baru dengan isian bawaan").check()
    steps.press(page, "Mulai uji ulang")


def publish(page: Page) -> None:
    page.get_by_role("link", name="Terbitkan", exact=True).click()
    expect(page.get_by_text("Tidak ada kesalahan.")).to_be_visible()
    page.get_by_label("Apa yang berubah, dan mengapa").fill(WHY)


def to_the_new_step(world: World) -> None:
    """The operator and the head of Dua do their part; the house's own worker calls the services."""
    operator, head = world.operator(DUA), world.head(DUA)
    pk.draft(pk.confirm_info(pk.begin(operator)))
    task(operator, "Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    task(head, pk.SIGN).form("/tugas/").fill(passphrase=DUA.head.passphrase).press()
    until(lambda: world.biro().open("/tugas").has_link(TASK))


def task(visitor: Visitor, words: str) -> VisitedPage:
    until(lambda: visitor.open("/tugas").has_link(words))
    return visitor.open("/tugas").link(words)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.2)


def _box(page: Page, element: str) -> dict[str, float]:
    found = page.locator(f".djs-element[data-element-id='{element}']").first.bounding_box()
    assert found, element
    return {**found}


def _press_name(page: Page, lane: str) -> None:
    """The strip at the left of a lane, where its name stands."""
    box = _box(page, lane)
    page.mouse.click(box["x"] + 6, box["y"] + box["height"] / 2)


def _press(page: Page, shape: Locator) -> None:
    box = shape.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _press_empty(page: Page) -> None:
    """The empty paper above the pool."""
    pool = _box(page, "kementerian")
    page.mouse.click(pool["x"] + pool["width"] / 2, pool["y"] - 12)
    expect(panel(page).get_by_label("Nama proses")).to_be_visible()
