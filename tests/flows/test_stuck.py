# ruff: noqa: F811  (fixtures are imported by name)
"""Cases that nothing will move are found without an incident, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app import clock
from app.flows import stuck
from app.flows.holders import holders
from app.flows.intervention import Intervention
from app.flows.rights import local_day
from app.flows.suspend import resume, suspend
from app.models import Assignment, Instance, Job, Substitution, Task, User, db
from tests import pk
from tests.stories.conftest import archived, at_the_head, before_the_sheet  # noqa: F401 - fixtures
from tests.world import DUA, SATU, World, provider, stages  # noqa: F401 - fixtures


def code(world: World) -> str:
    with world.app.app_context():
        stuck.mark(clock.now())
    (found,) = world.all(db.select(Instance.stuck).where(Instance.id == 1))
    return str(found)


def loses_its_work(world: World) -> None:
    """As if a defect had lost the tasks of a case."""
    world.write(update(Task).values(state="gone"), update(Instance).values(next_timer=None))


def test_a_case_that_waits_for_somebody_is_not_stuck(at_the_head: World) -> None:
    assert code(at_the_head) == ""


def test_a_case_that_waits_for_a_call_is_not_stuck(before_the_sheet: World) -> None:
    before_the_sheet.operator().open("/tugas").link("Membuat Lembar PK").form("/tugas/").press(langkah="buat")
    assert code(before_the_sheet) == ""
    before_the_sheet.write(update(Job).where(Job.state == "ready").values(state="incident"))
    assert code(before_the_sheet) == ""  # an incident says so itself


def test_a_finished_case_is_not_stuck(archived: World) -> None:
    assert code(archived) == ""


def test_a_case_without_task_call_and_timer_is_stuck(at_the_head: World) -> None:
    world = at_the_head
    loses_its_work(world)
    assert code(world) == stuck.STANDS
    world.write(update(Instance).values(next_timer=clock.now() + timedelta(days=1)))
    assert code(world) == ""
    world.write(update(Instance).values(next_timer=None))
    world.chores()  # the worker looks too
    assert world.all(db.select(Instance.stuck)) == [stuck.STANDS]
    assert stuck.WORDS.keys() == {stuck.STANDS, stuck.NOBODY, stuck.CLOSED}


def test_a_task_for_nobody_is_stuck_until_somebody_has_the_role(at_the_head: World) -> None:
    world = at_the_head
    heads = Assignment.role == "Kepala Satker", Assignment.scope == SATU.kode
    yesterday = local_day(clock.now()) - timedelta(days=1)
    world.write(update(Assignment).where(*heads).values(until=yesterday))
    assert code(world) == stuck.NOBODY
    world.write(update(Assignment).where(*heads).values(until=None))
    assert code(world) == ""
    world.write(update(User).where(User.username == SATU.head.nip).values(active=False))
    assert code(world) == stuck.NOBODY


def test_a_substitute_is_somebody(at_the_head: World) -> None:
    world, today = at_the_head, local_day(clock.now())
    (other,) = world.all(db.select(User.id).where(User.username == DUA.head.nip))
    (head,) = world.all(db.select(User.id).where(User.username == SATU.head.nip))
    with world.app.app_context():
        db.session.add(
            Substitution(
                user_id=head, substitute_id=other, role="Kepala Satker", scope=SATU.kode, since=today, until=today,
                created_at=clock.now(),
            )
        )  # fmt: skip
        db.session.commit()
    for close in ((), (head,), (other,), (head, other)):
        world.write(update(User).values(active=True))
        world.write(update(User).where(User.id.in_(close)).values(active=False))
        with world.app.app_context():
            able = holders("Kepala Satker", SATU.kode, "010000", today)
        assert (code(world) == stuck.NOBODY) == (not able), close


def test_a_task_that_a_closed_account_took_is_stuck(at_the_head: World) -> None:
    world = at_the_head
    (other,) = world.all(db.select(User.id).where(User.username == DUA.head.nip))
    world.write(update(Task).values(claimed_by=other), update(User).where(User.id == other).values(active=False))
    assert code(world) == stuck.CLOSED


def test_the_next_step_clears_it(at_the_head: World) -> None:
    at_the_head.write(update(Instance).values(stuck=stuck.STANDS))
    pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua masih terlalu rendah.")
    assert at_the_head.all(db.select(Instance.stuck)) == [""]


def test_a_suspended_case_stands_still_on_purpose(at_the_head: World) -> None:
    world, why = at_the_head, Intervention(reason="Menunggu keputusan biro hukum.")
    loses_its_work(world)
    with world.app.app_context():
        suspend(1, why, clock.now())
    assert code(world) == ""
    with world.app.app_context():
        resume(1, why, clock.now())
    assert code(world) == stuck.STANDS


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_ranges_leave_nobody_out(at_the_head: World, batch: int) -> None:
    world = at_the_head
    pk.to_the_head(world, DUA)
    loses_its_work(world)
    with world.app.app_context():
        assert stuck.mark(clock.now(), batch) == 2
        assert stuck.mark(clock.now(), batch) == 0
    world.write(delete(Task))
    assert world.all(db.select(Instance.stuck)) == [stuck.STANDS] * 2
