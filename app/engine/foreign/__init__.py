"""Files drawn in Camunda Modeler: its fields become the ones Alur reads. The rest is left to the checks."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lxml import etree

from app.engine.bpmn_xml import (
    SPIFF,
    Report,
    Tag,
    bpmn,
    camunda,
    extension,
    find,
    nodes_of,
    scopes_of,
    set_property,
    spiff,
    text_of,
)
from app.engine.diagram import lanes_by_node, operator_of
from app.engine.expressions import translate


def read_foreign(roots: Mapping[str, Tag], report: Report) -> None:
    """Rewrite Camunda's fields in place, each listed as a repair."""
    for file, root in roots.items():
        for task in [*root.iter(bpmn("userTask")), *root.iter(bpmn("startEvent"))]:
            _form(file, task, report)
        for task in [*root.iter(bpmn("serviceTask")), *root.iter(bpmn("sendTask"))]:
            _topic(file, task, report)
        for task in root.iter(bpmn("businessRuleTask")):
            _decision(file, task, report)
        for loop in root.iter(bpmn("multiInstanceLoopCharacteristics")):
            _collection(file, loop, report)
        _groups(file, root, report)


def _form(file: str, task: Tag, report: Report) -> None:
    key = task.get(camunda("formKey"), "").split("/")[-1].split(":")[-1].removesuffix(".html").strip()
    if key:
        set_property(task, "form", key)
        report.at(file, task, f"camunda:formKey dibaca sebagai form '{key}'.", "repair")


def _topic(file: str, task: Tag, report: Report) -> None:
    """An external task's topic is the operator; input parameters are its parameters."""
    topic = task.get(camunda("topic"))
    if not topic or operator_of(task) is not None:
        return
    holder = extension(task, make=True)
    operator = etree.SubElement(holder, spiff("serviceTaskOperator"), id=topic, nsmap={"spiffworkflow": SPIFF})
    result = task.get(camunda("resultVariable"))
    if result:
        operator.set("resultVariable", result)
    group = etree.SubElement(operator, spiff("parameters"))
    for given in find(task, "./bpmn:extensionElements/camunda:inputOutput/camunda:inputParameter"):
        value = translated_value(text_of(given))
        etree.SubElement(group, spiff("parameter"), id=given.get("name", ""), type="any", value=value)
    report.at(file, task, f"camunda:topic dibaca sebagai layanan '{topic}'.", "repair")


def translated_value(text: str) -> str:
    """Camunda's values are texts unless they stand in `${...}`; ours are expressions, so a text gets quotes."""
    new = translate(text)
    return new if new != text else json.dumps(text, ensure_ascii=False)


def _decision(file: str, task: Tag, report: Report) -> None:
    name = task.get(camunda("decisionRef"))
    if name and not find(task, "./bpmn:extensionElements/spiff:calledDecisionId"):
        etree.SubElement(
            extension(task, make=True), spiff("calledDecisionId"), nsmap={"spiffworkflow": SPIFF}
        ).text = name
        report.at(file, task, f"camunda:decisionRef dibaca sebagai tabel keputusan '{name}'.", "repair")


def _collection(file: str, loop: Tag, report: Report) -> None:
    name = translate(loop.get(camunda("collection"), ""))
    if not name or loop.find(bpmn("loopDataInputRef")) is not None:
        return
    reference = etree.Element(bpmn("loopDataInputRef"))
    reference.text = name
    loop.insert(0, reference)
    variable = loop.get(camunda("elementVariable"))
    if variable:
        reference.addnext(etree.Element(bpmn("inputDataItem"), id=variable, name=variable))
    report.at(file, loop, f"camunda:collection dibaca sebagai daftar '{name}'.", "repair")


def _groups(file: str, root: Tag, report: Report) -> None:
    """The first of the candidate groups becomes the lane of a user task that stands in none: a lane is a role."""
    lanes = lanes_by_node(root)
    for scope in scopes_of(root):
        for task in nodes_of(scope):
            groups = task.get(camunda("candidateGroups"), "").split(",")
            name = groups[0].strip()
            if not name or "{" in name or not task.get("id") or task.get("id") in lanes:
                continue
            ref = etree.SubElement(_lane(root, task, name), bpmn("flowNodeRef"))
            ref.text = task.get("id")
            report.at(file, task, f"camunda:candidateGroups dibaca sebagai jalur '{name}'.", "repair")


def _lane(root: Tag, task: Tag, name: str) -> Tag:
    for lane in root.iter(bpmn("lane")):
        if lane.get("name") == name:
            return lane
    process = next(task.iterancestors(bpmn("process")))
    group = process.find(bpmn("laneSet"))
    if group is None:
        group = etree.Element(bpmn("laneSet"))
        process.insert(1 if process.find(bpmn("extensionElements")) is not None else 0, group)
    return etree.SubElement(group, bpmn("lane"), name=name)
