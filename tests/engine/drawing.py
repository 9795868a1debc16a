"""Small diagrams for the tests of the checks, put together from pieces of XML."""

from __future__ import annotations

from itertools import pairwise

from lxml import etree

from app.engine.checks import Prepared, prepare

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">'
)
START = '<startEvent id="mulai"/>'
END = '<endEvent id="selesai"/>'


def flow(source: str, target: str, condition: str = "", id_: str | None = None) -> str:
    id_ = id_ or f"f_{source}_{target}"
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{id_}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*ids: str) -> str:
    return "".join(flow(a, b) for a, b in pairwise(ids))


def task(id_: str, inner: str = "", **attributes: str) -> str:
    more = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f'<userTask id="{id_}" name="Tugas {id_}"{more}>{inner}</userTask>'


def properties(**values: str) -> str:
    inner = "".join(f'<spiffworkflow:property name="{k}" value="{v}"/>' for k, v in values.items())
    return f"<extensionElements><spiffworkflow:properties>{inner}</spiffworkflow:properties></extensionElements>"


def service(id_: str, operator: str, parameters: str = "") -> str:
    return (
        f'<serviceTask id="{id_}" name="Layanan {id_}"><extensionElements>'
        f'<spiffworkflow:serviceTaskOperator id="{operator}" resultVariable="hasil"><spiffworkflow:parameters>'
        f"{parameters}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></extensionElements></serviceTask>"
    )


def document(body: str, beside: str = "", lane: str = "Operator Satker", process: str = 'isExecutable="true"') -> bytes:
    """A file with one process; every user task of `body` stands in `lane`."""
    root = etree.fromstring(f"{HEAD}<process>{body}</process></definitions>")
    ids = [t.get("id") for t in root.iter("{*}userTask", "{*}manualTask", "{*}task")]
    refs = "".join(f"<flowNodeRef>{i}</flowNodeRef>" for i in ids)
    lanes = f'<laneSet id="jalur"><lane id="l1" name="{lane}">{refs}</lane></laneSet>' if refs and lane else ""
    return f'{HEAD}{beside}<process id="p" name="Proses" {process}>{lanes}{body}</process></definitions>'.encode()


def simple(middle: str = task("a"), ids: tuple[str, ...] = ("a",), beside: str = "", more: str = "") -> bytes:
    return document(START + middle + END + chain("mulai", *ids, "selesai") + more, beside)


def look(data: bytes) -> Prepared:
    return prepare({"p.bpmn": data})


def errors(prepared: Prepared) -> list[tuple[str, str]]:
    return [(p.element, p.message) for p in prepared.problems if p.level == "error"]


def refused(data: bytes, element: str, words: str) -> None:
    found = errors(look(data))
    assert [m for e, m in found if e == element and words in m], found


def repaired(data: bytes, words: str) -> etree._Element:
    """The root after repairs; the repair is listed, and nothing is wrong any more."""
    prepared = look(data)
    assert errors(prepared) == []
    assert [p for p in prepared.problems if p.level == "repair" and words in p.message], prepared.problems
    return etree.fromstring(prepared.files["p.bpmn"])


def attribute(root: etree._Element, id_: str, name: str) -> str | None:
    return root.xpath(f"//*[@id='{id_}']")[0].get(name)


GATEWAY = START + '<exclusiveGateway id="g"/>' + task("a") + task("b") + END + flow("mulai", "g")
JOINED = flow("a", "selesai") + flow("b", "selesai")


def timer(text: str, kind: str = "timeDuration") -> bytes:
    event = f'<intermediateCatchEvent id="t"><timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>'
    return simple(event + "</intermediateCatchEvent>", ("t",))


def event(kind: str, definition: str, beside: str = "") -> bytes:
    if kind == "startEvent":
        return document(f'<startEvent id="e">{definition}</startEvent>{END}{flow("e", "selesai")}', beside)
    if kind == "endEvent":
        return document(f'{START}<endEvent id="e">{definition}</endEvent>{flow("mulai", "e")}', beside)
    if kind == "boundaryEvent":
        attached = f'<boundaryEvent id="e" attachedToRef="a">{definition}</boundaryEvent>'
        return simple(task("a") + attached, beside=beside, more=flow("e", "selesai"))
    return simple(f'<{kind} id="e">{definition}</{kind}>', ("e",), beside)


def catching(id_: str) -> str:
    """An event that waits a day."""
    timer = '<timerEventDefinition><timeDuration>"P1D"</timeDuration></timerEventDefinition>'
    return f'<intermediateCatchEvent id="{id_}">{timer}</intermediateCatchEvent>'


def repeated(inner: str) -> str:
    return f"<multiInstanceLoopCharacteristics>{inner}</multiInstanceLoopCharacteristics>"


def spiff(name: str, text: str) -> str:
    return f"<extensionElements><spiffworkflow:{name}>{text}</spiffworkflow:{name}></extensionElements>"
