# ruff: noqa: F811  (fixtures are imported by name)
"""Biro Perencanaan runs recorded PKs against a draft: what changes, where, and that nothing of the cases is touched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.engine.lines import DIED
from app.engine.quarantine import ChildFailed
from app.engine.replay.child import Replayer
from app.errors import Conflict, InvalidInput
from app.flows.diagrams import replay, replay_work
from app.flows.diagrams.replay import Asked
from app.models import Audit, Event, Instance, Replay, ReplayCase, Task, db
from tests import pk
from tests.flows import drafts
from tests.stories.conftest import archived, at_eselon  # noqa: F401 - fixtures
from tests.world import DUA, World, provider, stages, world  # noqa: F401 - fixtures


def asked_for(world: World, draft_id: int, **asked: object) -> int:
    with world.app.app_context():
        return replay.begin(draft_id, Asked(**asked), drafts.biro(world), clock.now())


def carried_out(world: World, text: str = drafts.PK, **asked: object) -> tuple[Replay, list[ReplayCase]]:
    """A replay from the wish to its end, by the worker."""
    replay_id = asked_for(world, drafts.draft_of(world, text), **asked)
    return until_the_end(world, replay_id)


def until_the_end(world: World, replay_id: int) -> tuple[Replay, list[ReplayCase]]:
    for _ in range(20):
        with world.app.app_context():
            replay_work.work(clock.now())
        (row,) = world.all(db.select(Replay).where(Replay.id == replay_id))
        if row.state not in replay.GOING:
            cases = db.select(ReplayCase).where(ReplayCase.replay_id == replay_id).order_by(ReplayCase.id)
            return row, world.all(cases)
    raise AssertionError("the replay never ends")


def everything_of_cases(world: World) -> list[object]:
    return [
        [(i.id, i.version, i.state, i.last_hash, i.changed_at) for i in world.all(db.select(Instance))],
        [e.hash for e in world.all(db.select(Event).order_by(Event.id))],
        [(t.id, t.state) for t in world.all(db.select(Task).order_by(Task.id))],
    ]


# ---- what owners change -------------------------------------------------------------------------------------------


def test_the_draft_as_it_was_ends_the_same_and_cases_are_not_touched(archived: World) -> None:
    before = everything_of_cases(archived)
    done, (case,) = carried_out(archived)
    assert (done.state, done.total, done.done, done.message) == ("done", 1, 1, "")
    assert done.summary == {"same": 1, "other": 0, "stopped": 0, "failed": 0}
    assert (case.outcome, case.reason, case.path[-1]) == ("same", "", "selesai")
    assert everything_of_cases(archived) == before


def test_an_inserted_step_stops_the_case_there_and_with_defaults_the_rest_is_the_same(archived: World) -> None:
    _, (case,) = carried_out(archived, drafts.with_review())
    assert (case.outcome, case.element) == ("stopped", "reviu_biro")
    assert "‘Reviu Biro Perencanaan’" in case.reason
    _, (case,) = carried_out(archived, drafts.with_review(), fill=True)
    assert (case.outcome, case.element, case.path[-1]) == ("other", "reviu_biro", "selesai")
    assert case.reason.startswith("Jalannya sama, bertambah ‘Reviu Biro Perencanaan’.")


def test_a_condition_that_decides_otherwise_leaves_at_its_gateway(archived: World) -> None:
    _, (case,) = carried_out(archived, drafts.with_other_condition())
    assert case.outcome == "stopped" and "gw_eselon" in case.path
    assert "Sesudah ‘Disetujui Eselon 1?’ draf menuju ‘PK dikembalikan’; dulu ke ‘TTE Eselon 1’." in case.reason


def test_a_removed_step_is_told_as_a_way_without_it(archived: World) -> None:
    _, (case,) = carried_out(archived, drafts.without_check())
    assert (case.outcome, case.element, case.path[-1]) == ("other", "penyusunan_pk", "selesai")
    assert case.reason == "Jalannya sama, tanpa ‘Cek registrasi TTE’ dan ‘NIK terdaftar?’."


def test_an_expression_that_fails_is_named_with_its_element(archived: World) -> None:
    done, (case,) = carried_out(archived, drafts.with_failing_condition())
    assert (case.outcome, case.element) == ("failed", "gw_eselon")
    assert "bidang_baru" in case.reason and done.summary["failed"] == 1


def test_a_draft_that_can_not_be_loaded_says_so_at_once(archived: World) -> None:
    done, cases = carried_out(archived, drafts.PK.replace('targetRef="selesai"', 'targetRef="tidak_ada"'))
    assert (done.state, cases) == ("failed", [])
    assert done.message.startswith("Draf ini belum dapat dijalankan: ")


def test_a_case_under_way_is_compared_up_to_now_if_that_is_wished(at_eselon: World) -> None:
    with pytest.raises(InvalidInput, match="Belum ada perkara"):
        asked_for(at_eselon, drafts.draft_of(at_eselon))
    pk.begin(at_eselon.operator(DUA))
    done, cases = carried_out(at_eselon, running=True)
    assert [c.outcome for c in cases] == ["same", "same"] and done.total == 2
    _, cases = carried_out(at_eselon, drafts.with_review(), running=True)
    assert sorted(c.outcome for c in cases) == ["other", "same"]


def test_years_and_numbers_choose_the_cases(archived: World) -> None:
    draft_id = drafts.draft_of(archived)
    with pytest.raises(InvalidInput):
        asked_for(archived, draft_id, year=2025)
    with pytest.raises(InvalidInput, match="1 sampai"):
        asked_for(archived, draft_id, count=0)
    assert until_the_end(archived, asked_for(archived, draft_id, year=2026))[0].total == 1


def test_what_is_kept_holds_no_data_of_the_case(archived: World) -> None:
    _, (case,) = carried_out(archived)
    everything = str([case.title, case.reason, case.path, case.element])
    for word in ("taman bacaan", "Jakarta", "1972", "NIK"):
        assert word not in everything


# ---- the worker ----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def test_a_worker_that_was_killed_is_succeeded_by_another(at_eselon: World, monkeypatch) -> None:
    """One case is written, then the process dies in the next; after the lease the rest is done, and no case twice."""
    pk.begin(at_eselon.operator(DUA))
    monkeypatch.setattr(replay_work, "BATCH", 1)
    replay_id = asked_for(at_eselon, drafts.draft_of(at_eselon), running=True)
    with monkeypatch.context() as patched, at_eselon.app.app_context():
        played = []
        original = replay_work._Desk.play

        def die_at_the_second(self, case, recording):
            played.append(case.id)
            if len(played) == 2:
                raise Killed
            return original(self, case, recording)

        patched.setattr(replay_work._Desk, "play", die_at_the_second)
        with pytest.raises(Killed):
            replay_work.work(clock.now())
        db.session.rollback()
    with at_eselon.app.app_context():
        assert replay_work.work(clock.now()) == 0  # its lease still runs
    (row,) = at_eselon.all(db.select(Replay))
    assert (row.state, row.done) == ("running", 1)
    with clock.held(clock.now() + timedelta(seconds=121)):
        done, cases = until_the_end(at_eselon, replay_id)
    assert done.state == "done" and [c.instance_id for c in cases] == [2, 1]


def test_two_workers_do_not_both_run_it(at_eselon: World, monkeypatch) -> None:
    """The second looks while the first is at work; and a first one whose lease ran out writes nothing any more."""
    pk.begin(at_eselon.operator(DUA))
    monkeypatch.setattr(replay_work, "BATCH", 1)
    replay_id = asked_for(at_eselon, drafts.draft_of(at_eselon), running=True)
    original, other = replay_work._batch, []

    def meanwhile(mine, desk, ids, before):
        if not other:
            other.append(replay_work.work(clock.now()))
            with clock.held(clock.now() + timedelta(seconds=121)):
                other.append(replay_work.work(clock.now()))
        return original(mine, desk, ids, before)

    monkeypatch.setattr(replay_work, "_batch", meanwhile)
    with at_eselon.app.app_context():
        replay_work.work(clock.now())
    assert other == [0, 2]
    done, cases = until_the_end(at_eselon, replay_id)
    assert done.state == "done" and [c.instance_id for c in cases] == [2, 1]


def test_it_can_be_stopped_and_keeps_what_it_found(at_eselon: World, monkeypatch) -> None:
    pk.begin(at_eselon.operator(DUA))
    monkeypatch.setattr(replay_work, "BATCH", 1)
    draft_id = drafts.draft_of(at_eselon)
    replay_id = asked_for(at_eselon, draft_id, running=True)
    original = replay_work._batch

    def stop_it(*given):
        found = original(*given)
        replay.stop(replay_id, drafts.biro(at_eselon), clock.now())
        return found

    monkeypatch.setattr(replay_work, "_batch", stop_it)
    done, cases = until_the_end(at_eselon, replay_id)
    assert (done.state, done.done, len(cases)) == ("stopped", 1, 1)
    assert done.summary["same"] == 1
    with at_eselon.app.app_context(), pytest.raises(Conflict):
        replay.stop(replay_id, drafts.biro(at_eselon), clock.now())


def test_one_that_nobody_has_begun_is_stopped_at_once(archived: World) -> None:
    replay_id = asked_for(archived, drafts.draft_of(archived))
    with archived.app.app_context():
        replay.stop(replay_id, drafts.biro(archived), clock.now())
    assert until_the_end(archived, replay_id)[0].state == "stopped"


def test_a_draft_has_one_replay_at_a_time_and_beginning_and_stopping_are_noted(archived: World) -> None:
    draft_id = drafts.draft_of(archived)
    replay_id = asked_for(archived, draft_id)
    with pytest.raises(Conflict):
        asked_for(archived, draft_id)
    with archived.app.app_context():
        replay.stop(replay_id, drafts.biro(archived), clock.now())
    notes = [a.note for a in archived.all(db.select(Audit).where(Audit.kind == "proses").order_by(Audit.seq))]
    assert notes[-2:] == ["Uji ulang dimulai.", "Uji ulang dihentikan."]


def test_a_case_that_brings_the_child_down_fails_alone(at_eselon: World, monkeypatch) -> None:
    """The others go on in another child; and after some such cases the draft is given up."""
    pk.begin(at_eselon.operator(DUA))
    original, made = Replayer.play, []

    def dies(self, recording, origin, detail=False):
        if len(recording.inputs) > 2:
            made.append(self)
            self.close()
            raise ChildFailed(DIED)
        return original(self, recording, origin, detail)

    monkeypatch.setattr(Replayer, "play", dies)
    done, cases = carried_out(at_eselon, running=True)
    assert [(c.outcome, c.reason) for c in cases] == [("same", ""), ("failed", DIED)]
    assert len(made) == 2 and made[0] is not made[1] and done.state == "done"
    monkeypatch.setattr(replay_work, "MOST_DEATHS", 1)
    monkeypatch.setattr(replay_work, "BATCH", 1)
    monkeypatch.setattr(replay_work.recordings, "choose", lambda *_: [1, 2])
    done, cases = carried_out(at_eselon, running=True)
    assert done.state == "failed" and len(cases) == 1 and "waktu atau memori" in done.message
