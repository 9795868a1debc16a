"""Bad input gets a clear sentence, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.engine import steps
from app.flows import definitions
from app.models import Definition, Draft, Event, Instance, Job, db
from tests import pk
from tests.world import SATU, World


def on_page(world: World, page: int):
    """Page 1 to 4 of Penyusunan PK, filled in before it."""
    shown = world.operator().open("/tugas").link("Penyusunan PK")
    for part in (pk.FIRST, pk.SASARAN, pk.KEGIATAN)[: page - 1]:
        shown = shown.form("/tugas/").set(part).press(_aksi="lanjut")
    return shown


def test_a_nik_of_15_digits(world: World) -> None:
    page = pk.begin(world.operator()).form("/tugas/").fill(nik_pimpinan="990101570572000", alamat="Jl. Baru 7").press()
    assert page.status == 422
    assert "NIK terdiri dari 16 angka, yang diketik 15 angka. Ketik 16 angka NIK seperti pada KTP." in page.text
    assert page.form("/tugas/").values["alamat"] == "Jl. Baru 7"


def test_a_note_left_empty_on_rejection(at_the_head: World) -> None:
    page = pk.refuse(at_the_head.head(), pk.SIGN, "")
    assert page.status == 422
    assert "Catatan PK belum diisi. Ketik apa yang perlu diperbaiki" in page.text
    page = page.form("keputusan=").fill(catatan="Singkat").press()
    assert "Catatan PK baru 7 huruf." in page.text and page.form("keputusan=").values["catatan"] == "Singkat"


def test_a_budget_with_letters(drafting: World) -> None:
    page = on_page(drafting, 3).form("/tugas/").set(pk.KEGIATAN | {"kegiatan-0-anggaran": "satu juta"})
    page = page.press(_aksi="lanjut")
    assert page.status == 422
    assert "Anggaran ditulis dalam rupiah bulat dengan angka saja. Ketik misalnya 1.250.000.000." in page.text
    assert page.form("/tugas/").values["kegiatan-0-anggaran"] == "satu juta"
    assert page.form("/tugas/").values["kegiatan-1-kegiatan"] == pk.KEGIATAN["kegiatan-1-kegiatan"]


def test_an_indicator_of_5000_characters(drafting: World) -> None:
    long = "x" * 5000
    page = on_page(drafting, 2).form("/tugas/").set(pk.SASARAN | {"sasaran-0-indikator-0-indikator": long})
    page = page.press(_aksi="lanjut")
    assert page.status == 422
    assert "Indikator ini 5.000 huruf, padahal paling banyak 500 huruf. Persingkat 4.500 huruf." in page.text
    assert page.form("/tugas/").values["sasaran-0-indikator-0-indikator"] == long


def test_an_error_on_the_first_page_is_found_again_before_sending(drafting: World) -> None:
    """Somebody jumps to Periksa isian without a date: what is missing is named there, and nothing is sent."""
    operator = drafting.operator()
    page = operator.open("/tugas").link("Penyusunan PK").link("Periksa isian").form("/tugas/").press(_aksi="kirim")
    assert page.status == 422 and "Tanggal belum diisi." in page.text
    assert operator.open("/tugas").has_link("Penyusunan PK")


def test_somebody_else_finished_it_meanwhile(at_the_head: World) -> None:
    """Two browsers of the same head: one refuses, the other had typed a note too."""
    head, again = at_the_head.head(), at_the_head.reopened().head()
    late = again.open("/tugas").link(pk.SIGN).link("PK Ditolak").form("keputusan=")
    pk.refuse(head, pk.SIGN, "Target indikator kedua terlalu rendah.")
    page = late.fill(catatan="Catatan saya yang panjang dan berharga.").press()
    assert page.status == 409 and "Tugas ini sudah dikerjakan" in page.text
    assert "Catatan saya yang panjang dan berharga." in page.text


def test_a_case_that_moved_below_the_form_asks_nobody_to_type_again(at_the_head: World, monkeypatch) -> None:
    """Between reading the case and writing the step something else of it was committed: it is run again silently."""
    submit, times = steps.submit, []

    def meanwhile(*given):
        times.append(1)
        if len(times) == 1:
            at_the_head.write(update(Instance).values(version=Instance.version + 1))
        return submit(*given)

    monkeypatch.setattr(steps, "submit", meanwhile)
    page = pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua terlalu rendah.")
    assert page.status == 200 and "Dikembalikan" in page.text and len(times) == 2


def test_the_operator_took_it_back_while_the_head_was_typing(at_the_head: World) -> None:
    form = at_the_head.head().open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=SATU.head.passphrase)
    at_the_head.operator().open("/kinerja/pk").form("/tindakan/").press()
    page = form.press()
    assert page.status == 409 and "sudah ditarik atau diganti" in page.text
    assert SATU.head.passphrase not in page.html
    at_the_head.settle()
    assert "Penyusunan PK" in at_the_head.operator().open("/kinerja/pk").text


def test_a_second_click_sends_once(drafting: World) -> None:
    form = on_page(drafting, 4).form("/tugas/")
    first, second = form.press(_aksi="kirim"), form.press(_aksi="kirim")
    assert (first.status, second.status) == (200, 409)
    assert "sudah dikerjakan" in second.text and second.has_link("Lihat keadaan terbaru")
    assert len(drafting.all(db.select(Event).where(Event.element == "penyusunan_pk", Event.kind == "submit"))) == 1


def test_a_task_that_is_no_task(world: World) -> None:
    for path in ("/tugas/" + "0" * 32, "/tugas/x", "/perkara/999", "/perkara/999/ikuti", "/dokumen/999/berkas"):
        assert world.operator().open(path).status == 404
    assert world.operator().post("/tugas/x", catatan="y").status == 404


@pytest.mark.parametrize(
    "typed", [{"proses": "tidak_ada"}, {"satker": "999999"}, {"satker": SATU.kode + "1"}, {"proses": "", "satker": ""}]
)
def test_starting_what_is_not_there(world: World, typed) -> None:
    fields = {"proses": "perjanjian_kinerja", "satker": SATU.kode} | typed
    assert world.operator().post("/perkara/mulai", **fields).status == 404
    assert world.all(db.select(Instance)) == []


def test_a_gateway_expression_that_fails_commits_nothing(drafting: World) -> None:
    """The diagram asks for a word that no form gives: the input is a draft, the case has an incident."""
    world = drafting
    pk.to_making(world)
    _change_diagram(world, "langkah_lembar == 'buat'", "langkah_lembar.tidak_ada == 'buat'")
    page = world.operator().open("/tugas").link("Membuat Lembar PK")
    before = world.all(db.select(Instance.version))
    page = page.form("/tugas/").press(langkah="buat")
    assert page.status == 422
    assert "Langkah ini belum dapat dihitung. Isian Anda tersimpan dan admin sudah diberi tahu." in page.text
    assert world.all(db.select(Instance.version)) == before
    assert world.all(db.select(Draft.typed)) == [{"langkah": ["buat"]}]
    (incident,) = world.all(db.select(Job).where(Job.state == "incident"))
    assert incident.params["ekspresi"] == "langkah_lembar.tidak_ada == 'buat'"
    assert "Langkah gagal dihitung" in world.operator().open("/perkara/1").text
    world.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    assert len(world.all(db.select(Job).where(Job.state == "incident"))) == 1  # said once, not at every click


def test_once_the_expression_is_mended_the_same_click_goes_through(drafting: World) -> None:
    world = drafting
    pk.to_making(world)
    _change_diagram(world, "langkah_lembar == 'buat'", "langkah_lembar.tidak_ada == 'buat'")
    world.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    _change_diagram(world, "langkah_lembar.tidak_ada == 'buat'", "langkah_lembar == 'buat'")
    pk.make_sheet(world, world.operator())
    assert "Menunggu Passphrase Kepala Satker" in world.operator().open("/kinerja/pk").text
    assert "Langkah gagal dihitung" not in world.operator().open("/perkara/1").text


def test_a_passphrase_is_not_kept_when_the_step_fails(at_the_head: World) -> None:
    _change_diagram(at_the_head, "kepala.keputusan == 'setuju'", "kepala.tidak_ada == 'setuju'")
    page = pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert page.status == 422 and SATU.head.passphrase not in page.html
    assert at_the_head.all(db.select(Draft.typed)) == [{"keputusan": ["setuju"]}]


def test_drafting_goes_on_while_the_provider_is_down(cut_off: World) -> None:
    page = pk.draft(pk.confirm_info(pk.begin(cut_off.operator())))
    cut_off.settle()
    page = cut_off.operator().open("/tugas").link("Periksa registrasi TTE")
    assert "Penyedia TTE tidak dapat dihubungi saat ini." in page.text
    page = page.form("/tugas/").press(langkah="info_satker")
    assert "Lengkapi Info Satker" in page.text


def _change_diagram(world: World, before: str, after: str) -> None:
    """A mistake that publishing would have to find, put into the version on which the case runs."""
    with world.app.app_context():
        row = db.session.scalars(db.select(Definition)).one()
        name = "perjanjian_kinerja.bpmn"
        assert before in row.files[name]
        row.files = {**row.files, name: row.files[name].replace(before, after)}
        db.session.commit()
        definitions.forget()
