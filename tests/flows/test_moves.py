# ruff: noqa: F811  (fixtures are imported by name)
"""Running cases move to another version: people of Biro Perencanaan and admins, cases at every step, and bad luck."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import etree

from app import clock
from app.cli import ROOT
from app.errors import Conflict, InvalidInput
from app.flows import deploy, events, rights, timers
from app.flows.moves import about, carry, runs, work
from app.flows.moves.runs import Asked
from app.models import Definition, Document, Event, Instance, Job, Migration, MigrationCase, Task, User, db, table
from tests import pk
from tests.stories.conftest import at_eselon, at_the_head, drafting  # noqa: F401 - fixtures
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

NAME = "perjanjian_kinerja.bpmn"
PROCESS = "perjanjian_kinerja"
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
REVIEW = "Reviu Biro Perencanaan"
FIRST = (ROOT / "processes" / PROCESS / NAME).read_bytes()


def with_review() -> bytes:
    """A step of Biro Perencanaan between the signature of the head and Eselon 1."""
    root = etree.fromstring(FIRST)
    process = root.find(f"{B}process")
    extra = etree.fromstring(
        f"""<x xmlns="{B[1:-1]}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
        <userTask id="reviu_biro" name="{REVIEW}"><extensionElements><camunda:formData>
        <camunda:formField id="catatan_biro" label="Catatan" type="string"/></camunda:formData></extensionElements>
        </userTask>
        <sequenceFlow id="f_reviu" sourceRef="reviu_biro" targetRef="review_eselon_1"/>
        <lane id="lane_biro" name="Biro Perencanaan"><flowNodeRef>reviu_biro</flowNodeRef></lane></x>"""
    )
    task, flow, lane = extra
    process.find(f"{B}laneSet").append(lane)
    process.append(task)
    process.append(flow)
    next(f for f in process.iter(f"{B}sequenceFlow") if f.get("id") == "f_ke_eselon").set("targetRef", "reviu_biro")
    for reference in list(process.iter(f"{B}incoming", f"{B}outgoing")):
        reference.getparent().remove(reference)
    return without_drawing(root)


def without_drawing(root) -> bytes:
    for diagram in root.findall("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"):
        root.remove(diagram)
    return etree.tostring(root)


def publish(world: World, content: bytes) -> int:
    with world.app.app_context():
        return deploy.deploy({NAME: content}, clock.now())[1]


def actor(username: str = "biro"):
    account = db.session.scalar(db.select(User.id).where(User.username == username))
    return rights.actor_of(account, 2026, rights.local_day(clock.now()))


def prepare(world: World, target: int = 2, **asked) -> int:
    """A move of these cases, checked."""
    with world.app.app_context():
        run_id = runs.create(PROCESS, target, Asked(**asked), "Reviu ditambahkan.", actor(), clock.now())
    world.chores()
    return run_id


def confirm(world: World, run_id: int, ids: list[int] | None = None, by: str = "biro") -> None:
    with world.app.app_context():
        runs.confirm(run_id, ids, actor(by), clock.now())
    world.chores()


def cases(world: World, run_id: int) -> list[MigrationCase]:
    return world.all(db.select(MigrationCase).where(MigrationCase.migration_id == run_id).order_by(MigrationCase.id))


def case(world: World, instance_id: int = 1) -> Instance:
    (found,) = world.all(db.select(Instance).where(Instance.id == instance_id))
    return found


def version(world: World, instance_id: int = 1) -> int:
    query = db.select(Definition.version).join(Instance).where(Instance.id == instance_id)
    return world.all(query)[0]


def history(world: World, instance_id: int = 1) -> list[str]:
    return world.all(db.select(Event.kind).where(Event.instance_id == instance_id).order_by(Event.seq))


def whole(world: World, instance_id: int = 1) -> bool:
    with world.app.app_context():
        return events.broken_at(instance_id) is None


def texts(row: MigrationCase) -> str:
    return " ".join(text for _, text in row.reasons)


# ---- the story -----------------------------------------------------------------------------------------------------


def test_a_pk_with_the_head_moves_and_goes_through_the_new_step_to_the_archive(at_the_head: World) -> None:
    """Two satkers: one still drafts, one lies with the head. Both go the new way; due times and reminders stay."""
    pk.confirm_info(pk.begin(at_the_head.operator(DUA)))
    assert publish(at_the_head, with_review()) == 2
    (before,) = at_the_head.all(db.select(Task).where(Task.instance_id == 1, Task.kind == "user", Task.state == "open"))
    timer = case(at_the_head).next_timer
    assert timer is not None and before.remind_at is not None

    run_id = prepare(at_the_head)
    assert {(c.instance_id, c.verdict, c.state) for c in cases(at_the_head, run_id)} == {
        (1, "green", "checked"),
        (2, "green", "checked"),
    }
    assert f"Langkah baru sesudah ini: '{REVIEW}'." in texts(cases(at_the_head, run_id)[0])
    confirm(at_the_head, run_id)

    assert [version(at_the_head, i) for i in (1, 2)] == [2, 2]
    (after,) = at_the_head.all(db.select(Task).where(Task.instance_id == 1, Task.kind == "user", Task.state == "open"))
    assert (after.id, after.due, after.remind_at) == (before.id, before.due, before.remind_at)
    assert case(at_the_head).next_timer == timer
    (run,) = at_the_head.all(db.select(Migration))
    assert (run.state, run.done, run.total) == ("done", 2, 2)
    assert history(at_the_head)[-1] == "migrate" and whole(at_the_head)

    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert not at_the_head.eselon().open("/tugas").has_link(pk.REVIEW)
    at_the_head.biro().open("/tugas").link(REVIEW).form("/tugas/").fill(catatan_biro="Sesuai").press()
    pk.approve(at_the_head, at_the_head.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    at_the_head.settle()
    (kept,) = at_the_head.all(db.select(Document).where(Document.kind == "archive"))
    page = at_the_head.operator().open(f"/dokumentasi/{kept.id}?periksa=1").text
    assert page.count("Tanda tangan ini sah") == 2
    assert whole(at_the_head)


def test_the_reminder_comes_when_it_would_have_come_anyway(at_the_head: World) -> None:
    timer = case(at_the_head).next_timer
    publish(at_the_head, with_review())
    confirm(at_the_head, prepare(at_the_head))
    with at_the_head.app.app_context():
        assert timers.fire(1, timer + timedelta(minutes=1))
    assert history(at_the_head)[-1] == "timer"
    assert at_the_head.head().open("/tugas").has_link(pk.SIGN)


def test_what_is_skipped_is_amber_and_moves_only_when_it_is_ticked(at_eselon: World) -> None:
    publish(at_eselon, with_review())
    run_id = prepare(at_eselon)
    (row,) = cases(at_eselon, run_id)
    assert row.verdict == "amber"
    assert f"Langkah '{REVIEW}' disisipkan sebelum langkah sekarang, jadi dilewati perkara ini." in texts(row)
    with at_eselon.app.app_context(), pytest.raises(InvalidInput):
        runs.confirm(run_id, None, actor(), clock.now())
    confirm(at_eselon, run_id, [row.id])
    assert version(at_eselon) == 2
    pk.approve(at_eselon, at_eselon.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    assert "PK Telah Ditandatangani" in at_eselon.operator().open("/kinerja/pk").text


def removed(old: str = "persetujuan_kepala", new: str = "tanda_tangan_kepala") -> bytes:
    """The step of the head deleted, and drawn anew under another id."""
    return FIRST.replace(f'"{old}"'.encode(), f'"{new}"'.encode()).replace(f">{old}<".encode(), f">{new}<".encode())


def test_a_removed_step_is_red_until_it_is_mapped_by_hand(at_the_head: World) -> None:
    publish(at_the_head, removed())
    run_id = prepare(at_the_head)
    (row,) = cases(at_the_head, run_id)
    assert row.verdict == "red" and "dihapus: petakan ke langkah lain" in texts(row)
    with at_the_head.app.app_context():
        (step,) = about.removed_steps(runs.find(run_id))
        assert (step.element, step.count) == ("persetujuan_kepala", 1)
        with pytest.raises(InvalidInput):
            runs.confirm(run_id, [row.id], actor(), clock.now())
        with pytest.raises(InvalidInput):
            runs.recheck(run_id, {"persetujuan_kepala": "tidak_ada"}, actor(), clock.now())
        runs.recheck(run_id, {"persetujuan_kepala": "tanda_tangan_kepala"}, actor(), clock.now())
    at_the_head.chores()
    (row,) = cases(at_the_head, run_id)
    assert row.verdict == "amber" and "dipetakan ke" in texts(row)
    confirm(at_the_head, run_id, [row.id])
    (task,) = at_the_head.all(db.select(Task).where(Task.kind == "user", Task.state == "open"))
    assert task.element == "tanda_tangan_kepala"
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert at_the_head.eselon().open("/tugas").has_link(pk.REVIEW)


# ---- two at once, and bad luck -------------------------------------------------------------------------------------


def test_two_admins_at_once_move_a_case_once(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    one, two = prepare(at_the_head), prepare(at_the_head)
    confirm(at_the_head, one)
    confirm(at_the_head, two, by="admin")
    (late,) = cases(at_the_head, two)
    assert (late.state, late.message) == ("skipped", work.THERE)
    assert history(at_the_head).count("migrate") == 1
    with at_the_head.app.app_context(), pytest.raises(InvalidInput):
        runs.confirm(one, None, actor("admin"), clock.now())


def test_the_second_of_two_who_press_the_button_is_told(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    with at_the_head.app.app_context():
        runs.confirm(run_id, None, actor(), clock.now())
        with pytest.raises((Conflict, InvalidInput)):
            runs.confirm(run_id, None, actor("admin"), clock.now())
        with pytest.raises(Conflict):
            runs.recheck(run_id, {}, actor("admin"), clock.now())


def test_a_case_that_went_on_since_the_check_is_looked_at_again(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)  # now the new step would be skipped
    confirm(at_the_head, run_id)
    (row,) = cases(at_the_head, run_id)
    assert (row.state, row.verdict, row.message) == ("checked", "amber", work.MOVED_ON)
    assert version(at_the_head) == 1
    confirm(at_the_head, run_id, [row.id])
    assert version(at_the_head) == 2


def test_a_case_that_went_on_to_where_it_is_green_too_moves(drafting: World) -> None:
    publish(drafting, with_review())
    run_id = prepare(drafting)
    pk.draft(drafting.operator().open("/tugas").link("Penyusunan PK"))
    drafting.settle()
    confirm(drafting, run_id)
    assert version(drafting) == 2 and whole(drafting)


def test_a_worker_that_dies_in_the_middle_is_succeeded_and_no_case_moves_twice(
    at_the_head: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk.confirm_info(pk.begin(at_the_head.operator(DUA)))
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    with at_the_head.app.app_context():
        runs.confirm(run_id, None, actor(), clock.now())
    real, carried = carry.carry, []

    def dies(*args):
        if carried:
            raise KeyboardInterrupt
        carried.append(args[0].id)
        return real(*args)

    monkeypatch.setattr(carry, "carry", dies)
    with at_the_head.app.app_context(), pytest.raises(KeyboardInterrupt):
        work.work(clock.now())
    monkeypatch.undo()
    assert [version(at_the_head, i) for i in (1, 2)] == [2, 1]
    at_the_head.chores()
    assert version(at_the_head, 2) == 1, "the lease of the dead one still runs"
    with at_the_head.app.app_context():
        work.work(clock.now() + timedelta(minutes=5))
    assert [version(at_the_head, i) for i in (1, 2)] == [2, 2]
    assert [history(at_the_head, i).count("migrate") for i in (1, 2)] == [1, 1]
    assert all(c.state == "moved" for c in cases(at_the_head, run_id))


def test_two_workers_at_one_move_do_not_move_a_case_twice(at_the_head: World, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    with at_the_head.app.app_context():
        runs.confirm(run_id, None, actor(), clock.now())
    real = carry.carry

    def overtaken(*args):
        monkeypatch.setattr(carry, "carry", real)
        work.work(clock.now() + timedelta(minutes=5))  # its lease has run out, and another has it meanwhile
        return real(*args)

    monkeypatch.setattr(carry, "carry", overtaken)
    with at_the_head.app.app_context():
        work.work(clock.now())
    assert history(at_the_head).count("migrate") == 1
    assert [c.state for c in cases(at_the_head, run_id)] == ["moved"]


def test_a_call_under_way_is_not_moved(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    at_the_head.write(
        db.insert(table(Job)).values(
            id="s" * 32, instance_id=1, element="tte_kepala", name="TTE", operator="tte.sign", params={},
            state="running", attended=True, run_at=clock.now(), created_at=clock.now(),
            lease_until=clock.now() + timedelta(hours=1),
        )
    )  # fmt: skip
    (row,) = cases(at_the_head, prepare(at_the_head))
    assert (row.verdict, texts(row)) == ("red", carry.SIGNING)


def test_a_call_that_begins_between_reading_and_writing_takes_the_move_back(
    at_the_head: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    real, asked = carry.open_calls, []

    def later(conn, ids):
        asked.append(ids)
        running = SimpleNamespace(state="running", attended=True, name="TTE", id="x", element="")
        return {1: [running]} if len(asked) == 2 else real(conn, ids)

    monkeypatch.setattr(carry, "open_calls", later)
    confirm(at_the_head, run_id)
    (row,) = cases(at_the_head, run_id)
    assert (row.state, row.message) == ("checked", carry.SIGNING)
    assert version(at_the_head) == 1 and history(at_the_head).count("migrate") == 0


def test_it_is_stopped_and_checked_again(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    with at_the_head.app.app_context():
        run_id = runs.create(PROCESS, 2, Asked(), "", actor(), clock.now())
        runs.stop(run_id, actor("admin"), clock.now())
    at_the_head.chores()
    (run,) = at_the_head.all(db.select(Migration))
    assert run.state == "stopped"
    with at_the_head.app.app_context():
        runs.recheck(run_id, {}, actor(), clock.now())
    at_the_head.chores()
    assert [c.verdict for c in cases(at_the_head, run_id)] == ["green"]


def test_what_has_ended_is_not_offered_and_what_is_suspended_stays_so(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    at_the_head.write(db.update(table(Instance)).values(phase="suspended"))
    (row,) = cases(at_the_head, prepare(at_the_head))
    assert row.verdict == "amber" and "ditangguhkan" in texts(row)
    confirm(at_the_head, row.migration_id, [row.id])
    assert (version(at_the_head), case(at_the_head).phase) == (2, "suspended")
    at_the_head.write(db.update(table(Instance)).values(phase="cancelled"))
    with pytest.raises(InvalidInput):
        prepare(at_the_head, target=1)


def test_who_lost_the_role_meanwhile_moves_nothing(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    with at_the_head.app.app_context():
        runs.confirm(run_id, None, actor(), clock.now())
    at_the_head.write(db.update(table(User)).where(table(User).c.username == "biro").values(active=False))
    at_the_head.chores()
    (row,) = cases(at_the_head, run_id)
    assert row.state == "failed" and "tidak lagi berwenang" in row.message and version(at_the_head) == 1


# ---- taking it back ------------------------------------------------------------------------------------------------


def test_a_move_is_undone_as_long_as_nothing_came_after_it(at_the_head: World) -> None:
    before = case(at_the_head)
    tasks = db.select(Task.id, Task.element, Task.name, Task.role, Task.state, Task.due).order_by(Task.id)
    with at_the_head.app.app_context():
        were = db.session.execute(tasks).all()
    publish(at_the_head, removed())
    run_id = prepare(at_the_head)
    with at_the_head.app.app_context():
        runs.recheck(run_id, {"persetujuan_kepala": "tanda_tangan_kepala"}, actor(), clock.now())
    at_the_head.chores()
    (row,) = cases(at_the_head, run_id)
    confirm(at_the_head, run_id, [row.id])
    with at_the_head.app.app_context():
        runs.undo(run_id, row.id, actor("admin"), clock.now())
        assert db.session.execute(tasks).all() == were
    after = case(at_the_head)
    assert (after.state, after.definition_id, after.next_timer) == (
        before.state,
        before.definition_id,
        before.next_timer,
    )
    assert history(at_the_head)[-2:] == ["migrate", "migrate_undo"] and whole(at_the_head)
    assert [c.state for c in cases(at_the_head, run_id)] == ["undone"]
    with at_the_head.app.app_context(), pytest.raises(Conflict):
        runs.undo(run_id, row.id, actor(), clock.now())
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert at_the_head.eselon().open("/tugas").has_link(pk.REVIEW)


def test_what_went_on_is_not_undone_but_may_move_back(at_the_head: World) -> None:
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    confirm(at_the_head, run_id)
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    (row,) = cases(at_the_head, run_id)
    with at_the_head.app.app_context(), pytest.raises(Conflict, match="pemindahan baru ke versi 1"):
        runs.undo(run_id, row.id, actor(), clock.now())
    (back,) = cases(at_the_head, prepare(at_the_head, target=1))
    assert back.verdict == "red", "it stands at the very step that version 1 has not"


def test_all_of_a_run_is_taken_back(at_the_head: World) -> None:
    pk.confirm_info(pk.begin(at_the_head.operator(DUA)))
    publish(at_the_head, with_review())
    run_id = prepare(at_the_head)
    confirm(at_the_head, run_id)
    pk.draft(at_the_head.operator(DUA).open("/tugas").link("Penyusunan PK"))
    with at_the_head.app.app_context():
        assert runs.undo_all(run_id, actor(), clock.now()) == 2
    at_the_head.chores()
    one, two = cases(at_the_head, run_id)
    assert (one.state, two.state) == ("undone", "moved") and "sudah bergerak sejak dipindahkan" in two.message
    assert [version(at_the_head, i) for i in (1, 2)] == [1, 2]
