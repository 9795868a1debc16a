"""What the taking of a foreign file works with: the names of this house, what is said, and small changes to the XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.engine.bpmn_xml import (
    CAMUNDA,
    SPIFF,
    Report,
    Tag,
    bpmn,
    camunda,
    extension,
    find,
    local,
    nodes_of,
    properties_of,
    scopes_of,
    set_property,
    spiff,
)
from app.engine.checks.names import SYSTEM
from app.engine.repairs import free_id, ids_of
from app.engine.translation import translate

ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


@dataclass(frozen=True)
class Taking:
    """One set of files on its way into the house.

    `chosen` are the roles that somebody picked for lanes, "" for tasks outside of any; `schemas` the JSON files that
    came along, by name.
    """

    report: Report
    forms: frozenset[str]
    operators: frozenset[str]
    roles: frozenset[str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, Any] = field(default_factory=dict)

    def say(self, file: str, tag: Tag, message: str, level: str = "repair") -> None:
        self.report.at(file, tag, message, level)

    def role(self, name: str) -> str | None:
        """The role that `name` means: chosen by somebody, or written alike ("kepala-satker")."""
        if self.chosen.get(name):
            return self.chosen[name]
        known = {plain(r): r for r in sorted({*self.roles, SYSTEM})}
        return name if name in self.roles | {SYSTEM} else known.get(plain(name))


@dataclass(frozen=True)
class Asked:
    """One field of a foreign form, to be declared in the diagram."""

    id: str
    label: str
    type: str = "string"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str | None = None


def zeebe(name: str) -> str:
    return f"{{{ZEEBE}}}{name}"


def plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def word(text: str, otherwise: str) -> str:
    """A name that an expression can read, made of `text`."""
    made = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40]
    return made if _NAME.match(made) else otherwise


def usable(name: str) -> bool:
    """Can data have this name?"""
    return bool(_NAME.match(name))


def all_nodes(root: Tag) -> list[Tag]:
    return [node for scope in scopes_of(root) for node in nodes_of(scope)]


def given(node: Tag, name: str) -> list[Tag]:
    """The extensions of `node` with this name, e.g. zeebe("ioMapping")."""
    holder = extension(node)
    return [] if holder is None else holder.findall(name)


def drop(tag: Tag) -> None:
    tag.getparent().remove(tag)


def take(node: Tag, *names: str) -> None:
    """Remove attributes that have been understood, so that nobody reads them again."""
    for name in names:
        node.attrib.pop(name, None)


def to_person(taking: Taking, file: str, task: Tag, why: str) -> None:
    """Make a work item of what this house has nobody for: it is never skipped."""
    for tag in [*given(task, spiff("serviceTaskOperator")), *task.findall(bpmn("script"))]:
        drop(tag)
    take(task, "messageRef", "operationRef", "implementation", "instantiate", "scriptFormat")
    take(task, *(camunda(n) for n in ("topic", "type", "class", "delegateExpression", "expression", "decisionRef")))
    task.tag = bpmn("userTask")
    taking.say(file, task, f"{why} Langkah ini menjadi tugas orang.")


def operator(task: Tag, name: str, parameters: Iterable[tuple[str, str]], result: str = "") -> None:
    """Give `task` the operator `name`; parameters are (name, expression)."""
    task.tag = bpmn("serviceTask")
    made = etree.SubElement(extension(task, make=True), spiff("serviceTaskOperator"), nsmap={"spiffworkflow": SPIFF})
    made.set("id", name)
    if usable(result):
        made.set("resultVariable", result)
    group = etree.SubElement(made, spiff("parameters"))
    for parameter, value in parameters:
        etree.SubElement(group, spiff("parameter"), id=parameter, type="any", value=value)


def use_form(taking: Taking, file: str, task: Tag, name: str, written: str) -> None:
    """The form `name` where the house has it; else the task is only marked as done, and its owner is told."""
    known = {plain(f): f for f in sorted(taking.forms)}
    form = name if name in taking.forms else known.get(plain(name))
    if form is not None:
        set_property(task, "form", form)
        taking.say(file, task, f"{written} dibaca sebagai formulir '{form}'.")
    elif "form" not in properties_of(task):
        taking.say(
            file,
            task,
            f"Formulir '{name[:80]}' ({written}) tidak ada di Alur, jadi tugas ini hanya ditandai selesai. "
            "Pilih formulir atau susun isiannya di draf.",
            "warning",
        )


def declare(task: Tag, fields: Iterable[Asked]) -> int:
    """Add fields to the form that the task declares; how many were added. Ids that it has are left alone."""
    holder: Tag = extension(task, make=True)
    found = holder.find(camunda("formData"))
    form = etree.SubElement(holder, camunda("formData"), nsmap={"camunda": CAMUNDA}) if found is None else found
    there = {f.get("id") for f in form}
    added = 0
    for asked in fields:
        if asked.id in there or not usable(asked.id) or len(form) >= 100:
            continue
        there.add(asked.id)
        added += 1
        tag = etree.SubElement(form, camunda("formField"), id=asked.id, label=asked.label[:200], type=asked.type)
        if asked.default is not None:
            tag.set("defaultValue", asked.default[:500])
        for value, label in asked.choices[:100]:
            etree.SubElement(tag, camunda("value"), id=value[:200], name=label[:200])
        if asked.required:
            group = etree.SubElement(tag, camunda("validation"))
            etree.SubElement(group, camunda("constraint"), name="required")
    return added


def without_form(task: Tag) -> bool:
    return (
        local(task) == "userTask"
        and "form" not in properties_of(task)
        and not any(local(t).endswith("LoopCharacteristics") for t in task)
    )


def quoted(text: str) -> str:
    """Values of other engines are texts unless they stand in `${...}` or after `=`; ours are expressions."""
    new = translate(text)
    return new if new != text else json.dumps(text, ensure_ascii=False)


def new_node(root: Tag, after: Tag, kind: str, wish: str, name: str = "") -> Tag:
    """A node beside `after`, with an id that nobody has."""
    node = etree.Element(bpmn(kind), id=free_id(wish, ids_of(root)))
    if name:
        node.set("name", name[:200])
    after.addnext(node)
    copy_lane(root, after, node)
    return node


def new_flow(root: Tag, beside: Tag, source: str, target: str) -> Tag:
    flow = etree.Element(bpmn("sequenceFlow"), id=free_id(f"panah_{source}_{target}", ids_of(root)))
    flow.set("sourceRef", source)
    flow.set("targetRef", target)
    beside.addnext(flow)
    return flow


def copy_lane(root: Tag, source: Tag, node: Tag) -> None:
    """`node` stands in the lane where `source` stands."""
    refs = [r for r in root.iter(bpmn("flowNodeRef")) if (r.text or "").strip() == source.get("id")]
    if refs:
        ref = etree.Element(bpmn("flowNodeRef"))
        ref.text = node.get("id")
        refs[-1].addnext(ref)


def forget_ends(root: Tag) -> None:
    """Drop `incoming` and `outgoing`: they repeat what the flows say, and flows have been led elsewhere."""
    for node in all_nodes(root):
        for tag in [*node.findall(bpmn("incoming")), *node.findall(bpmn("outgoing"))]:
            node.remove(tag)
    flows = list(root.iter(bpmn("sequenceFlow")))
    nodes = {n.get("id"): n for n in all_nodes(root)}
    for flow in flows:
        for which, end in (("outgoing", "sourceRef"), ("incoming", "targetRef")):
            node = nodes.get(flow.get(end))
            if node is not None:
                _put(node, which, flow.get("id"))


def _put(node: Tag, which: str, flow: str) -> None:
    """In BPMN's order: documentation, extensionElements, incoming, outgoing, the rest."""
    before = ("documentation", "extensionElements", "incoming", *(("outgoing",) if which == "outgoing" else ()))
    place = sum(1 for t in node if local(t) in before)
    tag = etree.Element(bpmn(which))
    tag.text = flow
    node.insert(place, tag)


def instructions(node: Tag, name: str) -> str:
    found = find(node, f"./bpmn:extensionElements/spiff:{name}")  # `name` is ours
    return (found[0].text or "").strip() if found else ""
