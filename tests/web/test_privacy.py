# ruff: noqa: F811  (fixtures are imported by name)
"""What is stored about a person: for themselves, and for admins who are asked; the rules; who may look."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, update

from app import clock
from app.flows import delays, retention, sample
from app.flows.accounts import account_key
from app.models import Audit, Draft, Mail, Notice, Person, Task, User, db
from tests import pk
from tests.stories.conftest import archived, drafting  # noqa: F401 - fixtures
from tests.visitor import Visitor
from tests.world import DUA, SATU, World, provider, stages, world  # noqa: F401 - fixtures


def file_of(visitor: Visitor, path: str) -> dict[str, list[dict[str, str]]]:
    answer = visitor.client.get(path)
    assert answer.mimetype == "application/json" and "attachment" in answer.headers["Content-Disposition"]
    return {part["judul"]: part["isi"] for part in json.loads(answer.data)["data"]}


def person(world: World, nip: str = SATU.head.nip) -> Person:
    return world.all(db.select(Person).where(Person.nip == nip))[0]


def entries(world: World) -> list[tuple[str, str, str]]:
    rows = world.all(db.select(Audit).where(Audit.kind == "data_pribadi").order_by(Audit.seq))
    return [(e.actor, e.subject, e.note) for e in rows]


def test_everybody_reads_what_is_stored_about_them(archived: World) -> None:
    page = archived.head().open("/data-saya")
    for words in (SATU.head.nama, SATU.head.nip, "************0002", "Kepala Satker", "Tandatangani PK",
                  f"{SATU.head.nip}@contoh.example", "PK 2026 Balai Literasi Contoh Satu", "Sertifikat elektronik",
                  "Masuk", "arsip (UU 43/2009)"):  # fmt: skip
        assert words in page.text, words
    assert SATU.head.nik not in page.html


def test_the_file_has_ones_own_nik_in_full_and_says_so_in_the_audit_list(archived: World) -> None:
    data = file_of(archived.head(), "/data-saya/unduh")
    assert data["Data orang"] == [{"Nama": SATU.head.nama, "NIP": SATU.head.nip, "NIK": SATU.head.nik}]
    assert data["Akun"][0]["Username"] == SATU.head.nip and data["Peran"][0]["Peran"] == "Kepala Satker"
    assert [r["Langkah yang dikerjakan"] for r in data["Perkara yang memuat namanya"]] == [f"{pk.SIGN} (Approved PK)"]
    assert {r["Jenis"] for r in data["Dokumen dari perkara itu"]} == {"Draft PK", "PK bertanda tangan", "Naskah arsip"}
    assert entries(archived) == [(SATU.head.nama, f"orang {person(archived).id}", "Data sendiri diunduh, dengan NIK")]


def test_an_operator_without_a_person_has_a_report_too(drafting: World) -> None:
    operator = drafting.operator()
    page = operator.open("/tugas").link("Penyusunan PK")
    page.form("/tugas/").set(pk.FIRST).press(_aksi="simpan")
    (user,) = drafting.all(db.select(User).where(User.username == f"sim{SATU.kode}"))
    mail = {"key": "x", "user_id": user.id, "kind": "tugas", "address": user.email, "subject": "Tugas baru", "text": ""}
    drafting.write(insert(Mail).values(**mail, state="sent", send_at=clock.now(), created_at=clock.now()))
    with drafting.app.app_context():
        delays.reserve((f"akun:{account_key(user.username)}",), clock.now())
    data = file_of(operator, "/data-saya/unduh")
    assert data["Data orang"] == [] and data["Akun"][0]["Nama"] == SATU.operator
    assert [d["Tugas"] for d in data["Draf"]] == ["Penyusunan PK"]
    assert ("Tugas baru", "Terkirim") in [(m["Judul"], m["Keadaan"]) for m in data["Surat"]]
    assert data["Percobaan masuk yang gagal"][0]["Percobaan gagal"] == 1
    assert data["Kontak satker"][0]["Nama operator"] == SATU.operator
    assert "NIK dilihat" in [e["Apa"] for e in data["Jejak audit: yang dilakukannya"]]


def test_an_admin_finds_a_person_and_every_look_is_noted_once_an_hour(archived: World) -> None:
    admin = archived.admin()
    for text in (SATU.head.nama[5:12], SATU.head.nip, SATU.head.nama.upper()):
        page = admin.open(f"/data-pribadi?cari={text}").link(SATU.head.nama)
    assert page.path == f"/data-pribadi/orang-{person(archived).id}"
    assert "************0002" in page.text and SATU.head.nik not in page.html
    admin.open(page.path)
    known = file_of(admin, f"{page.path}/unduh")
    assert known["Data orang"][0]["NIK"] == "************0002"
    subject = f"orang {person(archived).id}"
    assert entries(archived) == [
        ("Admin Contoh", subject, "Laporan data pribadi dibuka"),
        ("Admin Contoh", subject, "Laporan data pribadi diunduh"),
    ]


def test_an_account_of_a_person_leads_to_the_person(world: World) -> None:
    (user,) = world.all(db.select(User).where(User.username == SATU.head.nip))
    assert SATU.head.nama in world.admin().open(f"/data-pribadi/akun-{user.id}").text
    page = world.admin().open(f"/data-pribadi?cari=sim{SATU.kode}").link(SATU.operator)
    assert page.path.startswith("/data-pribadi/akun-")


def test_nobody_but_admins_reads_about_others(archived: World) -> None:
    key = f"orang-{person(archived).id}"
    for visitor in (archived.operator(), archived.head(), archived.eselon(), archived.biro()):
        for path in ("", f"/{key}", f"/{key}/unduh", f"/{key}/hapus"):
            assert visitor.open(f"/data-pribadi{path}").status == 403
        assert visitor.post(f"/data-pribadi/{key}/hapus", nama="x").status == 403
    assert entries(archived) == []


@pytest.mark.parametrize(
    "key", ["orang-999", "akun-999", "orang-", "x", "orang-1x", "akun--1", "orang-99999999999", "1"]
)
def test_who_is_not_there_is_not_found(world: World, key: str) -> None:
    for part in ("", "/unduh", "/hapus"):
        assert world.admin().open(f"/data-pribadi/{key}{part}").status == 404
    assert world.admin().post(f"/data-pribadi/{key}/hapus").status == 404


def test_a_search_that_finds_nothing_says_so(world: World) -> None:
    page = world.admin().open("/data-pribadi?cari=100%25")
    assert "Tidak ada orang yang cocok" in page.text and page.has_link("Hapus pencarian")


def test_the_rules_stand_there_with_what_they_would_take(world: World) -> None:
    page = world.admin().open("/data-pribadi")
    assert "Belum pernah dijalankan" in page.text
    assert all(rule.what in page.text and rule.why in page.text for rule in retention.RULES)
    mail = {"key": "x", "kind": "tugas", "address": "a@contoh.example", "subject": "x", "text": "", "state": "sent"}
    world.write(insert(Mail).values(**mail, send_at=clock.now(), created_at=clock.now()))
    world.write(update(Mail).values(created_at=clock.now().replace(year=2020)))
    n = len(world.all(db.select(Mail)))
    assert "habis masa simpannya" in world.admin().open("/data-pribadi").text
    world.chores()
    page = world.admin().open("/data-pribadi")
    assert "Terakhir" in page.text and n >= 1 and "Terakhir dihapus: " in page.text


def test_the_report_is_not_slow(archived: World) -> None:
    """And it reads no state of any case: what is asked goes by indexes of tasks, mails and entries."""
    import time

    archived.head().open("/data-saya")
    began = time.perf_counter()
    archived.head().open("/data-saya")
    assert time.perf_counter() - began < 1


def test_notices_of_a_role_are_nobodys_own(archived: World) -> None:
    assert archived.all(db.select(Notice)) and archived.all(db.select(Task))
    data = file_of(archived.head(), "/data-saya/unduh")
    (mine,) = archived.all(db.select(User.id).where(User.username == SATU.head.nip))
    own = archived.all(db.select(Notice).where(Notice.user_id == mine))
    assert len(data["Pemberitahuan untuk orang ini sendiri"]) == len(own)
    assert not archived.all(db.select(Draft)) and data["Draf"] == []


# ---- the contact of a satker ---------------------------------------------------------------------------------------


def test_the_contact_of_a_satker_is_seen_where_it_is_needed_only(archived: World) -> None:
    """Info Satker shows it to those who see the satker; lists and files do without it."""
    phone, mail = "0800-0000-0101", f"satker{SATU.kode}@contoh.example"
    assert phone in archived.biro().open(f"/kinerja/info-satker?satker={SATU.kode}").text
    assert archived.operator(DUA).open(f"/kinerja/info-satker?satker={SATU.kode}").status == 404
    for path in ("/kinerja/progres", "/kinerja/progres?format=csv", "/perkara/1", "/dokumentasi/", "/tugas",
                 "/kinerja/pk"):  # fmt: skip
        text = archived.biro().client.get(path).text
        assert phone not in text and mail not in text, path


def test_the_sample_has_contacts_to_hide(world: World) -> None:
    assert sample.MINISTRY[0].offices[0].operator in world.operator().open("/kinerja/info-satker").text
