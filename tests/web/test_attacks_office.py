# ruff: noqa: F811  (fixtures are imported by name)
"""What an office could do to itself: people with some rights who take more, and numbers that go where they must not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.flows.rights import local_day
from app.models import Assignment, PasswordLink, Person, User, db
from tests.flows.sheets import book, load
from tests.stories.conftest import drafting  # noqa: F401 - fixture
from tests.world import LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

NIP = "199001012015012009"
EVIL = "orang.lain@contoh.example"


def account(world: World, username: str) -> User:
    found: User = world.all(select(User).where(User.username == username))[0]
    return found


def as_person(world: World, username: str) -> None:
    """The account belongs to somebody with a NIP, as those of people do."""
    with world.app.app_context():
        user = db.session.execute(select(User).where(User.username == username)).scalar_one()
        person = Person(nama=user.nama, nip=NIP, nik="9901014101900099")
        db.session.add(person)
        db.session.flush()
        user.person_id = person.id
        db.session.commit()


def row(**other: Any) -> dict[str, Any]:
    head = SATU.head
    return {
        "Kode Satker": SATU.kode, "Kode Unit": "", "NIP": head.nip, "NIK": "", "Nama": head.nama,
        "Jabatan": SATU.jabatan, "Sebagai": "Definitif", "Mulai": "2026-01-01", "Sampai": "", "E-mail": EVIL,
    } | other  # fmt: skip


# ---- Biro Perencanaan appoints heads, and nothing else -------------------------------------------------------------


@pytest.mark.parametrize("username", ["admin", SATU.head.nip])
def test_biro_does_not_get_the_password_links_of_others_by_a_file(world: World, username: str) -> None:
    """Whoever sets an e-mail receives the next link of that account: a row of Pejabat must not set it."""
    if username == "admin":
        as_person(world, "admin")
    before = account(world, username)
    day = (local_day(clock.now()) + timedelta(days=900)).isoformat()
    other = {"NIP": NIP, "Nama": before.nama, "Sebagai": "Plh.", "Mulai": day, "Sampai": day}
    run = load(world, book(Pejabat=[row(**(other if username == "admin" else {}))]), by="biro")
    assert run.state == "done" and account(world, username).email == before.email != EVIL
    assert any(f[0] == "warning" and "Alamat e-mailnya tetap" in f[5] for f in run.report["faults"])


def test_biro_does_not_link_an_account_with_a_person_by_a_file(world: World) -> None:
    with world.app.app_context():
        db.session.add(User(username=NIP, nama="Ayu Contoh", password_hash="x"))
        db.session.commit()
    run = load(world, book(Pejabat=[row(NIP=NIP, Nama="Ayu Lestari")]), by="biro")
    assert run.state == "faulty" and "Minta admin menghubungkannya" in str(run.report["faults"])
    assert account(world, NIP).person_id is None


def test_an_admin_still_sets_addresses_by_a_file_and_links_to_the_old_one_end(world: World) -> None:
    world.admin().post(f"/pengguna/{account(world, SATU.head.nip).id}/tautan")
    assert load(world, book(Pejabat=[row()])).state == "done"
    assert account(world, SATU.head.nip).email == EVIL
    assert world.all(select(PasswordLink).where(PasswordLink.used_at.is_(None))) == []


def test_biro_does_not_appoint_themself(world: World) -> None:
    as_person(world, "biro")
    form = world.biro().open(f"/pejabat/satker-{SATU.kode}/tunjuk").form("/tunjuk")
    page = form.fill(nip=NIP, sebagai="definitif", jabatan="Kepala").press()
    assert page.status == 422 and "Penunjukan diri sendiri dilakukan oleh admin" in page.text
    name = account(world, "biro").nama
    run = load(world, book(Pejabat=[row(NIP=NIP, Nama=name, **{"E-mail": ""})]), by="biro")
    assert run.state == "faulty" and "Penunjukan diri sendiri" in str(run.report["faults"])
    held = world.all(select(Assignment.role).where(Assignment.user_id == account(world, "biro").id))
    assert held == ["Biro Perencanaan"]
    form = world.admin().open(f"/pejabat/satker-{SATU.kode}/tunjuk").form("/tunjuk")
    assert "Yang akan terjadi" in form.fill(nip=NIP, sebagai="definitif", jabatan="Kepala").press().text


# ---- operators ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nip", [SATU.head.nip, NIP], ids=["the own head", "somebody new"])
def test_an_operator_does_not_give_the_nik_of_somebody_to_another(world: World, nip: str) -> None:
    """Two people with one NIK: neither could be corrected any more, and one would be looked up for the other."""
    before = [(p.nip, p.nik) for p in world.all(select(Person).order_by(Person.id))]
    form = world.operator().open(f"/kinerja/info-satker/{SATU.kode}/edit").form("/edit")
    page = form.fill(nip_pimpinan=nip, nik_pimpinan=LITERASI.head.nik).press()
    assert page.status == 422 and "NIK ini sudah tercatat untuk orang lain" in page.text
    assert LITERASI.head.nama not in page.text
    assert [(p.nip, p.nik) for p in world.all(select(Person).order_by(Person.id))] == before


# ---- what can't be read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "proses=x~99999999999999999999", "proses=x~\u0663", "sebelum_tanggal=0001-01-01", "sebelum_tanggal=9999-12-31",
        "sesudah=99999999999999999999", "sebelum=99999999999999999999", "format=csv&sebelum_tanggal=0001-01-01",
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_left_out(world: World, query: str) -> None:
    assert world.admin().open(f"/instans/?{query}").status == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B07:00", "9999-12-31T23:59:59-12:00", "besok"])
def test_a_page_that_begins_at_no_moment_is_the_first(drafting: World, moment: str) -> None:
    assert drafting.admin().open(f"/instans/insiden?sesudah={moment}~x").status == 200
    page = drafting.operator().open(f"/tugas?sesudah={moment}~x")
    assert page.status == 200 and page.has_link("Penyusunan PK")


def test_a_history_that_begins_at_no_number_is_whole(drafting: World) -> None:
    assert drafting.operator().open(f"/perkara/1?sebelum={2**63}").status == 200


@pytest.mark.parametrize("day", ["9999-12-31", "2201-01-01"])
def test_no_term_of_office_ends_when_the_calendar_does(world: World, day: str) -> None:
    world.chores()  # heads get their terms
    page = world.admin().post("/pejabat/masa/1/akhiri", last=day, reason="Salah ketik")
    assert page.status == 422 and "Tanggal ini terlalu jauh" in page.text
    form = world.admin().open(f"/pejabat/satker-{SATU.kode}/tunjuk").form("/tunjuk")
    page = form.fill(nip=LITERASI.head.nip, sebagai="Plh.", jabatan="Kepala", until=day).press()
    assert page.status == 422 and "Tanggal ini terlalu jauh" in page.text


def billionth(xml: bytes) -> bytes:
    return xml.replace(b'<row r="2"', b'<row r="1048576000"')


def wide(xml: bytes) -> bytes:
    return xml.replace(b"</row>", b"<c><v>1</v></c>" * 30_000 + b"</row>", 1)


def hidden(xml: bytes) -> bytes:
    return re.sub(r"<\?xml[^>]*\?>", "", xml.decode()).encode("utf-16")


@pytest.mark.parametrize("trick", [billionth, wide, hidden])
def test_a_small_workbook_that_grows_holds_nobody_up(world: World, trick: Callable[[bytes], bytes]) -> None:
    """openpyxl counts up to whatever number a row has (a quarter of an hour), and keeps every cell (a GB of 50 kB)."""
    packed, out = zipfile.ZipFile(io.BytesIO(book(Pejabat=[row()]))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in packed.namelist():
            content = packed.read(name)
            if name.startswith("xl/worksheets/"):
                content = trick(content)
            made.writestr(name, content)
    page = world.biro().open("/muat").form("/muat").fill(berkas=(io.BytesIO(out.getvalue()), "data.xlsx")).press()
    assert page.status == 422 and ("rusak dan tidak dapat dibuka" in page.text or "terlalu besar" in page.text)
