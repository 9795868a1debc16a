"""Soundness: what can't end, what runs twice, what is never reached; and that the real engine agrees."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from app.engine import steps
from app.engine.checks import prepare
from app.engine.definition import Definition
from app.engine.details import read_details
from app.engine.soundness import Soundness, answer, sound
from app.engine.soundness.net import Net, unfold
from app.engine.soundness.token_game import Game
from app.errors import InvalidDefinition, StepFailed
from tests.engine.blocks import blocks, draw
from tests.engine.diagrams import Diagram
from tests.engine.people import MONDAY
from tests.engine.tangles import Wanderer, tangle

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def look(d: Diagram, *others: Diagram, **bounds: float) -> Soundness:
    prepared = prepare(d.files(*others))
    assert prepared.ok, prepared.problems
    return sound(prepared, **bounds)  # type: ignore[arg-type]


def found(s: Soundness) -> list[tuple[str, str]]:
    """(element, what it is) of every error."""
    kinds = {
        "selamanya": "stuck",
        "tidak dikirim lagi": "stuck",
        "dua kali": "twice",
        "tidak pernah tercapai": "unreached",
        "berputar": "endless",
    }
    return [(p.element, next((k for w, k in kinds.items() if w in p.message), p.message))
            for p in s.problems if p.level == "error"]  # fmt: skip


def choice(d: Diagram, gateway: str, default: str, other: str) -> None:
    """An exclusive gateway with two ways."""
    d.xor(gateway, default=f"bawaan_{gateway}")
    d.flow(gateway, default, id=f"bawaan_{gateway}")
    d.flow(gateway, other, "tahun == 1")


def look_at_join() -> Soundness:
    """Exclusive split, a rework loop in one branch, parallel join."""
    d = Diagram()
    d.xor("kembali")
    choice(d, "pilih", "kembali", d.user("b"))
    choice(d, "lagi", "kembali", d.parallel("temu"))
    d.chain("kembali", d.user("a"), "lagi")
    d.chain(d.start(), "pilih")
    d.chain("b", "temu", d.end())
    return look(d)


def test_a_choice_that_is_joined_as_if_both_came_waits_for_ever() -> None:
    assert found(look_at_join()) == [("temu", "stuck")]


def test_the_way_to_a_deadlock_is_the_shortest_one() -> None:
    s = look_at_join()
    (stuck,) = [p for p in s.problems if "selamanya" in p.message]
    assert s.complete
    assert stuck.path[0] == "mulai"
    assert stuck.path[-1] == "temu"
    assert [e for e in stuck.path if e in ("a", "b")] == ["b"]


def test_branches_that_meet_without_a_join_run_a_step_twice() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.xor("temu")
    d.chain(d.start(), "bagi", d.user("a"), "temu", d.user("sesudah"), d.end())
    d.chain("bagi", d.user("b"), "temu")
    s = look(d)
    assert found(s) == [("sesudah", "twice")]
    path = next(p.path for p in s.problems)
    assert "a" in path and "b" in path and path[-1] == "sesudah"


def test_a_missing_join_is_seen_where_two_meet_at_a_task() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.chain(d.start(), "bagi", d.user("a"), d.service("s"), d.end())
    d.chain("bagi", d.user("b"), "s")
    assert ("s", "twice") in found(look(d))


def test_a_script_that_runs_twice_in_one_step_is_seen() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.xor("temu")
    d.chain(d.start(), d.user("a"), "bagi", "temu", d.script("hitung", "x = 1"), d.end())
    d.chain("bagi", d.script("lain", "y = 1"), "temu")
    assert ("hitung", "twice") in found(look(d))


def test_a_way_back_into_a_branch_waits_for_ever() -> None:
    """After the join a rework goes into one branch only: the join waits for the other one in vain."""
    d = Diagram()
    d.parallel("bagi")
    d.parallel("temu")
    d.xor("masuk")
    d.chain(d.start(), "bagi", "masuk", d.user("a"), "temu", d.user("putus"))
    d.chain("bagi", d.user("b"), "temu")
    choice(d, "selesaikah", d.end(), "masuk")
    d.flow("putus", "selesaikah")
    s = look(d)
    (stuck,) = [p for p in s.problems if "selamanya" in p.message]
    assert stuck.element == "temu"
    assert stuck.path[-1] == "temu" and "selesai" not in stuck.path


def test_rounds_without_a_way_out_are_seen() -> None:
    d = Diagram()
    d.xor("lagi")
    choice(d, "pilih", "lagi", d.user("b"))
    d.chain(d.start(), d.user("a"), "pilih")
    d.chain("lagi", d.user("c"), d.user("e"), "lagi")
    d.chain("b", d.end())
    assert [kind for _, kind in found(look(d))] == ["endless"]


def test_what_follows_a_deadlock_is_not_told_again() -> None:
    assert [kind for _, kind in found(look_at_join())].count("unreached") == 0


def test_a_step_that_no_state_has_is_seen() -> None:
    """A signal that nobody sends: the event behind it, and the way to it from a gateway."""
    d = Diagram()
    d.roots.append('<signal id="sig" name="kabar"/>')
    d.node("intermediateCatchEvent", "tunggu", inside='<signalEventDefinition signalRef="sig"/>')
    d.chain(d.start(), d.user("a"), "tunggu", d.user("b"), d.end())
    assert found(look(d))[0] == ("tunggu", "stuck")


def test_a_signal_that_is_sent_beside_is_heard() -> None:
    d = Diagram()
    d.roots.append('<signal id="sig" name="kabar"/>')
    d.node("intermediateCatchEvent", "tunggu", inside='<signalEventDefinition signalRef="sig"/>')
    d.node("intermediateThrowEvent", "kirim", inside='<signalEventDefinition signalRef="sig"/>')
    d.parallel("bagi")
    d.parallel("temu")
    d.chain(d.start(), "bagi", "tunggu", "temu", d.end())
    d.chain("bagi", d.user("a"), "kirim", "temu")
    assert found(look(d)) == []


def test_a_boundary_event_that_never_comes_is_only_mentioned() -> None:
    d = Diagram()
    d.user("a")
    d.boundary("gagal", "a", d.error("X"))
    d.chain(d.start(), "a", d.end())
    d.chain("gagal", d.user("b"), d.end("lain"))
    s = look(d)
    assert found(s) == []
    assert [(p.element, p.level) for p in s.problems] == [("gagal", "warning")]


CONDITION = "<conditionalEventDefinition><condition>1 == 1</condition></conditionalEventDefinition>"


def passing(host: str, event: str, interrupting: bool = True) -> Diagram:
    """A step that never waits, with an event at its edge, and work that hangs on nothing else."""
    body = Diagram()
    body.flows = 100
    body.chain(body.start("m"), body.script("hitung", "x = 1"), body.end("s"))
    d = Diagram()
    if host == "sub":
        d.sub("langkah", body)
    else:
        d.script("langkah", "x = 1")
    d.boundary("tepi", "langkah", event, interrupting=interrupting)
    d.chain(d.start(), "langkah", d.user("a"), d.end())
    d.chain("tepi", d.user("susul"), d.user("lagi"), d.end("lain"))
    return d


def opened(d: Diagram) -> list[str]:
    step = steps.start(Definition.load(d.files()), {}, MONDAY)
    assert step.next_timer is None
    return sorted(t.element for t in step.user_tasks)


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("host", ["sub", "script"])
@pytest.mark.parametrize("event", [Diagram().timer("PT1H"), Diagram().timer("R3/P1D", "timeCycle")])
def test_an_event_at_the_edge_of_what_passes_at_once_is_only_mentioned(
    host: str, event: str, interrupting: bool
) -> None:
    """Its time can't come, and what hangs only on it is not told again."""
    d = passing(host, event, interrupting)
    s = look(d)
    assert s.ok and s.complete
    assert [(p.element, p.level) for p in s.problems] == [("tepi", "warning")]
    assert "selesai seketika" in s.problems[0].message
    assert opened(d) == ["a"]


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("host", ["sub", "script"])
@pytest.mark.parametrize("event", [Diagram().timer("PT0S"), Diagram().timer("2001-01-01", "timeDate"), CONDITION])
def test_what_is_due_already_comes_even_where_nothing_waits(host: str, event: str, interrupting: bool) -> None:
    """As in the engine: a time that is past, or a condition that holds, is there before the step is through."""
    d = passing(host, event, interrupting)
    s = look(d)
    assert s.problems == () and s.complete
    assert opened(d) == (["susul"] if interrupting else ["a", "susul"])


def test_a_fault_behind_what_is_due_already_is_found() -> None:
    d = Diagram()
    d.roots.append('<signal id="sig" name="kabar"/>')
    d.script("langkah", "x = 1")
    d.boundary("tepi", "langkah", CONDITION)
    d.node("intermediateCatchEvent", "tunggu", inside='<signalEventDefinition signalRef="sig"/>')
    d.chain(d.start(), "langkah", d.user("a"), d.end())
    d.chain("tepi", "tunggu", d.end("lain"))
    s = look(d)
    assert found(s) == [("tunggu", "stuck")]
    assert [e for e in s.problems[0].path if e in ("langkah", "tepi", "a")] == ["langkah", "tepi"]


def test_an_error_of_a_subprocess_is_caught_around_it() -> None:
    body = Diagram()
    choice(body, "lengkap", body.end("s"), body.end("batal", inside=body.error("X")))
    body.chain(body.start("m"), body.user("isi"), "lengkap")
    d = Diagram()
    d.flows = 100
    d.sub("sub", body)
    d.boundary("gagal", "sub", d.error("X"))
    d.chain(d.start(), "sub", d.end())
    d.chain("gagal", d.user("b"), d.end("lain"))
    s = look(d)
    assert s.problems == () and s.complete


def test_terminating_leaves_nothing_behind() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.chain(d.start(), "bagi", d.user("a"), d.end("henti", inside="<terminateEventDefinition/>"))
    d.chain("bagi", d.user("b"), d.end())
    assert found(look(d)) == []


def test_a_called_process_is_looked_at_where_it_is_called() -> None:
    other = Diagram("lain")
    other.flows = 50
    other.parallel("bagi")
    other.xor("temu")
    other.chain(other.start("m"), "bagi", other.user("x"), "temu", other.user("y"), other.end("s"))
    other.chain("bagi", other.user("z"), "temu")
    d = Diagram()
    d.chain(d.start(), d.call("panggil", "lain"), d.end())
    s = look(d, other)
    assert found(s) == [("y", "twice")]
    assert s.problems[0].path[:3] == ("mulai", "f1_mulai_panggil", "panggil")


def test_a_reminder_whose_work_is_still_open_is_a_warning() -> None:
    d = Diagram()
    d.xor("lagi")
    d.user("a")
    d.boundary("ingat", "a", d.timer("P1D"), interrupting=False)
    d.chain("ingat", d.user("tagih"), d.end("ditagih"))
    choice(d, "cukup", d.end(), "lagi")
    d.chain(d.start(), "lagi", "a", d.user("b"), "cukup")
    s = look(d)
    assert found(s) == []
    assert ("tagih", "warning") in [(p.element, p.level) for p in s.problems]


def test_a_bound_that_was_hit_is_said_and_what_was_found_is_kept() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.parallel("temu")
    for n in range(8):
        d.chain("bagi", *(d.user(f"t{n}_{k}") for k in range(4)), "temu")
    d.chain(d.start(), "bagi")
    d.chain("temu", d.end())
    s = look(d, states=500)
    assert not s.complete and s.ok
    assert "lebih dari 50" in s.problems[-1].message
    assert s.problems[-1].level == "warning"


def test_files_with_errors_are_not_played() -> None:
    s = sound(prepare({"p.bpmn": b"<a/>"}))
    assert not s.complete and "betulkan dulu" in s.problems[0].message


def test_the_answer_of_the_child_comes_back_whole() -> None:
    from base64 import b64encode

    d = Diagram()
    d.chain(d.start(), d.user("a"), d.end())
    question = {"files": {name: b64encode(data).decode() for name, data in d.files().items()}}
    s = Soundness.from_json(answer(question))
    assert s.ok and s.complete and s.states == 2


# --- against the real engine


@settings(max_examples=40, **RELAXED)
@given(block=blocks())
def test_diagrams_in_blocks_are_sound(block: object) -> None:
    """Splits and joins that belong together can always end; only work beside may be open twice."""
    diagram, called = draw(block)  # type: ignore[arg-type]
    s = look(diagram, *called, seconds=1.0)
    assert found(s) == []


def known_open(net: Net, state: int) -> list[str]:
    kinds = ("userTask", "serviceTask")
    return sorted(s.id for s in net.spots if s.host < 0 and s.kind in kinds and state & s.bit)


def compare(seed: int, size: int) -> str:
    """Go through a random diagram in the engine, beside the token game: each step must be one that the game knows.

    What came of it: refused | twice (the game then knows one token less) | sound | stuck.
    """
    random = Random(seed)
    files = tangle(random, random.randint(3, size)).files()
    try:
        definition = Definition.load(files)
    except InvalidDefinition:
        return "refused"
    prepared = prepare(files)
    s = sound(prepared)
    if any("kali" in p.message for p in s.problems):
        return "twice"
    stuck = any("selamanya" in p.message for p in s.problems)
    net = unfold(prepared.graph, read_details(prepared.files), prepared.process_id)
    game, flows = Game(net), [f.id for f in prepared.graph.flows if f.condition]
    try:
        for turn in range(5):
            walk = Wanderer(definition, Random(seed * 100 + turn), flows)
            states = {state for state, _ in game.begin()}
            for _ in range(20):
                states = {state for state in states if known_open(net, state) == walk.open()}
                assert states, f"seed {seed}: the engine is at {walk.open()}, the game is not"
                if walk.step.ended:
                    assert 0 in states
                    break
                states |= {after for state in states for after, _ in game.moves(state)}
                walk.go()
    except StepFailed as e:
        assert stuck and "tidak ada lagi" in str(e), f"seed {seed}: {e}"
    return "stuck" if stuck else "sound"


def test_the_engine_goes_only_where_the_token_game_goes() -> None:
    came = [compare(seed, 7) for seed in range(60)]
    assert came.count("sound") > 10


@pytest.mark.slow
def test_the_engine_goes_only_where_the_token_game_goes_in_many_diagrams() -> None:
    came = [compare(seed, 11) for seed in range(1_000, 2_000)]
    assert came.count("stuck") > 5 and came.count("sound") > 100
