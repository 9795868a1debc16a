"""What SpiffWorkflow would drop or misread in a legal diagram, and can be put right before it reads it.

Each repair is listed with the level "repair", so that the diagram's owner sees what was understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from app.engine.bpmn_xml import (
    ACTIVITIES,
    BPMN,
    SUBPROCESSES,
    Report,
    Tag,
    bpmn,
    find,
    has_nodes,
    local,
    nodes_of,
    scopes_of,
    spiff,
    text_of,
)
from app.engine.calendar import is_duration
from app.engine.expressions import translate

RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})  # SpiffWorkflow's own nodes

# Attributes and elements that name another element by its id.
_REFERENCES = frozenset(
    {"sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef", "calledElement", "activityRef"}
)
_REFERENCE_TEXTS = ("flowNodeRef", "sourceRef", "targetRef", "incoming", "outgoing")

# Where a diagram may hold an expression, apart from attributes.
EXPRESSION_TAGS = ("conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition")
TIMER_TAGS = ("timeDuration", "timeDate", "timeCycle")

# Extensions that SpiffWorkflow reads wherever they stand, with the attribute it can't do without ("": of no use here).
_NEEDED = {"property": "name", "taskMetadataValue": "name", "unitTests": "", "serviceTaskOperator": "id"}

_EVENTS_THAT_LEAVE = ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")

_ISO_DATE = re.compile(r"\d{4}-?\d\d-?\d\d([T ][\d:.,+Zz-]+)?\Z", re.ASCII)
_ISO_CYCLE = re.compile(r"R\d*/[\dPpTtYMWDHSymwdhs:.,+/Zz-]+\Z", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{0,20})?([eE][-+]?\d{1,2})?\Z", re.ASCII)
_DC, _DI = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
_WORKING_DAYS = re.compile(r"hari_kerja\s*\(")


def repair(roots: Mapping[str, Tag], report: Report, *, keep_drawn: bool = False) -> None:
    """Put right, in place, what can be put right in all BPMN files of a process.

    With `keep_drawn`, what only documents stays in the file: it is to be drawn, and is left out when it is loaded.
    """
    if not keep_drawn:
        _make_executable(roots, report)
    for file, root in roots.items():
        _strip_references(file, root, report)
        _name_flows(file, root, report)
        _rename_reserved(file, root, report)
        if not keep_drawn:
            _drop_data_stores(file, root, report)
        _complete_operators(file, root, report)
        _mend_picture(file, root, report)
        _translate_expressions(file, root, report)
        _quote_timers(file, root, report)
        _imply_defaults(file, root, report)
        _imply_splits(file, root, report)
    _part_files(roots, report)


def ids_of(root: Tag) -> set[str]:
    return {t.get("id") for t in root.iter() if t.get("id")}


def free_id(wish: str, taken: set[str]) -> str:
    """`wish`, or `wish_2`, ...: an id nobody has yet; it is taken from now on."""
    candidate, n = wish, 1
    while candidate in taken:
        n = n + 1 if n < 20 else max(n + 1, len(taken))  # thousands of equal wishes must not take their square
        candidate = f"{wish}_{n}"
    taken.add(candidate)
    return candidate


def rename(root: Tag, names: Mapping[str, str]) -> None:
    """Give the elements with the ids of `names` their new ids, with every reference to them in this file."""
    for tag in root.iter():
        if tag.get("id") in names and tag.tag.startswith(f"{{{BPMN}}}"):
            tag.set("id", names[tag.get("id")])
        for attribute in _REFERENCES & set(tag.keys()):
            tag.set(attribute, names.get(tag.get(attribute), tag.get(attribute)))
        if tag.text in names and local(tag) in _REFERENCE_TEXTS:
            tag.text = names[tag.text]


def _strip_references(file: str, root: Tag, report: Report) -> None:
    for tag in root.iter():
        if local(tag) in _REFERENCE_TEXTS and tag.text and tag.text != tag.text.strip():
            tag.text = tag.text.strip()
            if local(tag) == "flowNodeRef":
                report.at(file, tag, f"Spasi di sekitar '{tag.text}' pada jalur dihapus.", "repair")
        for attribute in _REFERENCES & set(tag.keys()):
            tag.set(attribute, tag.get(attribute).strip())


def _name_flows(file: str, root: Tag, report: Report) -> None:
    taken = ids_of(root)
    for flow in root.iter(bpmn("sequenceFlow")):
        if not flow.get("id"):
            flow.set("id", free_id(f"panah_{flow.get('sourceRef')}_{flow.get('targetRef')}", taken))
            report.at(file, flow, "Panah tanpa id diberi id.", "repair")


def _rename_reserved(file: str, root: Tag, report: Report) -> None:
    taken = ids_of(root) | RESERVED
    mine = {n.get("id"): n for scope in scopes_of(root) for n in nodes_of(scope) if n.get("id") in RESERVED}
    names = {old: free_id(f"{old}_{local(node)}", taken) for old, node in mine.items()}
    if names:
        rename(root, names)
    for old, node in mine.items():
        report.at(file, node, f"Id '{old}' dipakai mesin sendiri, jadi diganti '{node.get('id')}'.", "repair")


def _drop_data_stores(file: str, root: Tag, report: Report) -> None:
    """Data stores are documentation: the masters live in Alur, and SpiffWorkflow refuses stores it has no class for."""
    stores = [*root.iter(bpmn("dataStore")), *root.iter(bpmn("dataStoreReference"))]
    ids = {t.get("id") for t in stores}
    for association in [*root.iter(bpmn("dataInputAssociation")), *root.iter(bpmn("dataOutputAssociation"))]:
        if any(text_of(t) in ids for t in association if local(t) in ("sourceRef", "targetRef")):
            association.getparent().remove(association)
    for store in stores:
        report.at(file, store, "Penyimpanan data dianggap keterangan saja dan tidak dijalankan.", "repair")
        store.getparent().remove(store)


def _complete_operators(file: str, root: Tag, report: Report) -> None:
    for parameter in root.iter(spiff("parameter")):
        if parameter.get("type") is None:
            parameter.set("type", "any")
            report.at(file, parameter, f"Parameter '{parameter.get('id')}' tanpa type diberi type any.", "repair")
    for tag in root.iter(spiff("property")):
        if tag.get("value") is None:
            tag.set("value", "")
    for name, needed in _NEEDED.items():
        for tag in list(root.iter(spiff(name))):
            if needed == "" or tag.get(needed) is None:
                tag.getparent().remove(tag)


def _mend_picture(file: str, root: Tag, report: Report) -> None:
    """SpiffWorkflow reads where a shape is drawn, and fails where that is no number."""
    for tag in root.iter(f"{{{_DC}}}Bounds", f"{{{_DI}}}waypoint"):
        for attribute in ("x", "y", "width", "height"):
            text = tag.get(attribute)
            if (text is None and str(tag.tag).endswith("}Bounds")) or (
                text is not None and not _NUMBER.match(text.strip())
            ):
                tag.set(attribute, "0")
                report.at(file, tag, "Ada letak gambar yang bukan angka, jadi diganti 0. Rapikan gambarnya.", "repair")


def expression_places(root: Tag) -> Iterator[Tag]:
    """Every element whose text is an expression (timers and scripts are apart)."""
    for name in EXPRESSION_TAGS:
        yield from root.iter(bpmn(name))
    for name in ("messagePayload", "payloadExpression"):
        yield from root.iter(spiff(name))
    yield from find(root, ".//bpmn:correlationPropertyRetrievalExpression/*")
    yield from find(root, ".//spiff:processVariableCorrelation/spiff:expression")


def _translate_expressions(file: str, root: Tag, report: Report) -> None:
    places = [*expression_places(root), *(t for name in TIMER_TAGS for t in root.iter(bpmn(name)))]
    for tag in places:
        old = text_of(tag)
        new = translate(old)
        if new != old:
            report.at(file, tag, f"'{old[:80]}' dibaca sebagai '{new[:80]}'.", "repair")
        if tag.text != new:
            tag.text = new or None
    for parameter in root.iter(spiff("parameter")):
        old = parameter.get("value", "")
        new = translate(old)
        if new != old:
            parameter.set("value", new)
            report.at(file, parameter, f"'{old[:80]}' dibaca sebagai '{new[:80]}'.", "repair")


def _quote_timers(file: str, root: Tag, report: Report) -> None:
    """SpiffWorkflow evaluates a timer's text, so plain ISO 8601 needs quotes; working days are a moment, no length."""
    for definition in root.iter(bpmn("timerEventDefinition")):
        for tag in definition:
            text = text_of(tag)
            if local(tag) in TIMER_TAGS and (is_duration(text) or _ISO_DATE.match(text) or _ISO_CYCLE.match(text)):
                tag.text = json.dumps(text)
                report.at(file, tag, f"Waktu {text[:60]} diberi tanda kutip.", "repair")
            elif local(tag) == "timeDuration" and _WORKING_DAYS.match(text):
                tag.tag = bpmn("timeDate")
                report.at(file, tag, "hari_kerja() adalah saat, jadi timeDuration diganti timeDate.", "repair")


def outgoing(root: Tag) -> dict[str, list[Tag]]:
    """The sequence flows of a file by the node they leave."""
    out: dict[str, list[Tag]] = {}
    for flow in root.iter(bpmn("sequenceFlow")):
        out.setdefault(flow.get("sourceRef") or "", []).append(flow)
    return out


def has_condition(flow: Tag) -> bool:
    found = flow.find(bpmn("conditionExpression"))
    return found is not None and bool(text_of(found))


def _imply_defaults(file: str, root: Tag, report: Report) -> None:
    flows = outgoing(root)
    for gateway in [*root.iter(bpmn("exclusiveGateway")), *root.iter(bpmn("inclusiveGateway"))]:
        leaving = flows.get(gateway.get("id") or "", [])
        plain = [f for f in leaving if not has_condition(f)]
        if len(leaving) > 1 and len(plain) == 1 and not gateway.get("default"):
            gateway.set("default", plain[0].get("id"))
            report.at(file, gateway, f"Panah tanpa syarat '{plain[0].get('id')}' menjadi jalan bawaan.", "repair")


def _imply_splits(file: str, root: Tag, report: Report) -> None:
    """Several plain flows out of a task mean a parallel split (BPMN 2.0, 13.2.1); SpiffWorkflow wants it drawn."""
    taken = ids_of(root)
    nodes = {n.get("id"): n for scope in scopes_of(root) for n in nodes_of(scope)}
    refs = {text_of(r): r for r in root.iter(bpmn("flowNodeRef"))}  # the innermost lane comes last
    for source, flows in outgoing(root).items():
        node = nodes.get(source)
        if node is None or len(flows) < 2 or any(has_condition(f) for f in flows):
            continue
        if local(node) in ACTIVITIES or local(node) in _EVENTS_THAT_LEAVE:
            _insert_split(node, flows, refs.get(source), taken)
            report.at(file, node, "Beberapa panah keluar dari sini: dianggap berjalan bersamaan.", "repair")


def _insert_split(node: Tag, flows: list[Tag], lane_ref: Tag | None, taken: set[str]) -> None:
    source = node.get("id")
    id_ = free_id(f"{source}_cabang", taken)
    gateway = etree.Element(bpmn("parallelGateway"), id=id_)
    flow = etree.Element(bpmn("sequenceFlow"), id=free_id(f"{id_}_panah", taken), sourceRef=source, targetRef=id_)
    for leaving in flows:
        leaving.set("sourceRef", id_)
    for drawn in node.findall(bpmn("outgoing")):
        node.remove(drawn)
    node.addnext(gateway)
    gateway.addnext(flow)
    if lane_ref is not None:
        lane_ref.addnext(etree.Element(bpmn("flowNodeRef")))
        lane_ref.getnext().text = id_


def _make_executable(roots: Mapping[str, Tag], report: Report) -> None:
    """Drawing tools say isExecutable="false". Where nothing is executable, all is meant; and so is what is called.

    What is left not executable beside executable ones draws a partner: it is documentation.
    """
    drawn = [(file, p) for file, root in roots.items() for p in root.iter(bpmn("process")) if has_nodes(p)]
    called = {t.get("calledElement") for root in roots.values() for t in root.iter(bpmn("callActivity"))}
    none = not any(p.get("isExecutable", "true") == "true" for _, p in drawn)
    for file, process in drawn:
        if process.get("isExecutable", "true") == "true":
            continue
        if none or process.get("id") in called:
            process.set("isExecutable", "true")
            report.at(file, process, "Proses ditandai dapat dijalankan (isExecutable).", "repair")
        else:
            report.at(file, process, "Proses ini tidak dijalankan, jadi dianggap keterangan.", "repair")
            for child in list(process):
                process.remove(child)


def _part_files(roots: Mapping[str, Tag], report: Report) -> None:
    """Editors give the first event of every file the same id; tasks are found by element, so ids must differ."""
    taken: set[str] = set()
    for file, root in roots.items():
        mine = {n.get("id"): n for scope in scopes_of(root) for n in nodes_of(scope) if n.get("id")}
        everything = taken | ids_of(root)
        again = [i for i, n in mine.items() if i in taken and local(n) not in SUBPROCESSES]
        if again:
            rename(root, {old: free_id(old, everything) for old in again})
        for old in again:
            report.at(file, mine[old], f"Id '{old}' sudah ada di berkas lain, jadi diganti.", "repair")
        taken |= {n.get("id") for n in mine.values()}
