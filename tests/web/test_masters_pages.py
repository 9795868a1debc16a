# ruff: noqa: F811  (fixtures are imported by name)
"""Units, satkers, heads and people's own data through their pages, by Admin and Biro Perencanaan."""

from __future__ import annotations

import pytest

from app.models import Audit, Headship, Instance, Notice, Person, Satker, Task, Unit, User, db
from tests import pk
from tests.stories.conftest import archived, at_the_head  # noqa: F401 - fixtures
from tests.visitor import Page
from tests.world import DUA, EMPAT, LITERASI, SAINS, SATU, World, provider, stages, world  # noqa: F401 - fixtures

WIRA = {"nip": "197501012000031001", "nama": "Drs. Wira Santosa, M.Pd.", "nik": "9901010101750001"}
LIMA = {"kode": "300301", "nama": "Balai Contoh Lima", "unit_kode": LITERASI.kode, "kota": "Ambon", "zona": "WIT"}


def audited(world: World, kind: str) -> list[Audit]:
    return world.all(db.select(Audit).where(Audit.kind == kind).order_by(Audit.id))


def person(world: World, nip: str) -> Person:
    return world.all(db.select(Person).where(Person.nip == nip))[0]


def names(page: Page) -> list[str]:
    return [a.text for a in page.tree.xpath("//tbody/tr/td[1]//a")]


def make(world: World, **typed: str) -> Page:
    return world.biro().open("/satker/baru").form("").set({**LIMA, **typed}).press()


def appoint(world: World, **typed: str) -> Page:
    form = world.biro().open(f"/pejabat/satker-{SATU.kode}/tunjuk").form("")
    return form.set({**WIRA, **typed}).press()


# ---- units and satkers ---------------------------------------------------------------------------------------------


def test_biro_makes_a_unit_with_a_satker(world: World) -> None:
    page = world.biro().open("/unit/baru").form("").fill(kode="030000", nama="Inspektorat Contoh").press()
    assert "Unit utama dibuat." in page.text
    page = make(world, unit_kode="030000")
    assert "Satker dibuat." in page.text and "Belum ada pimpinan" in page.text
    assert names(world.biro().open("/satker?unit=030000")) == [LIMA["nama"]]
    assert names(world.biro().open("/satker?perhatian=tanpa")) == [LIMA["nama"]]
    assert [e.subject for e in audited(world, "master")] == ["unit 030000", "satker 300301"]
    found = world.biro().open("/pejabat?perhatian=tanpa")
    assert names(found) == ["Inspektorat Contoh", LIMA["nama"]]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kode": "12"}, "Kode satker terdiri dari 6 angka."),
        ({"kode": "10010a"}, "Kode satker terdiri dari 6 angka."),
        ({"kode": SATU.kode}, f"Kode {SATU.kode} sudah dipakai {SATU.nama}."),
        ({"kode": LITERASI.kode}, "sudah dipakai sebuah unit utama."),
        ({"nama": " "}, "Ketik nama satker."),
        ({"nama": "x" * 300}, "Persingkat 100 huruf."),
        ({"unit_kode": "999999"}, "Pilihan ini tidak ada."),
        ({"zona": "UTC"}, "Pilihan ini tidak ada."),
        ({"hp": "12"}, "No HP satker terdiri dari 8 sampai 15 angka."),
        ({"email": "x@"}, "E-mail satker belum lengkap."),
        ({"alamat": "Jl. 9901 0101 0175 0001"}, "memuat 16 angka seperti NIK"),
    ],
)
def test_what_is_wrong_with_a_satker_is_said_and_the_rest_stays(world: World, typed: dict, words: str) -> None:
    page = make(world, **{"nama_operator": "Lani"} | typed)
    assert page.status == 422 and words in page.text and page.form("").values["nama_operator"] == "Lani"
    assert world.all(db.select(Satker).where(Satker.kode == LIMA["kode"])) == []


def test_a_satker_is_corrected_and_two_at_once_are_told(world: World) -> None:
    mine, theirs = (who.open(f"/satker/{SATU.kode}").form("") for who in (world.biro(), world.admin()))
    assert "Satker tersimpan." in mine.fill(kota="Bogor").press().text
    page = theirs.fill(kota="Depok").press()
    assert page.status == 422 and "diubah orang lain sejak halaman ini dibuka" in page.text
    assert page.form("").values["kota"] == "Depok"
    page.form("").press()
    assert world.all(db.select(Satker.kota).where(Satker.kode == SATU.kode)) == ["Depok"]
    assert next((e.before, e.after) for e in audited(world, "master")) == ({"kota": "Jakarta"}, {"kota": "Bogor"})


def test_open_cases_follow_a_satker_to_its_new_unit(at_the_head: World) -> None:
    world = at_the_head
    page = world.biro().open(f"/satker/{SATU.kode}")
    assert "1 perkara masih berjalan. Bila unitnya diubah, perkara itu ikut" in page.text
    page = page.form("").fill(unit_kode=SAINS.kode).press()
    assert "1 perkara yang masih berjalan ikut berpindah unit." in page.text
    assert world.all(db.select(Instance.unit)) == [SAINS.kode]
    assert set(world.all(db.select(Task.unit).where(Task.state == "open"))) == {SAINS.kode}
    assert world.eselon(SAINS).open("/perkara/1").status == 200
    assert world.eselon(LITERASI).open("/perkara/1").status == 404
    assert f"Satker berpindah ke {SAINS.nama}" in world.operator().open("/perkara/1").text
    # and it can still be finished: the new sheet names the head of the new unit
    pk.refuse(world.head(), pk.SIGN, "Unitnya berpindah, buat lembar baru.")
    pk.make_sheet_again(world)
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    pk.approve(world, world.eselon(SAINS), pk.REVIEW, SAINS.head.passphrase)
    assert "PK Telah Ditandatangani" in world.operator().open("/kinerja/pk").text


def test_finished_cases_stay_where_they_ended(archived: World) -> None:
    archived.biro().open(f"/satker/{SATU.kode}").form("").fill(unit_kode=SAINS.kode).press()
    assert archived.all(db.select(Instance.unit)) == [LITERASI.kode]
    assert archived.eselon(LITERASI).open("/perkara/1").status == 200


def test_only_what_nothing_refers_to_is_removed(world: World) -> None:
    for path, why in ((f"/satker/{SATU.kode}", "tercatat pada peran akun"), (f"/unit/{SAINS.kode}", "memiliki satker")):
        page = world.biro().open(path)
        assert why in page.text and not page.has_form("/hapus")
        assert world.biro().post(f"{path}/hapus").status == 409
    make(world)
    page = world.biro().post(f"/satker/{LIMA['kode']}/hapus")
    assert "Satker dihapus." in page.text and LIMA["nama"] not in page.text
    assert world.biro().post(f"/satker/{LIMA['kode']}/hapus").status == 404


def test_a_unit_needs_a_name_of_its_own(world: World) -> None:
    for kode, nama, words in (
        ("03", "Baru", "Kode unit terdiri dari 6 angka."),
        (SAINS.kode, "Baru", f"sudah dipakai {SAINS.nama}"),
        (SATU.kode, "Baru", "sudah dipakai sebuah satker"),
        ("030000", SAINS.nama.upper(), f"Nama ini sudah dipakai unit {SAINS.kode}."),
        ("030000", "", "Ketik nama unit utama."),
    ):
        page = world.biro().open("/unit/baru").form("").fill(kode=kode, nama=nama).press()
        assert page.status == 422 and words in page.text, page.text
    assert len(world.all(db.select(Unit))) == 2


def test_lists_and_exports(world: World) -> None:
    biro = world.biro()
    assert names(biro.open("/satker?cari=flamboyan+x")) == [] and names(biro.open("/satker?cari=surabaya")) == [
        "Balai Sains Contoh Tiga"
    ]
    assert names(biro.open("/unit?cari=sains")) == [SAINS.nama]
    assert names(biro.open(f"/pejabat?cari={EMPAT.head.nip}")) == [EMPAT.nama]
    assert names(biro.open("/pejabat?perhatian=sementara")) == [EMPAT.nama]
    assert len(names(biro.open("/pejabat?jenis=unit"))) == 2 and len(names(biro.open("/pejabat"))) == 6
    for path, lines in (("/satker", 5), ("/unit", 3), ("/pejabat", 7)):
        text = biro.open(f"{path}?format=csv").answer.text
        assert len(text.splitlines()) == lines and SATU.head.nik not in text
    assert [e.subject for e in audited(world, "ekspor")] == ["daftar satker", "daftar unit utama", "daftar pejabat"]


def test_pages_of_the_lists_follow_each_other(world: World) -> None:
    world.write(*(
        db.insert(Satker).values(kode=f"4{n:05}", nama=f"Balai {n}", unit_kode=LITERASI.kode) for n in range(120)
    ))  # fmt: skip
    for path, total in (("/satker", 124), ("/pejabat", 126)):
        seen, at = [], path
        while at:
            page = world.biro().open(at)
            seen += page.tree.xpath("//tbody/tr/td[1]//a/@href")
            at = next(iter(page.tree.xpath("//a[@rel='next']/@href")), "")
        assert len(seen) == len(set(seen)) == total
        assert world.biro().open(f"{path}?sesudah=~x~1").status == 200


# ---- heads ---------------------------------------------------------------------------------------------------------


def test_what_will_happen_is_shown_first_and_nothing_is_done_yet(world: World) -> None:
    page = appoint(world)
    assert page.status == 200 and "Yang akan terjadi" in page.text and f"Masa jabatan {SATU.head.nama}" in page.text
    assert world.all(db.select(User).where(User.username == WIRA["nip"])) == []
    assert world.all(db.select(Person).where(Person.nip == WIRA["nip"])) == [] and audited(world, "pejabat") == []
    # changed after the look: shown anew
    page = page.form("").fill(jabatan="Kepala Besar").press()
    assert "Yang akan terjadi" in page.text and "Kepala Besar" in page.text and audited(world, "pejabat") == []
    page = page.form("").press()
    assert "tersimpan" in page.text and len(audited(world, "pejabat")) == 1
    assert WIRA["nik"] not in page.text


def test_pressed_twice_it_happens_once(world: World) -> None:
    form = appoint(world).form("")
    assert form.press().status == form.press().status == 200
    assert len(audited(world, "pejabat")) == 1
    assert len(world.all(db.select(Headship).where(Headship.kode == SATU.kode))) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nip": ""}, "NIP belum diisi."),
        ({"nip": "1975"}, "NIP terdiri dari 18 angka"),
        ({"nama": ""}, "Nama belum diisi."),
        ({"nik": "99"}, "NIK terdiri dari 16 angka"),
        ({"nik": DUA.head.nik}, f"NIK ini sudah tercatat untuk {DUA.head.nama}."),
        ({"nip": DUA.head.nip}, f"sudah tercatat atas nama {DUA.head.nama}"),
        ({"since": "2026-02-30"}, "Tanggal ini tidak ada."),
        ({"since": "2027-06-01", "until": "2027-01-01"}, "Tanggal sampai lebih awal dari tanggal mulai."),
        ({"sebagai": "Plh."}, "Isi juga tanggal sampai."),
        ({"sebagai": "Pjs."}, "Pilihan ini tidak ada."),
        ({"jabatan": "Plt. Kepala"}, "Tulis jabatan tanpa Plt. atau Plh."),
    ],
)
def test_what_is_wrong_with_an_appointment_is_said(world: World, typed: dict, words: str) -> None:
    page = appoint(world, **{"email": "wira@contoh.example"} | typed)
    assert page.status == 422 and words in page.text
    assert page.form("").values["email"] == "wira@contoh.example" and audited(world, "pejabat") == []


def test_whose_nip_is_known_needs_nothing_else(world: World) -> None:
    page = appoint(world, nip=" ".join(DUA.head.nip), nama="", nik="", sebagai="Plt.")
    assert DUA.head.nama in page.text and "Akun yang sudah ada dipakai." in page.text
    assert f"{SATU.head.nama} tetap {SATU.jabatan}, digantikan selama masa ini" in page.text


def test_who_was_named_by_an_operator_gets_access_from_an_admin(world: World) -> None:
    page = world.operator().open("/kinerja/info-satker").link("Edit")
    named = {f"{k}_pimpinan": v for k, v in WIRA.items()}
    page.form("/edit").set(named).press()
    assert names(world.biro().open("/pejabat?perhatian=akun")) == [SATU.nama]
    page = world.biro().open(f"/pejabat/satker-{SATU.kode}")
    assert "belum punya akun" in page.text and "Minta admin" in page.text and not page.has_form("/akun")
    page = world.admin().open(f"/pejabat/satker-{SATU.kode}").form("/akun").press()
    assert "sekarang memegang perannya" in page.text and "belum punya akun" not in page.text
    assert names(world.biro().open("/pejabat?perhatian=akun")) == []


def test_an_appointment_for_later_is_seen_and_taken_back(world: World) -> None:
    appoint(world, since="2027-06-01").form("").press()
    assert "1 Juni 2027: Drs. Wira Santosa, M.Pd." in world.biro().open("/pejabat?perhatian=nanti").text
    page = world.biro().open(f"/pejabat/satker-{SATU.kode}").form("/batal").press()
    assert "Penunjukan dibatalkan." in page.text and WIRA["nama"] not in page.text


def test_a_term_that_can_not_end_like_that(world: World) -> None:
    term = world.all(db.select(Headship.id).where(Headship.kode == SATU.kode))[0]
    for sent, words in (
        ({"last": "", "reason": "x"}, "Pilih hari terakhirnya."),
        ({"last": "2020-01-01", "reason": "x"}, "Hari terakhir paling awal kemarin."),
        ({"last": "2099-01-01", "reason": " "}, "Ketik alasannya"),
    ):
        page = world.biro().post(f"/pejabat/masa/{term}/akhiri", **sent)
        assert page.status == 422 and words in page.text and SATU.head.nama in page.text
    assert world.biro().post(f"/pejabat/masa/{term}/batal").status == 409


# ---- people --------------------------------------------------------------------------------------------------------


def test_the_data_of_a_person_are_corrected_in_one_place(world: World) -> None:
    head = person(world, SATU.head.nip)
    page = world.biro().open(f"/pejabat/orang/{head.id}")
    assert page.form("").values["nik"] == SATU.head.nik
    page = page.form("").fill(nama="Dra. Sekar A., M.M.", nik=" ".join("9901015705720009")).press()
    assert "Data orang tersimpan." in page.text
    assert person(world, SATU.head.nip).nik == "9901015705720009"
    assert world.all(db.select(User.nama).where(User.username == SATU.head.nip)) == ["Dra. Sekar A., M.M."]
    (entry,) = audited(world, "master")
    assert entry.after["nama"] == "Dra. Sekar A., M.M." and "9901015705720009" not in str(entry.after)
    assert [e.subject for e in audited(world, "nik")] == [f"orang {head.id}"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nama": ""}, "Ketik nama lengkap dengan gelar."),
        ({"nip": DUA.head.nip}, f"sudah tercatat atas nama {DUA.head.nama}"),
        ({"nik": DUA.head.nik}, f"NIK ini sudah tercatat untuk {DUA.head.nama}."),
        ({"nik": "9901015799720002"}, "Susunan NIK ini tidak mungkin."),
    ],
)
def test_what_is_wrong_with_a_person_is_said(world: World, typed: dict, words: str) -> None:
    head = person(world, SATU.head.nip)
    page = world.biro().open(f"/pejabat/orang/{head.id}").form("").set(typed).press()
    assert page.status == 422 and words in page.text
    assert person(world, SATU.head.nip).nama == SATU.head.nama


# ---- who may ------------------------------------------------------------------------------------------------------


def test_operators_and_heads_keep_no_masters(world: World) -> None:
    for who in (world.operator(), world.head(), world.eselon()):
        for path in ("/unit", "/satker", "/pejabat", f"/satker/{SATU.kode}", f"/pejabat/satker-{SATU.kode}",
                     f"/pejabat/satker-{SATU.kode}/tunjuk", "/pejabat/orang/1"):  # fmt: skip
            assert who.open(path).status == 403, path
        assert who.post(f"/satker/{SATU.kode}", nama="x").status == 403
    assert world.biro().post("/pejabat/masa/1/akun").status == 403


def test_places_that_are_not_there(world: World) -> None:
    for path in ("/unit/999999", "/satker/999999", f"/satker/{LITERASI.kode}", "/pejabat/satker-999999", "/pejabat/x",
                 "/pejabat/dewan-010000", f"/pejabat/unit-{SATU.kode}/tunjuk", "/pejabat/orang/9999"):  # fmt: skip
        assert world.biro().open(path).status == 404, path
    for path in ("/pejabat/masa/9999/akhiri", "/pejabat/masa/9999/batal", "/unit/999999/hapus"):
        assert world.biro().post(path, last="2026-12-31", reason="x").status == 404, path


def test_operators_are_told_that_their_sheet_names_the_head_before(at_the_head: World) -> None:
    appoint(at_the_head).form("").press()
    told = at_the_head.all(db.select(Notice).where(Notice.key.like("pejabat:%")))
    assert [n.role for n in told] == ["Operator Satker"] and WIRA["nama"] in told[0].text
