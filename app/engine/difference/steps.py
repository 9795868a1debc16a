"""How XML is read for differences: names as steps of paths, references without prefixes, what is beside the point."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from app.engine.bpmn_xml import BPMN, BPMNDI, CAMUNDA, NODES, SPIFF, Tag

Path: TypeAlias = tuple[str, ...]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
EMPTY = "·"  # the last step of an element that holds nothing: that it is there is all it says
PLACE, LANE, FILE = "@@place", "@@lane", "@@file"  # what a subject stands in; the lanes that list it; its file
DRAWN = "@@drawn"  # the first step of what only the drawing says

_PREFIXES = {BPMN: "", SPIFF: "spiff.", CAMUNDA: "camunda.", XSI: "xsi.", BPMNDI: "",
             "http://www.omg.org/spec/DD/20100524/DC": "", "http://www.omg.org/spec/DD/20100524/DI": ""}  # fmt: skip
_DMN = "/spec/DMN/"

HOLDERS = NODES | {"process", "collaboration", "file", "lane"}
NAMED = NODES | {
    "process", "collaboration", "participant", "messageFlow", "lane", "sequenceFlow", "textAnnotation", "association",
    "group", "message", "error", "signal", "escalation", "dataObject", "dataObjectReference", "dataStore",
    "dataStoreReference", "decision", "inputData", "knowledgeSource", "businessKnowledgeModel", "decisionService",
}  # fmt: skip
NEVER = frozenset(
    {"laneSet", "childLaneSet", "extensionElements", "documentation", "property", "ioSpecification", "monitoring",
     "auditing", "completionCondition", "dataInputAssociation", "dataOutputAssociation", "incoming", "outgoing"}
)  # fmt: skip
KEYS = {
    "property": ("name", "id"),
    "spiff.property": ("name",), "spiff.parameter": ("id",), "camunda.formField": ("id",), "camunda.value": ("id",),
    "camunda.constraint": ("name",), "camunda.property": ("id", "name"), "camunda.inputParameter": ("name",),
    "camunda.outputParameter": ("name",), "rule": ("id",), "input": ("id",), "output": ("id",),
}  # fmt: skip
DRAWINGS = ("BPMNDiagram", "BPMNShape", "BPMNEdge", "DMNDI", "DMNShape", "DMNEdge", "DMNDecisionServiceDivider")
REFERRING = ("Ref", "default", "calledElement", "bpmnElement", "type")
# What BPMN takes where nothing is said; editors write it or leave it out as they like.
DEFAULTS = {
    "cancelActivity": "true", "isInterrupting": "true", "parallelMultiple": "false", "triggeredByEvent": "false",
    "isSequential": "false", "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1",
    "isClosed": "false", "processType": "None", "gatewayDirection": "Unspecified", "eventGatewayType": "Exclusive",
    "instantiate": "false", "isCollection": "false", "behavior": "All", "testBefore": "false",
    "cancelRemainingInstances": "true", "associationDirection": "None", "textFormat": "text/plain",
}  # fmt: skip
QUIET_IDS = frozenset(
    {"laneSet", "childLaneSet", "conditionExpression", "timeDuration", "timeDate", "timeCycle", "completionCondition",
     "loopCardinality", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "documentation",
     "extensionElements", "definitions", "decisionTable", "inputEntry", "outputEntry", "inputExpression",
     "flowNodeRef", "script"}
)  # fmt: skip
QUIET_FILE = frozenset({"@id", "@exporter", "@exporterVersion", "@targetNamespace", "@name", "@xsi.schemaLocation"})
CONTAINERS = frozenset(
    {"extensionElements", "spiff.properties", "spiff.parameters", "laneSet", "childLaneSet", "camunda.properties"}
)


def columns_of(table: Tag) -> dict[str, list[str]]:
    """The keys of a decision table's columns, for its cells, which say theirs by their place only."""
    found: dict[str, list[str]] = {"inputEntry": [], "outputEntry": []}
    for child in table:
        step = step_of(child)
        if step in ("input", "output"):
            cells = found[f"{step}Entry"]
            cells.append(f"{step}:{child.get('id') or len(cells) + 1}")
    return found


def is_ours(tag: Tag) -> bool:
    space = etree.QName(tag).namespace or ""
    return space == BPMN or _DMN in space


def step_of(tag: Tag) -> str:
    return step_name(tag.tag)


def step_name(name: str) -> str:
    """A tag's or attribute's name as a step of a path: unknown namespaces stay visible."""
    space, brace, rest = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    if not brace:
        return name
    if space in _PREFIXES:
        return _PREFIXES[space] + rest
    return rest if _DMN in space else f"{rest} [{space.replace(':', '')}]"


def local_name(tag: Tag, value: str) -> str:
    """A reference without its prefix: `bpmn:x`, `tns:x` and `x` are the same where the prefix is the file's own."""
    prefix, colon, rest = value.partition(":")
    if not colon or prefix not in tag.nsmap:
        return value
    own = tag.getroottree().getroot().get("targetNamespace")
    space = tag.nsmap[prefix]
    return rest if space in (BPMN, own) else f"{{{space}}}{rest}"
