"""Publishing a diagram: every fault is named with its element and with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.checks import prepare
from app.engine.types import Field
from tests.engine.drawing import (
    END,
    START,
    chain,
    document,
    errors,
    flow,
    look,
    properties,
    refused,
    repeated,
    service,
    simple,
    task,
)

# --- what is right


def test_a_plain_process_has_no_problems() -> None:
    prepared = look(simple())
    assert prepared.problems == ()
    assert (prepared.process_id, prepared.process_name, prepared.lanes) == ("p", "Proses", ("Operator Satker",))
    assert list(prepared.elements) == ["mulai", "a", "selesai"]
    assert prepared.elements["a"].lane == "Operator Satker"
    assert prepared.elements["a"].line > 0
    assert prepared.ok


def test_the_guides_own_process_has_no_problems() -> None:
    folder = Path(__file__).parents[2] / "processes" / "perjanjian_kinerja"
    prepared = prepare({p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".bpmn", ".dmn")})
    assert errors(prepared) == []
    sign = [e for e in prepared.elements.values() if e.operator == "tte.sign"]
    assert len(sign) == 2
    assert all("PASSPHRASE_SALAH" in e.errors for e in sign)


def test_elements_carry_what_the_diagram_says() -> None:
    error = '<error id="e1" errorCode="GAGAL"/><error id="e2" name="tanpa kode"/>'
    field = (
        '<camunda:formData><camunda:formField id="alasan" label="Alasan" type="enum" defaultValue="a">'
        '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
        '<camunda:value id="a" name="A"/></camunda:formField>'
        '<camunda:formField id="n" type="long"/></camunda:formData>'
    )
    parameter = '<spiffworkflow:parameter id="peran" type="str" value="\'kepala\'"/>'
    body = (
        START
        + task("a", f"<extensionElements>{field}</extensionElements>")
        + service("s", "tte.sign", parameter)
        + '<boundaryEvent id="b1" attachedToRef="s"><errorEventDefinition errorRef="e1"/></boundaryEvent>'
        + '<boundaryEvent id="b2" attachedToRef="s"><errorEventDefinition/></boundaryEvent>'
        + END
        + chain("mulai", "a", "s", "selesai")
        + flow("b1", "a")
        + flow("b2", "a")
    )
    prepared = look(document(body, error))
    assert errors(prepared) == []
    s, a = prepared.elements["s"], prepared.elements["a"]
    assert (s.operator, s.params, s.errors) == ("tte.sign", ("peran",), ("GAGAL", ""))
    assert a.fields == (Field("alasan", "Alasan", "enum", True, (("a", "A"),), "a"), Field("n", "n", "long"))
    assert prepared.elements["b1"].kind == "boundaryEvent"


def test_properties_and_lanes_of_subprocesses() -> None:
    inner = START.replace("mulai", "m2") + task("dalam", properties(form="draft_pk")) + END.replace("selesai", "s2")
    inner += chain("m2", "dalam", "s2")
    body = f'{START}<subProcess id="sub">{inner}</subProcess>{END}{chain("mulai", "sub", "selesai")}'
    lanes = (
        '<laneSet id="ls"><lane id="luar" name="Satker"><flowNodeRef>sub</flowNodeRef><flowNodeRef>mulai</flowNodeRef>'
        '<childLaneSet><lane id="isi" name="Kepala Satker"><flowNodeRef>sub</flowNodeRef></lane></childLaneSet>'
        "</lane></laneSet>"
    )
    prepared = look(document(lanes + body, lane=""))
    assert errors(prepared) == []
    assert prepared.elements["dalam"].lane == prepared.elements["sub"].lane == "Kepala Satker"
    assert prepared.elements["dalam"].form == "draft_pk"
    assert prepared.lanes == ("Satker", "Kepala Satker")


# --- structure


def test_unknown_elements_are_refused() -> None:
    body = START + '<complexGateway id="x"/>' + END + chain("mulai", "x", "selesai")
    refused(document(body), "x", "complexGateway")


def test_extensions_nobody_knows_are_ignored() -> None:
    extra = '<camunda:executionListener class="x"/><spiffworkflow:apa>1</spiffworkflow:apa>'
    extra = f"<extensionElements>{extra}</extensionElements>"
    assert look(simple(task("a", extra))).problems == ()


def test_two_elements_with_one_id_are_refused() -> None:
    refused(simple(task("a") + task("a")), "a", "dua kali")


def test_elements_without_id_are_refused() -> None:
    refused(simple(task("a") + "<task/>"), "p", "tanpa id")


def test_flows_that_lead_nowhere_are_refused() -> None:
    for broken in ('sourceRef="tiada" targetRef="a"', 'sourceRef="a" targetRef="tiada"', 'sourceRef="a"'):
        refused(simple(more=f'<sequenceFlow id="fx" {broken}/>'), "fx", "tidak punya")


def test_flows_through_the_wall_of_a_subprocess_are_refused() -> None:
    inner = '<startEvent id="m2"/><task id="t2"/><endEvent id="s2"/>' + chain("m2", "t2", "s2")
    data = simple(task("a") + f'<subProcess id="sub">{inner}</subProcess>', ("a", "sub"), more=flow("a", "t2"))
    refused(data, "f_a_t2", "menembus")


def test_lanes_are_needed_where_people_work() -> None:
    data = simple().replace(b"<flowNodeRef>a</flowNodeRef>", b"")
    refused(data, "a", "jalur")
    refused(simple().replace(b' name="Operator Satker"', b""), "l1", "tidak bernama")


def test_a_process_needs_one_start() -> None:
    refused(document(task("a") + END + flow("a", "selesai")), "p", "kejadian awal")
    refused(simple(task("a") + '<startEvent id="m2"/>', more=flow("m2", "a")), "p", "Sisakan satu")


def test_a_subprocess_needs_a_start_and_an_end() -> None:
    data = simple(
        '<subProcess id="sub"><startEvent id="m2"/><task id="t"/>' + flow("m2", "t") + "</subProcess>", ("sub",)
    )
    refused(data, "sub", "kejadian akhir")
    refused(
        simple('<subProcess id="sub"><task id="t"/><endEvent id="s2"/></subProcess>', ("sub",)), "sub", "kejadian awal"
    )


def test_event_subprocesses_that_interrupt_are_refused() -> None:
    for wanted, ok in (("true", False), ("false", True)):
        inner = (
            f'<startEvent id="m2" isInterrupting="{wanted}"><messageEventDefinition messageRef="m"/></startEvent>'
            f'<task id="t"/><endEvent id="s2"/>{chain("m2", "t", "s2")}'
        )
        sub = f'<subProcess id="sub" triggeredByEvent="true">{inner}</subProcess>'
        data = simple(task("a") + sub, beside='<message id="m" name="m"/>')
        if ok:
            assert errors(look(data)) == []
        else:
            refused(data, "sub", "memotong")


def test_compensation_is_refused() -> None:
    refused(simple(task("a", isForCompensation="true")), "a", "Kompensasi")


def test_a_service_task_names_its_service() -> None:
    refused(simple('<serviceTask id="s"/>', ("s",)), "s", "serviceTaskOperator")
    refused(simple('<serviceTask id="s" camunda:class="org.acme.X"/>', ("s",)), "s", "serviceTaskOperator")
    twice = '<spiffworkflow:parameter id="x" type="any" value="1"/>' * 2
    refused(simple(service("s", "a.b", twice), ("s",)), "a.b", "dua kali")


@pytest.mark.parametrize("kind", ["sendTask", "receiveTask"])
def test_a_message_task_names_its_message(kind: str) -> None:
    refused(simple(f'<{kind} id="t"/>', ("t",)), "t", "messageRef")
    refused(simple(f'<{kind} id="t" messageRef="tiada"/>', ("t",)), "t", "'tiada'")


def test_an_empty_script_is_refused() -> None:
    refused(simple('<scriptTask id="t"><script> </script></scriptTask>', ("t",)), "t", "kosong")


@pytest.mark.parametrize("count", ["0", "-1", "501", "100000", "9" * 30])
def test_multi_instance_counts_are_bounded(count: str) -> None:
    loop = repeated(f"<loopCardinality>{count}</loopCardinality>")
    refused(simple(task("a", loop)), "a", "1 sampai 500")


def test_multi_instance_needs_a_count_or_a_list() -> None:
    refused(simple(task("a", "<multiInstanceLoopCharacteristics/>")), "a", "jumlah")
    both = "<loopCardinality>2</loopCardinality><loopDataInputRef>x</loopDataInputRef>"
    refused(simple(task("a", repeated(both))), "a", "jumlah")
    assert (
        errors(
            look(
                simple(
                    task(
                        "a",
                        repeated("<loopCardinality>len(x)</loopCardinality>"),
                    )
                )
            )
        )
        == []
    )


def test_loops_need_an_end() -> None:
    refused(simple(task("a", "<standardLoopCharacteristics/>")), "a", "loopMaximum")
    refused(simple(task("a", '<standardLoopCharacteristics loopMaximum="101"/>')), "a", "1 sampai 100")
    refused(simple(task("a", '<standardLoopCharacteristics loopMaximum="x"/>')), "a", "1 sampai 100")


def test_calls_must_lead_somewhere_and_end() -> None:
    refused(simple('<callActivity id="c"/>', ("c",)), "c", "kosong")
    refused(simple('<callActivity id="c" calledElement="tiada"/>', ("c",)), "c", "tiada")
    refused(simple('<callActivity id="c" calledElement="p"/>', ("c",)), "c", "dirinya sendiri")
    one = document(START + '<callActivity id="c" calledElement="q"/>' + END + chain("mulai", "c", "selesai"))
    two = one.replace(b'id="p"', b'id="q"').replace(b'calledElement="q"', b'calledElement="p"')
    found = errors(prepare({"p.bpmn": one, "q.bpmn": two}))
    assert len([m for _, m in found if "dirinya sendiri" in m]) == 2


def test_a_process_nobody_calls_is_mentioned() -> None:
    other = '<process id="q"><startEvent id="m2"/><endEvent id="s2"/>' + flow("m2", "s2") + "</process>"
    data = document(START + task("a") + END + chain("mulai", "a", "selesai")).replace(
        b"</definitions>", other.encode() + b"</definitions>"
    )
    found = look(data)
    assert found.ok
    assert [(p.element, p.level) for p in found.problems] == [("q", "warning")]


def test_very_long_processes_are_refused() -> None:
    ids = [f"t{i}" for i in range(300)]
    body = START + "".join(f'<task id="{i}"/>' for i in ids) + END + chain("mulai", *ids, "selesai")
    refused(document(body), "p", "300")


def test_data_objects_two_levels_down_are_refused() -> None:
    use = '<dataInputAssociation id="da"><sourceRef>r</sourceRef><targetRef>x</targetRef></dataInputAssociation>'
    declared = '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>'

    def nested(levels: int) -> bytes:
        inner = f'<startEvent id="m0"/><task id="t">{use}</task><endEvent id="s0"/>{chain("m0", "t", "s0")}'
        for i in range(1, levels + 1):
            wrapped = f'<startEvent id="m{i}"/><subProcess id="sub{i}">{inner}</subProcess><endEvent id="s{i}"/>'
            inner = wrapped + chain(f"m{i}", f"sub{i}", f"s{i}")
        return document(declared + inner)

    assert errors(look(nested(0))) == errors(look(nested(1))) == []
    refused(nested(2), "da", "terlalu jauh")
    refused(nested(0).replace(b'dataObjectRef="d"', b'dataObjectRef="e"'), "da", "tidak ada")


def test_repetition_belongs_to_activities() -> None:
    data = simple().replace(b'<endEvent id="selesai"/>', f'<endEvent id="selesai">{repeated("")}</endEvent>'.encode())
    refused(data, "selesai", "Pengulangan hanya")
