# ruff: noqa: F811  (fixtures are imported by name)
"""What admins do to a case: said before, done once, told to those concerned, refused in words where it can't be."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app import clock
from app.flows import intervention
from app.flows.events import broken_at
from app.flows.intervention import Intervention
from app.flows.suspend import suspend
from app.models import Audit, Document, Draft, Event, Instance, Job, Notice, Task, User, db
from tests import pk
from tests.stories.conftest import (  # noqa: F401 - fixtures
    archived,
    at_eselon,
    at_the_head,
    before_the_sheet,
    drafting,
)
from tests.visitor import Page
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

WHY = "Kode satker salah, PK dibuat untuk satker lain."
TITLE = "PK 2026 Balai Literasi Contoh Satu"


def case(world: World, instance_id: int = 1) -> Instance:
    (found,) = world.all(db.select(Instance).where(Instance.id == instance_id))
    return found


def open_task(world: World) -> Task:
    (found,) = world.all(db.select(Task).where(Task.state == "open", Task.kind == "user"))
    return found


def do(world: World, verb: str, **typed: str) -> Page:
    """The admin opens the page, types and presses the button."""
    page = world.admin().open(f"/instans/{verb}")
    assert page.status == 200, page.text
    return page.form().fill(**({"alasan": WHY} | typed)).press()


def whole(world: World) -> bool:
    with world.app.app_context():
        return broken_at(1) is None


def kinds(world: World) -> list[str]:
    return world.all(db.select(Event.kind).order_by(Event.seq))


# ---- cancel --------------------------------------------------------------------------------------------------------


def test_the_page_says_what_cancelling_will_do(at_eselon: World) -> None:
    text = at_eselon.admin().open("/instans/1/batalkan").text
    for words in (
        "Review dan tandatangani PK (Eselon 1",
        "Dokumen yang tidak berlaku lagi: PK-2026-100101-1 (PK bertanda tangan 1 kali)",
        "Pemberitahuan dengan alasan Anda dikirim ke Operator Satker (",
        "satker dapat memulai yang baru untuk tahun 2026",
        f"Batalkan {TITLE}",
    ):
        assert words in text, words


def test_a_cancelled_case_is_over_and_the_satker_begins_anew(at_eselon: World) -> None:
    world = at_eselon
    page = do(world, "1/batalkan")
    assert page.status == 200 and f"{TITLE} dibatalkan." in page.text
    assert "membatalkan perkara ini." in page.text and WHY in page.text
    found = case(world)
    assert (found.phase, found.status, found.key, found.next_timer) == ("cancelled", "Dibatalkan", None, None)
    assert found.ended_at and whole(world) and kinds(world)[-1] == "cancel"
    assert world.all(db.select(Task).where(Task.state == "open")) == []
    assert world.all(db.select(Draft)) == []
    assert {d.void_reason for d in world.all(db.select(Document))} == {f"Dibatalkan oleh admin: {WHY}"}
    for somebody in (world.operator(), world.head(), world.eselon()):
        assert f"{TITLE} dibatalkan admin: {WHY}" in somebody.open("/pemberitahuan").text
        assert TITLE not in somebody.open("/tugas").text

    operator = world.operator()
    page = operator.open("/kinerja/penyusunan")
    assert "dibatalkan admin" in page.text and WHY in page.text
    assert "Belum mulai" in operator.open("/kinerja/progres").text
    assert "Dibatalkan oleh admin" in operator.open("/perkara/1").text
    page = pk.begin(operator)
    assert page.status == 200 and case(world, 2).key == "2026/100101"
    rows = operator.open("/kinerja/progres").tree.xpath("//tbody/tr")
    assert len(rows) == 1 and "/perkara/2" in rows[0].xpath(".//a/@href")[0]

    pk.draft(pk.confirm_info(page))
    world.settle()
    pk.make_sheet(world, operator)
    numbers = world.all(db.select(Document.number).where(Document.void_at.is_(None)))
    assert numbers == ["PK-2026-100101-2"]  # a number on paper stands for one sheet


def test_a_case_whose_state_no_release_can_read_can_still_be_ended(at_the_head: World) -> None:
    at_the_head.write(update(Instance).values(state=b"x"))
    assert do(at_the_head, "1/batalkan").status == 200
    assert case(at_the_head).phase == "cancelled"


def test_what_was_cancelled_is_not_offered_for_copying(at_the_head: World) -> None:
    do(at_the_head, "1/batalkan")
    page = pk.confirm_info(pk.begin(at_the_head.operator(year=2027)))
    assert not page.has_form("/salin")


def test_a_case_that_goes_on_is_offered_for_copying(at_the_head: World) -> None:
    page = pk.confirm_info(pk.begin(at_the_head.operator(year=2027)))
    assert page.has_form("/salin")


def test_nothing_is_cancelled_while_a_signature_may_be_under_way(at_the_head: World) -> None:
    at_the_head.write(
        db.insert(Job).values(
            id="jalan", instance_id=1, element="tte_kepala", name="TTE Kepala Satker", operator="tte.sign", params={},
            state="running", attended=True, run_at=clock.now(), created_at=clock.now(),
        )
    )  # fmt: skip
    page = at_the_head.admin().open("/instans/1/batalkan")
    assert "TTE Kepala Satker sedang berjalan" in page.text and not page.has_form("batalkan")
    version = str(case(at_the_head).version)
    page = at_the_head.admin().post("/instans/1/batalkan", versi=version, alasan=WHY)
    assert page.status == 409 and "mungkin sebuah tanda tangan sedang dibuat" in page.text and WHY in page.text
    assert case(at_the_head).phase == "running" and open_task(at_the_head).state == "open" and whole(at_the_head)


def test_a_finished_case_can_not_be_changed_any_more(archived: World) -> None:
    for verb in ("batalkan", "tangguhkan", "lanjutkan"):
        page = archived.admin().open(f"/instans/1/{verb}")
        assert "Perkara ini sudah selesai." in page.text and not page.has_form(verb)
        version = str(case(archived).version)
        page = archived.admin().post(f"/instans/1/{verb}", versi=version, alasan=WHY)
        assert page.status == 409 and "Perkara ini sudah selesai." in page.text
    assert {d.void_at for d in archived.all(db.select(Document).where(Document.kind == "archive"))} == {None}
    assert {"cancel", "suspend", "resume"}.isdisjoint(kinds(archived))


# ---- suspend, resume -----------------------------------------------------------------------------------------------


def test_a_suspended_case_takes_nothing_and_loses_nothing(drafting: World) -> None:
    operator = drafting.operator()
    form = operator.open("/tugas").link("Penyusunan PK").form("/tugas/").set(pk.FIRST)
    for part in (pk.SASARAN, pk.KEGIATAN):
        form = form.press(_aksi="lanjut").form("/tugas/").set(part)
    checking = form.press(_aksi="lanjut")
    assert f"{TITLE} ditangguhkan." in do(drafting, "1/tangguhkan").text

    page = checking.form("/tugas/").press(_aksi="kirim")
    assert page.status == 409 and "Perkara ini sedang ditangguhkan admin: " + WHY in page.text
    assert "Ditangguhkan oleh admin: " + WHY in page.text
    assert "Ditangguhkan oleh admin: " + WHY in operator.open("/tugas").text
    assert "Ditangguhkan oleh admin: " + WHY in operator.open("/perkara/1").text
    assert "submit" not in kinds(drafting)[2:]

    assert f"{TITLE} berjalan lagi." in do(drafting, "1/lanjutkan", alasan="Sudah jelas, lanjutkan saja.").text
    page = operator.open("/tugas").link("Penyusunan PK").link("Periksa isian").form("/tugas/").press(_aksi="kirim")
    assert page.status == 200
    drafting.settle()
    assert operator.open("/tugas").has_link("Membuat Lembar PK") and whole(drafting)
    assert kinds(drafting).count("suspend") == kinds(drafting).count("resume") == 1


def test_a_passphrase_typed_into_a_suspended_case_is_kept_nowhere(at_the_head: World) -> None:
    form = at_the_head.head().open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=SATU.head.passphrase)
    do(at_the_head, "1/tangguhkan")
    page = form.press()
    assert page.status == 409 and SATU.head.passphrase not in page.html
    assert all(SATU.head.passphrase not in str(d.typed) for d in at_the_head.all(db.select(Draft)))


def test_taking_back_waits_too(at_the_head: World) -> None:
    form = at_the_head.operator().open("/kinerja/pk").form("/tindakan/")
    do(at_the_head, "1/tangguhkan")
    page = form.press()
    assert page.status == 409 and "Perkara ini sedang ditangguhkan admin: " + WHY in page.text


def test_suspending_twice_is_said(at_the_head: World) -> None:
    do(at_the_head, "1/tangguhkan")
    page = at_the_head.admin().open("/instans/1/tangguhkan")
    assert "Perkara ini sudah ditangguhkan" in page.text and not page.has_form("tangguhkan")
    do(at_the_head, "1/lanjutkan")
    assert "sedang berjalan, tidak ditangguhkan" in at_the_head.admin().open("/instans/1/lanjutkan").text


# ---- reassign ------------------------------------------------------------------------------------------------------


def second_operator(world: World) -> int:
    """A colleague at the same satker."""
    from app.models import Assignment

    with world.app.app_context():
        user = User(username="operator2", nama="Operator Kedua", password_hash="x")
        db.session.add(user)
        db.session.flush()
        db.session.add(Assignment(user_id=user.id, role="Operator Satker", scope=SATU.kode, since=clock.now().date()))
        db.session.commit()
        return user.id


def test_a_task_goes_to_a_colleague_with_what_was_typed(drafting: World) -> None:
    world, other = drafting, second_operator(drafting)
    page = world.operator().open("/tugas").link("Penyusunan PK")
    page.form("/tugas/").set(pk.FIRST).press(_aksi="simpan")
    task = open_task(world)
    world.operator().open(f"/tugas/{task.id}").form("/klaim").press()
    page = world.admin().open(f"/instans/tugas/{task.id}/alihkan")
    assert "disalin untuk orang yang dipilih" in page.text and "Operator Kedua" in page.text
    assert "Kepala Satker" not in page.form().values
    page = page.form().fill(alasan=WHY, kepada=str(other)).press()
    assert page.status == 200 and "Penyusunan PK dialihkan." in page.text
    assert "kepada Operator Kedua." in page.text
    assert open_task(world).claimed_by == other and whole(world)
    drafts = {d.user_id: d.typed for d in world.all(db.select(Draft))}
    assert drafts[other] == next(v for k, v in drafts.items() if k != other)
    told = world.all(db.select(Notice).where(Notice.user_id.is_not(None)).order_by(Notice.id))
    assert [n.user_id == other for n in told] == [False, True] and all(WHY in n.text for n in told)
    assert "tidak lagi menjadi tugas Anda" in world.operator().open("/pemberitahuan").text
    assert "tidak lagi menjadi tugas Anda" not in world.head().open("/pemberitahuan").text
    assert "sedang diambil orang lain" in world.operator().open(f"/tugas/{task.id}").text

    page = do(world, f"tugas/{task.id}/alihkan", kepada="semua")
    assert "melepas Penyusunan PK dari Operator Kedua" in page.text and open_task(world).claimed_by is None


def test_nobody_without_the_role_is_given_a_task(drafting: World) -> None:
    task = open_task(drafting)
    stranger = drafting.all(db.select(User.id).where(User.username == f"sim{DUA.kode}"))[0]
    page = do(drafting, f"tugas/{task.id}/alihkan", kepada=str(stranger))
    assert page.status == 422 and "Orang ini tidak memegang peran Operator Satker di tempat ini." in page.text
    assert page.form().values["alasan"] == WHY
    for wrong in ("", "x", "99999", "-1"):
        assert do(drafting, f"tugas/{task.id}/alihkan", kepada=wrong).status == 422, wrong
    assert open_task(drafting).claimed_by is None and "reassign" not in kinds(drafting)


def test_the_task_was_taken_while_the_admin_was_thinking(drafting: World) -> None:
    other, task = second_operator(drafting), open_task(drafting)
    form = drafting.admin().open(f"/instans/tugas/{task.id}/alihkan").form()
    drafting.operator().open(f"/tugas/{task.id}").form("/klaim").press()
    page = form.fill(alasan=WHY, kepada=str(other)).press()
    assert page.status == 409 and "Tugas ini baru saja diambil" in page.text and WHY in page.html
    assert open_task(drafting).claimed_by != other and whole(drafting)


def test_a_closed_task_is_not_given_to_anybody(at_the_head: World) -> None:
    done = at_the_head.all(db.select(Task).where(Task.state == "done"))[0]
    page = at_the_head.admin().open(f"/instans/tugas/{done.id}/alihkan")
    assert "sudah diselesaikan" in page.text and not page.has_form("alihkan")


# ---- retry ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(before_the_sheet: World) -> World:
    """The sheet could not be made, however often it was tried."""
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    failed = update(Job).where(Job.operator == "lembar.buat")
    before_the_sheet.write(failed.values(state="incident", tries=5, message="Penyimpanan sedang penuh."))
    return before_the_sheet


def incident(world: World) -> Job:
    (found,) = world.all(db.select(Job).where(Job.operator == "lembar.buat"))
    return found


def test_an_incident_is_tried_again_with_a_reason(stopped: World) -> None:
    job = incident(stopped)
    page = stopped.admin().open(f"/instans/insiden/{job.id}/coba-lagi")
    assert "Penyimpanan sedang penuh." in page.text and "dimulai segera, paling banyak 5 kali" in page.text
    page = page.form().fill(alasan="Penyimpanan sudah dilonggarkan.").press()
    assert page.status == 200 and "dicoba lagi." in page.text
    assert "mencoba lagi Buat draft PDF Lembar PK." in page.text and "Penyimpanan sudah dilonggarkan." in page.text
    stopped.settle()
    assert "Menunggu Passphrase Kepala Satker" in stopped.operator().open("/kinerja/pk").text and whole(stopped)
    page = stopped.admin().open(f"/instans/insiden/{job.id}/coba-lagi")
    assert "sudah dicoba lagi atau sudah selesai" in page.text and not page.has_form("coba-lagi")


def test_two_admins_retry_the_same_incident(stopped: World) -> None:
    path = f"/instans/insiden/{incident(stopped).id}/coba-lagi"
    first, second = (stopped.admin().open(path).form() for _ in range(2))
    assert first.fill(alasan=WHY).press().status == 200
    page = second.fill(alasan="Saya juga mau mencoba lagi.").press()
    assert page.status == 409 and "Admin Contoh (Admin)" in page.text
    assert "Yang terjadi sejak halaman ini dibuka" in page.text and "Saya juga mau mencoba lagi." in page.html
    assert kinds(stopped).count("retry") == 1


def test_an_incident_in_a_suspended_case_waits_until_it_goes_on(stopped: World) -> None:
    do(stopped, "1/tangguhkan")
    page = stopped.admin().open(f"/instans/insiden/{incident(stopped).id}/coba-lagi")
    assert "setelah perkara dilanjutkan" in page.text
    page.form().fill(alasan=WHY).press()
    stopped.settle()
    assert incident(stopped).state == "ready"
    do(stopped, "1/lanjutkan")
    stopped.settle()
    assert incident(stopped).state == "done" and whole(stopped)


def test_an_incident_of_an_expression_says_what_helps(drafting: World) -> None:
    drafting.write(
        db.insert(Job).values(
            id="e" * 32, instance_id=1, element="penyusunan_pk", name="Langkah gagal dihitung", operator="",
            params={"ekspresi": "a / 0"}, state="incident", run_at=clock.now(), created_at=clock.now(),
            message="Pembagian dengan nol.",
        )
    )  # fmt: skip
    path = f"/instans/insiden/{'e' * 32}/coba-lagi"
    page = drafting.admin().open(path)
    assert "a / 0" in page.text and "minta Operator Satker membuka Penyusunan PK" in page.text
    assert not page.has_form("coba-lagi")
    page = drafting.admin().post(path, versi=str(case(drafting).version), alasan=WHY)
    assert page.status == 409 and "tidak memanggil layanan" in page.text


# ---- all of them ---------------------------------------------------------------------------------------------------


def paths(world: World) -> list[str]:
    return ["1/batalkan", "1/tangguhkan", f"tugas/{open_task(world).id}/alihkan"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Alasan belum diisi."),
        ("   \n ", "Alasan belum diisi."),
        ("singkat", "Alasan baru 7 huruf."),
        ("x" * 501, "Alasan ini 501 huruf"),
    ],
)
def test_a_reason_is_needed(at_the_head: World, typed: str, words: str) -> None:
    world = at_the_head
    before = kinds(world)
    for path in paths(world):
        more = {"kepada": str(world.all(db.select(User.id).where(User.username == SATU.head.nip))[0])}
        page = do(world, path, alasan=typed, **more)
        assert page.status == 422 and words in page.text, path
    assert kinds(world) == before and case(world).phase == "running"


def test_a_second_click_is_told_what_the_first_one_did(at_the_head: World) -> None:
    for path in ("1/tangguhkan", "1/lanjutkan", "1/batalkan"):
        form = at_the_head.admin().open(f"/instans/{path}").form().fill(alasan=WHY)
        first, second = form.press(), form.press()
        assert (first.status, second.status) == (200, 409), path
        assert "Admin Contoh (Admin)" in second.text and WHY in second.html
    assert kinds(at_the_head)[-3:] == ["suspend", "resume", "cancel"] and whole(at_the_head)


def test_the_second_of_two_admins_is_told_what_happened(at_the_head: World) -> None:
    late = at_the_head.admin().open("/instans/1/batalkan").form()
    pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua masih terlalu rendah.")
    page = late.fill(alasan=WHY).press()
    assert page.status == 409 and "Yang terjadi sejak halaman ini dibuka" in page.text
    assert "Target indikator kedua masih terlalu rendah." in page.text
    page = page.form("batalkan").press()  # with the reason that is still there, and the version seen now
    assert page.status == 200 and case(at_the_head).phase == "cancelled"


@pytest.mark.parametrize("versi", ["", "x", "-1", "0", "999", "9" * 30])
def test_a_version_that_no_page_showed_changes_nothing(at_the_head: World, versi: str) -> None:
    page = at_the_head.admin().post("/instans/1/batalkan", versi=versi, alasan=WHY)
    assert page.status == 409 and case(at_the_head).phase == "running"


def test_ids_of_something_else_are_not_found(at_the_head: World) -> None:
    action = at_the_head.all(db.select(Task.id).where(Task.kind == "action", Task.state == "open"))[0]
    for path in (
        "999/batalkan", "999/tangguhkan", "999/lanjutkan", "tugas/x/alihkan", f"tugas/{action}/alihkan",
        "insiden/x/coba-lagi", f"insiden/{open_task(at_the_head).id}/coba-lagi", f"{'9' * 30}/batalkan",
    ):  # fmt: skip
        assert at_the_head.admin().open(f"/instans/{path}").status == 404, path
        assert at_the_head.admin().post(f"/instans/{path}", alasan=WHY, versi="1").status == 404, path


def test_only_admins(at_the_head: World) -> None:
    world = at_the_head
    for somebody in (world.operator(), world.head(), world.eselon(), world.biro()):
        for path in paths(world):
            assert somebody.open(f"/instans/{path}").status == 403
            assert somebody.post(f"/instans/{path}", alasan=WHY, versi="1").status == 403
    assert case(world).phase == "running"


def test_the_audit_list_has_each_of_them_without_a_nik(at_the_head: World) -> None:
    nik = LITERASI.head.nik
    do(at_the_head, "1/tangguhkan", alasan=f"Pemilik NIK {nik} tidak mengenal PK ini.")
    do(at_the_head, "1/lanjutkan")
    do(at_the_head, "1/batalkan")
    kept = at_the_head.all(db.select(Audit).where(Audit.kind == "perkara").order_by(Audit.seq))
    assert [(a.before["keadaan"], a.after["keadaan"]) for a in kept] == [
        ("Berjalan", "Ditangguhkan"), ("Ditangguhkan", "Berjalan"), ("Berjalan", "Dibatalkan"),
    ]  # fmt: skip
    assert {a.actor for a in kept} == {"Admin Contoh"} and nik not in kept[0].note
    events = at_the_head.all(db.select(Event).where(Event.kind == "suspend"))
    assert nik not in str(events[0].data) and "************" in events[0].data["alasan"]
    assert not [n for n in at_the_head.all(db.select(Notice.text)) if nik in n]


def test_what_is_called_off_leaves_nothing_behind(at_the_head: World, monkeypatch) -> None:
    """The audit entry can't be written: no event, no phase, no notice."""

    def broken(*_given, **_more):
        raise RuntimeError

    monkeypatch.setattr(intervention.audit, "write", broken)
    before = (kinds(at_the_head), len(at_the_head.all(db.select(Notice))))
    with at_the_head.app.app_context(), pytest.raises(RuntimeError):
        suspend(1, Intervention(reason=WHY), clock.now())
    assert (kinds(at_the_head), len(at_the_head.all(db.select(Notice)))) == before
    assert case(at_the_head).phase == "running"
