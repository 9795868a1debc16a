# ruff: noqa: F811  (fixtures are imported by name)
"""Who a task can be given to: whoever can act today, substitutes among them, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.errors import Conflict, InvalidInput, NotFound
from app.flows.intervention import Intervention
from app.flows.reassign import candidates, find, reassign
from app.flows.rights import local_day
from app.models import Draft, Substitution, Task, User, db
from tests import pk
from tests.stories.conftest import at_eselon, at_the_head, drafting  # noqa: F401 - fixtures
from tests.world import DUA, LITERASI, SATU, World, provider, stages  # noqa: F401 - fixtures

WHY = Intervention(reason="Pemegang tugas sedang cuti.")


def open_task(world: World) -> Task:
    (found,) = world.all(db.select(Task).where(Task.state == "open", Task.kind == "user"))
    return found


def user(world: World, username: str) -> int:
    (found,) = world.all(db.select(User.id).where(User.username == username))
    return int(found)


def names(world: World) -> list[str]:
    task_id = open_task(world).id
    with world.app.app_context():
        return [h.words for h in candidates(find(task_id), clock.now())]


def stand_in(world: World, absent: int, other: int, days: int = 7) -> None:
    today = local_day(clock.now())
    with world.app.app_context():
        db.session.add(
            Substitution(
                user_id=absent, substitute_id=other, role="Kepala Satker", scope=SATU.kode, since=today,
                until=today + timedelta(days=days), created_at=clock.now(),
            )
        )  # fmt: skip
        db.session.commit()


def test_a_substitute_is_offered_and_a_reviewer_is_not(at_eselon: World) -> None:
    assert names(at_eselon) == [LITERASI.head.nama]


def test_a_substitute_of_today_can_be_given_the_task(at_the_head: World) -> None:
    world = at_the_head
    head, other = user(world, SATU.head.nip), user(world, DUA.head.nip)
    task = open_task(world)
    with world.app.app_context(), pytest.raises(InvalidInput, match="tidak memegang peran Kepala Satker"):
        reassign(task.id, None, other, WHY, clock.now())
    stand_in(world, head, other)
    assert f"{DUA.head.nama} a.n. {SATU.head.nama}" in names(world)
    with world.app.app_context():
        reassign(task.id, None, other, WHY, clock.now())
    assert open_task(world).claimed_by == other
    with clock.held(clock.now() + timedelta(days=8)), world.app.app_context():
        with pytest.raises(InvalidInput):
            reassign(task.id, None, other, WHY, clock.now())
        reassign(task.id, other, head, WHY, clock.now())
    assert open_task(world).claimed_by == head


def test_a_closed_account_is_not_offered(at_the_head: World) -> None:
    at_the_head.write(update(User).where(User.username == SATU.head.nip).values(active=False))
    assert names(at_the_head) == []


def test_what_the_new_one_typed_is_not_overwritten(drafting: World) -> None:
    world, task, now = drafting, open_task(drafting), clock.now()
    mine, other = user(world, f"sim{SATU.kode}"), user(world, SATU.head.nip)
    with world.app.app_context():
        for who, text in ((mine, "punya lama"), (other, "punya baru")):
            db.session.add(Draft(task_id=task.id, user_id=who, typed={"tempat": [text]}, saved_at=now))
        db.session.execute(update(Task).where(Task.id == task.id).values(role="Kepala Satker", claimed_by=mine))
        db.session.commit()
        reassign(task.id, mine, other, WHY, now)
    assert {d.user_id: d.typed["tempat"] for d in world.all(db.select(Draft))} == {
        mine: ["punya lama"],
        other: ["punya baru"],
    }


def test_what_can_not_be(at_the_head: World) -> None:
    task, head = open_task(at_the_head), user(at_the_head, SATU.head.nip)
    with at_the_head.app.app_context():
        with pytest.raises(InvalidInput, match="sudah bebas"):
            reassign(task.id, None, None, WHY, clock.now())
        with pytest.raises(InvalidInput, match="sudah di tangan"):
            reassign(task.id, head, head, WHY, clock.now())
        with pytest.raises(Conflict, match="baru saja diambil"):
            reassign(task.id, head, None, WHY, clock.now())
        with pytest.raises(NotFound):
            reassign("x", None, head, WHY, clock.now())
    pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua masih terlalu rendah.")
    with at_the_head.app.app_context(), pytest.raises(Conflict, match="diselesaikan"):
        reassign(task.id, None, head, WHY, clock.now())
