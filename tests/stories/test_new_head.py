"""A head changes in mid-year: what is open goes on with the new one, what is signed keeps the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.flows import sample
from app.flows.rights import local_day
from app.models import Document, Event, Notice, Task, User, db
from tests import pk
from tests.local_provider import SignerCard, register
from tests.visitor import Page, Visitor
from tests.world import DUA, SATU, World

WIRA = {"nip": "197501012000031001", "nama": "Drs. Wira Santosa, M.Pd.", "nik": "9901010101750001"}
PASSPHRASE = "Langit Biru 2026"
CHOSEN = "kebun teh di lereng"


def appoint(world: World, office: sample.Office = SATU, **more: str) -> Page:
    """Periksa dulu, Ya, tunjuk; and the first password that the admin then hands over."""
    page = world.admin().open(f"/pejabat/satker-{office.kode}/tunjuk")
    page = page.form("").set({**WIRA, "jabatan": office.jabatan, **more}).press()
    assert "Yang akan terjadi" in page.text, page.text
    return page.form("").press()


def first_login(world: World) -> Visitor:
    """The new head comes in with the first password, and chooses one of their own."""
    user = world.all(db.select(User).where(User.username == WIRA["nip"]))[0]
    page = world.admin().open(f"/pengguna/{user.id}").form("/password").press()
    first = page.tree.xpath("//*[@data-first-password]")[0].text
    head = Visitor(world.app, WIRA["nip"], first)
    page = head.open("/tugas").form("/password").fill(old=first, new=CHOSEN, again=CHOSEN).press()
    assert page.path == "/tugas"
    return head


@pytest.fixture
def registered(at_the_head: World) -> World:
    assert at_the_head.provider
    register(at_the_head.provider.folder, SignerCard(WIRA["nik"], WIRA["nama"], PASSPHRASE))
    return at_the_head


def test_the_open_case_goes_on_with_the_new_head(registered: World) -> None:
    world, old = registered, registered.head()
    assert old.open("/tugas").has_link(pk.SIGN)
    page = appoint(world)
    assert "Penunjukan Drs. Wira Santosa, M.Pd. tersimpan." in page.text

    # who led until yesterday is out, and finds nothing to do after the next login
    assert old.open("/tugas").path == "/masuk"
    again = Visitor(world.app, SATU.head.nip, sample.PASSWORDS[sample.KEPALA])
    assert not again.open("/tugas").has_link(pk.SIGN)
    task = world.all(db.select(Task.id).where(Task.role == sample.KEPALA, Task.state == "open"))[0]
    assert again.open(f"/tugas/{task}").status in (403, 404)

    # the sheet names the one before: the new head can't sign it, and says so to the operator
    new = first_login(world)
    page = new.open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=PASSPHRASE).press()
    assert f"Lembar ini menyebut {SATU.head.nama} sebagai penanda tangan" in page.text
    assert world.all(db.select(Notice.text).where(Notice.text.contains(WIRA["nama"])))
    pk.refuse(new, pk.SIGN, "Pejabatnya berganti, buat lembar baru.")

    # the new sheet names the new head, who signs it
    pk.make_sheet_again(world)
    pk.approve(world, new, pk.SIGN, PASSPHRASE)
    assert "Disetujui oleh Kepala Satker" in world.operator().open("/kinerja/pk").text
    lembar = world.all(db.select(Event.data).where(Event.kind == "result").order_by(Event.seq))
    named = [str(data) for data in lembar if "pihak_pertama" in str(data)]
    assert SATU.head.nama in named[0] and WIRA["nama"] in named[-1] and SATU.head.nama not in named[-1]
    assert WIRA["nik"] not in str(lembar)


def test_what_is_signed_keeps_the_head_of_its_day(archived: World) -> None:
    before = archived.all(db.select(Document).where(Document.kind == "archive"))[0]
    shown = archived.operator().open(f"/dokumentasi/{before.id}").text
    page = archived.admin().open(f"/pejabat/satker-{SATU.kode}/tunjuk")
    page = page.form("").set({**WIRA, "jabatan": SATU.jabatan}).press()
    assert "1 lembar sudah ditandatangani pejabat lama dan tetap berlaku." in page.text
    assert "Tidak ada perkara yang sedang berjalan." in page.text
    page.form("").press()
    after = archived.all(db.select(Document).where(Document.kind == "archive"))[0]
    assert (after.sha256, after.void_at) == (before.sha256, None)
    assert archived.operator().open(f"/dokumentasi/{before.id}").text[:400] == shown[:400]
    assert WIRA["nama"] in archived.operator().open("/kinerja/info-satker").text


def test_a_plh_for_three_days_and_back(at_the_head: World) -> None:
    world = at_the_head
    until = local_day(clock.now()) + timedelta(days=2)
    appoint(world, sebagai="Plh.", until=until.isoformat())
    info = world.operator().open("/kinerja/info-satker").text
    assert WIRA["nama"] in info and f"Plh. {SATU.jabatan}" in info
    back = clock.now() + timedelta(days=3)
    with clock.held(back):
        world.chores()
        world.visitors.clear()
        assert SATU.head.nama in world.operator().open("/kinerja/info-satker").text
        assert world.head().open("/tugas").has_link(pk.SIGN)  # and the sheet names them: nothing is made again


def test_a_head_of_two_places_keeps_the_other(at_the_head: World) -> None:
    """Dua's head stands in for Satu as Plt.; when that ends, Dua is still theirs."""
    world = at_the_head
    appoint(world, nip=DUA.head.nip, nama="", nik="", sebagai="Plt.")
    head = world.head(DUA)
    assert head.open("/tugas").has_link(pk.SIGN)
    page = world.admin().open(f"/pejabat/satker-{SATU.kode}")
    term = page.tree.xpath("//dialog//form/@action")[0]
    yesterday = local_day(clock.now()) - timedelta(days=1)
    page = world.admin().post(term, last=yesterday.isoformat(), reason="selesai")
    assert "Masa jabatan diakhiri." in page.text
    assert head.open("/tugas").path == "/masuk"
    again = Visitor(world.app, DUA.head.nip, sample.PASSWORDS[sample.KEPALA])
    assert not again.open("/tugas").has_link(pk.SIGN)
    assert DUA.nama in again.open("/kinerja/info-satker").text
