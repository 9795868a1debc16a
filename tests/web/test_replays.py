# ruff: noqa: F811  (fixtures are imported by name)
"""Uji ulang and Skenario as Biro Perencanaan uses them, page by page."""

from __future__ import annotations

import io

import yaml

from app.models import Audit, Replay, ReplayCase, db
from tests import pk
from tests.flows import drafts
from tests.flows.test_replay import everything_of_cases, until_the_end
from tests.stories.conftest import archived, at_eselon, drafting  # noqa: F401 - fixtures
from tests.visitor import Page
from tests.web.test_routes import _problems
from tests.world import DUA, World, provider, stages, world  # noqa: F401 - fixtures


def replayed(world: World, text: str, **fields: str) -> Page:
    """The page of a replay that the worker has carried out, begun in the browser."""
    draft_id = drafts.draft_of(world, text)
    page = world.biro().open(f"/proses/uji/draf/{draft_id}").form("/proses/uji/draf").fill(**fields).press()
    assert "perkara akan diuji" in page.text, page.text
    assert _problems(page.path, page) == []
    until_the_end(world, int(page.path.rsplit("/", 1)[1]))
    return world.biro().open(page.path)


def test_a_replay_from_the_tab_to_the_place_where_the_ways_part(archived: World) -> None:
    before = everything_of_cases(archived)
    page = replayed(archived, drafts.with_failing_condition())
    assert "0 dari 1 berakhir sama, 1 gagal." in page.text
    assert "Disetujui Eselon 1?: 1 gagal" in page.text
    case = page.link("PK 2026")
    assert "bidang_baru" in case.text and "Mulai di sini jalannya berbeda" in case.text
    assert "kepala.keputusan == 'setuju'" in case.text and "kepala.keputusan = setuju" in case.text
    for each in (page, case):
        assert _problems(each.path, each) == []
    assert everything_of_cases(archived) == before


def test_progress_goes_to_the_result_by_itself_and_can_be_stopped(archived: World) -> None:
    biro, draft_id = archived.biro(), drafts.draft_of(archived)
    page = biro.open(f"/proses/uji/draf/{draft_id}").form("/proses/uji/draf").press()
    part = biro.client.get(page.path + "/keadaan")
    assert "Menunggu giliran" in part.text and part.headers["ETag"] and "X-Location" not in part.headers
    again = biro.open(f"/proses/uji/draf/{draft_id}").form("/proses/uji/draf").press()
    assert again.status == 422 and "masih berjalan" in again.text
    stopped = page.form("/henti").press()
    assert "Dihentikan sesudah 0 dari 1 perkara" in stopped.text and _problems(stopped.path, stopped) == []
    assert biro.client.get(page.path + "/keadaan").headers["X-Location"].endswith(page.path)
    assert "sudah berakhir" in biro.post(page.path + "/henti").text


def test_an_inserted_step_and_the_same_with_defaults(archived: World) -> None:
    page = replayed(archived, drafts.with_review())
    assert "1 berhenti" in page.text and "Reviu Biro Perencanaan: 1 berhenti" in page.text
    page = replayed(archived, drafts.with_review(), isi="1")
    assert "1 menempuh jalan lain" in page.text and "isian bawaan" in page.text
    assert "isian bawaan" in page.link("PK 2026").text


def test_the_list_is_filtered_and_taken_along(at_eselon: World) -> None:
    pk.begin(at_eselon.operator(DUA))
    page = replayed(at_eselon, drafts.with_review(), berjalan="1")
    assert "1 dari 2 berakhir sama, 1 menempuh jalan lain." in page.text
    rows = {"same": "Balai Literasi Contoh Dua", "other": "Balai Literasi Contoh Satu"}
    for outcome, title in rows.items():
        some = at_eselon.biro().open(f"{page.path}?hasil={outcome}")
        shown = some.tree.xpath("//table[.//caption[contains(., 'dalam uji ulang')]]//tbody/tr")
        assert len(shown) == 1 and title in shown[0].text_content()
    nothing = at_eselon.biro().open(f"{page.path}?cari=tidakada")
    assert "Tidak ada perkara yang cocok" in nothing.text and _problems(nothing.path, nothing) == []
    csv = at_eselon.biro().client.get(f"{page.path}?hasil=other&format=csv")
    assert csv.text.count("\r\n") == 2 and "Jalan lain" in csv.text
    (entry,) = at_eselon.all(db.select(Audit).where(Audit.kind == "ekspor"))
    assert entry.after["baris"] == 1


def test_pages_of_the_list_follow_each_other(archived: World) -> None:
    page = replayed(archived, drafts.PK)
    (case,) = archived.all(db.select(ReplayCase))
    copies = [
        {"replay_id": case.replay_id, "instance_id": 1, "title": f"PK {n}", "outcome": "same", "path": []}
        for n in range(60)
    ]
    archived.write(db.insert(ReplayCase).values(copies))
    first = archived.biro().open(page.path)
    assert "Semua 61 perkara berakhir sama." in first.text
    second = first.link("Berikutnya")
    assert len(second.tree.xpath("//table//tbody/tr")) == 11 and second.has_link("Halaman pertama")


def test_a_draft_that_was_saved_since_is_said_to_have_changed(archived: World) -> None:
    page = replayed(archived, drafts.PK)
    assert "sudah diubah sejak diuji" not in page.text
    with archived.app.app_context():
        (row,) = db.session.scalars(db.select(Replay))
        by, text = drafts.biro(archived), drafts.with_review()
        drafts.drafts.save(row.draft_id, row.revision, {drafts.NAME: text}, by, row.created_at)
    assert "Draf ini sudah diubah sejak diuji" in archived.biro().open(page.path).text


def test_a_draft_that_can_not_be_run_leads_to_its_check(archived: World) -> None:
    page = replayed(archived, drafts.PK.replace('targetRef="selesai"', 'targetRef="tidak_ada"'))
    assert "Draf ini belum dapat dijalankan" in page.text and _problems(page.path, page) == []


def test_a_process_without_cases_says_what_else_there_is(world: World) -> None:
    page = world.biro().open(f"/proses/uji/draf/{drafts.draft_of(world)}")
    assert "Belum ada perkara untuk diuji ulang" in page.text and page.has_link("Buka Skenario")
    assert _problems(page.path, page) == []


def test_who_may_do_what(archived: World) -> None:
    page = replayed(archived, drafts.PK)
    draft_path = f"/proses/uji/draf/{archived.all(db.select(Replay.draft_id))[0]}"
    (case,) = archived.all(db.select(ReplayCase))
    one = f"{page.path}/perkara/{case.id}"
    admin = archived.admin()
    for path in (draft_path, page.path, one):
        assert admin.open(path).status == 200 and not admin.open(path).has_form("/proses/uji")
        assert archived.operator().open(path).status == 403
    assert admin.post(draft_path, jumlah="50").status == 403 and admin.post(page.path + "/henti").status == 403
    assert admin.open(f"{one}/skenario.yaml").status == 403
    assert archived.biro().open(f"{page.path}/perkara/999").status == 404
    assert archived.biro().open("/proses/uji/999").status == 404


def test_what_people_can_type_into_the_address_and_the_form_is_harmless(archived: World) -> None:
    page = replayed(archived, drafts.PK)
    draft_id = archived.all(db.select(Replay.draft_id))[0]
    for query in ("hasil=x", "sesudah=-1", "sesudah=abc", "langkah=%27%22", "cari=%25", "format=x"):
        assert archived.biro().open(f"{page.path}?{query}").status == 200
    for fields in ({"jumlah": "banyak"}, {"jumlah": "0"}, {"jumlah": "50", "tahun": "20x6"}, {}):
        refused = archived.biro().post(f"/proses/uji/draf/{draft_id}", **fields)
        assert refused.status == 422 and _problems(refused.path, refused) == []


# ---- scenarios -----------------------------------------------------------------------------------------------------


def test_the_scenarios_of_the_process_run_on_the_draft(world: World) -> None:
    page = world.biro().open(f"/proses/uji/skenario/{drafts.draft_of(world)}")
    assert "Semua 9 skenario berjalan seperti tertulis." in page.text and _problems(page.path, page) == []
    other = page.link("Lihat jalannya untuk Ditarik kembali")
    assert "Jalan skenario ‘Ditarik kembali oleh operator’" in other.text


def test_a_draft_that_breaks_some_says_which_line_and_shows_the_way(world: World) -> None:
    page = world.biro().open(f"/proses/uji/skenario/{drafts.draft_of(world, drafts.with_review())}")
    assert "3 dari 9 skenario berjalan seperti tertulis." in page.text
    waits = "Yang menunggu: ‘reviu_biro’ (Reviu Biro Perencanaan)."
    assert f"Baris 20: ‘review_eselon_1’ (Review dan tandatangani PK) tidak menunggu di sini. {waits}" in page.text
    assert _problems(page.path, page) == []


def test_a_scenario_is_tried_before_it_is_kept(world: World) -> None:
    path = f"/proses/uji/skenario/{drafts.draft_of(world)}"
    form = world.biro().open(path).form("/proses/uji/skenario")
    page = form.fill(isi="nama: Coba\nlangkah:\n  - kerjakan: info_stker\nharapan: {status: x}").press()
    assert "Baris 3: Diagram tidak punya ‘info_stker’. Mungkin info_satker" in page.text
    assert "info_stker" in page.form("/proses/uji/skenario").values["isi"] and _problems(page.path, page) == []
    good = "nama: Coba\nlangkah:\n  - kerjakan: info_satker\nharapan: {menunggu: penyusunan_pk}"
    page = form.fill(isi="", berkas=(io.BytesIO(good.encode()), "coba.yaml")).press()
    assert "Skenario ini berjalan seperti tertulis." in page.text
    for broken in ("", "a: &x [*x]", "[" * 500, "nama: \x00", "\ud83d".encode("utf-8", "replace").decode()):
        page = form.fill(isi=broken, berkas=(io.BytesIO(b""), "")).press()
        assert page.status == 200 and _problems(page.path, page) == []


def test_a_recorded_case_becomes_a_scenario_without_its_people(archived: World) -> None:
    page = replayed(archived, drafts.PK)
    (case,) = archived.all(db.select(ReplayCase))
    answer = archived.biro().client.get(f"{page.path}/perkara/{case.id}/skenario.yaml")
    text = answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="perkara-1.yaml"'
    for personal in ("Sekar", "1972", "Rani", "0800", "example", "Wirayudha", "Melati"):
        assert personal not in text, personal
    assert yaml.safe_load(text)["harapan"]["akhir"] == "selesai"
    tried = archived.biro().open(f"/proses/uji/skenario/{case.id and archived.all(db.select(Replay.draft_id))[0]}")
    tried = tried.form("/proses/uji/skenario").fill(isi=text).press()
    assert "Skenario ini berjalan seperti tertulis." in tried.text, tried.text
