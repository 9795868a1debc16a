"""A crash after each step of the pipeline: nothing is signed twice, nothing is lost, nobody is left in the dark."""

from __future__ import annotations

import pytest

from app.jobs import execute as execution
from app.jobs.worker import work_once
from tests import pk
from tests.jobs.crashing import (
    attempts,
    calls,
    crash,
    crash_at,
    job,
    recover,
    run,
    send_passphrase,
    what_the_head_reads,
)
from tests.world import SATU, World

BEGIN, CALL, GUARD, SETTLE = (
    execution.PIPELINE.index(s) + 1 for s in (execution.begin, execution.call, execution.guard, execution.settle)
)


def test_before_the_attempt_was_written_nothing_was_sent(at_the_head: World, monkeypatch) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    crash(at_the_head, job_id, monkeypatch, after=0)
    assert recover(at_the_head)
    assert "Passphrase belum terkirim ke penyedia" in what_the_head_reads(at_the_head)
    assert attempts(at_the_head, job_id) == [] and calls(at_the_head) == before


def test_an_attempt_without_an_answer_is_unknown_and_goes_back_to_the_signer(at_the_head: World, monkeypatch) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    crash(at_the_head, job_id, monkeypatch, after=BEGIN)
    assert recover(at_the_head)
    assert "Belum diketahui apakah tanda tangan jadi" in what_the_head_reads(at_the_head)
    assert attempts(at_the_head, job_id) == ["unknown"] and calls(at_the_head) == before


def test_an_answer_that_was_lost_on_the_way_is_unknown_and_asked_for_by_nobody(at_the_head: World, monkeypatch) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    crash_at(at_the_head, job_id, monkeypatch, "_keep")  # the provider has signed; nothing of it was stored
    assert calls(at_the_head) == before + 1
    assert recover(at_the_head)
    for _ in range(3):
        assert not recover(at_the_head)
    assert "Belum diketahui apakah tanda tangan jadi" in what_the_head_reads(at_the_head)
    assert attempts(at_the_head, job_id) == ["unknown"] and calls(at_the_head) == before + 1


@pytest.mark.parametrize("after", [CALL, GUARD], ids=["judged", "guarded"])
def test_a_kept_answer_is_finished_from_without_a_second_call(at_the_head: World, monkeypatch, after) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    crash(at_the_head, job_id, monkeypatch, after=after)
    assert job(at_the_head, job_id).state == "running"
    assert recover(at_the_head)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text
    assert attempts(at_the_head, job_id) == ["result"] and calls(at_the_head) == before + 1


def test_a_crash_after_the_last_step_leaves_nothing_to_do(at_the_head: World, monkeypatch) -> None:
    job_id = send_passphrase(at_the_head)
    crash(at_the_head, job_id, monkeypatch, after=SETTLE)
    assert job(at_the_head, job_id).state == "done"
    assert not recover(at_the_head)


def test_a_crash_within_the_last_transaction_takes_all_of_it_back(at_the_head: World, monkeypatch) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    with monkeypatch.context() as patched:
        patched.setattr("app.flows.finish._write_documents", _die)
        with pytest.raises(KeyboardInterrupt):
            run(at_the_head, job_id)
    assert "Disetujui" not in at_the_head.operator().open("/kinerja/pk").text
    assert recover(at_the_head)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text
    assert calls(at_the_head) == before + 1


def _die(*_anything: object) -> None:
    raise KeyboardInterrupt


def test_what_the_provider_did_is_what_counts_and_what_is_unknown(at_the_head: World, monkeypatch) -> None:
    """Wrong passphrase, lost answer, signed: three calls; the wrong one was refused and did nothing."""
    before = calls(at_the_head)
    first = send_passphrase(at_the_head)
    run(at_the_head, first, "salah sama sekali")
    second = send_passphrase(at_the_head)
    crash_at(at_the_head, second, monkeypatch, "_keep")
    recover(at_the_head)
    third = send_passphrase(at_the_head)
    run(at_the_head, third)
    said = [attempts(at_the_head, j) for j in (first, second, third)]
    assert said == [["error"], ["unknown"], ["result"]]
    assert calls(at_the_head) == before + 3


def test_the_worker_makes_a_lost_sheet_again_and_it_is_the_same(before_the_sheet: World, monkeypatch) -> None:
    """Nobody waits with a secret here: what the worker lost it tries again, with the token that was kept."""
    world = before_the_sheet
    world.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    with monkeypatch.context() as patched:
        patched.setattr(execution, "PIPELINE", (*execution.PIPELINE[:CALL], _die))
        with world.app.app_context(), pytest.raises(KeyboardInterrupt):
            work_once()
    assert recover(world)
    assert "Menunggu Passphrase Kepala Satker" in world.operator().open("/kinerja/pk").text
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in world.operator().open("/kinerja/pk").text
