"""A recorded case on another diagram: the same, another path, stopped or failed; where, and why in words."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.recording import Input, Recording, origin_of, packed_recording, unpacked_recording
from app.engine.replay.words import FAILED, OTHER, SAME, STOPPED, replay
from tests.engine.blocks import Block, blocks, draw, numbered
from tests.engine.diagrams import Diagram
from tests.engine.taping import TapedCase, TapedWalk
from tests.engine.test_rounds import pk
from tests.engine.test_walks import grown

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FIELDS = (
    "<extensionElements><camunda:formData xmlns:camunda='http://camunda.org/schema/1.0/bpmn'>"
    "<camunda:formField id='hasil_reviu' label='Hasil' type='enum'>"
    "<camunda:value id='lanjut' name='Lanjut'/><camunda:value id='perbaiki' name='Perbaiki'/>"
    "<camunda:validation><camunda:constraint name='required'/></camunda:validation></camunda:formField>"
    "</camunda:formData></extensionElements>"
)


def walked(block: Block, seed: int, steps: int, patience: int) -> TapedWalk:
    diagram, called = draw(block)
    journey = TapedWalk(diagram.load(*called), block, Random(seed).randrange, patience)
    for _ in range(steps):
        if journey.game.ended:
            break
        journey.go()
    return journey


def as_recorded(journey: TapedWalk) -> None:
    """Played on its own version it goes the same way, ended or not; also after a way through JSON."""
    recording = unpacked_recording(packed_recording(journey.tape.recording()))
    assert recording == journey.tape.recording()
    played = replay(journey.definition, recording, origin_of(journey.definition))
    assert (played.outcome, played.reason) == (SAME, "")
    assert played.path == recording.path and played.ended == recording.ended


@settings(max_examples=60, **RELAXED)
@given(block=blocks(), seed=st.integers(0, 10_000), patience=st.sampled_from([2, 12]))
def test_whatever_was_recorded_is_the_same_on_its_own_version(block, seed, patience):
    as_recorded(walked(block, seed, 40, patience))


@pytest.mark.parametrize("seed", range(6))
def test_so_is_a_large_diagram_with_many_rounds(seed):
    as_recorded(walked(numbered(Block("loop", 0, (grown(Random(seed), 4),))), seed, 60, 12))


@pytest.mark.slow
@settings(max_examples=800, **RELAXED)
@given(block=blocks(size=14), seed=st.integers(0, 10_000), patience=st.sampled_from([2, 12]))
def test_so_are_many(block, seed, patience):
    as_recorded(walked(block, seed, 120, patience))


# ---- what owners change -------------------------------------------------------------------------------------------


def plain(*between: str, status: str = "Selesai", condition: str = "jumlah > 10") -> Diagram:
    """minta -> (between) -> besar? -> setuju or beres -> selesai."""
    d = Diagram()
    d.xor("besar", default="kecil")
    d.chain(d.start(), d.user("minta"))
    at = "minta"
    for each in between:
        at = _next(d, at, each)
    d.flow(at, "besar")
    d.flow("besar", d.user("setuju"), condition)
    d.flow("besar", d.end("beres", status="Beres"), id="kecil")
    d.chain("setuju", d.end(status=status))
    return d


def _next(d: Diagram, at: str, each: str) -> str:
    made = {
        "reviu": lambda: d.node("userTask", "reviu", name="Reviu Biro"),
        "catat": lambda: d.script("catat", "x = 1"),
        "hubungi": lambda: d.service("hubungi"),
        "baca": lambda: d.user("baca", form="baca"),
    }[each]()
    d.flow(at, made)
    return made


def recorded(*between: str, jumlah: int = 20) -> TapedCase:
    case = TapedCase(plain(*between).load())
    case.submit("minta", jumlah=jumlah)
    for each in between:
        case.submit(each)
    if jumlah > 10:
        case.submit("setuju")
    assert case.step.ended
    return case


def test_the_same_diagram_drawn_otherwise_is_the_same():
    played = recorded().on(plain().load())
    assert (played.outcome, played.where, played.end, played.status) == (SAME, "", "selesai", "Selesai")


def test_a_condition_that_decides_otherwise_is_another_path_and_leaves_at_its_gateway():
    played = recorded().on(plain(condition="jumlah > 100").load())
    assert (played.outcome, played.where, played.end) == (OTHER, "besar", "beres")
    assert "Sesudah ‘besar’ draf menuju ‘beres’; dulu ke ‘setuju’." in played.reason
    assert "Status akhirnya ‘Beres’, dulu ‘Selesai’." in played.reason


def test_where_the_other_way_asks_for_something_that_was_never_sent_the_case_stops():
    played = recorded(jumlah=5).on(plain(condition="jumlah > 1").load())
    assert (played.outcome, played.where) == (STOPPED, "setuju")
    assert played.reason == (
        "Draf meminta langkah ‘setuju’ di sini, dan rekaman tidak punya isian untuknya. Dulu perkara ini ke ‘beres’."
    )


def test_a_new_step_that_no_recording_knows_stops_the_case():
    played = recorded().on(plain("reviu").load())
    assert (played.outcome, played.where, played.ended) == (STOPPED, "reviu", False)
    assert played.reason.startswith("Draf meminta langkah ‘Reviu Biro’ di sini, dan rekaman tidak punya isian")


def test_a_new_step_can_be_passed_with_its_defaults_to_see_how_the_rest_goes():
    played = recorded().on(plain("reviu").load(), fill=True)
    assert (played.outcome, played.where, played.end) == (OTHER, "reviu", "selesai")
    assert played.reason == "Jalannya sama, bertambah ‘Reviu Biro’. ‘Reviu Biro’ diisi dengan isian bawaan."
    assert [v.passed.element for v in played.trace.visits if v.filled] == ["reviu"]


def test_a_required_choice_of_a_new_step_gets_its_first_value():
    d = plain()
    d.parts = [p for p in d.parts if 'sourceRef="minta"' not in p]
    d.parts.append(f'<userTask id="reviu" name="Reviu">{FIELDS}</userTask>')
    d.lanes["Operator Satker"].append("reviu")
    d.chain("minta", "reviu", d.xor("lanjut", default="tidak"))
    d.flow("lanjut", "besar", "hasil_reviu == 'lanjut'")
    d.flow("lanjut", d.end("batal"), id="tidak")
    played = recorded().on(d.load(), fill=True)
    assert (played.outcome, played.end, played.where) == (OTHER, "selesai", "reviu")


def test_a_programmed_form_is_never_made_up():
    d = plain("baca")
    assert recorded().on(d.load(), fill=True).outcome == STOPPED


def test_a_new_service_has_no_recorded_answer():
    played = recorded().on(plain("hubungi").load(), fill=True)
    assert (played.outcome, played.where) == (STOPPED, "hubungi")
    assert played.reason.startswith("Draf memanggil layanan ‘hubungi’ di sini, dan rekaman tidak punya jawabannya.")


def test_an_element_more_is_another_path_even_if_nobody_does_anything_else():
    played = recorded().on(plain("catat").load())
    assert (played.outcome, played.where, played.end) == (OTHER, "catat", "selesai")
    assert played.reason == "Jalannya sama, bertambah ‘catat’."


def test_a_removed_step_is_another_path_and_its_input_is_passed_over():
    played = recorded("reviu").on(plain().load())
    assert (played.outcome, played.where, played.end) == (OTHER, "minta", "selesai")
    assert played.reason == "Jalannya sama, tanpa ‘Reviu Biro’."


def test_an_expression_that_fails_is_named_with_its_element():
    played = recorded().on(plain(condition="jumlah > tidak_ada").load())
    assert (played.outcome, played.where) == (FAILED, "besar")
    assert "tidak_ada" in played.reason and "20" not in played.reason


def test_another_last_status_is_told():
    played = recorded().on(plain(status="Tuntas").load())
    assert (played.outcome, played.where) == (OTHER, "selesai")
    assert played.reason == "Jalannya sama. Status akhirnya ‘Tuntas’, dulu ‘Selesai’."


def test_a_step_that_was_drawn_anew_with_the_same_form_is_the_same_step():
    def with_form(id: str) -> Diagram:
        d = Diagram()
        d.chain(d.start(), d.user(id, form="baca", name="Baca"), d.end())
        return d

    case = TapedCase(with_form("a").load())
    case.submit("a", x=1)
    assert case.on(with_form("b").load()).outcome == SAME


def test_a_case_that_is_under_way_is_compared_with_where_it_waits_now():
    case = TapedCase(plain().load())
    case.submit("minta", jumlah=20)
    assert case.on(plain().load()).outcome == SAME
    played = case.on(plain("reviu").load())
    assert (played.outcome, played.where) == (OTHER, "minta")
    assert played.reason == "Sesudah ‘minta’ draf menunggu di ‘Reviu Biro’; dulu ke ‘besar’."


def test_an_error_that_nothing_catches_any_more_would_be_an_incident():
    case = TapedCase(pk().load())
    case.submit("susun", pk={"ke": 1})
    case.finish("cek", 1)
    case.submit("kepala", putusan="setuju")
    case.fail("ttd", "passphrase")
    without = pk()
    without.parts = [p for p in without.parts if '"salah"' not in p]
    without.lanes["Operator Satker"].remove("salah")
    played = case.on(without.load())
    assert (played.outcome, played.where) == (FAILED, "ttd")
    assert "insiden" in played.reason


# ---- time ----------------------------------------------------------------------------------------------------------


def waiting(duration: str | None, then: str = "") -> Diagram:
    d = Diagram()
    d.chain(d.start(), d.user("kerja"), d.end())
    if duration:
        d.boundary("ingat", "kerja", d.timer(duration), interrupting=False)
        d.chain("ingat", d.user(then) if then else d.end("diingatkan"))
        if then:
            d.chain(then, d.end("selesai_juga"))
    return d


def reminded(days: float, duration: str = "P3D") -> TapedCase:
    case = TapedCase(waiting(duration).load())
    case.wait(days=days)
    case.submit("kerja")
    return case


def test_a_reminder_fires_when_it_fired():
    case = reminded(3)
    played = case.on(waiting("P3D").load())
    assert played.outcome == SAME and "ingat" in played.path


def test_a_reminder_that_came_late_or_not_at_all_because_the_worker_was_away_is_no_difference():
    """Due after three days; the worker came back after five, or only after the person had finished."""
    assert reminded(5).on(waiting("P3D").load()).outcome == SAME
    case = TapedCase(waiting("P3D").load())
    case.now = case.now.replace(day=case.now.day + 5)
    case.submit("kerja")
    assert "ingat" not in case.tape.recording().path
    assert case.on(waiting("P3D").load()).outcome == SAME


def test_a_reminder_that_the_draft_adds_fires_when_it_is_due():
    case = TapedCase(waiting(None).load())
    case.now = case.now.replace(day=case.now.day + 5)
    case.submit("kerja")
    played = case.on(waiting("P3D").load())
    assert (played.outcome, played.where) == (OTHER, "ingat")
    assert case.on(waiting("P9D").load()).outcome == SAME


def test_a_reminder_that_the_draft_moves_fires_at_its_new_time():
    played = reminded(3).on(waiting("P1D").load())
    assert played.outcome == SAME  # it fires earlier, on the same way
    played = reminded(3).on(waiting("P9D").load())
    assert (played.outcome, played.where) == (OTHER, "ingat")
    assert "Dulu ‘ingat’ berbunyi di sini, menurut draf tidak." in played.reason


def test_a_timer_that_makes_work_leaves_the_case_waiting_for_it():
    played = reminded(3).on(waiting("P3D", then="telepon").load())
    assert (played.outcome, played.where) == (STOPPED, "telepon")


def test_time_stands_still_while_a_case_is_suspended():
    case = reminded(5)
    start, timer, submit = case.tape.inputs
    held = Input("suspend", "", start.at.replace(hour=3))
    on = Input("resume", "", timer.at.replace(hour=1))
    recording = Recording((start, held, on, timer, submit), True, case.tape.status)
    assert replay(waiting("P3D").load(), recording, origin_of(case.definition)).outcome == SAME
