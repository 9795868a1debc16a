# ruff: noqa: F811  (fixtures are imported by name)
"""/proses: who sees what, how a draft begins, and how it becomes a version that another person confirmed."""

from __future__ import annotations

import io
import zipfile

import pytest

from app import clock
from app.cli import ROOT
from app.flows import rights
from app.flows.diagrams import drafts
from app.flows.diagrams.files import keep
from app.models import Definition, DiagramDraft, db
from tests.visitor import Page, Visitor
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

PK = "perjanjian_kinerja"


def test_the_list_says_what_runs_and_what_is_being_drawn(world: World) -> None:
    page = world.biro().open("/proses")
    assert page.status == 200 and "Perjanjian Kinerja" in page.text and "Versi 1" in page.text
    page = page.link("Perjanjian Kinerja")
    assert page.path == f"/proses/{PK}" and "Tidak ada yang sedang diubah" in page.text
    page.form("/ubah").press()
    page = world.biro().open("/proses")
    assert "Draf 1 Dikerjakan" in page.text
    assert "Tidak ada proses yang cocok" in world.biro().open("/proses?cari=zzz").text


def test_a_new_process_begins_with_a_diagram_that_is_valid(world: World) -> None:
    page = world.biro().open("/proses").link("Proses baru")
    bad = page.form("/baru").fill(name="", code="Usul!").press()
    assert bad.status == 422 and "Nama proses belum diisi" in bad.text
    page.form("/baru").fill(name='Usul "baru" & <lain>', code="usul_baru").press()
    page = world.biro().open("/proses/usul_baru")
    assert 'Usul "baru" & <lain>' in page.text and "Belum ada versi yang terbit" in page.text


def test_a_version_is_shown_with_all_that_is_executed(world: World) -> None:
    page = world.admin().open(f"/proses/{PK}/1")
    assert page.status == 200 and "tte.sign" in page.text and not page.has_form("/pulihkan")
    assert world.admin().open(f"/proses/{PK}/2").status == 404


# ---- from a draft to a version -------------------------------------------------------------------------------------

NOTE = "Nama langkah Eselon 1 diperjelas, sesuai rapat."


def draw(world: World, process: str = PK, to: str = "Review PK oleh Eselon 1") -> int:
    """Begin a draft by the button, and change the name of a step as the editor would."""
    world.biro().open(f"/proses/{process}").form("/ubah").press()
    with world.app.app_context():
        draft_id = db.session.scalar(db.select(DiagramDraft.id).order_by(DiagramDraft.id.desc()).limit(1))
    change(world, draft_id, 'name="Review dan tandatangani PK"', f'name="{to}"')
    return draft_id


def change(world: World, draft_id: int, before: str, after: str) -> None:
    with world.app.app_context():
        draft = drafts.read(draft_id)
        files = {name: text.replace(before, after) for name, text in draft.files.items()}
        assert files != draft.files
        by = rights.actor_of(draft.created_by, 2026, rights.local_day(clock.now()))
        drafts.save(draft_id, draft.revision, files, by, clock.now())


def page_of(visitor: Visitor, draft_id: int) -> Page:
    return visitor.open(f"/proses/draf/{draft_id}/terbitkan")


def test_biro_publishes_with_a_note(world: World) -> None:
    draft_id = draw(world)
    page = page_of(world.biro(), draft_id)
    assert "Tidak ada kesalahan" in page.text and "Terbitkan sebagai versi 2" in page.text
    refused = page.form("/terbitkan").fill(note="singkat").press()
    assert refused.status == 422 and "sekurang-kurangnya 10 huruf" in refused.text
    assert refused.form("/terbitkan").values["note"] == "singkat"
    page = refused.form("/terbitkan").fill(note=NOTE).press()
    assert page.path == f"/proses/{PK}" and "Versi 2 terbit" in page.text and NOTE in page.text
    again = world.biro().post(f"/proses/draf/{draft_id}/terbitkan", note=NOTE, revision="2", newest="1")
    assert again.path == f"/proses/{PK}/2" and "sudah terbit sebagai versi 2" in again.text


def test_a_mistake_is_named_and_there_is_no_button(world: World) -> None:
    draft_id = draw(world)
    change(world, draft_id, 'value="draft_pk"', 'value="draf_pk"')
    page = page_of(world.biro(), draft_id)
    assert "Mungkin draft_pk" in page.text and not page.has_form("/terbitkan")
    assert any("elemen=" in a for a in page.tree.xpath("//main//a/@href"))
    forced = world.biro().post(f"/proses/draf/{draft_id}/terbitkan", note=NOTE, revision="3", newest="1")
    assert forced.status == 422 and world.all(db.select(Definition.version)) == [1]


def test_whoever_comes_second_is_told_in_words(world: World) -> None:
    draft_id = draw(world)
    before = page_of(world.biro2(), draft_id).form("/terbitkan")
    change(world, draft_id, "Review PK oleh", "Telaah PK oleh")
    page = before.fill(note=NOTE).press()
    assert page.status == 409 and "menyimpan draf ini lagi sejak halaman ini dibuka" in page.text
    assert page.form("/terbitkan").values["note"] == NOTE
    assert "Versi 2 terbit" in page.form("/terbitkan").press().text


def test_another_version_in_between_is_shown_and_may_be_passed_knowingly(world: World) -> None:
    first = draw(world)
    world.biro2().post(f"/proses/{PK}/ubah", lain="1")
    second = first + 1
    change(world, second, 'name="Review dan tandatangani PK"', 'name="Review kedua"')
    page_of(world.biro(), first).form("/terbitkan").fill(note=NOTE).press()
    page = page_of(world.biro2(), second)
    assert "Draf ini dimulai dari versi 1; sejak itu versi 2 terbit" in page.text
    refused = page.form("/terbitkan").fill(note=NOTE).press()
    assert refused.status == 422 and "centang bila draf ini tetap yang dipakai" in refused.text
    assert "Versi 3 terbit" in refused.form("/terbitkan").fill(over="y").press().text


@pytest.fixture
def two(world: World) -> World:
    return world.reopened(publish_confirm="on")


def test_a_second_person_confirms(two: World) -> None:
    draft_id = draw(two)
    page = page_of(two.biro(), draft_id).form("/terbitkan").fill(note=NOTE).press()
    assert "Persetujuan diminta" in page.text and not page.has_form("/setujui") and page.has_form("/tarik")
    assert "Menunggu persetujuan" in two.biro2().open("/proses").text
    page = page_of(two.biro2(), draft_id)
    assert NOTE in page.text and "Tim Biro Perencanaan memintanya" in page.text
    short = page.form("/kembalikan").fill(reason="kurang").press()
    assert short.status == 422 and "agar peminta tahu" in short.text
    page.form("/kembalikan").fill(reason="Namanya belum sesuai pedoman.").press()
    page = page_of(two.biro(), draft_id)
    assert "Puspita Rahayu: Namanya belum sesuai pedoman." in page.text
    page.form("/terbitkan").press()
    page = page_of(two.biro2(), draft_id).form("/setujui").press()
    assert "Versi 2 terbit" in page.text
    page = two.admin().open(f"/proses/{PK}/2")
    for words in ("Tim Biro Perencanaan", "Puspita Rahayu", NOTE):
        assert words in page.text


def test_nobody_confirms_their_own_by_another_way(two: World) -> None:
    draft_id = draw(two)
    page_of(two.biro(), draft_id).form("/terbitkan").fill(note=NOTE).press()
    forced = two.biro().post(f"/proses/draf/{draft_id}/setujui", revision="2", newest="1")
    assert forced.status == 403 and "orang lain dari Biro Perencanaan" in forced.text
    page_of(two.biro(), draft_id).form("/tarik").press()
    late = two.biro2().post(f"/proses/draf/{draft_id}/setujui", revision="2", newest="1")
    assert late.status == 409 and "sudah ditarik atau dikembalikan" in late.text
    assert two.all(db.select(Definition.version)) == [1]


def test_admin_reads_and_changes_nothing(world: World) -> None:
    draft_id = draw(world)
    admin = world.admin()
    for path in ("/proses", f"/proses/{PK}", f"/proses/{PK}/1", f"/proses/draf/{draft_id}/terbitkan"):
        page = admin.open(path)
        assert page.status == 200
        assert page.tree.xpath("//main//form[@method='post']") == [], path
    for path in ("baru", f"{PK}/ubah", f"{PK}/1/pulihkan", f"draf/{draft_id}/terbitkan", f"draf/{draft_id}/buang"):
        assert admin.post(f"/proses/{path}").status == 403, path
    assert world.operator().open("/proses").status == 403
    assert not world.operator().open("/tugas").has_link("Proses")


def test_an_old_version_is_restored_and_exported_as_it_was(world: World) -> None:
    page_of(world.biro(), draw(world)).form("/terbitkan").fill(note=NOTE).press()
    page = world.biro().open(f"/proses/{PK}/1")
    page = page.form("/pulihkan").press()
    assert "Isinya sama dengan versi 1" in page.text
    page = page.form("/terbitkan").fill(note="Kembali ke versi 1: yang baru membingungkan.").press()
    assert "Versi 3 terbit" in page.text and "Pulihan versi 1" in page.text
    original = (ROOT / "processes" / PK / f"{PK}.bpmn").read_bytes()
    for number in (1, 3):
        answer = world.admin().open(f"/proses/{PK}/{number}/berkas").answer
        assert answer.data == original and f"{PK}.bpmn" in answer.headers["Content-Disposition"]
    assert world.admin().open(f"/proses/{PK}/1/berkas?nama=../secret_key").status == 404


def test_several_files_come_back_in_a_zip(world: World) -> None:
    two_files = {"utama.bpmn": b"\xef\xbb\xbf<a/>\r\n", "anak.bpmn": b"<b/>"}
    with world.app.app_context():
        kept = keep(two_files, {})
        db.session.add(Definition(process="dua", version=1, name="Dua", files=kept.files, sha256=kept.sha256,
                                  published_at=clock.now()))  # fmt: skip
        db.session.commit()
    page = world.biro().open("/proses/dua/1")
    assert page.status == 200 and "tidak dapat dibaca lagi" in page.text
    answer = world.biro().open("/proses/dua/1/berkas").answer
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert {n: packed.read(n) for n in packed.namelist()} == two_files
    assert world.biro().open("/proses/dua/1/berkas?nama=anak.bpmn").answer.data == b"<b/>"


def test_a_draft_is_dropped_and_taken_back(world: World) -> None:
    draft_id = draw(world)
    page = world.biro().open(f"/proses/{PK}")
    assert not page.has_form("/ubah") or "Mulai draf lain" in page.text
    page = page.form(f"/{draft_id}/buang").press()
    assert "Draf dibuang" in page.text
    page = page.form("/pakai-lagi").press()
    assert "dipakai lagi" in page.text and page.has_link("Terbitkan")


def test_two_who_begin_at_once_are_shown_each_other(world: World) -> None:
    draft_id = draw(world)
    page = world.biro2().post(f"/proses/{PK}/ubah")
    assert "sedang diubah di draf lain" in page.text and f"Draf {draft_id}" in page.text
    assert len(world.all(db.select(DiagramDraft.id))) == 1
    world.biro2().open(f"/proses/{PK}").form("/ubah").press()
    assert len(world.all(db.select(DiagramDraft.id))) == 2


def test_lists_are_taken_away_as_csv(world: World) -> None:
    text = world.admin().open("/proses?format=csv").answer.text
    assert "perjanjian_kinerja;Perjanjian Kinerja;1;" in text
    text = world.admin().open(f"/proses/{PK}?format=csv").answer.text
    assert text.splitlines()[1].startswith("1;") and "dari berkas" in text


def test_bad_addresses_are_no_pages(world: World) -> None:
    biro = world.biro()
    for path in ("/proses/tidak_ada", "/proses/draf/99/terbitkan", f"/proses/{PK}/99/berkas", "/proses/%00"):
        assert biro.open(path).status == 404, path
    assert biro.open(f"/proses/{PK}?sebelum=x").status == 200
    page = biro.open(f"/proses/{PK}/banding?a=1&b=1")
    assert "Pilih dua versi yang berbeda" in page.text
    for n in ("", "-1", "x", "9" * 30):
        assert biro.post("/proses/draf/1/terbitkan", revision=n, newest=n).status == 404
