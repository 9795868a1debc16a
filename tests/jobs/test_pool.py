"""The signing pool: what becomes of a passphrase that is not used in time."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.jobs.signing import SigningPool
from app.jobs.worker import work_once
from app.models import Job, db
from app.sdk.secrets import Passphrase
from tests import pk
from tests.jobs.crashing import attempts, calls, send_passphrase, what_the_head_reads
from tests.world import SATU, World

UNSENT = "Passphrase belum terkirim ke penyedia. Ketik passphrase sekali lagi."


def secret() -> dict[str, Passphrase]:
    return {"passphrase": Passphrase(SATU.head.passphrase)}


def pool(world: World, **settings: int) -> SigningPool:
    """A pool of the house that nobody serves yet."""
    made = SigningPool(world.app, **{"threads": 1, "size": 1, "seconds": 300} | settings)
    made._start = lambda: None
    return made


def test_a_full_pool_hands_back_at_once_and_in_words(at_the_head: World) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    small, first, second = pool(at_the_head), secret(), secret()
    with at_the_head.app.app_context():
        assert small.submit("f" * 32, first)
        assert not small.submit(job_id, second)
    assert second["passphrase"].wiped and not first["passphrase"].wiped
    assert UNSENT in what_the_head_reads(at_the_head)
    assert attempts(at_the_head, job_id) == [] and calls(at_the_head) == before


def test_closing_hands_back_what_nobody_has_begun_and_wipes_it(at_the_head: World) -> None:
    job_id = send_passphrase(at_the_head)
    waiting, kept = pool(at_the_head), secret()
    waiting.submit(job_id, kept)
    waiting.close()
    waiting.close()
    assert kept["passphrase"].wiped and UNSENT in what_the_head_reads(at_the_head)


def test_a_closed_pool_takes_nothing(at_the_head: World) -> None:
    job_id = send_passphrase(at_the_head)
    closed, late = pool(at_the_head), secret()
    closed.close()
    with at_the_head.app.app_context():
        assert not closed.submit(job_id, late)
    assert late["passphrase"].wiped and UNSENT in what_the_head_reads(at_the_head)


def test_a_passphrase_that_waited_too_long_is_not_used(at_the_head: World) -> None:
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)
    slow, old = SigningPool(at_the_head.app, threads=1, size=1, seconds=-1), secret()
    slow.submit(job_id, old)
    at_the_head.settle()
    slow.close()
    assert old["passphrase"].wiped and calls(at_the_head) == before
    assert UNSENT in what_the_head_reads(at_the_head)


def test_what_the_web_process_took_with_it_the_worker_hands_back(at_the_head: World) -> None:
    """The web was restarted between the commit and the call: after five minutes nobody can have the passphrase."""
    job_id = send_passphrase(at_the_head)
    with at_the_head.app.app_context():
        assert work_once() == 0
        with clock.held(clock.now() + timedelta(seconds=301)):
            assert work_once() == 1
    assert UNSENT in what_the_head_reads(at_the_head)
    assert at_the_head.all(db.select(Job.state).where(Job.id == job_id)) == ["done"]


def test_after_it_was_used_nothing_of_it_is_left(at_the_head: World) -> None:
    job_id, used = send_passphrase(at_the_head), secret()
    working = SigningPool(at_the_head.app, threads=2, size=2, seconds=300)
    working.submit(job_id, used)
    at_the_head.settle()
    working.close()
    assert used["passphrase"].wiped
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_a_second_click_on_kirim_passphrase_signs_once(at_the_head: World) -> None:
    before = calls(at_the_head)
    form = at_the_head.head().open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=SATU.head.passphrase)
    form.press()
    second = form.press()
    at_the_head.settle()
    assert second.status == 409 and SATU.head.passphrase not in second.html
    assert calls(at_the_head) == before + 1
