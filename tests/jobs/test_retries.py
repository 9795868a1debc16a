"""What is tried again, with which pauses, and what waits for an admin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import Result as Said
from sqlalchemy import update

from app import clock
from app.errors import Conflict
from app.flows.house import KEY
from app.flows.retry import incidents, retry
from app.jobs.chores import Chore, Round
from app.jobs.worker import work, work_once
from app.models import Delay, Event, Job, db
from app.sdk.services import BpmnError, Call, Result, ServiceError
from tests.jobs.crashing import attempts, job, run, send_passphrase, what_the_head_reads
from tests.world import World


def replace_task(world: World, name: str, **changes: object) -> None:
    """The same house with another plug-in under this name."""
    house = world.app.extensions[KEY]
    task = replace(house.operators[name], **changes)
    world.app.extensions[KEY] = replace(house, operators={**house.operators, name: task})


def fails(_call: Call) -> ServiceError:
    return ServiceError("Penyimpanan sedang penuh.")


@pytest.fixture
def failing(before_the_sheet: World) -> World:
    """The sheet can't be made: whatever makes it fails each time."""
    replace_task(before_the_sheet, "lembar.buat", call=fails)
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    return before_the_sheet


def work_at(world: World, moment) -> int:
    with clock.held(moment), world.app.app_context():
        return work_once()


def waiting(world: World) -> Job:
    (found,) = world.all(db.select(Job).where(Job.operator == "lembar.buat"))
    return found


def test_pauses_grow_and_the_last_try_leaves_an_incident(failing: World) -> None:
    moment, pauses = clock.now(), []
    while waiting(failing).state == "ready":
        moment = max(moment, waiting(failing).run_at)
        assert work_at(failing, moment) == 1
        if waiting(failing).state == "ready":
            pauses.append(round((waiting(failing).run_at - moment).total_seconds()))
            assert work_at(failing, waiting(failing).run_at - timedelta(seconds=1)) == 0
    assert pauses == [30, 60, 120, 240]
    assert (waiting(failing).state, waiting(failing).tries) == ("incident", 5)
    assert attempts(failing, waiting(failing).id) == ["failed"] * 5


def test_the_case_says_that_it_tries_again_and_then_that_an_admin_must_help(failing: World) -> None:
    work_at(failing, clock.now())
    page = failing.operator().open("/kinerja/pk")
    assert "dicoba lagi" in page.text and "Penyimpanan sedang penuh." in page.text
    failing.write(update(Job).values(max_tries=1, run_at=clock.now()))
    work_at(failing, clock.now())
    page = failing.operator().open("/kinerja/pk")
    assert "terhenti: Penyimpanan sedang penuh. Admin perlu membantu; data tidak hilang." in page.text


def test_an_admin_sets_an_incident_going_again_once_the_reason_is_gone(failing: World) -> None:
    failing.write(update(Job).values(max_tries=1))
    work_at(failing, clock.now())
    world = failing.reopened()
    with world.app.app_context():
        (incident,) = incidents()
        retry(incident.id, clock.now())
        with pytest.raises(Conflict, match="sudah dicoba lagi"):
            retry(incident.id, clock.now())
    world.settle()
    assert "Menunggu Passphrase Kepala Satker" in world.operator().open("/kinerja/pk").text


def say(world: World, *words: str) -> Said:
    """A command at the terminal."""
    with world.app.app_context():
        return world.app.test_cli_runner().invoke(args=words)


def test_the_terminal_retries_too_and_its_reason_stays_in_the_history(failing: World) -> None:
    failing.write(update(Job).values(max_tries=1))
    work_at(failing, clock.now())
    listed = say(failing, "incidents").output
    assert "Penyimpanan sedang penuh." in listed and waiting(failing).id in listed
    short = say(failing, "retry", waiting(failing).id, "--reason", "coba")
    assert short.exit_code == 1 and "Alasan baru 4 huruf." in short.output
    done = say(failing, "retry", waiting(failing).id, "--reason", "Penyimpanan sudah longgar.")
    assert (done.exit_code, done.output) == (0, "Akan dicoba lagi.\n")
    assert say(failing, "incidents").output == "Tidak ada insiden.\n"
    (event,) = failing.all(db.select(Event).where(Event.kind == "retry"))
    assert (event.actor, event.data) == ("Terminal", {"alasan": "Penyimpanan sudah longgar."})
    again = say(failing, "retry", waiting(failing).id)
    assert again.exit_code == 1 and "sudah dicoba lagi" in again.output
    assert say(failing, "retry", "x").exit_code == 1


def test_what_a_plug_in_raises_is_an_incident_without_its_words(before_the_sheet: World, caplog) -> None:
    def raises(_call: Call) -> None:
        raise RuntimeError("kata-kata dari dalam")

    replace_task(before_the_sheet, "lembar.buat", call=raises)
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    before_the_sheet.settle()
    assert "Kesalahan tak terduga (RuntimeError)." in waiting(before_the_sheet).message
    assert "kata-kata dari dalam" not in caplog.text and "RuntimeError at test_retries.py" in caplog.text


def test_an_operator_that_is_no_longer_there_is_an_incident(before_the_sheet: World) -> None:
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    before_the_sheet.write(update(Job).where(Job.operator == "lembar.buat").values(operator="lembar.tulis"))
    before_the_sheet.settle()
    (left,) = before_the_sheet.all(db.select(Job).where(Job.state == "incident"))
    assert "'lembar.tulis' tidak ada di aplikasi ini" in left.message


@pytest.mark.parametrize("value", [{1: "kunci bukan teks"}, object(), float("nan")])
def test_a_result_that_is_no_json_is_an_incident(before_the_sheet: World, value) -> None:
    replace_task(before_the_sheet, "lembar.buat", call=lambda _call: Result(value))
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    before_the_sheet.settle()
    assert waiting(before_the_sheet).message == "Hasil layanan bukan JSON yang sah."


def test_an_error_that_the_diagram_does_not_know_is_an_incident(before_the_sheet: World) -> None:
    replace_task(before_the_sheet, "lembar.buat", call=lambda _call: BpmnError("HABIS_KERTAS", "Kertas habis."))
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    before_the_sheet.settle()
    assert "Diagram tidak punya jalan untuk kesalahan HABIS_KERTAS." in waiting(before_the_sheet).message


def test_a_signature_that_failed_for_good_goes_back_to_the_head_when_an_admin_retries(at_the_head: World) -> None:
    replace_task(at_the_head, "tte.sign", call=lambda _c: ServiceError("Penyedia menolak akun ini.", permanent=True))
    job_id = send_passphrase(at_the_head)
    run(at_the_head, job_id)
    assert job(at_the_head, job_id).state == "incident"
    with at_the_head.app.app_context():
        retry(job_id, clock.now())
    work_at(at_the_head, clock.now() + timedelta(minutes=6))
    assert "Penyedia menolak akun ini." in what_the_head_reads(at_the_head)
    assert attempts(at_the_head, job_id) == ["failed"]


def test_a_kept_signature_counts_once_the_missing_root_is_there(at_the_head: World, tmp_path) -> None:
    """The root was not installed: the good signature was an incident. It is judged again, not asked for again."""
    world = at_the_head.reopened(tte_roots=str(tmp_path / "tidak-ada.pem"))
    job_id = send_passphrase(world)
    run(world, job_id)
    assert job(world, job_id).state == "incident"
    world = world.reopened()
    before = len(world.provider.journal)
    with world.app.app_context():
        retry(job_id, clock.now())
    work_at(world, clock.now() + timedelta(minutes=6))
    assert "Disetujui oleh Kepala Satker" in world.operator().open("/kinerja/pk").text
    assert len(world.provider.journal) == before


def test_an_expression_that_fails_behind_a_call_is_an_incident_and_not_a_loop(before_the_sheet: World) -> None:
    """The result lacks what the next gateway reads: the job stops, and waits for somebody."""
    world = before_the_sheet
    world.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="ubah")
    replace_task(world, "tte.status", call=lambda _call: Result({"status": "tanpa kata terdaftar"}))
    world.operator().open("/tugas").link("Penyusunan PK").form("/tugas/").press(_aksi="kirim")
    world.settle()
    (left,) = world.all(db.select(Job).where(Job.operator == "tte.status", Job.state != "done"))
    assert left.state == "incident" and "'terdaftar' belum ada" in left.message
    assert work_at(world, clock.now() + timedelta(minutes=10)) == 0
    assert "Admin perlu membantu; data tidak hilang." in world.operator().open("/kinerja/pk").text


def test_the_worker_clears_away_old_delays_about_hourly(world: World) -> None:
    with world.app.app_context(), clock.held(clock.now()):
        old = clock.now() - timedelta(days=2)
        db.session.add(Delay(key="akun:x", failures=3, last_at=old, not_before=old))
        db.session.commit()
        rounds = iter([True, False])
        work(lambda: next(rounds))
        assert db.session.get(Delay, "akun:x") is None


def test_a_chore_comes_at_its_interval_and_fails_for_itself_alone(world: World) -> None:
    done: list[str] = []
    broken = Chore("broken", timedelta(minutes=1), lambda now: 1 // 0)
    fine = Chore("fine", timedelta(hours=1), lambda now: done.append("fine"))
    with world.app.app_context(), clock.held(clock.now()):
        rounds = Round((broken, fine))
        rounds.run(clock.now())
        clock.advance(timedelta(minutes=59, seconds=59))
        rounds.run(clock.now())
        assert done == ["fine"]
        clock.advance(timedelta(seconds=1))
        rounds.run(clock.now())
        assert done == ["fine", "fine"]
