"""Camunda 7: formKey, topic, candidateGroups, listeners. What is understood is rewritten, the rest is named."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.engine.bpmn_xml import CAMUNDA, Tag, bpmn, camunda, find, local, set_property, text_of
from app.engine.calendar import is_duration
from app.engine.diagram import operator_of
from app.engine.foreign.terms import (
    Taking,
    all_nodes,
    drop,
    given,
    operator,
    quoted,
    take,
    to_person,
    use_form,
)
from app.engine.translation import translate

_CODE = ("class", "delegateExpression", "expression", "type")
_SET_VARIABLE = re.compile(r"""\s*execution\.setVariable\(\s*(["'])(?P<name>\w+)\1\s*,\s*(?P<value>.+)\)\s*;?\s*\Z""")
_ASSIGNED = re.compile(r"\s*(?:var |let |const |def )?\s*(?P<name>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<value>.+?)\s*;?\s*\Z")
# Attributes and extensions that say how Camunda's own machine works, and nothing about the process.
_MACHINE = {
    "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "historyTimeToLive", "versionTag", "taskPriority",
    "isStartableInTasklist", "candidateStarterGroups", "candidateStarterUsers", "formRefBinding", "formRefVersion",
    "modelerTemplate", "modelerTemplateVersion", "errorMessageVariable", "errorCodeVariable", "followUpDate",
    "priority", "initiator", "mapDecisionResult", "decisionRefBinding", "calledElementBinding", "variableName",
    "executionListener", "taskListener", "failedJobRetryTimeCycle", "in", "out", "connector", "properties",
    "inputOutput", "errorEventDefinition", "field", "potentialStarter",
}  # fmt: skip


def read_camunda(roots: Mapping[str, Tag], taking: Taking) -> None:
    decisions = {t.get("id") for root in roots.values() for t in root.iter("{*}decision")}
    for file, root in roots.items():
        for node in all_nodes(root):
            _form(taking, file, node)
            if local(node) in ("serviceTask", "sendTask", "businessRuleTask"):
                _topic(taking, file, node, decisions)
            if local(node) == "scriptTask":
                _script(taking, file, node)
            _due(taking, file, node)
        for node in all_nodes(root):
            _service(taking, file, node)
            _machine(taking, file, node)
        for process in root.iter(bpmn("process")):
            _machine(taking, file, process)


def _form(taking: Taking, file: str, node: Tag) -> None:
    """embedded:app:forms/x.html, camunda-forms:deployment:x.form, x; and camunda:formRef."""
    key = (node.get(camunda("formKey")) or node.get(camunda("formRef")) or "").strip()
    if not key:
        return
    name = re.sub(r"\.(html|form|json|htm|jsf|xhtml)\Z", "", key.split("/")[-1].split(":")[-1]).strip()
    take(node, camunda("formKey"), camunda("formRef"))
    if local(node) in ("userTask", "startEvent"):
        use_form(taking, file, node, name or key, "camunda:formKey")


def _topic(taking: Taking, file: str, task: Tag, decisions: set[str]) -> None:
    topic = (task.get(camunda("topic")) or "").strip()
    if operator_of(task) is not None or not topic:
        if local(task) == "businessRuleTask" and any(task.get(camunda(a)) for a in _CODE):
            to_person(taking, file, task, "Keputusan ini dihitung program Camunda, yang tidak ada di Alur.")
        return
    if topic not in taking.operators:
        to_person(taking, file, task, f"Layanan '{topic[:80]}' (camunda:topic) tidak ada di Alur.")
        return
    values = [
        (t.get("name", ""), quoted(text_of(t)))
        for group in given(task, camunda("inputOutput"))
        for t in group.findall(camunda("inputParameter"))
        if not len(t)
    ]
    operator(task, topic, values, task.get(camunda("resultVariable"), ""))
    for group in given(task, camunda("inputOutput")):
        drop(group)
    take(task, camunda("topic"), camunda("type"), camunda("resultVariable"))
    taking.say(file, task, f"camunda:topic dibaca sebagai layanan '{topic}'.")


def _service(taking: Taking, file: str, task: Tag) -> None:
    """What is left without a name that Alur knows: a class, an expression, a connector, or nothing at all."""
    if local(task) != "serviceTask":
        if local(task) in ("sendTask", "receiveTask") and not task.get("messageRef"):
            to_person(taking, file, task, "Tugas pesan ini tidak menyebut pesannya.")
        return
    found = operator_of(task)
    name = "" if found is None else (found.get("id") or "")
    if name in taking.operators and name:
        return
    code = next((task.get(camunda(a)) for a in _CODE if task.get(camunda(a))), "")
    why = f"Layanan '{(name or code)[:80]}' tidak ada di Alur." if name or code else "Layanannya belum disebut."
    to_person(taking, file, task, why)


def _script(taking: Taking, file: str, task: Tag) -> None:
    """`execution.setVariable("a", 1)` and `var a = 1;` are assignments; all else is left, and refused by the checks."""
    for tag in task.findall(bpmn("script")):
        lines = []
        for line in (tag.text or "").splitlines():
            found = _SET_VARIABLE.match(line) or _ASSIGNED.match(line)
            lines.append(f"{found['name']} = {translate(found['value'])}" if found else line.strip())
        new = "\n".join(line for line in lines if line)
        if new != (tag.text or "").strip():
            tag.text = new
            taking.say(file, task, f"Skrip dibaca sebagai '{new[:80]}'.")
    code = task.get(camunda("resource"))
    if code and not task.findall(bpmn("script")):
        to_person(taking, file, task, "Skripnya ada di berkas lain, yang tidak dijalankan Alur.")
        take(task, camunda("resource"))


def _due(taking: Taking, file: str, node: Tag) -> None:
    text = (node.get(camunda("dueDate")) or "").strip()
    if not text or local(node) != "userTask":
        return
    take(node, camunda("dueDate"))
    days = re.search(r"plus(Days|Weeks|Hours)\((\d{1,3})\)", text)
    unit = {"Days": "P{}D", "Weeks": "P{}W", "Hours": "PT{}H"}
    due = text if is_duration(text) else unit[days[1]].format(days[2]) if days else ""
    if due:
        set_property(node, "due", due)
        taking.say(file, node, f"camunda:dueDate dibaca sebagai tenggat {due}.")
    else:
        taking.say(file, node, f"Tenggat '{text[:60]}' tidak dapat dibaca. Isi tenggatnya di draf.", "warning")


def _machine(taking: Taking, file: str, node: Tag) -> None:
    """Name what is left aside, once for each element; none of it is ever run."""
    names = {a.rpartition("}")[2] for a in node.attrib if a.startswith(f"{{{CAMUNDA}}}")}
    children = find(node, "./bpmn:extensionElements/camunda:*")
    names |= {str(t.tag).rpartition("}")[2] for t in children}
    known = sorted(names & _MACHINE)
    if known:
        taking.say(file, node, f"Tidak dipakai Alur, jadi diabaikan: {', '.join(known)}.")
    for attribute in [a for a in node.attrib if a.rpartition("}")[2] in _MACHINE and CAMUNDA in a]:
        take(node, attribute)
    for child in children:
        if str(child.tag).rpartition("}")[2] in _MACHINE:
            drop(child)
