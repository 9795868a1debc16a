"""Diagrams for tests, written down in a few lines each."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from app.engine.checks import prepare
from app.engine.definition import Definition

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
)


class Diagram:
    """Collects nodes and flows of one process or subprocess; `xml()` gives the file."""

    def __init__(self, process: str = "proses", name: str = "Proses uji") -> None:
        self.process, self.name = process, name
        self.parts: list[str] = []
        self.lanes: dict[str, list[str]] = {}
        self.roots: list[str] = []  # messages and errors
        self.flows = 0

    def node(self, kind: str, id: str, *, inside: str = "", lane: str | None = None, **properties: str) -> str:
        given = properties.pop("attributes", "")
        extension = properties.pop("extension", "")
        name = properties.pop("name", id)
        rows = "".join(
            f"<spiffworkflow:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in properties.items()
        )
        if rows:
            extension += f"<spiffworkflow:properties>{rows}</spiffworkflow:properties>"
        if extension:
            extension = f"<extensionElements>{extension}</extensionElements>"
        self.parts.append(f"<{kind} id={quoteattr(id)} name={quoteattr(name)} {given}>{extension}{inside}</{kind}>")
        self.lanes.setdefault(lane or "Operator Satker", []).append(id)
        return id

    def flow(self, source: str, target: str, when: str | None = None, id: str | None = None) -> str:
        self.flows += 1
        id = id or f"f{self.flows}_{source}_{target}"
        condition = (
            f'<conditionExpression xsi:type="tFormalExpression">{escape(when)}</conditionExpression>' if when else ""
        )
        self.parts.append(
            f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'
        )
        return id

    def chain(self, *ids: str) -> None:
        for source, target in pairwise(ids):
            self.flow(source, target)

    def start(self, id: str = "mulai", **properties: str) -> str:
        return self.node("startEvent", id, **properties)

    def end(self, id: str = "selesai", **properties: str) -> str:
        return self.node("endEvent", id, **properties)

    def user(self, id: str, **properties: str) -> str:
        return self.node("userTask", id, **properties)

    def script(self, id: str, text: str) -> str:
        return self.node("scriptTask", id, inside=f"<script>{escape(text)}</script>")

    def service(self, id: str, operator: str = "uji.panggil", result: str = "", **params: str) -> str:
        rows = "".join(
            f'<spiffworkflow:parameter id="{k}" type="any" value={quoteattr(v)}/>' for k, v in params.items()
        )
        variable = f' resultVariable="{result}"' if result else ""
        extension = (
            f'<spiffworkflow:serviceTaskOperator id="{operator}"{variable}>'
            f"<spiffworkflow:parameters>{rows}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        )
        return self.node("serviceTask", id, extension=extension)

    def xor(self, id: str, default: str | None = None) -> str:
        return self.node("exclusiveGateway", id, attributes=f'default="{default}"' if default else "")

    def inclusive(self, id: str, default: str | None = None) -> str:
        return self.node("inclusiveGateway", id, attributes=f'default="{default}"' if default else "")

    def parallel(self, id: str) -> str:
        return self.node("parallelGateway", id)

    def boundary(self, id: str, on: str, event: str, interrupting: bool = True, **properties: str) -> str:
        attributes = f'attachedToRef="{on}" cancelActivity="{str(interrupting).lower()}"'
        return self.node("boundaryEvent", id, inside=event, attributes=attributes, **properties)

    def timer(self, duration: str, tag: str = "timeDuration") -> str:
        text = f'<{tag} xsi:type="tFormalExpression">{escape(duration)}</{tag}>'
        return f"<timerEventDefinition>{text}</timerEventDefinition>"

    def condition(self, text: str) -> str:
        inner = f'<condition xsi:type="tFormalExpression">{escape(text)}</condition>'
        return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"

    def message(self, name: str) -> str:
        self.roots.append(f'<message id="msg_{name}" name="{name}"/>')
        return f'<messageEventDefinition messageRef="msg_{name}"/>'

    def error(self, code: str = "") -> str:
        if not code:
            return "<errorEventDefinition/>"
        self.roots.append(f'<error id="err_{code}" name="{code}" errorCode="{code}"/>')
        return f'<errorEventDefinition errorRef="err_{code}"/>'

    def sub(self, id: str, body: Diagram, inside: str = "", **properties: str) -> str:
        self.roots += body.roots
        return self.node("subProcess", id, inside=inside + "".join(body.parts), **properties)

    def call(self, id: str, process: str) -> str:
        return self.node("callActivity", id, attributes=f'calledElement="{process}"')

    def xml(self) -> bytes:
        lanes = "".join(
            f'<lane id="lane{i}" name={quoteattr(name)}>'
            + "".join(f"<flowNodeRef>{id}</flowNodeRef>" for id in ids)
            + "</lane>"
            for i, (name, ids) in enumerate(self.lanes.items())
        )
        lane_set = f'<laneSet id="ls">{lanes}</laneSet>' if lanes else ""
        roots = "".join(dict.fromkeys(self.roots))
        return (
            f'{_HEAD}{roots}<process id="{self.process}" name={quoteattr(self.name)} isExecutable="true">'
            f"{lane_set}{''.join(self.parts)}</process></definitions>"
        ).encode()

    def files(self, *others: Diagram) -> dict[str, bytes]:
        return {f"{d.process}.bpmn": d.xml() for d in (self, *others)}

    def load(self, *others: Diagram, **files: bytes) -> Definition:
        return Definition.load({**self.files(*others), **files}, self.process)

    def load_unchecked(self, *others: Diagram) -> Definition:
        """As if publishing had let it through: what the engine does with a diagram that should not be."""
        return Definition.of(prepare(self.files(*others)), self.process)
