"""Who does what in a foreign file: groups and assignees become lanes, and lanes become roles of this house."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from app.engine.bpmn_xml import Tag, bpmn, camunda, local, nodes_of
from app.engine.diagram import lanes_by_node
from app.engine.foreign.terms import ZEEBE, Taking, all_nodes, drop, given, take, zeebe
from app.engine.repairs import free_id, ids_of

_PEOPLE = ("userTask", "manualTask")
_GROUPS = ("candidateGroups", "assignee", "candidateUsers")


def read_roles(roots: Mapping[str, Tag], taking: Taking) -> None:
    for file, root in roots.items():
        without = [p for p in root.iter(bpmn("process")) if p.find(bpmn("laneSet")) is None]
        _lanes(taking, file, root)
        _groups(taking, file, root)
        _pools(taking, file, root)
        _nowhere(taking, file, root)
        for process in without:
            if process.find(bpmn("laneSet")) is not None:
                _follow(root, process)


def _lanes(taking: Taking, file: str, root: Tag) -> None:
    for lane in root.iter(bpmn("lane")):
        name = lane.get("name") or ""
        role = taking.role(name) if name else None
        if role is not None and role != name:
            lane.set("name", role)
            taking.say(file, lane, f"Jalur '{name[:80]}' menjadi peran '{role}'.")


def _groups(taking: Taking, file: str, root: Tag) -> None:
    """The first group that is a role here, else the first group: its name becomes the lane, and waits for a role."""
    lanes = lanes_by_node(root)
    known = taking.roles
    for task in [n for n in all_nodes(root) if local(n) in _PEOPLE]:
        names = list(_named(task))
        take(task, *(camunda(a) for a in _GROUPS))
        for found in given(task, zeebe("assignmentDefinition")):
            drop(found)
        if not names:
            continue
        role = next((r for r in map(taking.role, names) if r), None)
        there = lanes.get(task.get("id") or "")
        if there in known:
            if role is not None and role != there:
                said = f"Petugas '{names[0][:60]}' tidak dipakai: jalurnya sudah menyebut peran '{there}'."
                taking.say(file, task, said, "warning")
            continue
        if role is None and there:
            continue  # the lane waits for a role already
        _put(root, task, role or names[0])
        words = f"peran '{role}'" if role else f"jalur '{names[0][:60]}', yang belum menjadi peran"
        taking.say(file, task, f"Petugas '{names[0][:60]}' dibaca sebagai {words}.")


def _named(task: Tag) -> Iterator[str]:
    """Groups and people a task names: "a, b", `=["a", "b"]`; not those that are worked out."""
    texts = [task.get(camunda(a), "") for a in _GROUPS]
    for found in given(task, f"{{{ZEEBE}}}assignmentDefinition"):
        texts += [found.get(a, "") for a in _GROUPS]
    for text in texts:
        listed = re.fullmatch(r"=\s*\[?(?P<inner>[^\[\]()]*)\]?\s*", text)
        inner = listed["inner"] if listed and '"' in text else text
        for name in inner.split(","):
            name = name.strip().strip("\"'").strip()
            if name and not re.search(r"[${}=()]", name):
                yield name


def _put(root: Tag, task: Tag, role: str) -> None:
    """`task` leaves its lane and stands in the one called `role`, which is made where there is none."""
    for ref in [r for r in root.iter(bpmn("flowNodeRef")) if (r.text or "").strip() == task.get("id")]:
        drop(ref)
    ref = etree.SubElement(_lane(root, task, role), bpmn("flowNodeRef"))
    ref.text = task.get("id")


def _lane(root: Tag, task: Tag, name: str) -> Tag:
    process = next(task.iterancestors(bpmn("process")))
    for lane in process.iter(bpmn("lane")):
        if lane.get("name") == name:
            return lane
    group = process.find(bpmn("laneSet"))
    if group is None:
        group = etree.Element(bpmn("laneSet"), id=free_id("jalur", ids_of(root)))
        process.insert(sum(1 for t in process if local(t) in ("documentation", "extensionElements")), group)
    return etree.SubElement(group, bpmn("lane"), id=free_id("peran", ids_of(root)), name=name)


def _pools(taking: Taking, file: str, root: Tag) -> None:
    """A pool without lanes that is called as a role: all its tasks are that role's."""
    processes = {p.get("id"): p for p in root.iter(bpmn("process"))}
    for pool in root.iter(bpmn("participant")):
        process, role = processes.get(pool.get("processRef")), taking.role(pool.get("name") or "")
        if process is None or role is None or process.find(bpmn("laneSet")) is not None:
            continue
        tasks = [n for n in nodes_of(process) if _wants_lane(n)]
        for node in tasks:
            _put(root, node, role)
        if tasks:
            taking.say(file, pool, f"Kolam '{role}' menjadi jalur peran '{role}'.")


def _follow(root: Tag, process: Tag) -> None:
    """Where lanes have just been made, what needs nobody stands in the lane of what comes before it, or after it.

    Work for people stays outside until somebody has chosen who does it.
    """
    lanes = lanes_by_node(root)
    nodes = {n.get("id"): n for n in nodes_of(process) if n.get("id")}
    pairs = [(f.get("sourceRef"), f.get("targetRef")) for f in process.findall(bpmn("sequenceFlow"))]
    pairs += [(n.get("attachedToRef"), id_) for id_, n in nodes.items() if n.get("attachedToRef")]
    for ways in (pairs, [(b, a) for a, b in pairs]):
        following: dict[str, list[str]] = {}
        for a, b in ways:
            following.setdefault(a, []).append(b)
        todo = [i for i in nodes if i in lanes]
        while todo:
            id_ = todo.pop(0)
            for other in following.get(id_, ()):
                if other in nodes and other not in lanes and not _wants_lane(nodes[other]):
                    lanes[other] = lanes[id_]
                    _put(root, nodes[other], lanes[id_])
                    todo.append(other)


def _nowhere(taking: Taking, file: str, root: Tag) -> None:
    """Tasks of people outside of any lane go to the role that was chosen for them."""
    role = taking.chosen.get("")
    if not role:
        return
    lanes = lanes_by_node(root)
    for node in homeless(root, lanes):
        _put(root, node, role)
        taking.say(file, node, f"Tugas di luar jalur diberi peran '{role}'.")


def homeless(root: Tag, lanes: Mapping[str, str]) -> list[Tag]:
    """The outermost elements with work for people that stand in no lane: a subprocess stands for what is in it."""
    found = []
    for process in root.iter(bpmn("process")):
        if process.get("isExecutable") == "false":
            continue
        found += [n for n in nodes_of(process) if _wants_lane(n) and (n.get("id") or "") not in lanes]
    return found


def _wants_lane(node: Tag) -> bool:
    if local(node) in _PEOPLE:
        return True
    return any(local(t) in _PEOPLE for t in node.iter())
