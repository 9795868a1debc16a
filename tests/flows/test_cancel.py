# ruff: noqa: F811  (fixtures are imported by name)
"""Cancelling against what runs at the same moment: exactly one of them counts, and nothing is signed afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import update

from app import clock
from app.engine import steps
from app.errors import Conflict
from app.flows import timers
from app.flows.cancel import cancel
from app.flows.events import broken_at
from app.flows.intervention import Intervention
from app.flows.suspend import suspend
from app.jobs.worker import work_once
from app.models import Audit, Document, Draft, Event, Instance, Job, Task, db
from tests import pk
from tests.jobs.crashing import calls, run, send_passphrase
from tests.stories.conftest import at_eselon, at_the_head, drafting  # noqa: F401 - fixtures
from tests.world import World, provider, stages  # noqa: F401 - fixtures

WHY = Intervention(reason="PK ini dibuat dua kali.")


def cancelled(world: World) -> Instance:
    (case,) = world.all(db.select(Instance))
    return case


def call_off(world: World) -> None:
    with world.app.app_context():
        cancel(1, WHY, clock.now())


def test_a_passphrase_on_its_way_is_not_used_any_more(at_the_head: World) -> None:
    job_id, before = send_passphrase(at_the_head), calls(at_the_head)
    call_off(at_the_head)
    assert run(at_the_head, job_id) is False and calls(at_the_head) == before
    assert at_the_head.all(db.select(Job.state).where(Job.id == job_id)) == ["gone"]
    with clock.held(clock.now() + timedelta(days=30)), at_the_head.app.app_context():
        assert work_once() == 0
        assert broken_at(1) is None


def test_a_call_that_was_claimed_first_wins(at_the_head: World) -> None:
    send_passphrase(at_the_head)
    at_the_head.write(update(Job).where(Job.state == "ready").values(state="running", lease_until=clock.now()))
    with at_the_head.app.app_context(), pytest.raises(Conflict, match="mungkin sebuah tanda tangan"):
        cancel(1, WHY, clock.now())
    assert cancelled(at_the_head).phase == "running"
    assert at_the_head.all(db.select(Document.void_at).where(Document.kind == "draft")) == [None]


def test_a_timer_that_was_just_being_fired_finds_the_case_cancelled(at_the_head: World, monkeypatch) -> None:
    tick = steps.tick

    def meanwhile(*given):
        call_off(at_the_head)
        monkeypatch.setattr(steps, "tick", tick)
        return tick(*given)

    monkeypatch.setattr(steps, "tick", meanwhile)
    with at_the_head.app.app_context():
        assert timers.fire(1, clock.now() + timedelta(days=30)) is False
    case = cancelled(at_the_head)
    assert (case.phase, case.status, case.next_timer) == ("cancelled", "Dibatalkan", None)


def test_somebody_who_was_just_sending_is_told(drafting: World, monkeypatch) -> None:
    page = drafting.operator().open("/tugas").link("Penyusunan PK")
    for part in (pk.FIRST, pk.SASARAN, pk.KEGIATAN):
        page = page.form("/tugas/").set(part).press(_aksi="lanjut")
    submit = steps.submit

    def meanwhile(*given):
        monkeypatch.setattr(steps, "submit", submit)
        call_off(drafting)
        return submit(*given)

    monkeypatch.setattr(steps, "submit", meanwhile)
    page = page.form("/tugas/").press(_aksi="kirim")
    assert page.status == 409 and pk.FIRST["tempat"] in page.text
    assert cancelled(drafting).phase == "cancelled"
    assert drafting.all(db.select(Draft)) == []
    assert drafting.all(db.select(Task).where(Task.state == "open")) == []


def test_of_eight_admins_at_once_one_acts_and_seven_are_told(at_the_head: World) -> None:
    barrier, seen = Barrier(8), cancelled(at_the_head).version

    def act(n: int) -> str:
        verb = cancel if n % 2 else suspend
        with at_the_head.app.app_context():
            barrier.wait()
            try:
                verb(1, replace(WHY, seen=seen), clock.now())
            except Conflict as e:
                return str(e)
            finally:
                db.session.remove()
        return ""

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(act, range(8)))
    assert said.count("") == 1 and all("Perkara ini berubah sejak" in s for s in said if s), said
    assert len(at_the_head.all(db.select(Event).where(Event.kind.in_(("cancel", "suspend"))))) == 1
    assert len(at_the_head.all(db.select(Audit).where(Audit.kind == "perkara"))) == 1
    with at_the_head.app.app_context():
        assert broken_at(1) is None


def test_a_suspended_case_can_be_cancelled(at_eselon: World) -> None:
    with at_eselon.app.app_context():
        suspend(1, WHY, clock.now())
    call_off(at_eselon)
    assert cancelled(at_eselon).phase == "cancelled"
    assert None not in at_eselon.all(db.select(Document.void_at))
    with at_eselon.app.app_context(), pytest.raises(Conflict, match="sudah dibatalkan"):
        cancel(1, WHY, clock.now())
