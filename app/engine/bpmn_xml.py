"""BPMN's vocabulary, and reading a file's bytes so that no file can hurt the reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias
from xml.parsers import expat

from lxml import etree

from app.engine.types import Problem

Tag: TypeAlias = Any  # an lxml element

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "spiff": SPIFF, "camunda": CAMUNDA}

TASKS = frozenset(
    {"task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"}
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
NODES = ACTIVITIES | EVENTS | GATEWAYS
# Children of a process that are not executed: they document, or belong to the process itself.
BESIDE = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "sequenceFlow", "dataObject", "dataObjectReference",
        "dataStoreReference", "ioSpecification", "association", "textAnnotation", "group", "incoming", "outgoing",
        "property", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "completionCondition",
        "monitoring", "auditing", "correlationSubscription", "resourceRole", "performer", "potentialOwner",
        "humanPerformer", "dataInputAssociation", "dataOutputAssociation", "supports", "supportedInterfaceRef",
        "ioBinding", "category",
    }
)  # fmt: skip

MAX_BYTES = 2_000_000
MAX_ELEMENTS = 20_000  # the diagram's shapes count too; 600,000 elements take 550 MB
MAX_DEPTH = 64
MAX_FILES = 30


class Report:
    """All that was found, in the order it was found; nothing is said twice."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, file: str, line: int, element: str, name: str, message: str, level: str = "error") -> None:
        self._found[Problem(file, line, element, name, message, level)] = None

    def at(self, file: str, tag: Tag, message: str, level: str = "error") -> None:
        """A problem of one XML element, named by the nearest element around it that has an id."""
        named = tag
        while named.get("id") is None and named.getparent() is not None:
            named = named.getparent()
        self.add(file, line_of(tag), named.get("id") or "", named.get("name") or "", message, level)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._found)


class UnreadableFile(ValueError):
    """This file is no XML that Alur reads. `line` is where reading stopped, 0 for the file as a whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def parse(data: bytes) -> Tag:
    """The root element of `data`, without comments and processing instructions.

    Raises UnreadableFile for anything with a DOCTYPE, over the limits, or not well-formed. UTF-8, UTF-16 and
    ISO-8859-1 are read. A streaming pass counts first, so that no tree is built of a file that is too large.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"Berkas lebih dari {MAX_BYTES // 1_000_000} MB. Hapus gambar atau pecah diagramnya.")
    _scan(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as e:
        line = getattr(e, "lineno", 0) or 0
        raise UnreadableFile("XML berkas ini tidak utuh. Buka dan simpan ulang di editor diagram.", line) from e


def _scan(data: bytes) -> None:
    parser = expat.ParserCreate()
    count = depth = 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count += 1
        depth += 1
        if count > MAX_ELEMENTS:
            raise UnreadableFile(f"Berkas berisi lebih dari {MAX_ELEMENTS} elemen. Pecah diagramnya.")
        if depth > MAX_DEPTH:
            raise UnreadableFile(
                f"Elemen bersarang lebih dari {MAX_DEPTH} tingkat. Sederhanakan diagramnya.", parser.CurrentLineNumber
            )

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise UnreadableFile("Berkas berisi DOCTYPE. Hapus baris DOCTYPE; BPMN tidak memerlukannya.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as e:
        if not data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            raise UnreadableFile(
                "Ini bukan diagram BPMN. Simpan diagramnya sebagai BPMN 2.0 (.bpmn), lalu pilih itu."
            ) from e
        message = f"XML tidak utuh di baris {e.lineno}. Buka dan simpan ulang di editor diagram."
        raise UnreadableFile(message, e.lineno) from e
    except (LookupError, ValueError) as e:
        if isinstance(e, UnreadableFile):
            raise
        raise UnreadableFile("Pengodean huruf berkas ini tidak dikenal. Simpan sebagai UTF-8.") from e


def local(tag: Tag) -> str:
    """The name of a BPMN element without its namespace; "" for an element of another namespace."""
    text = tag.tag
    return text[len(BPMN) + 2 :] if type(text) is str and text.startswith(f"{{{BPMN}}}") else ""


def bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def spiff(name: str) -> str:
    return f"{{{SPIFF}}}{name}"


def camunda(name: str) -> str:
    return f"{{{CAMUNDA}}}{name}"


def find(tag: Tag, path: str) -> list[Tag]:
    """Elements by an XPath with the prefixes bpmn, spiff, camunda, bpmndi. `path` is ours, never a file's text."""
    return list(tag.xpath(path, namespaces=NAMESPACES))


def line_of(tag: Tag) -> int:
    return int(tag.sourceline or 0)


def text_of(tag: Tag) -> str:
    return (tag.text or "").strip()


def nodes_of(scope: Tag) -> Iterator[Tag]:
    """The flow nodes that stand directly in a process or subprocess."""
    return (child for child in scope if local(child) in NODES)


def has_nodes(scope: Tag) -> bool:
    return next(nodes_of(scope), None) is not None


def scopes_of(root: Tag) -> list[Tag]:
    """Every process and subprocess of a file, outer ones first."""
    found = root.iter(bpmn("process"), *(bpmn(name) for name in SUBPROCESSES))
    return [t for t in found if local(t) == "process" or local(t.getparent()) in SUBPROCESSES | {"process"}]


def extension(node: Tag, make: bool = False) -> Tag | None:
    """The extensionElements of `node`; with `make`, one is put there where BPMN wants it."""
    found = node.find(bpmn("extensionElements"))
    if found is None and make:
        found = etree.Element(bpmn("extensionElements"))
        node.insert(1 if len(node) and local(node[0]) == "documentation" else 0, found)
    return found


def properties_of(node: Tag) -> dict[str, str]:
    """The `spiffworkflow:properties` of `node`."""
    found = find(node, "./bpmn:extensionElements/spiff:properties/spiff:property")
    return {p.get("name"): p.get("value", "") for p in found if p.get("name")}


def set_property(node: Tag, name: str, value: str) -> None:
    """Add one of `spiffworkflow:properties`, unless the node has it."""
    if name in properties_of(node):
        return
    holder = extension(node, make=True)
    assert holder is not None  # noqa: S101 - for the type checker: `make` was given
    group = holder.find(spiff("properties"))
    if group is None:
        group = etree.SubElement(holder, spiff("properties"))
    etree.SubElement(group, spiff("property"), name=name, value=value)
