# ruff: noqa: F811  (fixtures are imported by name)
"""While a case is suspended nothing is begun; what runs may finish; afterwards everything goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.errors import Conflict, NotFound
from app.flows import timers
from app.flows.events import broken_at
from app.flows.house import KEY
from app.flows.intervention import Intervention
from app.flows.suspend import Suspended, refuse_suspended, resume, suspend
from app.jobs.claim import ready
from app.jobs.worker import work_once
from app.models import Instance, Job, Notice, Task, db
from app.sdk.services import Call, Outcome
from tests import pk
from tests.jobs.crashing import attempts, calls, job, run, send_passphrase, what_the_head_reads
from tests.stories.conftest import at_the_head, before_the_sheet  # noqa: F401 - fixtures
from tests.world import World, provider, stages  # noqa: F401 - fixtures

WHY = Intervention(reason="Menunggu keputusan biro hukum")


def hold(world: World) -> None:
    with world.app.app_context():
        suspend(1, WHY, clock.now())


def go_on(world: World) -> None:
    with world.app.app_context():
        resume(1, Intervention(reason="Keputusan sudah terbit."), clock.now())


def work_at(world: World, moment) -> int:
    with clock.held(moment), world.app.app_context():
        return work_once()


def open_tasks(world: World) -> list[str]:
    return world.all(db.select(Task.element).where(Task.state == "open", Task.kind == "user"))


def whole(world: World) -> bool:
    with world.app.app_context():
        return broken_at(1) is None


def test_the_worker_leaves_calls_of_a_suspended_case_alone(before_the_sheet: World) -> None:
    world = before_the_sheet
    world.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    hold(world)
    assert work_at(world, clock.now() + timedelta(hours=1)) == 0
    with world.app.app_context():  # not even listed: twenty of them would keep the worker from all others
        assert ready(clock.now()) == []
    (waiting,) = world.all(db.select(Job).where(Job.operator == "lembar.buat"))
    assert (waiting.state, waiting.tries) == ("ready", 0)
    page = world.operator().open("/perkara/1")
    assert "Menunggu keputusan biro hukum." in page.text and "sedang berjalan ..." not in page.text
    go_on(world)
    world.settle()
    assert open_tasks(world) == ["persetujuan_kepala"] and whole(world)


def test_a_passphrase_on_its_way_is_not_used_and_asked_for_again_later(at_the_head: World) -> None:
    world = at_the_head
    job_id, before = send_passphrase(world), calls(world)
    hold(world)
    assert run(world, job_id) is False and calls(world) == before and attempts(world, job_id) == []
    assert work_at(world, clock.now() + timedelta(minutes=6)) == 0
    go_on(world)
    work_at(world, clock.now() + timedelta(minutes=6))
    assert "Passphrase belum terkirim ke penyedia." in what_the_head_reads(world)
    assert calls(world) == before and whole(world)


def test_a_signature_that_is_under_way_counts_and_what_it_opens_waits(at_the_head: World) -> None:
    """An admin suspends the case while the provider signs."""
    world, house = at_the_head, at_the_head.app.extensions[KEY]
    sign = house.operators["tte.sign"]

    def meanwhile(call: Call) -> Outcome:
        hold(world)
        return sign.call(call)

    operators = {**house.operators, "tte.sign": replace(sign, call=meanwhile)}
    world.app.extensions[KEY] = replace(house, operators=operators)
    job_id = send_passphrase(world)
    run(world, job_id)
    assert (job(world, job_id).state, attempts(world, job_id)) == ("done", ["result"])
    (case,) = world.all(db.select(Instance))
    assert (case.phase, case.status) == ("suspended", "Disetujui oleh Kepala Satker")
    assert open_tasks(world) == ["review_eselon_1"] and whole(world)
    page = world.eselon().open("/tugas").link(pk.REVIEW)
    assert "Ditangguhkan oleh admin: Menunggu keputusan biro hukum." in page.text and not page.has_form("/tugas/")
    go_on(world)
    assert world.eselon().open("/tugas").link(pk.REVIEW).has_form("/tugas/")


def test_timers_rest_and_fire_when_the_case_goes_on(at_the_head: World) -> None:
    world, late = at_the_head, clock.now() + timedelta(days=30)
    overdue = "PK satker menunggu passphrase Kepala Satker lebih dari 3 hari kerja."
    hold(world)
    assert work_at(world, late) == 0
    with world.app.app_context():
        assert timers.due_cases(late) == [] and timers.fire(1, late) is False
    assert overdue not in world.all(db.select(Notice.text))
    go_on(world)
    assert work_at(world, late) > 0
    assert overdue in world.all(db.select(Notice.text)) and whole(world)


def test_whoever_reads_the_case_while_it_is_suspended_refuses_in_words(at_the_head: World) -> None:
    hold(at_the_head)
    with at_the_head.app.app_context():
        case = db.session.get(Instance, 1)
        with pytest.raises(Suspended, match=r"biro hukum\. Coba lagi setelah dilanjutkan"):
            refuse_suspended(case)


def test_what_can_not_be(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        with pytest.raises(Conflict, match="tidak ditangguhkan"):
            resume(1, WHY, clock.now())
        suspend(1, WHY, clock.now())
        with pytest.raises(Conflict, match="sudah ditangguhkan"):
            suspend(1, WHY, clock.now())
        with pytest.raises(NotFound):
            suspend(999, WHY, clock.now())


def test_those_who_wait_are_told(at_the_head: World) -> None:
    hold(at_the_head)
    go_on(at_the_head)
    told = at_the_head.all(db.select(Notice).order_by(Notice.id))[-2:]
    assert [n.role for n in told] == ["Kepala Satker"] * 2
    assert "ditangguhkan admin: Menunggu keputusan biro hukum" in told[0].text
    assert "dilanjutkan lagi: Keputusan sudah terbit." in told[1].text
