# ruff: noqa: F811  (fixtures are imported by name)
"""Muat dari Excel in the pages: an admin uploads, reads what is wrong, sees what will happen, and lets it happen."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from app.flows.importing.columns import KINDS
from app.models import Audit, ImportRun, Unit, User, db
from tests.flows.sheets import OPERATOR, PEJABAT, SATKER, UNIT, WHOLE, book
from tests.visitor import Page, Visitor
from tests.web.test_routes import _problems
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

WRONG = {**WHOLE, "Satker": [SATKER, {**SATKER, "Zona": "WIX"}]}


def upload(visitor: Visitor, content: bytes, name: str = "data.xlsx") -> Page:
    form = visitor.open("/muat").form("/muat")
    return form.fill(berkas=(io.BytesIO(content), name)).press()


def test_a_unit_from_template_to_done(world: World) -> None:
    admin = world.admin()
    template = openpyxl.load_workbook(io.BytesIO(admin.open("/muat").link("Unduh contoh Excel").answer.data))
    assert template.sheetnames == ["Penjelasan", "Unit", "Satker", "Pejabat", "Pengguna"]
    page = upload(admin, book(**WRONG))
    assert "Ada 2 hal yang perlu diperbaiki" in page.text and "Belum ada yang tersimpan" in page.text
    assert "Satker, baris 3, kolom Kode Satker" in page.text and "Zona berisi WIB, WITA, atau WIT" in page.text
    page = page.form("/muat").fill(berkas=(io.BytesIO(book(**WHOLE)), "data.xlsx")).press()
    assert "Yang akan terjadi" in page.text and "1 operator baru masuk dengan password pertama operator" in page.text
    assert "2 orang menerima undangan" in page.text and "9901010202850071" not in page.html
    page = page.form("/muat/2/muat").press()
    assert "Memeriksa ulang dan menyimpan 5 baris" in page.text and 'http-equiv="refresh"' in page.html
    world.chores()
    page = admin.open(page.path)
    assert "Selesai. 5 baris dimuat" in page.text
    assert "Selesai" in admin.open("/muat").text
    # carried out by the worker, asked for in a browser
    told = world.all(db.select(Audit).where(Audit.kind.in_(("muat", "akun", "peran", "pejabat", "master"))))
    assert told and {a.address for a in told} == {"127.0.0.1"}


def test_the_progress_leads_on_when_it_has_ended(world: World) -> None:
    admin = world.admin()
    upload(admin, book(**WHOLE)).form("/muat/1/muat").press()
    part = admin.client.get("/muat/1/keadaan")
    again = admin.client.get("/muat/1/keadaan", headers={"If-None-Match": part.headers["ETag"]})
    assert "<progress" in part.text and again.status_code == 304
    world.chores()
    assert admin.client.get("/muat/1/keadaan").headers["X-Location"] == "/muat/1"


def test_the_same_file_again_says_so(world: World) -> None:
    admin = world.admin()
    upload(admin, book(**WHOLE)).form("/muat/1/muat").press()
    world.chores()
    page = upload(admin, book(**WHOLE))
    assert "Tidak ada perubahan" in page.text and not page.has_form("/muat/2/muat")


def test_a_load_is_taken_back_before_it_began(world: World) -> None:
    page = upload(world.admin(), book(**WHOLE)).form("/muat/1/buang").press()
    assert "Tidak ada baris yang tersimpan" in page.text
    world.chores()
    (run,) = world.all(db.select(ImportRun))
    assert (run.state, run.rows, run.report["changes"]) == ("dropped", {}, [])
    assert world.all(db.select(Unit).where(Unit.kode == "030000")) == []
    assert world.admin().post("/muat/1/muat", sidik=run.report["digest"]).status == 409


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "kosong"),
        (b"%PDF-1.4 \0\0", "bukan Excel"),
        (book(Unit=[{"Kode Unit": f"{n:06d}", "Nama Unit": f"U {n}"} for n in range(12_000)]), "12.000 baris"),
    ],
)
def test_what_is_no_file_of_ours_is_said_at_the_field(world: World, content: bytes, says: str) -> None:
    page = upload(world.admin(), content, "muatan/ani/data <b>.xlsx")
    assert page.status == 422 and says in page.text and "data <b>.xlsx:" in page.text and "/ani" not in page.text
    assert page.tree.xpath("//input[@aria-invalid='true' and @id='berkas']")
    assert _problems("/muat", page) == [] and world.all(db.select(ImportRun)) == []


def test_no_file_at_all(world: World) -> None:
    page = world.admin().open("/muat").form("/muat").press()
    assert page.status == 422 and "Belum ada berkas yang dipilih" in page.text


def test_a_file_that_is_too_large_is_explained(world: World) -> None:
    assert world.app.config["MAX_CONTENT_LENGTH"] == 4 * 1024 * 1024
    world.admin()
    world.app.config["MAX_CONTENT_LENGTH"] = 100_000  # the client of the tests leaves larger bodies in open files
    page = upload(world.admin(), b"x" * 200_000)
    assert page.status == 413 and "4 MB" in page.text


def test_lists_are_searched_filtered_paged_and_downloaded(world: World) -> None:
    admin = world.admin()
    rows = [{"Kode Unit": f"7{n:05d}", "Nama Unit": f"Unit {n}" if n else ""} for n in range(120)]
    upload(admin, book(Unit=rows[1:]))
    upload(admin, book(Unit=[*rows, {**UNIT, "Kode Unit": "x"}]), "salah.xlsx")
    page = admin.open("/muat/1/perubahan")
    assert "119 perubahan" in page.text and "Unit 50" in page.text and "Unit 51" not in page.text
    assert "Unit 51" in page.link("Berikutnya").text
    assert "1 perubahan" in admin.open("/muat/1/perubahan?cari=unit+77&data=unit&jenis=baru").text
    assert "Tidak ada yang cocok" in admin.open("/muat/1/perubahan?jenis=berakhir").text
    assert admin.open("/muat/1/perubahan?format=csv").answer.text.count("\r\n") == 120
    page = admin.open("/muat/2/temuan?jenis=error&cari=enam")
    assert "1 temuan" in page.text and "kolom Kode Unit" in page.text
    assert "Tidak ada yang cocok" in admin.open("/muat/2/temuan?jenis=warning").text
    text = admin.open("/muat/2/temuan?format=csv").answer.text
    assert "Perlu diperbaiki;Unit;2;Nama Unit;;Nama Unit belum diisi. Isi sel ini." in text
    assert "salah.xlsx" in admin.open("/muat?keadaan=faulty").text
    assert "Tidak ada yang cocok" in admin.open("/muat?cari=tidakada").text
    assert admin.open("/muat?format=csv").answer.text.count("\r\n") == 3
    told = world.all(db.select(Audit.subject).where(Audit.kind == "ekspor"))
    assert told == ["perubahan muatan 1", "temuan muatan 2", "daftar muatan"]


def test_every_state_of_a_run_is_well_formed(world: World) -> None:
    admin = world.admin()
    upload(admin, book(**WRONG))
    ready = upload(admin, book(**WHOLE))
    found = [
        _problems(p, admin.open(p)) for p in ("/muat", "/muat/1", "/muat/1/temuan", "/muat/1/perubahan", "/muat/2")
    ]
    ready.form("/muat/2/muat").press()
    found.append(_problems("/muat/2", admin.open("/muat/2")))
    world.chores()
    found += [_problems(p, admin.open(p)) for p in ("/muat/2", "/muat/2/perubahan", "/muat/2/temuan")]
    upload(admin, book(**WHOLE))
    found.append(_problems("/muat/3", admin.open("/muat/3")))
    assert found == [[]] * len(found)


def test_biro_loads_masters_and_heads_but_no_accounts(world: World) -> None:
    biro = world.biro()
    assert "Sheet Pengguna hanya dapat dimuat oleh admin" in biro.open("/muat").text
    assert "hanya dapat dimuat oleh admin" in upload(biro, book(**WHOLE)).text
    page = upload(biro, book(Unit=[UNIT], Satker=[SATKER], Pejabat=[PEJABAT]))
    page.form("/muat/2/muat").press()
    world.chores()
    assert "Selesai. 3 baris dimuat" in biro.open("/muat/2").text
    assert world.all(db.select(User).where(User.username == PEJABAT["NIP"]))


def test_runs_of_others_do_not_exist_for_biro_and_nobody_else_comes_near(world: World) -> None:
    upload(world.admin(), book(**WHOLE))
    paths = ("/muat/1", "/muat/1/keadaan", "/muat/1/temuan", "/muat/1/perubahan", "/muat/99")
    assert [world.biro().open(p).status for p in paths] == [404] * 5
    assert [world.biro().post(p).status for p in ("/muat/1/muat", "/muat/1/buang")] == [404] * 2
    for who in (world.operator(), world.head(), world.eselon()):
        assert {who.open(p).status for p in ("/muat", "/muat/contoh.xlsx", *paths)} == {403}
        assert who.post("/muat").status == 403


@pytest.mark.parametrize("kind", KINDS)
def test_csv_templates(world: World, kind: str) -> None:
    answer = world.admin().open(f"/muat/contoh/{kind}.csv").answer
    assert answer.text.startswith("\ufeff" + KINDS[kind].columns[0].label) and answer.mimetype == "text/csv"
    assert world.admin().open("/muat/contoh/lain.csv").status == 404


def test_markup_in_a_file_stays_text(world: World) -> None:
    evil: dict[str, Any] = {**OPERATOR, "Nama": "<script>alert(1)</script>", "Tempat": "100101"}
    page = upload(world.admin(), book(Pengguna=[evil]), "<img src=x>.xlsx")
    assert "<script>alert" not in page.html and "<img src=x>" not in page.html
