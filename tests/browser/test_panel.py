"""The panel beside the diagram, with a real browser: what is set there is what the engine reads, and can be undone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app import clock
from app.engine.checks import Prepared, prepare
from app.engine.types import Field
from app.flows import rights, sample
from app.flows.diagrams import drafts
from app.models import Definition, DiagramDraft, User, db
from tests.browser import looks
from tests.browser.live import House, aside

PK = "perjanjian_kinerja.bpmn"


def begun(house: House) -> int:
    """The id of a draft of the Perjanjian Kinerja."""

    def begin() -> int:
        version = house.world.all(db.select(Definition))[0]
        user = house.world.all(db.select(User).where(User.username == "biro"))[0]
        with house.world.app.app_context():
            actor = rights.actor_of(user.id, 2026, rights.local_day(clock.now()))
            return drafts.begin_from(version.id, actor, clock.now()).id

    return int(aside(begin))


def opened(house: House, number: int, element: str) -> Page:
    page = house.person("biro", sample.BIRO)
    page.goto(f"/proses/draf/{number}?elemen={element}")
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()
    expect(page.locator(f"[data-panel] [data-panel-of='{element}']")).to_be_visible()
    return page


def panel(page: Page) -> Locator:
    return page.locator("[data-panel]")


def go(page: Page, element: str) -> None:
    """To another element, by the table of steps, as somebody without a mouse does."""
    if page.locator("[data-element-part]:not([open])").count():
        page.locator("[data-element-part] summary").click()
    page.locator("[data-elements]").get_by_role("button", name=element, exact=True).first.click()


def type_into(page: Page, label: str, value: str, *, exact: bool = True) -> None:
    """Type, and leave the field as the Tab key does."""
    box = panel(page).get_by_label(label, exact=exact)
    box.fill(value)
    box.press("Tab")


def undo(page: Page, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name="Urungkan").click()


def kept(house: House, page: Page, number: int) -> Prepared:
    """What the engine reads of the draft, once everything is saved."""
    before = house.world.all(db.select(DiagramDraft).where(DiagramDraft.id == number))[0].revision
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"^Tersimpan"))
    row = house.world.all(db.select(DiagramDraft).where(DiagramDraft.id == number))[0]
    assert row.revision >= before
    return prepare({name: text.encode() for name, text in row.files.items()})


def test_a_form_is_declared_seen_saved_and_undone(live: House) -> None:
    number = begun(live)
    page = opened(live, number, "perbaiki_registrasi")
    box = panel(page)
    expect(box.get_by_role("combobox", name="Formulir")).to_have_value("periksa_registrasi")
    expect(box.locator("[data-preview-place]")).to_contain_text("Perbaiki Info Satker")
    box.get_by_label("Isian sendiri").check()
    type_into(page, "Label", "Catatan reviu")
    expect(box.get_by_label("Id isian")).to_have_value("catatan_reviu")
    box.get_by_label("Jenis").select_option("text")
    box.get_by_label("Wajib diisi").check()
    type_into(page, "Bantuan", "Tulis yang perlu diperbaiki.")
    expect(box.locator("[data-preview-place] textarea")).to_be_visible()
    expect(box.locator("[data-preview-place]")).to_contain_text("Tulis yang perlu diperbaiki.")
    # a second field, first in order, with choices; what is wrong is said at the field and not taken
    box.get_by_role("button", name="Tambah isian").click()
    expect(box.get_by_label("Label", exact=True)).to_be_focused()
    type_into(page, "Label", "Keputusan biro")
    type_into(page, "Id isian", "catatan_reviu")
    expect(box.get_by_text("Isian lain sudah memakai id ini.")).to_be_visible()
    type_into(page, "Id isian", "keputusan_biro")
    box.get_by_label("Jenis").select_option("enum")
    type_into(page, "Pilihan 1", "Setuju")
    type_into(page, "Pilihan 2", "Kembalikan")
    box.get_by_label("Isi awal").select_option("setuju")
    box.get_by_role("button", name="Naikkan Keputusan biro").press("Enter")
    expect(box.locator("[data-field-card]").first).to_have_attribute("data-field-card", "keputusan_biro")
    expect(box.locator("[data-preview-place] legend")).to_have_text("Keputusan biro")
    type_into(page, "Selesai dalam", "3 hari kerja")
    box.get_by_role("button", name="Perbesar").click()
    dialog = page.get_by_role("dialog", name="Pratinjau formulir")
    expect(dialog.get_by_label("Kembalikan")).to_be_visible()
    dialog.get_by_role("button", name="Tutup").click()
    found = kept(live, page, number)
    assert found.ok
    element = found.elements["perbaiki_registrasi"]
    assert element.form is None
    assert element.properties["due"] == "hari_kerja(3)"
    assert element.fields == (
        Field(
            "keputusan_biro", "Keputusan biro", "enum", False, (("setuju", "Setuju"), ("kembalikan", "Kembalikan")),
            "setuju",
        ),
        Field("catatan_reviu", "Catatan reviu", "text", True, (), None, "Tulis yang perlu diperbaiki."),
    )  # fmt: skip
    looks.accessible(page)
    # one step back for each thing that was done, and the diagram is what it was
    undo(page, 2)
    expect(box.get_by_label("Selesai dalam")).to_have_value("")
    expect(box.locator("[data-field-card]").first).to_have_attribute("data-field-card", "catatan_reviu")
    while page.locator("[data-do=undo]:not([aria-disabled=true])").count():
        undo(page)
    expect(box.get_by_role("combobox", name="Formulir")).to_have_value("periksa_registrasi")
    again = kept(live, page, number).elements["perbaiki_registrasi"]
    assert (again.form, again.fields, "due" in again.properties) == ("periksa_registrasi", (), False)


def test_a_condition_is_chosen_and_stands_there_as_an_expression(live: House) -> None:
    number = begun(live)
    page = opened(live, number, "f_setuju")
    box = panel(page)
    expression = box.get_by_label("Sebagai ekspresi")
    expect(expression).to_have_value("kepala.keputusan == 'setuju'")
    expect(box.get_by_label("Data")).to_have_value("kepala.keputusan")
    expect(box.get_by_text("Membaca: kepala.")).to_be_visible()
    box.get_by_role("button", name="Tambah syarat").click()
    box.get_by_label("Data").nth(1).select_option("pk.tempat")
    box.get_by_label("Nilai").nth(1).fill("Kantor 'pusat'")
    box.get_by_label("Nilai").nth(1).press("Tab")
    expect(expression).to_have_value("kepala.keputusan == 'setuju' and pk.tempat == 'Kantor \\'pusat\\''")
    box.get_by_label("Dipakai bila", exact=True).select_option("or")
    undo(page)
    undo(page)
    expect(expression).to_have_value("kepala.keputusan == 'setuju'")
    box.get_by_label("Pembanding").select_option("!=")
    # typed by hand: what can't be read is said at once, what reads unknown data too
    expression.fill("kepala.keputusan = 'setuju'")
    expect(box.get_by_text("belum dapat dibaca")).to_be_visible()
    expression.fill("biro.keputusan == 'ya' and (kepala.catatan == '' or not kepala.sertifikat_baru)")
    expression.press("Tab")
    expect(box.get_by_text("Belum diisi langkah sebelum ini: biro.")).to_be_visible()
    expect(box.get_by_text("lebih dari yang dapat disusun di sini")).to_be_visible()
    flows = {f.id: f for f in kept(live, page, number).graph.flows}
    assert (flows["f_setuju"].condition or "").startswith("biro.keputusan == 'ya' and (")
    # the other way becomes the usual one, and this one has its condition back after undo
    box.get_by_label(re.compile("^Jalan bawaan")).check()
    found = kept(live, page, number)
    assert found.graph.nodes["gw_kepala"].default == "f_setuju"
    assert not {f.id: f for f in found.graph.flows}["f_setuju"].condition
    undo(page)
    expect(expression).to_have_value(re.compile("^biro.keputusan"))
    looks.accessible(page)


@pytest.mark.slow
def test_times_services_and_failures(live: House) -> None:
    number = begun(live)
    page = opened(live, number, "pengingat_kepala")
    box = panel(page)
    expect(box.get_by_label("Waktu", exact=True)).to_have_value("3 hari kerja")
    for words, tag in (("8 jam", '"PT8H"'), ("31 Desember 2026", '"2026-12-31"'), ("setiap hari, 5 kali", '"R5/P1D"')):
        type_into(page, "Waktu", words)
        expect(box.get_by_label("Waktu", exact=True)).to_have_value(words)
        kept(live, page, number)
        text = live.world.all(db.select(DiagramDraft))[0].files[PK]
        assert f">{tag}</bpmn:time" in text or f">{tag}</time" in text
    type_into(page, "Waktu", "kapan-kapan saja")
    expect(box.get_by_text("Waktu ini belum dapat dibaca.")).to_be_visible()
    undo(page, 3)
    expect(box.get_by_label("Waktu", exact=True)).to_have_value("3 hari kerja")
    # a service: another one, its parameters, tries, and a way for a failure
    go(page, "Simpan di DOKUMENTASI")
    box.get_by_label("Layanan", exact=True).select_option("tte.status")
    expect(box.get_by_label("satker", exact=False).first).to_have_value("info_satker.kode")
    type_into(page, "Simpan jawaban sebagai", "tahun")
    expect(box.get_by_text("Nama ini sudah dipakai Alur sendiri.")).to_be_visible()
    type_into(page, "Simpan jawaban sebagai", "registrasi_2")
    type_into(page, "Coba lagi (kali)", "99")
    expect(box.get_by_text("Tulis angka 0 sampai 20.")).to_be_visible()
    type_into(page, "Coba lagi (kali)", "5")
    type_into(page, "Jeda pertama (detik)", "60")
    box.get_by_role("button", name="Tambahkan jalan bila gagal").click()
    expect(box.get_by_label("Kesalahan yang ditangkap")).to_have_value("TTE_TIDAK_TERJANGKAU")
    found = kept(live, page, number).elements["arsipkan"]
    assert (found.operator, found.errors) == ("tte.status", ("TTE_TIDAK_TERJANGKAU",))
    assert "satker" in found.params
    assert (found.properties["retries"], found.properties["backoff"]) == ("5", "60")
    while page.locator("[data-do=undo]:not([aria-disabled=true])").count():
        undo(page)
    again = kept(live, page, number).elements["arsipkan"]
    assert (again.operator, again.errors) == ("arsip.simpan", ())


@pytest.mark.slow
def test_roles_stages_and_words(live: House) -> None:
    number = begun(live)
    page = opened(live, number, "penyusunan_pk")
    box = panel(page)
    box.get_by_label("Peran (jalur)").select_option(label="Eselon 1")
    type_into(page, "Status sesudah langkah ini", "Sedang disusun")
    found = kept(live, page, number)
    assert found.elements["penyusunan_pk"].lane == "Eselon 1"
    assert found.elements["penyusunan_pk"].properties["status"] == "Sedang disusun"
    box.get_by_text("Id dan keterangan").click()
    for wrong, words in (("End", "dipakai mesin"), ("dua kata", "tanpa spasi"), ("info_satker", "sudah memakai id")):
        type_into(page, "Id", wrong)
        expect(box.get_by_text(words)).to_be_visible()
    type_into(page, "Id", "susun_pk")
    assert "susun_pk" in kept(live, page, number).elements
    # the process: a stage gets another name, and its tasks follow
    page.goto("/tugas")
    page.goto(f"/proses/draf/{number}")
    expect(box.get_by_label("Judul instans")).to_be_visible()
    type_into(page, "Judul instans", "PK {bulan}")
    expect(box.get_by_text("{bulan} tidak dikenal.")).to_be_visible()
    type_into(page, "Tahap 2", "Menyusun")
    box.get_by_role("button", name="Tambah janji").click()
    promise = box.get_by_label(re.compile(r"^Janji \d+$")).last
    expect(promise).to_be_focused()
    promise.fill("selalu ditandatangani")
    promise.press("Tab")
    expect(box.get_by_text("Janji ini belum dapat dibaca.")).to_be_visible()
    promise.fill("selesai hanya sesudah tte_kepala dan tte_eselon")
    promise.press("Tab")
    found = kept(live, page, number)
    assert "selesai hanya sesudah tte_kepala dan tte_eselon" in found.process_properties.values()
    assert found.process_properties["tahapan"].startswith("Info Satker, Menyusun, ")
    assert found.elements["susun_pk"].properties["tahap"] == "Menyusun"
    undo(page, 3)
    assert kept(live, page, number).elements["susun_pk"].properties["tahap"] == "Penyusunan"


LOOP = '<multiInstanceLoopCharacteristics><loopDataInputRef>pk.sasaran</loopDataInputRef><inputDataItem id="baris" name="baris" /></multiInstanceLoopCharacteristics>'  # noqa: E501


@pytest.mark.slow
def test_a_repeated_step_keeps_its_list(live: House) -> None:
    """Spiff's way of naming a variable there is no BPMN that moddle knows: it would go with the first save."""
    number = begun(live)

    def repeated() -> None:
        with live.world.app.app_context():
            draft = drafts.read(number)
            old = "<outgoing>f_langkah_registrasi</outgoing>"
            files = {**draft.files, PK: draft.files[PK].replace(old, old + LOOP)}
            actor = rights.actor_of(draft.created_by or 0, 2026, rights.local_day(clock.now()))
            drafts.save(number, 1, files, actor, clock.now())

    aside(repeated)
    page = opened(live, number, "perbaiki_registrasi")
    expect(panel(page).get_by_label("Menurut daftar")).to_have_value("pk.sasaran")
    type_into(page, "Nama barisnya", "sasaran")
    kept(live, page, number)
    text = live.world.all(db.select(DiagramDraft))[0].files[PK]
    assert "loopDataInputRef>pk.sasaran</" in text
    assert 'id="sasaran" name="sasaran"' in text
    type_into(page, "Berapa kali", "3")
    kept(live, page, number)
    text = live.world.all(db.select(DiagramDraft))[0].files[PK]
    assert "loopDataInputRef" not in text
    assert ">3</" in text
