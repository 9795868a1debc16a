"""Biro Perencanaan changes a diagram in the browser, with a real browser."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app import clock
from app.engine.checks import prepare
from app.flows import rights, sample
from app.flows.diagrams import drafts
from app.flows.rights import Actor
from app.models import Definition, DiagramDraft, User, db
from tests.browser import looks
from tests.browser.live import House, aside

PK = "perjanjian_kinerja.bpmn"
TASK = "Lengkapi Info Satker"
NEW = "Isi Info Satker dulu"
# what a missing translation would leave behind; names of elements are Indonesian, and bpmn.io is a name
ENGLISH = re.compile(
    r"\b(append|create|change|activate|remove|delete|toggle|set|open|close|search|task|event|flow|start|end|"
    r"boundary|intermediate|issues?|errors?|warnings?|simulation|element|lane|pool|group|reset|play|add)\b",
    re.IGNORECASE,
)
WORDS = """() => [...document.querySelectorAll('[data-canvas] *')].flatMap((e) => [
  e.getAttribute('title'), e.getAttribute('aria-label'), e.getAttribute('placeholder'),
  e.closest('svg') ? null : [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(' '),
]).filter(Boolean)"""
PAD = "ContextPad#getPad is deprecated"  # bpmn-js warns of what it calls itself


def biro(house: House) -> Actor:
    user = house.world.all(db.select(User).where(User.username == "biro"))[0]
    with house.world.app.app_context():
        return rights.actor_of(user.id, 2026, rights.local_day(clock.now()))


def begun(house: House, change: tuple[str, str] | None = None) -> int:
    """The id of a draft of the Perjanjian Kinerja, with one text in it replaced by another."""

    def begin() -> int:
        actor, version = biro(house), house.world.all(db.select(Definition))[0]
        with house.world.app.app_context():
            draft = drafts.begin_from(version.id, actor, clock.now())
            if change:
                assert change[0] in draft.files[PK]
                files = {**draft.files, PK: draft.files[PK].replace(*change)}
                drafts.save(draft.id, 1, files, actor, clock.now())
            return draft.id

    return int(aside(begin))


def somebody_saves(house: House, draft_id: int, name: str, account: int = 1) -> None:
    """Another person of Biro Perencanaan saves the draft meanwhile, and leaves their name in it."""

    def save() -> None:
        other = replace(biro(house), user_id=account, name=name)
        with house.world.app.app_context():
            draft = drafts.read(draft_id)
            files = {**draft.files, PK: draft.files[PK].replace("</definitions>", f"<!-- {name} --></definitions>")}
            drafts.save(draft_id, draft.revision, files, other, clock.now())

    aside(save)


def saved(house: House, draft_id: int) -> DiagramDraft:
    row: DiagramDraft = house.world.all(db.select(DiagramDraft).where(DiagramDraft.id == draft_id))[0]
    return row


def opened(house: House, draft_id: int, role: str = sample.BIRO, query: str = "") -> Page:
    page = house.person("biro" if role == sample.BIRO else "admin", role)
    page.goto(f"/proses/draf/{draft_id}{query}")
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()
    return page


def canvas(page: Page) -> Locator:
    return page.locator("[data-canvas] svg[tabindex]").first


def select(page: Page, name: str) -> None:
    """By the table of steps, as somebody without a mouse does."""
    if page.locator("[data-element-part]:not([open])").count():
        page.locator("[data-element-part] summary").click()
    page.locator("[data-elements]").get_by_role("button", name=name, exact=True).click()


def rename(page: Page, name: str, new: str) -> None:
    select(page, name)
    canvas(page).focus()
    page.keyboard.press("e")
    box = page.locator(".djs-direct-editing-content")
    box.fill(new)
    box.press("Enter")


def test_a_task_is_renamed_saved_by_itself_and_undone(live: House) -> None:
    number = begun(live)
    page = opened(live, number)
    rename(page, TASK, NEW)
    expect(page.locator("[data-saved]")).to_have_text("Belum tersimpan")
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"Tersimpan \d\d\.\d\d oleh "))
    assert saved(live, number).revision == 2
    _nothing_else_changed(live, number)
    page.reload()
    expect(page.locator("[data-elements]").get_by_text(NEW).first).to_be_attached()
    # undone by the button, and saved at once by the key
    rename(page, NEW, "Lain lagi")
    page.get_by_role("button", name="Urungkan").click()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    assert f'name="{NEW}"' in saved(live, number).files[PK]
    looks.accessible(page)
    looks.fits(page)


def _nothing_else_changed(house: House, number: int) -> None:
    """What bpmn-js wrote means the same to the engine, but for the name."""
    version = house.world.all(db.select(Definition))[0]
    before, after = (_read(files) for files in (version.files, saved(house, number).files))
    assert before["elements"]["info_satker"].pop("name") == TASK
    assert after["elements"]["info_satker"].pop("name") == NEW
    assert after == before


def _read(files: dict[str, str]) -> dict[str, Any]:
    found = prepare({name: text.encode() for name, text in files.items()})
    elements = {e.id: {k: v for k, v in asdict(e).items() if k != "line"} for e in found.elements.values()}
    flows = {(f.id, f.source, f.target, f.condition, f.name) for f in found.graph.flows}
    return {
        "elements": elements, "flows": flows, "lanes": found.lanes, "properties": found.process_properties,
        "name": found.process_name, "problems": [p.message for p in found.problems],
    }  # fmt: skip


def test_who_comes_second_is_told_and_chooses(live: House) -> None:
    number = begun(live)
    page = opened(live, number)
    somebody_saves(live, number, "Rini Wulandari")
    rename(page, TASK, NEW)
    dialog = page.get_by_role("dialog", name="Orang lain sudah menyimpan")
    expect(dialog).to_contain_text("Rini Wulandari menyimpan draf ini pukul")
    live.forgive(409)
    assert saved(live, number).revision == 2  # nothing was overwritten
    assert NEW not in saved(live, number).files[PK]
    dialog.get_by_text("Dari yang tersimpan ke gambar Anda").click()
    expect(dialog.get_by_role("listitem").first).to_contain_text(f"sekarang bernama '{NEW}'")
    looks.accessible(page)
    dialog.get_by_role("button", name="Nanti saja").click()
    page.get_by_role("button", name="Pilih yang dipakai").click()
    dialog.get_by_role("button", name="Simpan gambar saya sebagai draf baru").click()
    page.wait_for_url(f"**/proses/draf/{number + 1}")
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()
    assert NEW in saved(live, number + 1).files[PK]
    # the other way: what is saved goes on, and what is drawn after it too
    page = opened(live, number)
    expect(page.locator("[data-notices]")).to_be_empty()
    somebody_saves(live, number, "Sari Utami")
    rename(page, TASK, NEW)
    expect(dialog).to_contain_text("Sari Utami")
    live.forgive(409)
    dialog.get_by_role("button", name="Pakai yang tersimpan").click()
    dialog.get_by_role("button", name="Ya, buang perubahan saya").click()
    expect(dialog).to_be_hidden()
    rename(page, TASK, "Lain lagi")
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    assert saved(live, number).revision == 4


def test_problems_are_listed_and_lead_to_their_element(live: House) -> None:
    number = begun(live, ('value="edit_satker"', 'value="formulir_lama"'))
    page = opened(live, number)
    problem = page.locator("[data-problems] button", has_text="formulir_lama")
    expect(problem).to_contain_text("Kesalahan")
    expect(problem).to_contain_text(TASK)
    expect(page.locator(".bjsl-icon-error")).to_have_css("background-color", "rgb(179, 53, 43)")
    problem.click()
    expect(page.locator("[data-element-id=info_satker].selected")).to_be_attached()
    # the rules answer while one draws, before the server does
    held: list[Route] = []
    page.route("**/periksa", lambda r: held.append(r) if r.request.method == "POST" else r.continue_())
    canvas(page).focus()
    page.keyboard.press("a")
    page.locator(".djs-popup .entry", has_text="Tugas layanan").click()
    expect(page.locator("[data-problems]")).to_contain_text("belum menyebut layanannya")
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    page.get_by_role("link", name="Periksa", exact=True).click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Kesalahan.*formulir_lama"))).to_contain_text("baris")
    looks.accessible(page)
    looks.fits(page)
    page.get_by_role("link", name=TASK).first.click()
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()
    expect(page.locator("[data-element-id=info_satker].selected")).to_be_attached()


def test_everything_speaks_indonesian_and_works_from_the_keyboard(live: House, complaints: list[str]) -> None:
    number = begun(live)
    page = opened(live, number)
    seen: set[str] = set()

    def look() -> None:
        seen.update(page.evaluate(WORDS))

    select(page, TASK)
    look()  # palette and context pad
    for key in ("r", "a", "n"):  # replace, append, create
        canvas(page).focus()
        page.keyboard.press(key)
        expect(page.locator(".djs-popup")).to_be_visible()
        look()
        page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    expect(page.locator(".djs-search-open input")).to_be_focused()
    look()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Peta kecil").click()
    look()
    page.get_by_role("button", name="Simulasi", exact=True).click()
    expect(page.locator(".bts-palette")).to_be_visible()
    page.locator(".bts-context-pad").first.click()
    page.get_by_role("button", name="Catatan simulasi").click()
    expect(page.locator(".bts-log")).to_contain_text("dimulai")
    look()
    page.get_by_role("button", name="Simulasi", exact=True).click()
    assert page.evaluate("() => document.documentElement.dataset.untranslated ?? ''") == ""
    assert sorted(w for w in seen if ENGLISH.search(w)) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tombol papan ketik")).to_be_visible()
    page.keyboard.press("Escape")
    canvas(page).focus()
    page.keyboard.press("Shift+F6")
    expect(page.locator(".toolbar :focus")).to_be_attached()
    page.keyboard.press("F6")
    expect(canvas(page)).to_be_focused()
    live.complaints[:] = [c for c in live.complaints if PAD not in c]


@pytest.mark.slow
def test_admins_and_phones_read_the_same_page(live: House) -> None:
    number = begun(live)
    page = opened(live, number, sample.ADMIN)
    expect(page.get_by_text("Diagram ini hanya dapat dilihat")).to_be_visible()
    expect(page.locator(".djs-palette")).to_have_count(0)
    expect(page.get_by_role("button", name="Simpan", exact=True)).to_have_count(0)
    looks.accessible(page)
    looks.fits(page)
    phone = live.enter("biro", sample.BIRO, viewport=looks.PHONE)
    phone.goto(f"/proses/draf/{number}")
    expect(phone.locator("[data-editor][data-ready]")).to_be_visible()
    expect(phone.get_by_text("Menggambar perlu layar yang lebih lebar")).to_be_visible()
    expect(phone.locator(".djs-palette")).to_have_count(0)
    looks.accessible(phone)
    phone.context.close()


@pytest.mark.slow
def test_what_could_not_be_saved_is_offered_again(live: House) -> None:
    number = begun(live)
    page = opened(live, number)
    page.route("**/simpan", lambda route: route.abort())
    rename(page, TASK, NEW)
    expect(page.locator("[data-saved]")).to_contain_text("tidak ada sambungan")
    page.unroute("**/simpan")
    page.on("dialog", lambda d: d.accept())
    page.evaluate("() => { window.onbeforeunload = null; }")
    page.goto(f"/proses/draf/{number}")
    page.get_by_role("button", name="Pulihkan").click()
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    expect(page.locator("[data-notice=pulih]")).to_have_count(0)
    live.complaints[:] = [c for c in live.complaints if "ERR_FAILED" not in c]


@pytest.mark.slow
def test_the_editor_is_ready_soon_after_the_click(live: House) -> None:
    page = opened(live, begun(live))
    page.reload()
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()
    assert int(page.locator("[data-editor]").get_attribute("data-ready") or 0) < 1500


@pytest.mark.slow
def test_a_counter_example_is_drawn_on_the_diagram(live: House) -> None:
    page = opened(live, begun(live))
    way = ["mulai", "info_satker", "penyusunan_pk"]
    found: dict[str, Any] = {
        "level": "error",
        "element": way[-1],
        "name": "",
        "line": 1,
        "file": PK,
        "message": "Contoh jalan.",
    }
    found["path"] = way
    page.route("**/alur", lambda route: route.fulfill(json={"problems": [found], "facts": ["12 keadaan ditelusuri."]}))
    page.get_by_role("button", name="Periksa alur").click()
    expect(page.locator("[data-soundness-result]")).to_contain_text("12 keadaan")
    page.locator("[data-problems] button", has_text="Tampilkan jalannya").click()
    for drawn in (*way, "f_mulai", "f_info"):
        expect(page.locator(f".djs-element[data-element-id={drawn}].is-path")).to_be_attached()
    shape = page.locator(".djs-element[data-element-id=info_satker] .djs-visual > :first-child")
    expect(shape).to_have_css("fill", "rgb(217, 240, 242)")  # and can be read
    # what was walked on another drawing is forgotten
    rename(page, TASK, NEW)
    expect(page.locator("[data-problems]")).not_to_contain_text("Contoh jalan.")
    expect(page.locator(".djs-element.is-path")).to_have_count(0)


@pytest.mark.slow
def test_nothing_of_another_tool_is_lost_and_all_files_open(live: House) -> None:
    """Names of known vocabularies that no descriptor lists, and vocabularies that nobody knows."""
    odd = (
        '<camunda:inputOutput xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><camunda:inputParameter name="a">'
        '<camunda:list><camunda:value>1</camunda:value></camunda:list></camunda:inputParameter></camunda:inputOutput>'
        '<x:note xmlns:x="urn:x" a="1"><x:deep>b</x:deep></x:note>'
    )  # fmt: skip
    number, head = begun(live), f'<userTask id="info_satker" name="{TASK}">\n      <extensionElements>'
    first = {**saved(live, number).files}
    assert head in first[PK]
    first[PK] = first[PK].replace(head, head + odd)
    first["tabel.dmn"] = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="Tabel" />'
    live.world.write(db.update(DiagramDraft).where(DiagramDraft.id == number).values(files=first))
    page = opened(live, number)
    expect(page.locator("[data-notice=impor]")).to_have_count(0)
    page.get_by_label("Berkas", exact=True).select_option("tabel.dmn")
    expect(page.locator("[data-text]")).to_contain_text('name="Tabel"')
    page.get_by_label("Berkas", exact=True).select_option(PK)
    rename(page, TASK, NEW)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    files = saved(live, number).files
    assert files["tabel.dmn"] == first["tabel.dmn"]
    kept = re.sub(r">\s+<", "><", files[PK])
    for part in (
        "<camunda:list><camunda:value>1</camunda:value></camunda:list>",
        '<x:note a="1"><x:deep>b</x:deep></x:note>',
    ):
        assert part in re.sub(r' xmlns:\w+="[^"]*"', "", kept)


@pytest.mark.slow
def test_who_leaves_and_comes_back_at_once_is_not_told_of_a_stranger(live: House) -> None:
    number = begun(live)
    page = opened(live, number)
    me = biro(live)
    somebody_saves(live, number, me.name, me.user_id)  # what the page sent while it was left
    expect(page.locator("[data-notices]")).to_be_empty()
    with page.expect_response("**/keadaan?isi=1"):
        pass
    rename(page, TASK, NEW)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan")
    assert saved(live, number).revision == 3
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.slow
def test_the_mouse_finds_what_the_signs_mean_what_is_searched_and_where_a_simulation_starts(live: House) -> None:
    page = opened(live, begun(live))
    assert page.locator(".djs-palette .entry:not([title])").count() == 0
    page.get_by_role("button", name="Cari elemen").click()
    page.keyboard.type("dokumentasi")  # not a letter of it is taken for a tool
    expect(page.locator(".djs-search-results")).to_contain_text("Simpan di DOKUMENTASI")
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel-of='arsipkan']")).to_be_visible()

    page.get_by_role("button", name="Tampilkan semua").click()
    simulate = page.get_by_role("button", name="Simulasi", exact=True)
    simulate.click()
    expect(page.get_by_title("Picu kejadian ini").locator("visible=true").first).to_be_in_viewport()
    expect(page.locator("[data-simulation-help]")).to_be_visible()
    simulate.click()
    expect(page.locator("[data-simulation-help]")).to_be_hidden()


@pytest.mark.slow
def test_what_is_drawn_without_a_kind_is_given_one_in_the_panel(live: House) -> None:
    page = opened(live, begun(live))
    box, paper = page.locator("[data-panel]"), canvas(page).bounding_box()
    assert paper
    right, low = paper["x"] + paper["width"] - 120, paper["y"] + paper["height"] / 2
    page.locator(".djs-palette [data-action='create.task']").click()
    page.mouse.move(right - 10, low)
    page.mouse.click(right, low)
    page.keyboard.type("Baca ulang")
    page.locator("h1").click()
    expect(box).to_contain_text("Tugas ini belum berjenis")
    box.get_by_role("button", name="Orang", exact=True).click()
    expect(box).to_contain_text("Tugas orang")
    expect(box.get_by_label("Nama", exact=True)).to_have_value("Baca ulang")

    task = page.locator(".djs-element.selected .djs-visual").first.bounding_box()
    assert task
    page.locator(".djs-palette [data-action='create.intermediate-event']").click()
    middle, edge = task["x"] + task["width"] / 2, task["y"] + task["height"]
    page.mouse.move(middle, edge + 8)
    page.mouse.move(middle, edge, steps=4)
    page.mouse.click(middle, edge)
    box.get_by_role("button", name="Pengingat", exact=False).click()
    expect(box.get_by_label("Mengakhiri langkahnya")).not_to_be_checked()
    expect(box.get_by_label("Waktu", exact=True)).to_be_visible()
