"""What a foreign drawing leaves unsaid: where it starts and ends, who chooses a branch, what a plain task is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lxml import etree

from app.engine.bpmn_xml import ACTIVITIES, Tag, bpmn, extension, find, has_nodes, local, nodes_of, scopes_of
from app.engine.checks.names import SYSTEM
from app.engine.checks.structure import MAX_NAME
from app.engine.diagram import lanes_by_node
from app.engine.foreign.terms import (
    Asked,
    Taking,
    all_nodes,
    copy_lane,
    declare,
    drop,
    new_flow,
    new_node,
    to_person,
    without_form,
    word,
)
from app.engine.repairs import free_id, has_condition, ids_of, outgoing

_DEFINITIONS = {"messageEventDefinition": ("message", "messageRef"), "signalEventDefinition": ("signal", "signalRef")}
_DATA = ("dataInputAssociation", "dataOutputAssociation")
MOST_CHOICES = 20


def read_flow(roots: Mapping[str, Tag], taking: Taking) -> None:
    _one_process(roots, taking)
    for file, root in roots.items():
        _titles(taking, file, root)
        for task in [n for n in all_nodes(root) if local(n) == "task"]:
            to_person(taking, file, task, "Tugas ini belum berjenis.")
        _names(taking, file, root)
        _data(taking, file, root)
        if not _small(root):
            continue  # too large to be published anyway: the checks say so
        for scope in scopes_of(root):
            if has_nodes(scope) and local(scope) != "adHocSubProcess" and not _aside(scope):
                _starts(taking, file, root, scope)
                _ends(taking, file, root, scope)
        _conditional(taking, file, root)
        _choices(taking, file, root)


def _small(root: Tag) -> bool:
    return sum(1 for _ in root.iter(bpmn("sequenceFlow"))) <= 2_000 and len(all_nodes(root)) <= 1_000


def _aside(scope: Tag) -> bool:
    return any(p.get("isExecutable") == "false" for p in (scope, *scope.iterancestors(bpmn("process"))))


def _one_process(roots: Mapping[str, Tag], taking: Taking) -> None:
    """Of several pools with a flow of their own one is run: the only executable one, else the largest."""
    called = {t.get("calledElement") for root in roots.values() for t in root.iter(bpmn("callActivity"))}
    drawn = [(f, p) for f, root in roots.items() for p in root.iter(bpmn("process")) if has_nodes(p)]
    free = [(f, p) for f, p in drawn if p.get("id") not in called]
    meant = [p for _, p in free if p.get("isExecutable") == "true"] or [p for _, p in free]
    main = max(meant, key=lambda p: len(list(nodes_of(p)))) if len(free) > 1 and meant else None
    for file, process in drawn:
        if process.get("id") in called or process is main or (main is None and (file, process) in free):
            if process.get("isExecutable") != "true":
                process.set("isExecutable", "true")
                taking.say(file, process, "Proses ditandai dapat dijalankan (isExecutable).")
        else:
            process.set("isExecutable", "false")
            name = process.get("name") or process.get("id") or ""
            taking.say(file, process, f"Proses '{name[:80]}' tidak dipanggil proses utama, jadi dianggap keterangan.")


def _titles(taking: Taking, file: str, root: Tag) -> None:
    """A process without a name is called as its pool, else as its file."""
    pools = {p.get("processRef"): p.get("name") for p in root.iter(bpmn("participant"))}
    for process in root.iter(bpmn("process")):
        if (process.get("name") or "").strip() or not has_nodes(process):
            continue
        stem = file.rpartition("/")[2].partition(".")[0].replace("_", " ").replace("-", " ").strip()
        name = " ".join((pools.get(process.get("id")) or stem).split())[:MAX_NAME]
        if name:
            process.set("name", name)
            taking.say(file, process, f"Proses tanpa nama dinamai '{name[:80]}'.")


def _names(taking: Taking, file: str, root: Tag) -> None:
    """Events of a message or signal that was not named wait for (or tell) one called as the event."""
    for node in all_nodes(root):
        for tag in node:
            if local(tag) not in _DEFINITIONS or tag.get(_DEFINITIONS[local(tag)][1]):
                continue
            kind, attribute = _DEFINITIONS[local(tag)]
            made = etree.Element(bpmn(kind), id=free_id(f"{kind}_{node.get('id')}", ids_of(root)))
            made.set("name", node.get("name") or node.get("id") or kind)
            root.insert(0, made)
            tag.set(attribute, made.get("id"))
            taking.say(
                file, node, f"{'Pesan' if kind == 'message' else 'Sinyal'} tanpa nama dinamai seperti event ini."
            )
            if local(node) in ("intermediateThrowEvent", "endEvent"):
                taking.say(file, node, "Alur tidak mengirim pesan ini ke luar: event ini hanya dilewati.", "warning")


def _data(taking: Taking, file: str, root: Tag) -> None:
    """Lines to data objects and stores become plain associations. SpiffArena's data objects hold data, and stay."""
    if any("spiffworkflow" in str(uri) for uri in root.nsmap.values()):
        return
    for node in all_nodes(root):
        for tag in [t for t in node if local(t) in _DATA]:
            end = tag.find(bpmn("sourceRef" if local(tag) == "dataInputAssociation" else "targetRef"))
            other = "" if end is None else (end.text or "").strip()
            node.remove(tag)
            if not other or not node.get("id"):
                continue
            ends = (other, node.get("id")) if local(tag) == "dataInputAssociation" else (node.get("id"), other)
            line = etree.Element(bpmn("association"), id=tag.get("id") or free_id("garis", ids_of(root)))
            line.set("sourceRef", ends[0])
            line.set("targetRef", ends[1])
            node.getparent().append(line)
            taking.say(file, node, "Garis ke objek data atau penyimpanan data menjadi keterangan.")
        for tag in [t for t in node if local(t) in ("property", "ioSpecification")]:
            node.remove(tag)


def _ends_of(scope: Tag) -> tuple[dict[str, list[Tag]], dict[str, list[Tag]]]:
    into: dict[str, list[Tag]] = {}
    out: dict[str, list[Tag]] = {}
    for flow in scope.findall(bpmn("sequenceFlow")):
        into.setdefault(flow.get("targetRef") or "", []).append(flow)
        out.setdefault(flow.get("sourceRef") or "", []).append(flow)
    return into, out


def _alone(node: Tag) -> bool:
    """What is not part of the flow of its scope."""
    return (
        not node.get("id")
        or local(node) in ("boundaryEvent", "startEvent")
        or node.get("triggeredByEvent") == "true"
        or node.get("isForCompensation") == "true"
    )


def _starts(taking: Taking, file: str, root: Tag, scope: Tag) -> None:
    nodes = list(nodes_of(scope))
    if any(local(n) == "startEvent" for n in nodes):
        return
    into, _ = _ends_of(scope)
    first = [n for n in nodes if not _alone(n) and n.get("id") not in into]
    if not first:
        return
    start = new_node(root, first[0], "startEvent", "mulai", "Mulai")
    taking.say(file, first[0], "Tidak ada kejadian awal, jadi satu ditambahkan di depan langkah ini.")
    source = start
    if len(first) > 1:
        source = new_node(root, start, "parallelGateway", "mulai_bersama")
        new_flow(root, source, start.get("id"), source.get("id"))
        taking.say(file, first[0], "Beberapa langkah tanpa panah masuk: dianggap mulai bersamaan.")
    for node in first:
        new_flow(root, node, source.get("id"), node.get("id"))


def _ends(taking: Taking, file: str, root: Tag, scope: Tag) -> None:
    _, out = _ends_of(scope)
    for node in list(nodes_of(scope)):
        stops = local(node) in ACTIVITIES | {"intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
        if (
            not stops
            or not node.get("id")
            or node.get("id") in out
            or node.get("triggeredByEvent") == "true"
            or node.get("isForCompensation") == "true"
        ):
            continue
        end = new_node(root, node, "endEvent", f"selesai_{node.get('id')}", "Selesai")
        new_flow(root, end, node.get("id"), end.get("id"))
        taking.say(file, node, "Alur berhenti di sini tanpa kejadian akhir, jadi satu ditambahkan.")


def _conditional(taking: Taking, file: str, root: Tag) -> None:
    """Conditions on flows out of a task: an inclusive gateway is what they mean (BPMN 2.0, 13.2.1)."""
    nodes = {n.get("id"): n for n in all_nodes(root)}
    for source, flows in outgoing(root).items():
        node = nodes.get(source)
        if node is None or local(node) not in ACTIVITIES:
            continue
        with_condition = [f for f in flows if has_condition(f)]
        rest = [f for f in flows if not has_condition(f)]
        default = node.get("default")
        if not with_condition or any(f.get("id") != default for f in rest):
            continue  # the checks tell its owner
        gateway = new_node(root, node, "inclusiveGateway", f"{source}_syarat")
        new_flow(root, gateway, source, gateway.get("id"))
        for flow in flows:
            flow.set("sourceRef", gateway.get("id"))
        if default:
            gateway.set("default", default)
            del node.attrib["default"]
        taking.say(file, node, "Panah bersyarat keluar dari tugas: gateway inklusif ditambahkan sesudahnya.")


def _choices(taking: Taking, file: str, root: Tag) -> None:
    """Where no flow of an exclusive gateway has a condition, a person chooses."""
    flows = outgoing(root)
    nodes = {n.get("id"): n for n in all_nodes(root)}
    lanes = lanes_by_node(root)
    for gateway in list(root.iter(bpmn("exclusiveGateway"))):
        id_ = gateway.get("id") or ""
        leaving = flows.get(id_, [])
        if not 1 < len(leaving) <= MOST_CHOICES or any(has_condition(f) for f in leaving) or _aside(gateway):
            continue
        into = [f for f in root.iter(bpmn("sequenceFlow")) if f.get("targetRef") == id_]
        before = nodes.get(into[0].get("sourceRef")) if len(into) == 1 else None
        asked = _asked(gateway, leaving, nodes)
        task = before if before is not None and without_form(before) and len(flows[before.get("id")]) == 1 else None
        if task is None:
            task = _asking(root, gateway, into, nodes, lanes)
            where = "tugas memilih ditambahkan sebelum gateway ini"
        else:
            where = f"pilihannya ditanyakan di tugas '{(task.get('name') or task.get('id'))[:60]}'"
        declare(task, [asked])
        for flow, (value, _) in zip(leaving[:-1], asked.choices, strict=False):
            condition = etree.SubElement(flow, bpmn("conditionExpression"))
            condition.text = f"{asked.id} == {json.dumps(value)}"
        gateway.set("default", leaving[-1].get("id") or "")
        taking.say(file, gateway, f"Gateway tanpa syarat: orang memilih cabangnya; {where}.")


def _asked(gateway: Tag, leaving: list[Tag], nodes: Mapping[str, Tag]) -> Asked:
    choices: dict[str, str] = {}
    for n, flow in enumerate(leaving, 1):
        target = nodes.get(flow.get("targetRef"))
        label = flow.get("name") or ("" if target is None else target.get("name") or target.get("id")) or f"Cabang {n}"
        value = word(label, f"cabang_{n}")
        choices[value if value not in choices else f"{value[:36]}_{n}"] = label
    name = f"pilihan_{word(gateway.get('id') or '', 'gateway')}"
    return Asked(name, gateway.get("name") or "Pilih jalan berikutnya", "enum", True, tuple(choices.items()))


def _asking(root: Tag, gateway: Tag, into: list[Tag], nodes: Mapping[str, Tag], lanes: Mapping[str, str]) -> Tag:
    """A task before the gateway, in the lane of people that comes nearest before it."""
    id_ = gateway.get("id")
    task = new_node(root, gateway, "userTask", f"{id_}_pilih", gateway.get("name") or "Pilih jalan berikutnya")
    for flow in into:
        flow.set("targetRef", task.get("id"))
    new_flow(root, task, task.get("id"), id_)
    if lanes.get(id_) in (None, SYSTEM):
        person = _before(into, nodes, lanes)
        if person is not None:
            for ref in [r for r in root.iter(bpmn("flowNodeRef")) if r.text == task.get("id")]:
                drop(ref)
            copy_lane(root, person, task)
    return task


def _before(into: list[Tag], nodes: Mapping[str, Tag], lanes: Mapping[str, str]) -> Tag | None:
    """The nearest element before that stands in a lane with people."""
    flows: dict[str, list[Tag]] = {}
    for flow in into[0].getroottree().getroot().iter(bpmn("sequenceFlow")) if into else ():
        flows.setdefault(flow.get("targetRef") or "", []).append(flow)
    todo, seen = list(into), set()
    while todo:
        node = nodes.get(todo.pop(0).get("sourceRef"))
        if node is None or node.get("id") in seen:
            continue
        seen.add(node.get("id"))
        if lanes.get(node.get("id")) not in (None, SYSTEM):
            return node
        todo += flows.get(node.get("id"), [])
    return None


def tidy(roots: Mapping[str, Tag]) -> None:
    """Empty holders of extensions are of no use."""
    for root in roots.values():
        for node in all_nodes(root):
            holder = extension(node)
            if holder is not None and not len(holder):
                node.remove(holder)
            for empty in find(node, "./bpmn:extensionElements/spiff:properties[not(*)]"):
                empty.getparent().remove(empty)
