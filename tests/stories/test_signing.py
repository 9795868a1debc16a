"""Signing, and everything that may go wrong with it: what people read, and what is true afterwards."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.jobs.worker import work_once
from app.models import Attempt, Certificate, Document, Job, Notice, Task, db
from tests import pk
from tests.local_provider import SignerCard, command, register
from tests.service_tasks.misbehaving import Misbehaving, answers, http, reset
from tests.world import EMPAT, SATU, World

HTML = b"<!doctype html><title>502 Bad Gateway</title>"


def read(world: World) -> str:
    """What the head finds on the task after an attempt."""
    return world.head().open("/tugas").link(pk.SIGN).text


def attempts(world: World) -> list[str]:
    signing = db.select(Attempt.outcome).join(Job, Job.id == Attempt.job_id).where(Job.attended)
    return world.all(signing.order_by(Attempt.id))


@pytest.fixture
def faulty(at_the_head: World):
    """Orders a fault from the real provider, and ends it."""
    folder = at_the_head.provider.folder
    yield lambda kind, *more: command(folder, "fault", "--kind", kind, *more)
    command(folder, "fault", "--kind", "none")


def test_a_wrong_passphrase_is_said_and_the_right_one_signs(at_the_head: World) -> None:
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, "bukan passphrase saya")
    assert "Passphrase salah. Dokumen belum ditandatangani; periksa passphrase Anda lalu kirim lagi." in read(
        at_the_head
    )
    assert "Menunggu Passphrase Kepala Satker" not in at_the_head.eselon().open("/tugas").text
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert attempts(at_the_head) == ["error", "result"]


def test_a_certificate_that_is_not_active_is_said_before_anything_is_sent(at_the_head: World) -> None:
    folder, before = at_the_head.provider.folder, len(at_the_head.provider.journal)
    command(folder, "status", "--nik", SATU.head.nik, "--status", "SUSPEND")
    try:
        pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    finally:
        command(folder, "status", "--nik", SATU.head.nik, "--status", "ISSUE")
    assert "Sertifikat elektronik sedang ditangguhkan. Hubungi verifikator instansi." in read(at_the_head)
    assert len(at_the_head.provider.journal) == before


@pytest.mark.parametrize(("fault", "said"), [("500", "unsent"), ("html", "unknown"), ("lost", "unknown")])
def test_a_provider_that_answers_nonsense(at_the_head: World, faulty, fault, said) -> None:
    faulty(fault)
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert attempts(at_the_head) == [said]
    words = "Belum diketahui apakah tanda tangan jadi" if said == "unknown" else "belum ditandatangani"
    assert words in read(at_the_head) and SATU.head.passphrase not in read(at_the_head)
    faulty("none")
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_an_unknown_attempt_is_never_repeated_by_itself(at_the_head: World, faulty) -> None:
    before = len(at_the_head.provider.journal)
    faulty("lost")
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    faulty("none")
    for hours in (1, 24):
        with clock.held(clock.now() + timedelta(hours=hours)), at_the_head.app.app_context():
            work_once()
    assert len(at_the_head.provider.journal) == before + 1
    assert "Bila Anda mengirim lagi, penyedia mencatat permintaan baru." in read(at_the_head)


def test_a_provider_that_is_down_is_said_and_nothing_was_sent(at_the_head: World) -> None:
    world = at_the_head.reopened(tte_url="http://127.0.0.1:9")
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    assert "Dokumen belum dikirim dan belum ditandatangani; coba lagi nanti." in read(world)
    assert attempts(world) == ["unsent"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answers(http("200 OK", HTML, "Content-Type: text/html")), "unknown"),
        (answers(http("200 OK", b"%PDF-1.7 half", "Content-Type: application/pdf")), "unknown"),
        (answers(http("302 Found", b"", "Location: http://127.0.0.1:9/")), "unknown"),
        (reset, "unknown"),
        (answers(http("429 Too Many Requests")), "unsent"),
        (answers(http("401 Unauthorized")), "failed"),
        (answers(http("400 Bad Request", b'{"error":"Proses signing gagal : User tidak terdaftar 2011"}')), "error"),
    ],
    ids=["html", "truncated", "redirect", "reset", "busy", "credentials", "old dialect"],
)
def test_other_ways_to_misbehave(at_the_head: World, script, said) -> None:
    with Misbehaving(script=script) as provider:
        world = at_the_head.reopened(tte_url=provider.url)
        pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
        assert attempts(world) == [said] and provider.signatures_asked_for() == 1
    assert world.all(db.select(Document.kind)) == ["draft"]
    if said != "failed":
        assert "belum" in read(world).lower()


def test_a_slow_provider_is_given_up_and_its_result_is_unknown(at_the_head: World) -> None:
    over = threading.Event()
    with Misbehaving(script=lambda _c, _r: over.wait(20)) as provider:
        world = at_the_head.reopened(tte_url=provider.url, tte_timeout_sign=0.5)
        pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
        over.set()
    assert "Penyedia TTE tidak menjawab dalam batas waktu." in read(world)
    assert attempts(world) == ["unknown"]


def test_a_renewed_certificate_is_asked_about_once(at_eselon: World) -> None:
    """The head signs again after a return, with another certificate: only after they say that it is theirs."""
    world = at_eselon
    pk.refuse(world.eselon(), pk.REVIEW, "Sesuaikan anggaran kegiatan pertama.")
    pk.make_sheet_again(world)
    world.write(update(Certificate).values(fingerprint="0" * 64))  # the one that was known is not the one used now
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    assert "sertifikat yang berbeda dari yang dikenal untuk Anda, sehingga tidak dihitung" in read(world)
    page = world.head().open("/tugas").link(pk.SIGN)
    page.form("/tugas/").fill(passphrase=SATU.head.passphrase, sertifikat_baru="y").press()
    world.settle()
    assert "Disetujui oleh Kepala Satker" in world.operator().open("/kinerja/pk").text
    assert "Sertifikat baru" not in world.eselon().open("/tugas").link(pk.REVIEW).text


def test_tarik_kembali_works_until_it_is_signed(at_the_head: World) -> None:
    page = at_the_head.operator().open("/kinerja/pk").form("/tindakan/").press()
    assert "Penyusunan PK" in page.text
    (sheet,) = at_the_head.all(db.select(Document))
    assert sheet.void_at and sheet.void_reason == "Tarik kembali"
    assert not at_the_head.head().open("/tugas").has_link(pk.SIGN)
    pk.make_sheet_again(at_the_head)
    assert "Menunggu Passphrase Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_once_signed_it_can_not_be_taken_back(at_the_head: World) -> None:
    form = at_the_head.operator().open("/kinerja/pk").form("/tindakan/")
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    page = form.press()
    assert page.status == 409 and "Tarik kembali sudah tidak bisa" in page.text
    assert not at_the_head.operator().open("/kinerja/pk").has_form("/tindakan/")
    assert [d.void_at for d in at_the_head.all(db.select(Document))] == [None, None]


def test_only_the_operator_takes_back(at_the_head: World) -> None:
    (action,) = at_the_head.all(db.select(Task.id).where(Task.kind == "action", Task.state == "open"))
    for somebody in (at_the_head.head(), at_the_head.eselon(), at_the_head.biro(), at_the_head.admin()):
        assert somebody.post(f"/tindakan/{action}").status == 403
    (task,) = at_the_head.all(db.select(Task.id).where(Task.kind == "user", Task.state == "open"))
    assert at_the_head.operator().post(f"/tindakan/{task}").status == 404


def test_an_unregistered_nik_leads_to_info_satker_and_back(world: World) -> None:
    operator = world.operator(EMPAT)
    pk.draft(pk.confirm_info(pk.begin(operator)))
    world.settle()
    page = operator.open("/tugas").link("Periksa registrasi TTE")
    assert "NIK belum terdaftar di penyedia TTE." in page.text
    assert EMPAT.head.nama in page.text and "************" in page.text and "Terakhir diperiksa" in page.text
    assert "Langkah berikutnya" not in page.text  # the buttons ask, no radio buttons beside them
    page.form("/tugas/").press(langkah="periksa")
    world.settle()
    page = operator.open("/tugas").link("Periksa registrasi TTE").form("/tugas/").press(langkah="info_satker")
    assert page.form("/tugas/").values["nama_pimpinan"] == EMPAT.head.nama
    register(world.provider.folder, SignerCard("9901014808780007", EMPAT.head.nama, "Danau Sentani 4"))
    page = page.form("/tugas/").fill(nik_pimpinan="9901014808780007").press(_aksi="kirim")
    page.form("/tugas/").press(_aksi="kirim")
    world.settle()
    assert operator.open("/tugas").has_link("Membuat Lembar PK")


def test_cek_registrasi_tte_at_any_time(world: World) -> None:
    page = world.operator().open("/kinerja/cek-registrasi-tte")
    known = page.form().fill(nik=SATU.head.nik).press()
    assert "NIK terdaftar dan sertifikat elektronik aktif." in known.text
    assert f"NIK {SATU.head.nik}:" not in known.text
    assert "belum terdaftar" in page.form().fill(nik=EMPAT.head.nik).press().text
    assert page.form().fill(nik="123").press().status == 422


def test_cek_registrasi_tte_while_the_provider_is_down(cut_off: World) -> None:
    page = cut_off.operator().open("/kinerja/cek-registrasi-tte").form().fill(nik=SATU.head.nik).press()
    assert page.status == 200 and "Penyedia TTE tidak dapat dihubungi saat ini." in page.text


def test_the_head_is_reminded_after_three_working_days_and_can_still_sign(at_the_head: World) -> None:
    def at(days: int) -> list[str]:
        with clock.held(clock.now() + timedelta(days=days)), at_the_head.app.app_context():
            work_once()
        return at_the_head.all(db.select(Notice.text).where(Notice.role == "Kepala Satker").order_by(Notice.id))

    assert at(0) == []
    reminded = at(10)
    assert "PK satker menunggu passphrase Kepala Satker lebih dari 3 hari kerja." in reminded
    assert [n for n in reminded if "Tandatangani PK" in n] != []
    assert "lebih dari 3 hari kerja" in at_the_head.head().open("/pemberitahuan").text
    assert at(11).count(reminded[0]) == 1
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_what_is_late_is_said_once_before_and_once_after(drafting: World) -> None:
    """Penyusunan PK is due in 14 days."""
    texts = []
    for days in (0, 12, 13.5, 13.6, 14.5, 14.6):
        with clock.held(clock.now() + timedelta(days=days)), drafting.app.app_context():
            work_once()
        texts.append(drafting.all(db.select(Notice.text).order_by(Notice.id)))
    near, late = "Penyusunan PK: batas waktunya dekat.", "Penyusunan PK: sudah lewat batas waktu."
    assert texts == [[], [], [near], [near], [near, late], [near, late]]
