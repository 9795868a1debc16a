"""The diagram as plain values: nodes and flows as a graph for the checks, elements for everyone else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app.engine.bpmn_xml import (
    ACTIVITIES,
    SUBPROCESSES,
    Report,
    Tag,
    bpmn,
    camunda,
    find,
    line_of,
    local,
    nodes_of,
    properties_of,
    scopes_of,
    text_of,
)
from app.engine.types import Element, Field

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the checks see it. `scope` is the id of the process or subprocess it stands in."""

    id: str
    kind: str
    name: str
    file: str
    line: int
    scope: str
    lane: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    events: tuple[str, ...] = ()  # "timer", "error", ...: its event definitions
    called: str | None = None  # call activities: the process called
    event_subprocess: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    condition: str | None
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes of all files by id, and the flows whose two ends are there."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    outgoing: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    incoming: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    scopes: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)  # by the id of process or subprocess
    boundaries: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)  # by the activity they are attached to
    processes: tuple[str, ...] = ()

    def out(self, node: str) -> tuple[Flow, ...]:
        return self.outgoing.get(node, ())

    def into(self, node: str) -> tuple[Flow, ...]:
        return self.incoming.get(node, ())

    def starts(self, scope: str) -> list[Node]:
        return [n for n in self.scopes.get(scope, ()) if n.kind == "startEvent"]

    def inside(self, scope: str) -> Iterator[Node]:
        """All nodes of a scope, those of its subprocesses included."""
        for node in self.scopes.get(scope, ()):
            yield node
            if node.kind in SUBPROCESSES:
                yield from self.inside(node.id)


def read_graph(roots: Mapping[str, Tag], report: Report) -> Graph:
    """The graph of all files. Flows without both ends, and nodes without id, are reported and left out."""
    nodes: dict[str, Node] = {}
    scopes: dict[str, tuple[Node, ...]] = {}
    flows: list[Flow] = []
    processes: list[str] = []
    for file, root in roots.items():
        lanes = lanes_by_node(root)
        for scope in scopes_of(root):
            here = [_node(file, t, scope, lanes, nodes) for t in nodes_of(scope) if t.get("id")]
            nodes.update((n.id, n) for n in here)
            scopes[scope.get("id") or ""] = tuple(here)
            if local(scope) == "process":
                processes.append(scope.get("id") or "")
    for file, root in roots.items():
        for scope in scopes_of(root):
            for tag in scope.findall(bpmn("sequenceFlow")):
                flow = _flow(file, tag, scope.get("id") or "", nodes, report)
                if flow:
                    flows.append(flow)
    boundaries = [n for n in nodes.values() if n.attached_to]
    return Graph(
        nodes,
        tuple(flows),
        _grouped((f.source, f) for f in flows),
        _grouped((f.target, f) for f in flows),
        scopes,
        _grouped((n.attached_to or "", n) for n in boundaries),
        tuple(processes),
    )


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    out: dict[str, list[T]] = {}
    for key, value in pairs:
        out.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in out.items()}


def _node(file: str, tag: Tag, scope: Tag, lanes: Mapping[str, str], known: Mapping[str, Node]) -> Node:
    id_, kind = tag.get("id"), local(tag)
    around = known.get(scope.get("id") or "")
    attached = tag.get("attachedToRef") if kind == "boundaryEvent" else None
    # SpiffWorkflow gives what stands in a subprocess the subprocess's lane, whatever its own flowNodeRef says
    lane = (around.lane if around else None) or lanes.get(id_) or lanes.get(attached or "")
    return Node(
        id=id_,
        kind=kind,
        name=tag.get("name") or "",
        file=file,
        line=line_of(tag),
        scope=scope.get("id") or "",
        lane=lane,
        attached_to=attached,
        interrupting=tag.get("cancelActivity", tag.get("isInterrupting", "true")) != "false",
        default=tag.get("default"),
        events=tuple(local(t)[: -len("EventDefinition")] for t in tag if local(t).endswith("EventDefinition")),
        called=tag.get("calledElement"),
        event_subprocess=kind == "subProcess" and tag.get("triggeredByEvent") == "true",
    )


def _flow(file: str, tag: Tag, scope: str, nodes: Mapping[str, Node], report: Report) -> Flow | None:
    ends = {}
    for which, attribute in (("asal", "sourceRef"), ("tujuan", "targetRef")):
        id_ = tag.get(attribute)
        node = nodes.get(id_ or "")
        if node is None:
            report.at(file, tag, f"Panah ini tidak punya {which} ({id_ or 'kosong'}). Sambungkan ulang atau hapus.")
        elif node.scope != scope:
            report.at(file, tag, f"Panah ini menembus batas subproses ke '{id_}'. Sambungkan ke subprosesnya.")
        else:
            ends[attribute] = node.id
    if len(ends) < 2:
        return None
    condition = tag.find(bpmn("conditionExpression"))
    text = None if condition is None else text_of(condition)
    return Flow(tag.get("id"), ends["sourceRef"], ends["targetRef"], text, tag.get("name") or "", file, line_of(tag))


def lanes_by_node(root: Tag) -> dict[str, str]:
    """The name of the innermost lane by node id."""
    found: dict[str, tuple[int, str]] = {}
    for ref in root.iter(bpmn("flowNodeRef")):
        lane = ref.getparent()
        depth = sum(1 for _ in lane.iterancestors(bpmn("lane")))
        if depth >= found.get(text_of(ref), (0, ""))[0] and lane.get("name"):
            found[text_of(ref)] = depth, lane.get("name")
    return {node: name for node, (_, name) in found.items()}


def lane_names(roots: Iterable[Tag]) -> tuple[str, ...]:
    """Names of all lanes that hold nodes, in the order of the files."""
    names: dict[str, None] = {}
    for root in roots:
        used = set(lanes_by_node(root).values())
        names.update((t.get("name"), None) for t in root.iter(bpmn("lane")) if t.get("name") in used)
    return tuple(names)


def read_elements(roots: Mapping[str, Tag], graph: Graph) -> dict[str, Element]:
    """Every node of every file, by id."""
    out = {}
    for root in roots.values():
        codes = _codes(root)
        for scope in scopes_of(root):
            for tag in nodes_of(scope):
                if tag.get("id"):
                    out[tag.get("id")] = _element(tag, graph.nodes[tag.get("id")], codes)
    return out


def _element(tag: Tag, node: Node, codes: Mapping[str, tuple[str, ...]]) -> Element:
    operator = operator_of(tag)
    return Element(
        id=node.id,
        name=node.name,
        kind=node.kind,
        lane=node.lane,
        properties=properties_of(tag),
        fields=fields_of(tag),
        operator=None if operator is None else operator.get("id"),
        params=() if operator is None else tuple(p.get("id") for p in parameters_of(operator) if p.get("id")),
        errors=codes.get(node.id, ()) if node.kind in ACTIVITIES else (),
        line=node.line,
    )


def operator_of(tag: Tag) -> Tag | None:
    found = find(tag, "./bpmn:extensionElements/spiff:serviceTaskOperator")
    return found[0] if found else None


def parameters_of(operator: Tag) -> list[Tag]:
    return find(operator, ".//spiff:parameter")


def _codes(root: Tag) -> dict[str, tuple[str, ...]]:
    """The error codes caught at each activity; "" stands for any error."""
    errors = {t.get("id"): t.get("errorCode") or "" for t in root.iter(bpmn("error"))}
    caught = []
    for event in root.iter(bpmn("boundaryEvent")):
        for definition in event.findall(bpmn("errorEventDefinition")):
            caught.append((event.get("attachedToRef") or "", errors.get(definition.get("errorRef"), "")))
    return _grouped(caught)


def fields_of(tag: Tag) -> tuple[Field, ...]:
    """The fields of a form that the diagram declares itself (`camunda:formData`)."""
    declared = [f for f in declared_of(tag) if f.id]
    return tuple(replace(f, label=f.label or f.id, choices=tuple(c for c in f.choices if c[0])) for f in declared)


def declared_of(tag: Tag) -> tuple[Field, ...]:
    """The same as written: also fields without id or label, and choices without value, for the checks."""
    return tuple(_field(t) for t in find(tag, "./bpmn:extensionElements/camunda:formData/camunda:formField"))


def _field(tag: Tag) -> Field:
    constraints = {c.get("name"): c.get("config") for c in tag.iter(camunda("constraint"))}
    helps = [p.get("value") for p in find(tag, "./camunda:properties/camunda:property") if p.get("id") == "help"]
    return Field(
        id=tag.get("id") or "",
        label=tag.get("label") or "",
        type=tag.get("type") or "string",
        required=constraints.get("required", "false") != "false",
        choices=tuple((v.get("id") or "", v.get("name") or v.get("id") or "") for v in tag.findall(camunda("value"))),
        default=tag.get("defaultValue"),
        help=(helps[0] or "").strip() if helps else "",
    )
