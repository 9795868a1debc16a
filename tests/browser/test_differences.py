"""What differs, in a real browser: two diagrams that move together, marks, and sentences that lead to elements."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app import clock
from app.flows import sample
from app.flows.diagrams import drafts
from app.models import DiagramDraft, db
from tests.browser import looks
from tests.browser.live import House, aside

PK = "perjanjian_kinerja"
SHAPE = '<bpmndi:BPMNShape id="reviu_di" bpmnElement="reviu"><dc:Bounds x="1900" y="450" width="120" height="80"/>'
STEP = '<userTask id="reviu" name="Reviu Biro Perencanaan"/><sequenceFlow id="f_arsip"'
CHANGES = (
    ("P14D", "P10D"),
    ('x="590" y="200"', 'x="590" y="240"'),
    ('<sequenceFlow id="f_arsip"', STEP),
    ('<bpmndi:BPMNShape id="selesai_di"', SHAPE + '</bpmndi:BPMNShape><bpmndi:BPMNShape id="selesai_di"'),
    ('<textAnnotation id="catatan_eselon">', '<textAnnotation id="catatan_lain">'),
    ('bpmnElement="catatan_eselon"', 'bpmnElement="catatan_lain"'),
    ('targetRef="catatan_eselon"', 'targetRef="catatan_lain"'),
)


def begun(house: House, biro: Page, *changes: tuple[str, str]) -> int:
    """A draft of the PK with texts replaced, saved a second time."""
    biro.goto(f"/proses/{PK}")
    biro.get_by_role("button", name="Ubah").click()
    biro.wait_for_url("**/proses/draf/*")
    number = int(house.world.all(db.select(DiagramDraft.id).order_by(DiagramDraft.id.desc()))[0])

    def save() -> None:
        with house.world.app.app_context():
            draft = drafts.read(number)
            files = dict(draft.files)
            for name in files:
                for before, after in changes:
                    assert before in files[name], before
                    files[name] = files[name].replace(before, after)
            drafts.rework(draft, files)
            draft.saved_at = clock.now()
            db.session.commit()

    if changes:
        aside(save)
    return number


def drawn(page: Page) -> tuple[Locator, Locator]:
    """The old and the new diagram, once both are drawn."""
    expect(page.locator("[data-bpmn][data-ready]")).to_have_count(2)
    return page.locator("[data-bpmn]").nth(0), page.locator("[data-bpmn]").nth(1)


def place(view: Locator) -> list[float]:
    """Which part of the diagram is in sight: scale and offset."""
    matrix = view.locator("svg .viewport").get_attribute("transform") or ""
    return [round(float(n), 2) for n in re.findall(r"-?[\d.]+", matrix)]


def test_sentences_lead_to_their_elements_on_both_diagrams(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    number = begun(live, biro, *CHANGES)
    biro.goto(f"/proses/beda/draf/{number}")
    old, new = drawn(biro)
    expect(new.locator("[data-element-id=reviu].is-added")).to_be_attached()
    expect(old.locator("[data-element-id=reviu]")).to_have_count(0)
    for view in (old, new):
        expect(view.locator("[data-element-id=penyusunan_pk].is-changed")).to_be_attached()
        expect(view.locator("[data-element-id=perbaiki_registrasi].is-moved")).to_be_attached()
    # a sentence: there on both sides, and both show the same part
    biro.get_by_role("button", name="Tenggat 'Penyusunan PK' berubah").click()
    for view in (old, new):
        expect(view.locator("[data-element-id=penyusunan_pk].is-here")).to_be_in_viewport()
    assert place(old) == place(new)
    # what is new is shown where it would stand on the old side
    biro.get_by_role("button", name="Tugas 'Reviu Biro Perencanaan' ditambahkan").click()
    expect(new.locator("[data-element-id=reviu].is-here")).to_be_in_viewport()
    assert place(old) == place(new)
    # moved by its buttons, by the keyboard: the other goes along
    before = place(old)
    new.get_by_role("button", name="Perkecil").click()
    new.locator("svg[tabindex]").focus()
    biro.keyboard.press("ArrowRight")
    biro.keyboard.press("+")
    assert place(old) == place(new) != before
    # another id is the same element
    biro.get_by_role("button", name="sekarang ber-id 'catatan_lain'").click()
    expect(old.locator("[data-element-id=catatan_eselon].is-here")).to_be_in_viewport()
    expect(new.locator("[data-element-id=catatan_lain].is-here")).to_be_in_viewport()


@pytest.mark.slow
def test_the_pages_fit_a_phone_and_axe_is_quiet(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    number = begun(live, biro, *CHANGES)
    for path in (f"draf/{number}?xml=1", f"draf/{number}?cari=zzz", f"simpanan/{number}", f"versi/{PK}"):
        biro.goto(f"/proses/beda/{path}")
        looks.unfolded(biro)
        looks.accessible(biro)
        looks.fits(biro)


@pytest.mark.slow
def test_on_a_phone_the_diagrams_stand_below_each_other(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    number = begun(live, biro, *CHANGES)
    biro.set_viewport_size(looks.PHONE)  # type: ignore[arg-type]
    biro.goto(f"/proses/beda/draf/{number}")
    one, other = (biro.locator("[data-bpmn]").nth(i).bounding_box() for i in (0, 1))
    assert one and other and other["y"] >= one["y"] + one["height"]
    biro.get_by_role("button", name="Tugas 'Reviu Biro Perencanaan' ditambahkan").click()
    expect(biro.locator("[data-element-id=reviu].is-here")).to_be_in_viewport()  # it was lazy, and far above
