"""The verbs: what they take, give, refuse, and that nothing else changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from app.engine import steps
from app.engine.errors import StateUnreadable, TaskGone
from app.engine.types import Passed
from app.errors import Conflict, StepFailed
from tests.engine.diagrams import Diagram
from tests.engine.people import MONDAY, Case


def approval() -> Diagram:
    """Draft, approve or reject: the shape of most that an office does."""
    d = Diagram()
    d.start(status="Penyusunan")
    d.user("susun", due="P14D", form="draft")
    d.user("setujui", lane="Kepala Satker", due="hari_kerja(3)")
    d.xor("putus", default="ditolak")
    d.node("intermediateThrowEvent", "kembali", status="Dikembalikan", notice="PK dikembalikan.")
    d.service("arsip", "arsip.simpan", result="arsip", judul="judul", rincian="[baris, {'n': len(baris)}]")
    d.node("endEvent", "selesai", status="Selesai")
    d.chain("mulai", "susun", "setujui", "putus")
    d.flow("putus", "kembali", id="ditolak")
    d.flow("kembali", "susun")
    d.flow("putus", "arsip", "keputusan == 'setuju' and len(baris) > 0", id="disetujui")
    d.flow("arsip", "selesai")
    return d


@pytest.fixture(scope="module")
def definition():
    return approval().load()


@pytest.fixture
def case(definition):
    return Case(definition, tahun=2025)


def test_a_case_begins_with_its_first_task(case):
    (task,) = case.step.user_tasks
    assert (task.element, task.name, task.lane) == ("susun", "susun", "Operator Satker")
    assert len(task.id) == 32 and int(task.id, 16) >= 0
    assert case.step.status == "Penyusunan" and case.passed == ["mulai"]
    assert case.step.data == {"tahun": 2025} and not case.step.ended


def test_a_gateway_says_what_decided_and_which_way_it_took(case):
    case.submit("susun", judul="PK", baris=[1])
    step = case.submit("setujui", keputusan="setuju")
    condition = "keputusan == 'setuju' and len(baris) > 0"
    assert (
        Passed("putus", "putus", "exclusiveGateway", "disetujui", condition, {"baris": [1], "keputusan": "setuju"})
        in step.passed
    )


def test_the_default_way_says_what_did_not_hold(case):
    case.submit("susun", judul="PK", baris=[])
    step = case.submit("setujui", keputusan="setuju")
    gateway = step.passed[1]
    assert (gateway.flow, gateway.values) == ("ditolak", {"baris": [], "keputusan": "setuju"})
    assert gateway.expression == "keputusan == 'setuju' and len(baris) > 0"
    assert case.passed == ["setujui", "putus", "kembali"]


def test_the_status_is_the_last_one_passed_and_notices_go_out(case):
    assert case.submit("susun", judul="PK", baris=[]).status is None
    step = case.submit("setujui", keputusan="tolak")
    assert step.status == "Dikembalikan"
    assert [(n.element, n.text) for n in step.notices] == [("kembali", "PK dikembalikan.")]


def test_a_rejected_draft_comes_back_with_all_that_was_typed(case):
    case.submit("susun", judul="PK", baris=[{"n": 1}, {"n": 2}])
    case.submit("setujui", keputusan="tolak", catatan="kurang")
    typed = {"tahun": 2025, "judul": "PK", "baris": [{"n": 1}, {"n": 2}], "keputusan": "tolak", "catatan": "kurang"}
    assert case.shown("susun") == typed == case.step.data


def test_a_shorter_list_of_rows_replaces_the_longer_one(case):
    case.submit("susun", baris=[{"n": 1}, {"n": 2, "x": 1}])
    case.submit("setujui", keputusan="tolak")
    case.submit("susun", baris=[{"n": 3}])
    assert case.step.data["baris"] == [{"n": 3}]


def test_a_due_date_is_worked_out_once_and_stays(case):
    due = case.task("susun").due
    assert due == MONDAY + timedelta(days=14)
    case.wait(days=3)
    assert case.task("susun").due == due == case.read().user_tasks[0].due
    case.submit("susun", judul="PK", baris=[1])
    assert case.task("setujui").due == datetime(2025, 3, 11, 16, 59, tzinfo=UTC)  # Thursday + 3 working days, 23.59 WIB


def test_a_service_is_parked_with_its_parameters_and_goes_on_with_its_result(case):
    case.submit("susun", judul="PK", baris=[1, 2])
    case.submit("setujui", keputusan="setuju")
    (call,) = case.step.calls
    assert (call.operator, call.params) == ("arsip.simpan", {"judul": "PK", "rincian": [[1, 2], {"n": 2}]})
    call.params["rincian"][0].append(99)
    assert case.read().calls[0].params["rincian"] == [[1, 2], {"n": 2}]
    step = case.finish("arsip", {"nomor": "7"})
    assert step.ended and step.status == "Selesai" and step.data["arsip"] == {"nomor": "7"}
    assert case.passed == ["arsip", "selesai"]


def test_an_ended_case_can_be_read(case):
    case.submit("susun", judul="PK", baris=[1])
    case.submit("setujui", keputusan="setuju")
    data = case.finish("arsip", 1).data
    view = case.read()
    assert view.ended and view.data == data and view.user_tasks == view.calls == view.actions == ()
    with pytest.raises(TaskGone):
        steps.submit(case.definition, case.step.state, "0" * 32, {}, MONDAY)
    assert steps.tick(case.definition, case.step.state, MONDAY).ended


def test_parameters_stay_what_they_were_when_the_call_was_parked():
    d = Diagram()
    d.chain(d.start(), d.service("catat", hari="today()"), d.end())
    case = Case(d.load())
    case.wait(days=9)
    assert case.step.calls[0].params == {"hari": "2025-03-03"} == case.read().calls[0].params


def test_a_service_without_a_result_variable_leaves_nothing():
    d = Diagram()
    d.chain(d.start(), d.service("catat"), d.end())
    case = Case(d.load(), tahun=2025)
    assert case.finish("catat", {"apa": "saja"}).data == {"tahun": 2025}


def test_a_task_that_is_done_is_gone(case):
    first = case.task("susun").id
    case.submit("susun", judul="PK", baris=[1])
    for task_id in (first, "bukan id", ""):
        with pytest.raises(TaskGone) as refusal:
            steps.submit(case.definition, case.step.state, task_id, {}, MONDAY)
        assert isinstance(refusal.value, Conflict) and refusal.value.status_code == 409
    for verb in (steps.finish, steps.act):
        with pytest.raises(TaskGone):
            verb(case.definition, case.step.state, case.task("setujui").id, {}, MONDAY)
    with pytest.raises(TaskGone):
        steps.fail(case.definition, case.step.state, first, "x", "y", MONDAY)


def test_an_expression_that_fails_names_its_element_and_nothing_changes(case):
    case.submit("susun", judul="PK")
    before = case.step
    with pytest.raises(StepFailed) as refusal:
        case.submit("setujui", keputusan="setuju")
    assert (refusal.value.element, refusal.value.expression) == ("putus", "keputusan == 'setuju' and len(baris) > 0")
    assert case.step is before and case.read().user_tasks == before.user_tasks
    case.submit("setujui", keputusan="setuju", baris=[1])


def test_a_parameter_that_fails_is_refused_before_the_call_is_made(case):
    case.submit("susun", baris=[1])
    with pytest.raises(StepFailed) as refusal:
        case.submit("setujui", keputusan="setuju")
    assert (refusal.value.element, refusal.value.expression) == ("arsip", "judul")


def test_a_due_date_that_fails_names_its_element():
    d = Diagram()
    d.chain(d.start(), d.user("isi", due="tenggat"), d.end())
    with pytest.raises(StepFailed) as refusal:
        Case(d.load())
    assert (refusal.value.element, refusal.value.expression) == ("isi", "tenggat")


def test_a_gateway_without_a_way_is_refused():
    d = Diagram()
    d.xor("putus")
    d.chain(d.start(), d.user("isi"), "putus")
    d.flow("putus", d.end("a"), "x == 1")
    d.flow("putus", d.end("b"), "x == 2")
    case = Case(d.load_unchecked())
    with pytest.raises(StepFailed) as refusal:
        case.submit("isi", x=3)
    assert refusal.value.element == "putus" and "x == 1; x == 2" in refusal.value.expression


def test_a_loop_without_a_way_out_is_stopped():
    d = Diagram()
    d.xor("lagi")
    d.xor("putus", default="terus")
    d.chain(d.start(), d.user("isi"), "lagi", d.script("hitung", "n = isi(n, 0) + 1"), "putus")
    d.flow("putus", "lagi", id="terus")
    d.flow("putus", d.end(), "n == batas")
    definition = d.load_unchecked()
    case = Case(definition, batas=1_000)
    assert case.submit("isi").data["n"] == 1_000  # deeper than the library can look
    case = Case(definition, batas=-1)
    with pytest.raises(StepFailed, match="berputar"):
        case.submit("isi")


def test_a_case_in_which_nothing_can_go_on_is_refused_rather_than_lost():
    d = Diagram()
    d.xor("putus", default="kiri")
    d.parallel("temu")
    d.chain(d.start(), d.user("isi"), "putus", d.user("a"), "temu", d.end())
    d.parts = [p.replace('id="f3_putus_a"', 'id="kiri"') for p in d.parts]
    d.flow("putus", d.user("b"), "x == 1")
    d.flow("b", "temu")
    case = Case(d.load_unchecked())
    case.submit("isi", x=1)
    with pytest.raises(StepFailed, match="tidak ada lagi") as refusal:
        case.submit("b")
    assert refusal.value.element == "temu"
    assert case.open == ["b"]


@pytest.mark.parametrize("data", [{"a": {1, 2}}, {"a": MONDAY}, {1: 2}, {"a": float("nan")}, {"a": (1,)}])
def test_only_exact_json_comes_in(case, data):
    for call in (
        lambda: steps.start(case.definition, data, MONDAY),
        lambda: steps.submit(case.definition, case.step.state, case.task("susun").id, data, MONDAY),
        lambda: steps.act(case.definition, case.step.state, "x", data, MONDAY),
        lambda: steps.finish(case.definition, case.step.state, "x", data, MONDAY),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_step_changes_neither_its_data_nor_anything_else(case):
    data = {"judul": "PK", "baris": [{"n": 1}]}
    given = deepcopy(data)
    state = case.step.state
    one = steps.submit(case.definition, state, case.task("susun").id, data, MONDAY)
    two = steps.submit(case.definition, state, case.task("susun").id, data, MONDAY)
    assert data == given and case.step.state == state
    assert one.data == two.data and [t.element for t in one.user_tasks] == [t.element for t in two.user_tasks]
    with pytest.raises(FrozenInstanceError):
        one.status = "lain"


def test_a_naive_moment_is_refused(case):
    with pytest.raises(ValueError, match="aware"):
        steps.tick(case.definition, case.step.state, MONDAY.replace(tzinfo=None))


def test_the_state_of_another_diagram_is_refused(case):
    d = Diagram()
    d.chain(d.start(), d.user("lain"), d.end())
    with pytest.raises(StateUnreadable):
        steps.read(d.load(), case.step.state)


def test_a_form_under_a_variable_stands_under_it():
    d = Diagram()
    extension = "<spiffworkflow:variableName>info</spiffworkflow:variableName>"
    d.chain(d.start(), d.node("userTask", "isi", extension=extension), d.user("lanjut"), d.end())
    case = Case(d.load())
    assert case.submit("isi", nama="A").data == {"info": {"nama": "A"}}


def test_scripts_before_and_after_a_task_are_run():
    d = Diagram()
    extension = (
        "<spiffworkflow:preScript>awal = 1</spiffworkflow:preScript>"
        "<spiffworkflow:postScript>akhir = awal + isian</spiffworkflow:postScript>"
    )
    d.chain(d.start(), d.node("userTask", "isi", extension=extension), d.end())
    case = Case(d.load())
    assert case.shown("isi") == {"awal": 1}
    assert case.submit("isi", isian=2).data == {"awal": 1, "isian": 2, "akhir": 3}


def test_many_threads_share_one_definition(definition):
    failures = []

    def work(n: int) -> None:
        try:
            case = Case(definition, tahun=n)
            for i in range(30):
                case.submit("susun", judul=f"{n}.{i}", baris=[i])
                case.submit("setujui", keputusan="tolak")
                assert case.step.data["tahun"] == n and case.shown("susun")["judul"] == f"{n}.{i}"
        except Exception as e:
            failures.append(e)

    threads = [Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
