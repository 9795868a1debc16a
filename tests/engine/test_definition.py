"""Loading a diagram: what comes out, what is refused, and what the library would have left out."""

from __future__ import annotations

import pytest

from app.engine.definition import Definition
from app.errors import InvalidDefinition
from tests.engine.diagrams import Diagram
from tests.engine.people import Case


def simple(process: str = "proses", task: str = "isi", lane: str = "Operator Satker") -> Diagram:
    d = Diagram(process)
    d.chain(d.start(f"m_{process}", lane=lane), d.user(task, lane=lane, form="draft"), d.end(f"s_{process}", lane=lane))
    return d


def test_a_definition_knows_its_process_and_its_elements():
    d = simple()
    d.parts.insert(
        0,
        '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="judul" value="PK {tahun}"/>'
        "</spiffworkflow:properties></extensionElements>",
    )
    definition = d.load()
    assert (definition.id, definition.name, definition.properties) == ("proses", "Proses uji", {"judul": "PK {tahun}"})
    element = definition.elements["isi"]
    assert (element.kind, element.lane, element.form) == ("userTask", "Operator Satker", "draft")


def test_without_an_id_the_process_that_no_other_calls_is_meant():
    d = Diagram("utama")
    d.chain(d.start(), d.call("panggil", "proses"), d.end())
    assert Definition.load({**simple().files(), **d.files()}).id == "utama"
    assert Definition.load({**simple().files(), **d.files()}, "proses").id == "proses"


def test_all_problems_come_at_once():
    with pytest.raises(InvalidDefinition) as refusal:
        Definition.load({"a.bpmn": b"<definitions/>", "b.bpmn": b"tidak utuh"})
    assert {p.file for p in refusal.value.problems} == {"a.bpmn", "b.bpmn"}


def test_a_process_that_is_not_there_is_refused():
    with pytest.raises(InvalidDefinition):
        Definition.load(simple().files(), "lain")


def test_lanes_of_definitions_loaded_one_after_the_other_do_not_mix():
    """The library keys lanes by the address of the XML's root, and addresses are used again."""
    for n in range(30):
        definition = simple(task="isi", lane=f"Peran {n}").load()
        assert Case(definition).task("isi").lane == f"Peran {n}"


def test_a_parameter_may_be_called_as_a_task_is():
    """The library looks targets of flows up among all ids, those of a service's parameters included."""
    d = Diagram()
    d.chain(d.start(), d.user("isi"), d.service("kirim", isi="isi", kirim="1"), d.end())
    case = Case(d.load())
    case.submit("isi", isi=1)
    assert case.call("kirim").params == {"isi": 1, "kirim": 1}


def test_flows_without_an_id_are_gone_along():
    d = simple()
    d.parts = [p.replace('<sequenceFlow id="f1_m_proses_isi"', "<sequenceFlow") for p in d.parts]
    assert Case(d.load()).open == ["isi"]


def test_a_node_the_library_leaves_out_is_refused():
    d = simple()
    d.user("sendiri")
    with pytest.raises(InvalidDefinition) as refusal:
        d.load_unchecked()
    assert [p.element for p in refusal.value.problems if "tidak terjangkau dari awal" in p.message] == ["sendiri"]


@pytest.mark.parametrize("name", ["End", "Start", "Root"])
def test_a_node_may_be_called_as_the_library_calls_its_own(name):
    d = Diagram()
    d.chain(d.start(), d.user("isi"), d.user(name), d.user("akhir"), d.end())
    case = Case(d.load())
    while not case.step.ended:
        case.submit(case.open[0])
    assert case.passed[-2:] == ["akhir", "selesai"]


def test_an_ad_hoc_subprocess_is_refused():
    body = Diagram()
    body.user("a")
    body.user("b")
    d = Diagram()
    inside = "".join(body.parts) + '<completionCondition xsi:type="tFormalExpression">True</completionCondition>'
    d.chain(d.start(), d.node("adHocSubProcess", "bebas", inside=inside), d.end())
    with pytest.raises(InvalidDefinition) as refusal:
        d.load_unchecked()
    assert [p.element for p in refusal.value.problems if "ad hoc tidak" in p.message] == ["bebas"]


def test_an_event_subprocess_is_refused():
    body = Diagram()
    begin = body.node("startEvent", "m", inside=body.timer("P1D"), attributes='isInterrupting="false"')
    body.chain(begin, body.user("ingatkan"), body.end("s"))
    d = simple()
    d.node("subProcess", "pengingat", inside="".join(body.parts), attributes='triggeredByEvent="true"')
    with pytest.raises(InvalidDefinition) as refusal:
        d.load()
    assert [p.element for p in refusal.value.problems if "Subproses event" in p.message] == ["pengingat"]


def test_a_cancelled_transaction_takes_the_way_of_its_cancel_event():
    body = Diagram()
    body.xor("putus", default="batal")
    body.chain(body.start("m"), body.user("isi"), "putus")
    body.flow("putus", body.end("s"), "putusan == 'ya'")
    body.flow("putus", body.node("endEvent", "e", inside="<cancelEventDefinition/>"), id="batal")
    d = Diagram()
    d.chain(d.start(), d.node("transaction", "transaksi", inside="".join(body.parts)), d.end())
    d.boundary("dibatalkan", "transaksi", "<cancelEventDefinition/>")
    d.chain("dibatalkan", d.user("jelaskan"), d.end("selesai2"))
    case = Case(d.load())
    case.submit("isi", putusan="tidak", alasan="x")
    assert case.open == ["jelaskan"] and case.shown("jelaskan")["alasan"] == "x"
    assert case.submit("jelaskan").ended
    case = Case(d.load())
    assert case.submit("isi", putusan="ya").ended


def test_a_long_process_is_loaded_and_run():
    d = Diagram()
    d.chain(d.start(), *(d.user(f"t{n}") for n in range(250)), d.end())
    case = Case(d.load())
    for n in range(250):
        case.submit(f"t{n}")
    assert case.step.ended
