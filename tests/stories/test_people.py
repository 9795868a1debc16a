"""People of two satkers and two units: what each of them may do and see, and whose task is whose."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from app.flows import sample
from app.models import Assignment, Document, Draft, Instance, Person, Satker, Task, User, db
from tests import pk
from tests.world import DUA, LITERASI, SAINS, SATU, TIGA, World


def paths(world: World) -> list[str]:
    """Everything that has an address in the case of SATU."""
    (task,) = world.all(db.select(Task.id).where(Task.state == "open", Task.kind == "user"))
    (document,) = world.all(db.select(Document.id))
    about = [f"/perkara/1{part}" for part in ("", "/keadaan", "/ikuti", "/ikuti/isi", "/diagram.bpmn")]
    return [*about, f"/tugas/{task}", f"/dokumen/{document}/berkas", f"/dokumen/{document}/unduh"]


def test_neighbours_find_nothing(at_the_head: World) -> None:
    world = at_the_head
    for stranger in (world.operator(DUA), world.operator(TIGA), world.head(DUA), world.eselon(SAINS)):
        assert {p: stranger.open(p).status for p in paths(world)} == dict.fromkeys(paths(world), 404)


def test_neighbours_can_change_nothing(at_the_head: World) -> None:
    world, stranger = at_the_head, at_the_head.operator(DUA)
    (task,) = world.all(db.select(Task.id).where(Task.state == "open", Task.kind == "user"))
    (action,) = world.all(db.select(Task.id).where(Task.state == "open", Task.kind == "action"))
    verbs = [f"/tugas/{task}{verb}" for verb in ("", "/draf", "/klaim", "/lepas", "/salin", "/ulang")]
    assert [stranger.post(v, keputusan="tolak", catatan="x" * 20).status for v in verbs] == [404] * 6
    assert stranger.post(f"/tindakan/{action}").status == 403
    assert stranger.post(f"/kinerja/info-satker/{SATU.kode}/edit", alamat="x").status == 404
    assert stranger.open(f"/kinerja/info-satker?satker={SATU.kode}").status == 404
    assert stranger.post("/perkara/mulai", proses="perjanjian_kinerja", satker=SATU.kode).status == 403


def test_those_above_see_and_do_not_touch(at_the_head: World) -> None:
    world = at_the_head
    (task,) = world.all(db.select(Task.id).where(Task.state == "open", Task.kind == "user"))
    for watcher in (world.operator(), world.eselon(), world.biro()):
        assert watcher.open("/perkara/1").status == 200
        page = watcher.open(f"/tugas/{task}")
        assert "Anda dapat melihatnya, tetapi tidak dapat mengirim" in page.text
        assert watcher.post(f"/tugas/{task}", keputusan="tolak", catatan="x" * 20).status == 403
        assert watcher.post(f"/tugas/{task}/draf", catatan="x").status == 403
    assert world.all(db.select(Draft)) == []


def test_biro_sees_all_and_eselon_its_own_unit(at_the_head: World) -> None:
    offices = {o.nama for m in sample.MINISTRY for o in m.offices}
    shown = at_the_head.biro().open("/kinerja/progres").text
    assert all(name in shown for name in offices)
    own = at_the_head.eselon(SAINS).open("/kinerja/progres").text
    assert {name for name in offices if name in own} == {o.nama for o in SAINS.offices}


def test_a_head_of_two_satkers_has_the_tasks_of_both(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        user = db.session.scalars(db.select(User).where(User.username == DUA.head.nip)).one()
        db.session.add(Assignment(user_id=user.id, role=sample.KEPALA, scope=SATU.kode, since=date(2026, 1, 1)))
        db.session.commit()
    acting = at_the_head.head(DUA)
    assert "PK 2026 Balai Literasi Contoh Satu" in acting.open("/tugas").text
    page = acting.open("/kinerja/progres").text
    assert SATU.nama in page and DUA.nama in page and TIGA.nama not in page


def test_who_is_not_named_on_the_sheet_can_not_sign_it(at_the_head: World) -> None:
    """Another holder of the role types their own passphrase: it goes nowhere, and they are told who is to sign."""
    test_a_head_of_two_satkers_has_the_tasks_of_both(at_the_head)
    before = len(at_the_head.provider.journal)
    page = pk.approve(at_the_head, at_the_head.head(DUA), pk.SIGN, DUA.head.passphrase)
    assert page.status == 422
    assert f"Lembar ini menyebut {SATU.head.nama} sebagai penanda tangan, bukan Anda" in page.text
    assert len(at_the_head.provider.journal) == before
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_claim_and_release_by_two_people_with_one_role(drafting: World) -> None:
    with drafting.app.app_context():
        sample._account("sim900001", "Wulan Kedua", sample.OPERATOR, SATU.kode)
        db.session.commit()
    rani, wulan = drafting.operator(), drafting.enter("sim900001", sample.OPERATOR)
    rani.open("/tugas").link("Penyusunan PK").form("/klaim").press()
    assert not wulan.open("/tugas").has_link("Penyusunan PK")
    assert "diambil oleh Rani Pertiwi" in wulan.open("/tugas?lihat=peran").text
    page = wulan.open("/tugas?lihat=peran").link("Penyusunan PK")
    assert "Tugas ini sedang diambil orang lain" in page.text
    assert wulan.post(page.path + "/klaim").status == 409
    assert wulan.post(page.path + "/lepas").status == 403
    rani.open("/tugas").link("Penyusunan PK").form("/lepas").press()
    assert wulan.open("/tugas").has_link("Penyusunan PK")


def test_a_task_that_somebody_took_while_i_was_typing(drafting: World) -> None:
    with drafting.app.app_context():
        sample._account("sim900001", "Wulan Kedua", sample.OPERATOR, SATU.kode)
        db.session.commit()
    rani, wulan = drafting.operator(), drafting.enter("sim900001", sample.OPERATOR)
    form = wulan.open("/tugas").link("Penyusunan PK").form("/tugas/").set(pk.FIRST).press(_aksi="lanjut")
    for part in (pk.SASARAN, pk.KEGIATAN):
        form = form.form("/tugas/").set(part).press(_aksi="lanjut")
    rani.open("/tugas").link("Penyusunan PK").form("/klaim").press()
    page = form.form("/tugas/").press(_aksi="kirim")
    assert page.status == 409 and "Tugas ini sedang diambil orang lain." in page.text
    assert "Meningkatnya minat baca masyarakat" in page.text
    assert drafting.all(db.select(Draft.typed))[0]["tempat"] == ["Jakarta"]


def test_drafts_are_each_persons_own(drafting: World) -> None:
    with drafting.app.app_context():
        sample._account("sim900001", "Wulan Kedua", sample.OPERATOR, SATU.kode)
        db.session.commit()
    rani, wulan = drafting.operator(), drafting.enter("sim900001", sample.OPERATOR)
    for who, place in ((rani, "Jakarta"), (wulan, "Depok")):
        who.open("/tugas").link("Penyusunan PK").form("/tugas/").fill(tempat=place).press(_aksi="simpan")
    drafts = [v.open("/tugas").link("Penyusunan PK").form("/tugas/").values["tempat"] for v in (rani, wulan)]
    assert drafts == ["Jakarta", "Depok"]
    wulan.open("/tugas").link("Penyusunan PK").form("/ulang").press()
    assert rani.open("/tugas").link("Penyusunan PK").form("/tugas/").values["tempat"] == "Jakarta"


def test_a_satker_starts_one_pk_a_year_however_often_it_is_asked(world: World) -> None:
    page, again = pk.begin(world.operator()), world.operator().post
    page = again("/perkara/mulai", proses="perjanjian_kinerja", satker=SATU.kode)
    assert "Satker ini sudah memulai proses ini untuk tahun yang sama." in page.text
    assert "Lengkapi Info Satker" in page.text
    assert len(world.all(db.select(Instance))) == 1


def test_two_at_once_start_one(world: World) -> None:
    forms = [world.operator().open("/kinerja/penyusunan").form("/perkara/mulai") for _ in range(4)]
    statuses = []
    pair = [threading.Thread(target=lambda f=f: statuses.append(_press(world, f))) for f in forms]
    for t in pair:
        t.start()
    for t in pair:
        t.join()
    assert statuses == [302] * 4 and len(world.all(db.select(Instance))) == 1


def _press(world: World, form) -> int:
    client = world.app.test_client()
    cookie = world.operator().client.get_cookie("alur")
    client.set_cookie("alur", cookie.value)
    return client.post(form.action, data=form.values).status_code


def test_salin_dari_tahun_lalu(world: World) -> None:
    earlier = world.operator(year=2025)
    pk.draft(pk.confirm_info(pk.begin(earlier)), tanggal="2025-01-15")
    page = pk.confirm_info(pk.begin(world.operator(year=2026)))
    assert page.form("/tugas/").values.get("tugas_fungsi", "") == ""
    page = page.form("/salin").press()
    assert "Isian tahun lalu sudah disalin." in page.text
    values = page.form("/tugas/").values
    assert values["tugas_fungsi"].startswith("Melaksanakan pengembangan") and values["tanggal"] == ""
    page = page.form("/tugas/").fill(tanggal="2026-01-15").press(_aksi="lanjut")
    assert page.form("/tugas/").values["sasaran-0-sasaran"] == "Meningkatnya minat baca masyarakat"
    assert [i.tahun for i in world.all(db.select(Instance).order_by(Instance.tahun))] == [2025, 2026]


def test_another_years_tasks_are_on_another_desk(world: World) -> None:
    pk.begin(world.operator(year=2025))
    assert world.operator(year=2025).open("/tugas").has_link("Lengkapi Info Satker")
    assert not world.operator(year=2026).open("/tugas").has_link("Lengkapi Info Satker")
    assert world.operator(year=2026).open("/kinerja/penyusunan").has_form("/perkara/mulai")


def test_a_session_that_ended_leads_through_the_login_and_back_with_everything_typed(drafting: World) -> None:
    operator = drafting.operator()
    page = operator.open("/tugas").link("Penyusunan PK").form("/tugas/").set(pk.FIRST).press(_aksi="lanjut")
    form = page.form("/tugas/").set(pk.SASARAN)
    with operator.client.session_transaction() as session:
        session["seen"] = session["since"] = 0
    login = form.press(_aksi="lanjut")
    assert login.status == 401 and "Isian yang baru dikirim ikut tersimpan." in login.text
    page = login.form("/masuk").fill(username=operator.username, password="operator-contoh", kode="48291").press()
    assert "Isian terakhir sebelum sesi berakhir sudah dimasukkan ke draf." in page.text
    assert page.form("/tugas/").values["sasaran-0-indikator-1-target"] == "85,5"
    (draft,) = drafting.all(db.select(Draft.typed))
    assert draft["tempat"] == ["Jakarta"]


@pytest.mark.parametrize("role", [sample.OPERATOR, sample.KEPALA])
def test_a_returned_pk_keeps_its_other_pages_over_an_ended_session(at_the_head: World, role) -> None:
    """The draft is empty then: what was sent before must not be lost because one page came through the login."""
    if role == sample.OPERATOR:
        at_the_head.operator().open("/kinerja/pk").form("/tindakan/").press()
    else:
        pk.refuse(at_the_head.head(), pk.SIGN, "Perbaiki tempat penandatanganan.")
    operator = at_the_head.operator()
    page = operator.open("/tugas").link("Penyusunan PK")
    page = operator.open(page.path + "?halaman=1")
    form = page.form("/tugas/").fill(tempat="Bogor")
    with operator.client.session_transaction() as session:
        session["seen"] = session["since"] = 0
    login = form.press(_aksi="lanjut")
    login.form("/masuk").fill(username=operator.username, password="operator-contoh", kode="48291").press()
    (draft,) = at_the_head.all(db.select(Draft.typed))
    assert draft["tempat"] == ["Bogor"]
    assert draft["sasaran-0-sasaran"] == ["Meningkatnya minat baca masyarakat"]


def test_info_satker_edit_writes_the_master_and_an_open_case_takes_it_over_when_asked(drafting: World) -> None:
    operator = drafting.operator()
    page = operator.open("/kinerja/info-satker").link("Edit")
    page = page.form("/edit").fill(alamat="Jl. Contoh Cempaka No. 9, Jakarta").press()
    assert "Info Satker tersimpan." in page.text and "Cempaka" in page.text
    assert drafting.all(db.select(Satker.alamat).where(Satker.kode == SATU.kode)) == [
        "Jl. Contoh Cempaka No. 9, Jakarta"
    ]
    page = operator.open("/tugas").link("Penyusunan PK")
    assert "Info Satker berubah sejak PK ini dimulai" in page.text
    assert "Alamat Kantor: Jl. Contoh Melati No. 1, Jakarta menjadi Jl. Contoh Cempaka No. 9, Jakarta" in page.text
    for part in (pk.FIRST, pk.SASARAN, pk.KEGIATAN):
        page = page.form("/tugas/").set(part).press(_aksi="lanjut")
    page.form("/tugas/").fill(ambil_info="y").press(_aksi="kirim")
    drafting.settle()
    assert "Info Satker berubah" not in operator.open("/tugas").link("Membuat Lembar PK").text
    (nik,) = drafting.all(db.select(Person.nik).where(Person.nip == SATU.head.nip))
    with drafting.app.app_context():
        rows = db.session.connection().connection.iterdump()
        assert sum(nik in line for line in rows) == 1  # the master alone


def test_an_open_case_keeps_what_it_has_unless_asked(drafting: World) -> None:
    operator = drafting.operator()
    operator.open("/kinerja/info-satker").link("Edit").form("/edit").fill(alamat="Jl. Contoh Cempaka No. 9").press()
    pk.draft(operator.open("/tugas").link("Penyusunan PK"))
    drafting.settle()
    page = operator.open("/tugas").link("Membuat Lembar PK")
    assert "Info Satker berubah sejak PK ini dimulai" in page.text
    page.form("/tugas/").fill(ambil_info="y").press(langkah="ubah")
    assert "Info Satker berubah" not in operator.open("/tugas").link("Penyusunan PK").text


def test_the_page_of_a_task_names_who_has_it_now(at_the_head: World) -> None:
    page = at_the_head.operator().open("/kinerja/pk")
    assert f"Menunggu Kepala Satker ({SATU.head.nama})" in page.text


def test_somebody_whose_role_has_ended_is_named_no_more(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        user = db.session.scalars(db.select(User).where(User.username == LITERASI.head.nip)).one()
        row = db.session.scalars(db.select(Assignment).where(Assignment.user_id == user.id)).one()
        row.role, row.scope, row.until = sample.KEPALA, SATU.kode, date(2022, 1, 1)
        db.session.commit()
    assert LITERASI.head.nama not in at_the_head.operator().open("/perkara/1").text
