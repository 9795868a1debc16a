# ruff: noqa: F811  (fixtures are imported by name)
"""/instans: for admins only; what they find there, page by page, and what they can take away as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app import clock
from app.flows import events
from app.models import Audit, Document, Event, Instance, Job, db
from app.web import cases, tree
from tests import pk
from tests.stories.conftest import archived, at_the_head  # noqa: F401 - fixtures
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

ADDRESSES = ("/instans/", "/instans/?format=csv", "/instans/insiden", "/instans/1", "/instans/1/langkah/1")


def test_others_than_admins_are_refused_everywhere(at_the_head: World) -> None:
    for visitor in (at_the_head.operator(), at_the_head.head(), at_the_head.eselon(LITERASI), at_the_head.biro()):
        assert [visitor.open(path).status for path in ADDRESSES] == [403] * len(ADDRESSES)
        assert not visitor.open("/tugas").has_link("Instans")
    admin = at_the_head.admin()
    assert [admin.open(path).status for path in ADDRESSES] == [200] * len(ADDRESSES)
    assert admin.open("/tugas").has_link("Instans")


def test_what_does_not_exist_is_not_found(at_the_head: World) -> None:
    admin = at_the_head.admin()
    for path in ("/instans/2", "/instans/0", "/instans/x", "/instans/99999999999", "/instans/1/langkah/0"):
        assert admin.open(path).status == 404, path


def test_an_empty_house_says_what_comes_next(world: World) -> None:
    admin = world.admin()
    assert "Belum ada perkara." in admin.open("/instans/").text
    assert "Tidak ada insiden." in admin.open("/instans/insiden").text
    assert "insiden menunggu admin" not in admin.open("/tugas").text
    nothing = admin.open("/instans/?cari=tidak+ada")
    assert "Tidak ada perkara yang cocok." in nothing.text and nothing.has_link("Hapus saringan")


def test_a_filter_from_the_page_narrows_the_list_and_says_by_what(at_the_head: World) -> None:
    admin = at_the_head.admin()
    pk.begin(at_the_head.operator(DUA))
    both = admin.open("/instans/")
    assert both.has_link("PK 2026 Balai Literasi Contoh Satu") and both.has_link("PK 2026 Balai Literasi Contoh Dua")
    for query, words in (
        ("langkah=persetujuan_kepala", "Disaring menurut langkah Tandatangani PK (Approved PK)"),
        ("status=Menunggu+Passphrase+Kepala+Satker", "status Menunggu Passphrase Kepala Satker"),
        ("satker=100101&keadaan=berjalan", "keadaan Berjalan, satker 100101"),
        (
            "proses=perjanjian_kinerja~1&cari=satu",
            "Disaring menurut judul atau nomor satu, proses Perjanjian Kinerja, versi 1",
        ),
    ):
        page = admin.open(f"/instans/?{query}")
        assert words in page.text, query
        assert page.has_link("Contoh Satu") and not page.has_link("Contoh Dua"), query


@pytest.mark.parametrize(
    "query",
    [
        "tahun=dua+ribu", "diam=-1", "diam=%C2%B2", "sebelum_tanggal=2026-13-45", "keadaan=entah", "tahun=99999999999",
        "diam=12345678901234567890",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_left_out_and_said(at_the_head: World, query: str) -> None:
    page = at_the_head.admin().open(f"/instans/?{query}")
    assert page.status == 200 and "tidak dapat dibaca, jadi tidak dipakai" in page.text
    assert page.has_link("PK 2026 Balai Literasi Contoh Satu")


@pytest.mark.parametrize(
    "query",
    [
        "sesudah=x", "sebelum=-1", "sesudah=99999999999999999999", "proses=~~", "proses=entah~9", "cari=%25%27%22%3B--",
        "satker=%5C", "langkah=%3Cscript%3E", "diam=0&keadaan=selesai", "status=" + "x" * 5000, "diam=99999",
    ],
)  # fmt: skip
def test_nothing_that_stands_in_the_address_breaks_the_list(at_the_head: World, query: str) -> None:
    assert at_the_head.admin().open(f"/instans/?{query}").status == 200
    assert at_the_head.admin().open(f"/instans/insiden?{query}").status == 200


@pytest.fixture
def many(at_the_head: World) -> Iterator[World]:
    """Another 120 cases, all of one moment."""
    now = clock.now()
    row = {
        "process": "perjanjian_kinerja", "definition_id": 1, "tahun": 2026, "satker": "100102", "unit": "010000",
        "created_at": now, "changed_at": now, "phase": "running", "status": "Penyusunan PK", "version": 0,
    }  # fmt: skip
    at_the_head.write(db.insert(Instance.__table__).values([row | {"title": f"Usul {n:03}"} for n in range(120)]))
    yield at_the_head


def test_pages_keep_the_filter_and_lead_there_and_back(many: World) -> None:
    admin = many.admin()
    page = first = admin.open("/instans/?cari=usul&tahun=2026")
    seen = [_titles(page)]
    while page.has_link("Berikutnya"):
        page = page.link("Berikutnya")
        seen.append(_titles(page))
    assert [t for titles in seen for t in titles] == [f"Usul {n:03}" for n in range(119, -1, -1)]
    assert _titles(page.link("Sebelumnya")) == seen[-2] and _titles(page.link("Halaman pertama")) == seen[0]
    assert not first.has_link("Sebelumnya") and "judul atau nomor usul, tahun 2026" in page.text


def _titles(page) -> list[str]:
    return [a.text_content() for a in page.tree.xpath("//main//table//a")]


def test_the_csv_has_every_case_of_the_filter_and_runs_no_formula(many: World) -> None:
    many.write(
        db.update(Instance).where(Instance.title == "Usul 007").values(title="=HYPERLINK(1)", status="+1", stuck="@x")
    )
    admin = many.admin()
    answer = admin.open("/instans/?tahun=2026").link("CSV").answer
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 122 and lines[0].startswith("Nomor;Judul;Proses;Versi;Keadaan;Status")
    (evil,) = [line for line in lines if "HYPERLINK" in line]
    assert ";'=HYPERLINK(1);" in evil and ";'+1;" in evil and evil.endswith(";'@x")
    assert len(admin.open("/instans/?cari=usul+00&format=csv").answer.text.splitlines()) == 10
    kept = many.all(db.select(Audit).where(Audit.kind == "ekspor").order_by(Audit.id))
    assert [(a.actor, a.subject, a.after["baris"]) for a in kept] == [
        ("Admin Contoh", "daftar instans", 121), ("Admin Contoh", "daftar instans", 9),
    ]  # fmt: skip
    assert kept[1].after["saringan"] == {"text": "usul 00"}


def test_incidents_lead_to_their_case_and_to_another_try(at_the_head: World) -> None:
    at_the_head.write(
        db.insert(Job.__table__).values(
            id="i" * 32, instance_id=1, element="cek_tte", name="Cek registrasi TTE", operator="tte.status", params={},
            state="incident", tries=5, message="=Penyedia tidak terjangkau.", run_at=clock.now(),
            created_at=clock.now() - timedelta(hours=3),
        )
    )  # fmt: skip
    admin = at_the_head.admin()
    page = admin.open("/tugas")
    assert "1 insiden menunggu admin" in page.text
    page = page.link("Buka Insiden")
    assert "Cek registrasi TTE: =Penyedia tidak terjangkau." in page.text and "3 jam lalu" in page.text
    assert page.link("PK 2026 Balai Literasi Contoh Satu").path == "/instans/1"
    assert ";'=Penyedia tidak terjangkau.;" in page.link("CSV").answer.text
    assert "Tidak ada insiden yang cocok." in admin.open("/instans/insiden?cari=arsip").text
    assert "Dengan insiden 1" in admin.open("/instans/").text


def test_a_case_offers_only_what_makes_sense_in_its_phase(archived: World) -> None:
    page = archived.admin().open("/instans/1")
    assert page.has_link("Halaman perkara")
    assert not any(page.has_link(words) for words in ("Batalkan", "Tangguhkan", "Lanjutkan", "Alihkan"))


def test_a_running_case_offers_what_admins_can_do(at_the_head: World) -> None:
    page = at_the_head.admin().open("/instans/1")
    there = at_the_head.app.view_functions
    for words, endpoint in (("Batalkan", "cancel"), ("Tangguhkan", "suspend"), ("Alihkan", "reassign")):
        assert page.has_link(words) == (f"interventions.{endpoint}" in there)
    assert not page.has_link("Lanjutkan")


def long_history(world: World, count: int) -> None:
    """Events as they are written, chained, after those that are there."""
    with world.app.app_context():
        last = db.session.scalars(db.select(Event).order_by(Event.seq.desc()).limit(1)).one()
        kept = {c.name: getattr(last, c.name) for c in Event.__table__.columns if c.name != "id"}
        rows = []
        for n in range(count):
            kept = kept | {"seq": kept["seq"] + 1, "name": f"Layanan {n}", "prev_hash": kept["hash"]}
            kept["hash"] = events.digest(kept)
            rows.append(kept)
        db.session.execute(db.insert(Event), rows)
        db.session.execute(db.update(Instance).values(version=kept["seq"], last_hash=kept["hash"]))
        db.session.commit()


def test_a_long_history_comes_in_pages_without_a_script(at_the_head: World) -> None:
    long_history(at_the_head, 130)
    page = at_the_head.operator().open("/perkara/1")
    assert "Layanan 129 selesai." in page.text and "Layanan 79 " not in page.text
    older = page.link("Tampilkan yang lebih lama")
    assert "Layanan 79 selesai." in older.text and "Layanan 80 " not in older.text
    oldest = older.link("Tampilkan yang lebih lama")
    assert "memulai Perjanjian Kinerja" in oldest.text and not oldest.has_link("Tampilkan yang lebih lama")
    assert "Layanan 129" in oldest.link("Ke yang terbaru").text
    admin = at_the_head.admin().open("/instans/1")
    assert "Riwayat ini panjang" in admin.text and "utuh" not in admin.text
    assert "Rantai hash riwayat utuh" in admin.link("Periksa rantai hash").text
    assert "Layanan 104 selesai." in admin.link("Tampilkan yang lebih lama").text


def test_the_files_of_a_case_can_be_told_apart_in_a_folder(archived: World) -> None:
    operator = archived.operator()
    ids = archived.all(db.select(Document.id).order_by(Document.id))
    names = [operator.open(f"/dokumen/{n}/unduh").answer.headers["Content-Disposition"] for n in ids]
    assert [n.split('"')[1] for n in names] == [
        "PK-2026-100101-1-draft.pdf", "PK-2026-100101-1-bertanda-tangan-1.pdf",
        "PK-2026-100101-1-bertanda-tangan-2.pdf", "PK-2026-100101-1-arsip.pdf",
    ]  # fmt: skip


def test_the_diagram_on_the_page_has_no_notes_of_its_author(at_the_head: World) -> None:
    bpmn = at_the_head.operator().open("/perkara/1/diagram.bpmn").answer.text
    assert "textAnnotation" not in bpmn and "catatan_eselon" not in bpmn and "review_eselon_1" in bpmn
    assert cases.without_notes("<definitions><process id='p'/></definitions>") == (
        '<definitions><process id="p"/></definitions>'
    )


def test_data_are_told_as_people_write_them() -> None:
    data = {
        "tanggal": "2026-01-15", "waktu": "2026-01-15T02:00:00+00:00", "tahun": 2026, "anggaran": 1_250_000_000,
        "aktif": True, "kosong": "", "nik": SATU.head.nik, "baris": [{"target": "85,5"}], "aneh": "2026-99-99",
    }  # fmt: skip
    assert list(tree.leaves(tree.tree(data))) == [
        "15 Januari 2026", "15 Jan 2026 09.00 WIB", "2026", "1.250.000.000", "ya", "",
        f"************{SATU.head.nik[-4:]}", "", "", "85,5", "2026-99-99",
    ]  # fmt: skip


def test_a_state_that_this_release_cannot_read_is_said_and_the_rest_is_shown(at_the_head: World) -> None:
    at_the_head.write(db.update(Instance).values(state=b"\x09\x00[]"), db.update(Event).values(state=None))
    admin = at_the_head.admin()
    page = admin.open("/instans/1")
    assert page.status == 200 and "tidak dapat dibaca oleh rilis ini" in page.text
    assert SATU.head.nama in page.text  # whom it waits for is in the tables
    assert "tidak tersimpan" in admin.open("/instans/1/langkah/2").text
