# ruff: noqa: F811  (fixtures are imported by name)
"""Accounts, made, corrected, closed and reset by an admin; a refusal says why and keeps what was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.flows import sample
from app.flows.rights import local_day
from app.models import Assignment, Audit, Mail, PasswordLink, Person, User, db
from tests.visitor import Page, Visitor
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

CHOSEN = "kebun teh di lereng"


def account(world: World, username: str) -> User:
    return world.all(db.select(User).where(User.username == username))[0]


def audited(world: World, kind: str) -> list[Audit]:
    return world.all(db.select(Audit).where(Audit.kind == kind).order_by(Audit.id))


def make(world: World, **typed: str) -> Page:
    page = world.admin().open("/pengguna/baru")
    return page.form("").set({"nama": "Budi Operator", "username": "sim100199", **typed}).press()


def first_password(page: Page) -> str:
    return str(page.tree.xpath("//*[@data-first-password]")[0].text)


def today() -> str:
    return local_day(clock.now()).isoformat()


def give(world: World, user_id: int, role: str, scope: str = "", **more: str) -> Page:
    page = world.admin().open(f"/pengguna/{user_id}/peran")
    return page.form("").set({"role": role, "scope": scope, "since": today(), **more}).press()


def test_a_new_operator_comes_in_with_the_password_of_the_page(world: World) -> None:
    page = make(world)
    first = first_password(page)
    give(world, account(world, "sim100199").id, sample.OPERATOR, f"{SATU.kode} {SATU.nama}")
    budi = Visitor(world.app, "sim100199", first)
    page = budi.open("/tugas")
    assert page.path == "/password"
    page = page.form("").fill(old=first, new=CHOSEN, again=CHOSEN).press()
    assert page.path == "/tugas" and SATU.nama in page.text
    seen = world.admin().open(f"/pengguna/{account(world, 'sim100199').id}").text
    assert "Belum pernah masuk" not in seen and "Pilihan sendiri" in seen


def test_the_first_password_stands_nowhere_else(world: World) -> None:
    first = first_password(make(world))
    user = account(world, "sim100199")
    assert first not in user.password_hash and first not in world.admin().open(f"/pengguna/{user.id}").text
    assert first not in str([(a.before, a.after, a.note) for a in world.all(db.select(Audit))])


def test_with_an_address_a_link_goes_out_and_no_password_is_shown(world: World) -> None:
    page = make(world, email="budi@contoh.example")
    assert not page.tree.xpath("//*[@data-first-password]") and "budi@contoh.example" in page.text
    assert [m.address for m in world.all(db.select(Mail).where(Mail.kind == "undangan"))] == ["budi@contoh.example"]
    assert "Belum dibuat; tautan undangannya berlaku sampai" in page.text
    world.write(update(PasswordLink).values(expires_at=clock.now()))
    assert "Belum dibuat; tautan undangannya habis" in world.admin().open(page.path).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nama": ""}, "Ketik nama pemilik akun ini."),
        ({"username": "a"}, "Username terdiri dari 3 sampai 40"),
        ({"username": "sim 100 101"}, "Username sim100101 sudah dipakai. Pilih username lain."),
        ({"username": "SIM100101"}, "Username sim100101 sudah dipakai."),
        ({"email": "budi@"}, "Alamat e-mail ini belum lengkap."),
        ({"nip": "123"}, "NIP terdiri dari 18 angka"),
        ({"nip": DUA.head.nip}, f"sudah tercatat atas nama {DUA.head.nama}"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_and_the_rest_stays(world: World, typed: dict, words: str) -> None:
    page = make(world, **{"email": "tetap@contoh.example"} | typed)
    assert page.status == 422 and words in page.text
    assert page.form("").values["email"] == typed.get("email", "tetap@contoh.example")
    assert world.all(db.select(User).where(User.username == "sim100199")) == []


def test_two_admins_at_one_account(world: World) -> None:
    user = account(world, f"sim{SATU.kode}")
    mine = world.admin().open(f"/pengguna/{user.id}/ubah").form("")
    world.write(db.update(User).where(User.id == user.id).values(nama="Rani P. Lestari"))
    page = mine.fill(nama="Rani Pertiwi Baru").press()
    assert page.status == 422 and "diubah orang lain sejak halaman ini dibuka" in page.text
    assert page.form("").values["nama"] == "Rani Pertiwi Baru"
    assert page.form("").press().status == 200 and account(world, user.username).nama == "Rani Pertiwi Baru"


def test_a_changed_account_is_audited_with_what_differs(world: World) -> None:
    user = account(world, f"sim{SATU.kode}")
    form = world.admin().open(f"/pengguna/{user.id}/ubah").form("")
    form.fill(email="rani@contoh.example").press()
    entry = audited(world, "akun")[-1]
    assert (entry.before, entry.after) == (
        {"email": f"sim{SATU.kode}@contoh.example"},
        {"email": "rani@contoh.example"},
    )
    assert (entry.actor, entry.subject) == ("Admin Contoh", f"akun sim{SATU.kode}")


def test_a_closed_account_is_out_at_once(world: World) -> None:
    rani, user = world.operator(), account(world, f"sim{SATU.kode}")
    world.admin().post(f"/pengguna/{user.id}/tutup", reason="pindah tugas")
    assert rani.open("/tugas").path == "/masuk"
    with pytest.raises(AssertionError):
        Visitor(world.app, user.username, sample.PASSWORDS[sample.OPERATOR])
    world.admin().post(f"/pengguna/{user.id}/buka")
    Visitor(world.app, user.username, sample.PASSWORDS[sample.OPERATOR])
    assert [(e.before, e.after, e.note) for e in audited(world, "akun")] == [
        ({"aktif": True}, {"aktif": False}, "pindah tugas"), ({"aktif": False}, {"aktif": True}, ""),
    ]  # fmt: skip


def test_closing_asks_for_a_reason_and_happens_once(world: World) -> None:
    user = account(world, f"sim{SATU.kode}")
    page = world.admin().post(f"/pengguna/{user.id}/tutup", reason=" ")
    assert page.status == 422 and "Ketik alasannya" in page.text and account(world, user.username).active
    world.admin().post(f"/pengguna/{user.id}/tutup", reason="pindah")
    page = world.admin().post(f"/pengguna/{user.id}/tutup", reason="pindah")
    assert page.status == 409 and "Akun ini sudah ditutup." in page.text
    assert world.admin().post(f"/pengguna/{user.id}/password").status == 409


def test_a_reset_ends_sessions_and_the_password_of_before(world: World) -> None:
    rani, user = world.operator(), account(world, f"sim{SATU.kode}")
    first = first_password(world.admin().post(f"/pengguna/{user.id}/password"))
    assert rani.open("/tugas").path == "/masuk"
    assert Visitor(world.app, user.username, first).open("/tugas").path == "/password"
    assert [e.subject for e in audited(world, "password_admin")] == [f"akun {user.username}"]


def test_a_link_goes_out_and_the_password_stays_good(world: World) -> None:
    rani, user = world.operator(), account(world, f"sim{SATU.kode}")
    page = world.admin().post(f"/pengguna/{user.id}/tautan")
    assert f"dikirim ke {user.email}" in page.text and rani.open("/tugas").path == "/tugas"
    world.write(db.update(User).where(User.id == user.id).values(email=""))
    page = world.admin().post(f"/pengguna/{user.id}/tautan")
    assert page.status == 422 and "belum mempunyai alamat e-mail" in page.text


def test_nobody_is_locked_out(world: World) -> None:
    admin = account(world, "admin")
    page = world.admin().post(f"/pengguna/{admin.id}/tutup", reason="coba")
    assert page.status == 422 and "Akun sendiri tidak dapat ditutup." in page.text
    role = world.all(db.select(Assignment.id).where(Assignment.role == sample.ADMIN))[0]
    page = world.admin().post(f"/pengguna/peran/{role}/akhiri", reason="coba")
    assert page.status == 422 and "milik sendiri" in page.text

    # a second admin whose role has a last day is not enough to let the first one go
    second = account(world, "biro")
    until = (local_day(clock.now()) + timedelta(days=30)).isoformat()
    give(world, second.id, sample.ADMIN, until=until)
    biro = world.biro()
    page = biro.post(f"/pengguna/peran/{role}/akhiri", reason="coba")
    assert page.status == 422 and "Ini admin terakhir yang aktif." in page.text
    page = biro.post(f"/pengguna/{admin.id}/tutup", reason="coba")
    assert page.status == 422 and account(world, "admin").active
    assert world.admin().open("/pengguna").status == 200


def test_a_role_ends_at_once_or_with_the_day(world: World) -> None:
    rani, user = world.operator(), account(world, f"sim{SATU.kode}")
    role = world.all(db.select(Assignment.id).where(Assignment.user_id == user.id))[0]
    world.admin().post(f"/pengguna/peran/{role}/akhiri", kapan="hari_ini", reason="pindah")
    assert rani.open("/tugas").path == "/tugas" and rani.open("/kinerja/pk").status == 200
    page = world.admin().post(f"/pengguna/peran/{role}/akhiri", kapan="sekarang", reason="pindah")
    assert "Peran berakhir sekarang juga." in page.text
    assert rani.open("/tugas").path == "/masuk"
    again = world.admin().post(f"/pengguna/peran/{role}/akhiri", reason="pindah")
    assert again.status == 409 and "sudah berakhir" in again.text
    entry = audited(world, "peran")[-1]
    assert entry.before["peran"] == sample.OPERATOR and entry.note == "pindah"


def test_a_role_for_later_is_taken_back(world: World) -> None:
    user = account(world, f"sim{SATU.kode}")
    later = (local_day(clock.now()) + timedelta(days=9)).isoformat()
    assert "diberikan" in give(world, user.id, sample.OPERATOR, DUA.kode, since=later).text
    page = world.admin().open(f"/pengguna/{user.id}")
    assert (
        "Mulai nanti" in page.text and not world.operator().open(f"/kinerja/info-satker?satker={DUA.kode}").status < 400
    )
    page = page.form("/batal").press()
    assert "Peran dibatalkan sebelum mulai." in page.text and "Mulai nanti" not in page.text


@pytest.mark.parametrize(
    ("role", "scope", "more", "words"),
    [
        ("", "", {}, "Pilih peran."),
        (sample.SISTEM, "", {}, "Pilihan ini tidak ada."),
        (sample.OPERATOR, "", {}, "berlaku di satu satker. Pilih dari daftar."),
        (sample.OPERATOR, "999999", {}, "berlaku di satu satker."),
        (sample.OPERATOR, LITERASI.kode, {}, "berlaku di satu satker."),
        (sample.PENELAAH, SATU.kode, {}, "berlaku di satu unit utama."),
        (sample.OPERATOR, SATU.nama, {}, "sudah memegang peran itu di tempat yang sama mulai 01-01-2021."),
        (sample.OPERATOR, DUA.kode, {"since": "kemarin"}, "Tanggal ini tidak ada."),
        (sample.OPERATOR, DUA.kode, {"since": "2020-01-01"}, "Peran mulai paling awal hari ini"),
        (sample.OPERATOR, DUA.kode, {"until": "2020-01-01"}, "Tanggal sampai lebih awal dari tanggal mulai."),
        (sample.KEPALA, SATU.kode, {}, "mengikuti pejabatnya. Tunjuk orangnya di halaman Pejabat"),
    ],
)
def test_roles_that_can_not_be_given(world: World, role: str, scope: str, more: dict, words: str) -> None:
    user = account(world, f"sim{SATU.kode}")
    page = give(world, user.id, role, scope, **more)
    assert page.status == 422 and words in page.text and page.form("").values["scope"] == scope
    assert len(world.all(db.select(Assignment).where(Assignment.user_id == user.id))) == 1


def test_the_list_finds_people(world: World) -> None:
    def names(query: str) -> list[str]:
        return [a.text for a in world.admin().open(f"/pengguna?{query}").tree.xpath("//tbody//a")]

    assert names("cari=sekar") == [SATU.head.nama] == names(f"cari={SATU.head.nip}") == names("cari=AYUNING+dra")
    assert names("peran=Operator+Satker&satker=100101") == ["Rani Pertiwi"]
    assert len(names("unit=010000")) == 6 and len(names("")) == 15
    assert names("cari=%25") == names("cari=_") == []
    assert "Admin Contoh" not in names("ciri=belum") and len(names("ciri=belum")) == 14
    world.admin().post(f"/pengguna/{account(world, 'biro').id}/tutup", reason="coba")
    assert names("keadaan=ditutup") == ["Tim Biro Perencanaan"]
    assert names("ciri=tanpa&keadaan=ditutup") == [] and names("ciri=awal") == []
    page = world.admin().open("/pengguna?cari=zzz")
    assert "Tidak ada pengguna yang cocok." in page.text and page.has_link("Hapus saringan")


def test_pages_of_the_list_follow_each_other(world: World) -> None:
    world.write(*(
        db.insert(User).values(username=f"u{n:03}", nama=f"Orang ~ {n // 2:03}", password_hash="x") for n in range(120)
    ))  # fmt: skip
    seen, path = [], "/pengguna?keadaan=aktif"
    while path:
        page = world.admin().open(path)
        seen += page.tree.xpath("//tbody//a/@href")
        path = next(iter(page.tree.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == 135
    for key in ("x", "~", "~~~1", "%00~1", "Orang~99999999999999"):
        assert world.admin().open(f"/pengguna?sesudah={key}").status == 200


def test_the_csv_has_everybody_and_is_audited(world: World) -> None:
    text = world.admin().open("/pengguna?format=csv&peran=Kepala+Satker").answer.text
    assert len(text.splitlines()) == 5 and SATU.head.nik not in text
    entry = audited(world, "ekspor")[-1]
    assert entry.subject == "daftar pengguna" and entry.after == {"baris": 4, "saringan": {"peran": "Kepala Satker"}}


def test_an_account_is_linked_with_a_person_and_shows_no_nik(world: World) -> None:
    head = account(world, SATU.head.nip)
    text = world.admin().open(f"/pengguna/{head.id}").text
    assert SATU.head.nik not in text and SATU.head.nik[-4:] in text and SATU.head.nip in text
    form = world.admin().open(f"/pengguna/{account(world, 'biro').id}/ubah").form("")
    form.fill(nip="198505052010011005").press()
    linked = account(world, "biro").person_id
    assert world.all(db.select(Person.nama).where(Person.id == linked)) == ["Tim Biro Perencanaan"]


def test_only_admins_keep_accounts(world: World) -> None:
    user = account(world, "admin").id
    role = world.all(db.select(Assignment.id))[0]
    for who in (world.biro(), world.operator(), world.head(), world.eselon()):
        for path in ("", "/baru", f"/{user}", f"/{user}/ubah", f"/{user}/peran"):
            assert who.open(f"/pengguna{path}").status == 403
        for path in (f"/{user}/tutup", f"/{user}/password", f"/{user}/tautan", f"/peran/{role}/akhiri"):
            assert who.post(f"/pengguna{path}", reason="x").status == 403
    assert account(world, "admin").active


def test_accounts_and_roles_that_are_not_there(world: World) -> None:
    for path in ("/9999", "/9999/ubah", "/9999/peran", "/999999999999"):
        assert world.admin().open(f"/pengguna{path}").status == 404
    for path in ("/9999/tutup", "/9999/password", "/9999/tautan", "/peran/9999/akhiri", "/peran/9999/batal"):
        assert world.admin().post(f"/pengguna{path}", reason="x").status == 404


def test_logins_and_refusals_stand_in_the_audit_list(world: World) -> None:
    rani = world.operator()
    with pytest.raises(AssertionError):
        Visitor(world.app, f"sim{SATU.kode}", "bukan ini")
    with pytest.raises(AssertionError):
        Visitor(world.app, "kata sandi saya yang panjang", "x")
    assert [(e.actor, e.subject) for e in audited(world, "masuk")] == [("Rani Pertiwi", f"akun sim{SATU.kode}")]
    refused = [e.subject for e in audited(world, "masuk_ditolak")]
    assert refused == [f"akun sim{SATU.kode}", "akun kat… (tidak dikenal)"]
    for _ in range(5):
        assert rani.open("/pengguna").status == 403
    rani.post("/pengguna/1/tutup")
    found = [(e.actor, e.subject) for e in audited(world, "ditolak")]
    assert found == [("Rani Pertiwi", "GET /pengguna"), ("Rani Pertiwi", "POST /pengguna/1/tutup")]
    rani.post("/keluar")
    assert [e.actor for e in audited(world, "keluar")] == ["Rani Pertiwi"]


def test_a_refusal_stays_a_refusal_when_it_can_not_be_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rani = world.operator()
    monkeypatch.setattr("app.flows.audit.write", lambda *_a, **_k: 1 / 0)
    assert rani.open("/pengguna").status == 403


def test_an_own_password_is_audited_once(world: World) -> None:
    rani = world.operator()
    old = sample.PASSWORDS[sample.OPERATOR]
    page = rani.open("/password").form("").fill(old=old, new=CHOSEN, again=CHOSEN).press()
    assert page.path == "/tugas"
    assert [(e.actor, e.subject) for e in audited(world, "password")] == [("Rani Pertiwi", f"akun sim{SATU.kode}")]
    assert len(audited(world, "masuk")) == 1
