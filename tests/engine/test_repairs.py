"""What a legal diagram may say and the engine would misread is put right, and listed for its owner."""

from __future__ import annotations

import pytest
from lxml import etree

from app.engine.checks import prepare
from tests.engine.drawing import (
    END,
    GATEWAY,
    JOINED,
    START,
    attribute,
    chain,
    document,
    errors,
    flow,
    look,
    repaired,
    service,
    simple,
    task,
    timer,
)

# --- repairs


def test_a_flow_without_id_gets_one() -> None:
    data = simple().replace(b' id="f_a_selesai"', b"")
    assert len(repaired(data, "Panah tanpa id").xpath("//*[local-name()='sequenceFlow'][@id]")) == 2


def test_blanks_around_lane_references_are_removed() -> None:
    data = simple().replace(b"<flowNodeRef>a<", b"<flowNodeRef>\n  a\n <")
    repaired(data, "Spasi")
    assert look(data).elements["a"].lane == "Operator Satker"


@pytest.mark.parametrize("name", ["End", "Start", "Root"])
def test_ids_the_engine_uses_itself_are_renamed_everywhere(name: str) -> None:
    body = (
        START
        + task(name)
        + f'<boundaryEvent id="b" attachedToRef="{name}"><timerEventDefinition><timeDuration>"P1D"</timeDuration>'
        + f"</timerEventDefinition></boundaryEvent>{END}{chain('mulai', name, 'selesai')}{flow('b', 'selesai')}"
    )
    root = repaired(document(body), f"'{name}'")
    new = f"{name}_userTask"
    assert not root.xpath(f"//*[@*='{name}']")
    assert attribute(root, "b", "attachedToRef") == new
    assert root.xpath("//*[local-name()='flowNodeRef']")[0].text == new


def test_the_only_flow_without_condition_becomes_the_default() -> None:
    root = repaired(document(GATEWAY + flow("g", "a", "x == 1") + flow("g", "b") + JOINED), "jalan bawaan")
    assert attribute(root, "g", "default") == "f_g_b"


def test_what_is_marked_not_executable_runs() -> None:
    root = repaired(simple().replace(b'isExecutable="true"', b'isExecutable="false"'), "dapat dijalankan")
    assert attribute(root, "p", "isExecutable") == "true"


def test_a_partner_that_is_not_executable_is_documentation() -> None:
    partner = '<process id="mitra" isExecutable="false"><complexGateway id="x"/><task id="t"/></process>'
    repaired(document(START + task("a") + END + chain("mulai", "a", "selesai"), partner), "keterangan")


@pytest.mark.parametrize(
    ("text", "kind", "new"),
    [
        ("PT1S", "timeDuration", '"PT1S"'),
        (" P1M ", "timeDuration", '"P1M"'),
        ("2025-03-31T17:00:00+07:00", "timeDate", '"2025-03-31T17:00:00+07:00"'),
        ("R3/P7D", "timeCycle", '"R3/P7D"'),
        ("R3/2025-01-01T00:00:00Z/P7D", "timeCycle", '"R3/2025-01-01T00:00:00Z/P7D"'),
    ],
)
def test_plain_iso_times_get_their_quotes(text: str, kind: str, new: str) -> None:
    root = repaired(timer(text, kind), "tanda kutip")
    assert root.xpath(f"//*[local-name()='{kind}']")[0].text == new


def test_working_days_are_a_moment() -> None:
    root = repaired(timer("hari_kerja(3)"), "timeDate")
    assert root.xpath("//*[local-name()='timeDate']")[0].text == "hari_kerja(3)"


def test_expressions_of_camunda_are_translated() -> None:
    data = document(GATEWAY + flow("g", "a", "${setuju &amp;&amp; !ulang}") + flow("g", "b") + JOINED)
    root = repaired(data, "dibaca sebagai 'setuju and not ulang'")
    assert root.xpath("//*[local-name()='conditionExpression']")[0].text == "setuju and not ulang"


def test_several_flows_out_of_a_task_run_side_by_side() -> None:
    body = START + task("a") + task("b") + task("c") + END
    data = document(
        body + flow("mulai", "a") + flow("a", "b") + flow("a", "c") + flow("b", "selesai") + flow("c", "selesai")
    )
    repaired(data, "bersamaan")
    prepared = look(data)
    assert prepared.elements["a_cabang"].kind == "parallelGateway"
    assert prepared.elements["a_cabang"].lane == "Operator Satker"
    assert {f.source for f in prepared.graph.flows} == {"mulai", "a", "a_cabang", "b", "c"}


def test_parameters_without_type_get_one() -> None:
    data = simple(service("s", "arsip.simpan", '<spiffworkflow:parameter id="x" value="1"/>'), ("s",))
    assert attribute(repaired(data, "tanpa type"), "x", "type") == "any"


def test_extensions_the_engine_would_stumble_over_are_dropped() -> None:
    extra = '<spiffworkflow:properties><spiffworkflow:property value="x"/></spiffworkflow:properties>'
    extra += "<spiffworkflow:serviceTaskOperator/><spiffworkflow:unitTests><x/></spiffworkflow:unitTests>"
    prepared = look(simple(task("a", f"<extensionElements>{extra}</extensionElements>")))
    assert prepared.ok
    assert b"unitTests" not in prepared.files["p.bpmn"]
    assert prepared.elements["a"].properties == {}


def test_data_stores_are_documentation() -> None:
    store = '<dataStoreReference id="r" dataStoreRef="d"/>'
    link = '<dataInputAssociation id="da"><sourceRef>r</sourceRef><targetRef>x</targetRef></dataInputAssociation>'
    data = document(
        START + task("a", link) + END + store + chain("mulai", "a", "selesai"), '<dataStore id="d" name="x"/>'
    )
    assert not repaired(data, "Penyimpanan data").xpath("//*[contains(local-name(), 'dataStore')]")


def test_two_files_may_share_the_ids_their_editor_gave_them() -> None:
    called = document(START + task("a") + END + chain("mulai", "a", "selesai")).replace(b'id="p"', b'id="q"')
    call = document(START + '<callActivity id="c" calledElement="q"/>' + END + chain("mulai", "c", "selesai"))
    prepared = prepare({"p.bpmn": call, "q.bpmn": called})
    assert errors(prepared) == []
    assert prepared.process_id == "p"
    assert set(prepared.elements) == {"mulai", "c", "selesai", "mulai_2", "a", "selesai_2"}


def test_a_file_of_camunda_modeler_is_understood() -> None:
    body = (
        START
        + '<userTask id="a" camunda:formKey="embedded:app:forms/draft_pk.html"'
        + ' camunda:candidateGroups="Operator Satker,X"/>'
        + '<serviceTask id="s" camunda:type="external" camunda:topic="tte.status">'
        + "<extensionElements><camunda:inputOutput>"
        + '<camunda:inputParameter name="peran">kepala</camunda:inputParameter>'
        + '<camunda:inputParameter name="satker">${satker.kode}</camunda:inputParameter>'
        + "</camunda:inputOutput></extensionElements></serviceTask>"
        + END
        + chain("mulai", "a", "s", "selesai")
    )
    prepared = look(document(body, lane=""))
    assert errors(prepared) == []
    a, s = prepared.elements["a"], prepared.elements["s"]
    assert (a.form, a.lane) == ("draft_pk", "Operator Satker")
    assert (s.operator, s.params) == ("tte.status", ("peran", "satker"))
    values = etree.fromstring(prepared.files["p.bpmn"]).xpath("//*[local-name()='parameter']/@value")
    assert values == ['"kepala"', "satker.kode"]


def test_a_place_that_is_no_number_does_not_keep_a_diagram_from_running() -> None:
    picture = (
        '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape bpmnElement="a">'
        '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="r80" y="nan" width="1e999"/>'
        "</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
    )
    root = repaired(simple().replace(b"</definitions>", picture.encode()), "letak gambar")
    bounds = root.xpath("//*[local-name()='Bounds']")[0]
    assert [bounds.get(a) for a in ("x", "y", "width", "height")] == ["0"] * 4
