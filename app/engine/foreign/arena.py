"""SpiffArena: forms as JSON schemas, instructions for people, operators of its connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from app.engine.bpmn_xml import Tag, bpmn, extension, find, local, properties_of, spiff
from app.engine.foreign.terms import Asked, Taking, all_nodes, declare, given, instructions, use_form

_SCHEMA = "formJsonSchemaFilename"
_DROPPED = frozenset({_SCHEMA, "formUiSchemaFilename"})
_KINDS = {"string": "string", "integer": "long", "number": "long", "boolean": "boolean"}
_ASIDE = (
    "guestConfirmation", "allowGuest", "signalButtonLabel", "taskMetadataValues", "messageVariable", "unitTests",
    "category", "isOutputSynthesis",
)  # fmt: skip


def read_arena(roots: Mapping[str, Tag], taking: Taking) -> None:
    for file, root in roots.items():
        for node in all_nodes(root):
            _form(taking, file, node)
            _instructions(taking, file, node)
            aside = [name for name in _ASIDE for _ in given(node, spiff(name))]
            if aside:
                taking.say(file, node, f"Tidak dipakai Alur, jadi diabaikan: {', '.join(sorted(set(aside)))}.")


def _form(taking: Taking, file: str, node: Tag) -> None:
    schema = properties_of(node).get(_SCHEMA, "").strip()
    for tag in find(node, "./bpmn:extensionElements/spiff:properties/spiff:property"):
        if tag.get("name") in _DROPPED:
            tag.getparent().remove(tag)
    if not schema:
        return
    asked = list(fields_of_schema(_sibling(taking, schema)))
    if asked:
        declare(node, asked)
        taking.say(file, node, f"Skema '{schema[:60]}' dibaca: {len(asked)} isian.")
    else:
        name = schema.removesuffix(".json").removesuffix("-schema").removesuffix("_schema")
        use_form(taking, file, node, name, "formJsonSchemaFilename")


def _sibling(taking: Taking, name: str) -> Any:
    return next((s for f, s in taking.schemas.items() if f.rpartition("/")[2] == name.rpartition("/")[2]), None)


def fields_of_schema(schema: Any) -> Iterator[Asked]:
    """The top-level fields of a JSON schema; lists and groups are left out."""
    fields = schema.get("properties") if isinstance(schema, dict) else None
    needed = schema.get("required") if isinstance(schema, dict) else None
    for name, about in list(fields.items())[:100] if isinstance(fields, dict) else ():
        if not isinstance(about, dict):
            continue
        kind = _KINDS.get(str(about.get("type", "string")))
        if kind is None:
            continue
        choices = tuple((str(v), str(v)) for v in about["enum"]) if isinstance(about.get("enum"), list) else ()
        if choices:
            kind = "enum"
        elif about.get("format") == "date":
            kind = "date"
        default = about.get("default")
        yield Asked(
            str(name),
            str(about.get("title") or name),
            kind,
            isinstance(needed, list) and name in needed,
            choices,
            str(default) if isinstance(default, str | int) and not isinstance(default, bool) else None,
        )


def _instructions(taking: Taking, file: str, node: Tag) -> None:
    """What people are told becomes the element's documentation: a plain text, never a template."""
    text = instructions(node, "instructionsForEndUser")
    if not text:
        return
    for tag in given(node, spiff("instructionsForEndUser")):
        tag.getparent().remove(tag)
    documentation = etree.Element(bpmn("documentation"))
    documentation.text = text[:5000]
    place = sum(1 for t in node if local(t) == "documentation")
    node.insert(place, documentation)
    holder = extension(node)
    if holder is not None and not len(holder):
        node.remove(holder)
    taking.say(file, node, "Petunjuk (instructionsForEndUser) disimpan sebagai keterangan, apa adanya.")
