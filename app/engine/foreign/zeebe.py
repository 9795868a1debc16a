"""Camunda 8 (Zeebe): task definitions, forms, assignments, mappings, called processes and decisions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from app.engine.bpmn_xml import SPIFF, Tag, bpmn, extension, local, set_property, spiff
from app.engine.calendar import is_duration
from app.engine.foreign.terms import (
    ZEEBE,
    Asked,
    Taking,
    all_nodes,
    declare,
    drop,
    given,
    operator,
    quoted,
    to_person,
    usable,
    use_form,
    zeebe,
)
from app.engine.translation import translate

_DURATION = re.compile(r"""=?\s*(?:now\(\)\s*\+\s*)?duration\(\s*"(?P<text>[^"]+)"\s*\)\s*\Z""")
# form-js: its kind of a component -> ours; "" for what shows or computes something and asks nothing
_KINDS = {
    "textfield": "string", "textarea": "text", "number": "long", "checkbox": "boolean", "select": "enum",
    "radio": "enum", "datetime": "date",
}  # fmt: skip
_DEEPEST = 6


def read_zeebe(roots: Mapping[str, Tag], taking: Taking) -> None:
    for file, root in roots.items():
        if not any(f"{{{ZEEBE}}}" in str(t.tag) for t in root.iter()):
            continue
        embedded = {t.get("id"): t.text or "" for t in root.iter(zeebe("userTaskForm"))}
        for node in all_nodes(root):
            _timers(taking, file, node)
            _service(taking, file, node)
            _script(taking, file, node)
            _form(taking, file, node, embedded)
            _due(taking, file, node)
            _called(taking, file, node)
            _list(taking, file, node)
        _rest(taking, file, root)


def _service(taking: Taking, file: str, task: Tag) -> None:
    for found in given(task, zeebe("taskDefinition")):
        name = (found.get("type") or "").strip()
        drop(found)
        if name not in taking.operators:
            if local(task) in ("serviceTask", "sendTask", "businessRuleTask", "scriptTask"):
                to_person(taking, file, task, f"Layanan '{name[:80]}' (zeebe:taskDefinition) tidak ada di Alur.")
            continue
        mapped = [t for group in given(task, zeebe("ioMapping")) for t in group]
        values = [(t.get("target", ""), quoted(t.get("source", ""))) for t in mapped if t.tag == zeebe("input")]
        result = next((t.get("target", "") for t in mapped if t.tag == zeebe("output")), "")
        operator(task, name, values, result)
        for group in given(task, zeebe("ioMapping")):
            drop(group)
        taking.say(file, task, f"zeebe:taskDefinition dibaca sebagai layanan '{name}'.")


def _script(taking: Taking, file: str, task: Tag) -> None:
    for found in given(task, zeebe("script")):
        target, text = found.get("resultVariable") or "", translate(found.get("expression") or "")
        drop(found)
        if local(task) == "scriptTask" and usable(target):
            script = etree.SubElement(task, bpmn("script"))
            script.text = f"{target} = {text}"
            taking.say(file, task, f"zeebe:script dibaca sebagai '{script.text[:80]}'.")


def _form(taking: Taking, file: str, task: Tag, embedded: Mapping[str, str]) -> None:
    for found in given(task, zeebe("formDefinition")):
        name = found.get("formKey") or found.get("formId") or found.get("externalReference") or ""
        name = name.split(":")[-1].strip()
        drop(found)
        asked = list(form_js(embedded[name])) if name in embedded else _linked(taking, name)
        if asked:
            declare(task, asked)
            taking.say(file, task, f"Formulir '{name[:60]}' dibaca: {len(asked)} isian.")
        elif name:
            use_form(taking, file, task, name, "zeebe:formDefinition")


def _linked(taking: Taking, name: str) -> list[Asked]:
    """A form-js file that came along (x.form), by its id or its name."""
    for file, schema in taking.schemas.items():
        if isinstance(schema, dict) and name in (schema.get("id"), file.rpartition("/")[2].rpartition(".")[0]):
            return list(_components(schema, 0))
    return []


def form_js(text: str) -> Iterator[Asked]:
    """The fields of a form-js form; nothing for what is not one."""
    try:
        yield from _components(json.loads(text), 0)
    except (ValueError, RecursionError):
        return


def _components(form: Any, depth: int) -> Iterator[Asked]:
    parts = form.get("components") if isinstance(form, dict) else None
    for part in parts[:200] if isinstance(parts, list) and depth < _DEEPEST else ():
        if not isinstance(part, dict):
            continue
        kind = _KINDS.get(str(part.get("type")))
        if kind is None:
            yield from _components(part, depth + 1)
            continue
        rules: Any = part.get("validate") if isinstance(part.get("validate"), dict) else {}
        values: Any = part.get("values") if isinstance(part.get("values"), list) else []
        choices = tuple((str(v.get("value")), str(v.get("label") or v.get("value"))) for v in values if type(v) is dict)
        default = part.get("defaultValue")
        if kind == "enum" and not choices:
            kind = "string"  # its choices come from data
        yield Asked(
            str(part.get("key") or ""),
            str(part.get("label") or part.get("key") or ""),
            kind,
            bool(rules.get("required")),
            choices,
            str(default) if isinstance(default, str | int) and not isinstance(default, bool) else None,
        )


def _due(taking: Taking, file: str, task: Tag) -> None:
    for found in given(task, zeebe("taskSchedule")):
        text = (found.get("dueDate") or "").strip()
        drop(found)
        duration = _DURATION.match(text)
        due = duration["text"] if duration else text
        if is_duration(due):
            set_property(task, "due", due)
            taking.say(file, task, f"zeebe:taskSchedule dibaca sebagai tenggat {due}.")
        elif text:
            taking.say(file, task, f"Tenggat '{text[:60]}' tidak dapat dibaca. Isi tenggatnya di draf.", "warning")


def _called(taking: Taking, file: str, node: Tag) -> None:
    for found in given(node, zeebe("calledElement")):
        name = found.get("processId") or ""
        drop(found)
        if local(node) == "callActivity" and not node.get("calledElement"):
            node.set("calledElement", name)
            taking.say(file, node, f"zeebe:calledElement dibaca sebagai proses '{name[:60]}'.")
    for found in given(node, zeebe("calledDecision")):
        name = found.get("decisionId") or ""
        drop(found)
        if local(node) == "businessRuleTask":
            made = etree.SubElement(
                extension(node, make=True), spiff("calledDecisionId"), nsmap={"spiffworkflow": SPIFF}
            )
            made.text = name
            taking.say(file, node, f"zeebe:calledDecision dibaca sebagai tabel keputusan '{name[:60]}'.")


def _list(taking: Taking, file: str, node: Tag) -> None:
    for loop in node.findall(bpmn("multiInstanceLoopCharacteristics")):
        for found in given(loop, zeebe("loopCharacteristics")):
            name, each = translate(found.get("inputCollection") or ""), found.get("inputElement") or ""
            drop(found)
            if loop.find(bpmn("loopDataInputRef")) is not None or not name:
                continue
            reference = etree.Element(bpmn("loopDataInputRef"))
            reference.text = name
            loop.insert(0, reference)
            if usable(each):
                reference.addnext(etree.Element(bpmn("inputDataItem"), id=each, name=each))
            taking.say(file, loop, f"zeebe:loopCharacteristics dibaca sebagai daftar '{name[:60]}'.")
        holder = extension(loop)
        if holder is not None and not len(holder):
            drop(holder)


def _timers(taking: Taking, file: str, node: Tag) -> None:
    """`=duration("P3D")` is plain ISO 8601; `now() + duration(...)` is a length from then on."""
    for tag in node.iter(bpmn("timeDuration"), bpmn("timeDate")):
        found = _DURATION.match((tag.text or "").strip())
        if found and is_duration(found["text"]):
            tag.tag, tag.text = bpmn("timeDuration"), found["text"]
            taking.say(file, node, f"Waktu dibaca sebagai {found['text']}.")


def _rest(taking: Taking, file: str, root: Tag) -> None:
    """What is left of Zeebe says how its machine works; assignments are read with the roles."""
    names: dict[Tag, set[str]] = {}
    kept = {zeebe("assignmentDefinition")}
    for tag in [t for t in root.iter(f"{{{ZEEBE}}}*") if t.tag not in kept]:
        holder = tag.getparent()
        if holder is None or holder.tag != bpmn("extensionElements"):
            continue
        names.setdefault(holder.getparent(), set()).add(str(tag.tag).rpartition("}")[2])
        drop(tag)
    for node, found in names.items():
        said = sorted(found - {"userTask", "userTaskForm"})
        if said and node.get("id"):
            taking.say(file, node, f"Tidak dipakai Alur, jadi diabaikan: {', '.join(said)}.")
