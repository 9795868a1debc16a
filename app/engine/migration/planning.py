"""What the difference between two versions means for cases that run: per element, by kinds, and in words.

Worked out once for a pair of versions, then used for every case that moves between them (see migration.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

from app.engine.bpmn_xml import ACTIVITIES
from app.engine.definition import Definition
from app.engine.events import Due
from app.engine.migration.order import Order
from app.engine.types import Element

SUFFIXES = (" [child]", ".BoundaryEventSplit", ".BoundaryEventJoin")  # of specs that the library adds to an element
SHOWN = ("status", "notice", "notice_lane", "tahap", "dokumen")  # properties that only change words, or what is ahead
COSMETIC = frozenset({"label", "words"})
STEPS = ACTIVITIES | {"intermediateCatchEvent", "intermediateThrowEvent"}  # what a case can miss

KINDS: dict[str, str] = {
    "label": "namanya",
    "words": "kata status, tahap, atau pemberitahuannya",
    "form": "formulirnya",
    "role": "perannya",
    "due": "aturan tenggatnya",
    "timer": "waktunya",
    "event": "kejadian yang ditunggunya",
    "call": "layanan atau isian layanannya",
    "conditions": "syarat cabangnya",
    "work": "hitungannya",
    "loop": "pengulangannya",
    "kind": "jenisnya",
    "place": "letaknya (subproses atau langkah tempatnya menempel)",
    "flow": "lanjutannya",
}


@dataclass(frozen=True, eq=False)
class Plan:
    """The way from `old` to `new`. `mapping`: removed element -> the one that takes its place.

    `changes` says by the old element's id in what it differs from the one that takes its place (keys of KINDS).
    """

    old: Definition
    new: Definition
    mapping: Mapping[str, str]
    added: tuple[Element, ...]
    removed: tuple[Element, ...]
    changes: Mapping[str, frozenset[str]]
    _orders: dict[int, Order] = field(default_factory=dict, repr=False)

    def target(self, element: str) -> Element | None:
        """The element of the new version that stands for `element` of the old one."""
        return self.new.elements.get(self.mapping.get(element, element))

    def renamed(self, name: str) -> str:
        """The name of a task spec as the new version would have it."""
        for suffix in SUFFIXES:
            if name.endswith(suffix):
                base = name.removesuffix(suffix)
                return self.mapping.get(base, base) + suffix
        return self.mapping.get(name, name)

    def order(self, spec: Any) -> Order:
        """What comes before what in a process or subprocess; worked out once."""
        found = self._orders.get(id(spec))
        if found is None:
            found = self._orders[id(spec)] = Order(spec)
        return found

    @property
    def cosmetic_only(self) -> bool:
        """Nothing but words has changed."""
        return not self.added and not self.removed and all(kinds <= COSMETIC for kinds in self.changes.values())

    def words(self) -> list[str]:
        """The difference in sentences, what was added and removed first."""
        out = [f"Langkah '{label(e)}' ditambahkan." for e in self.added if e.kind in STEPS]
        out += [
            f"Langkah '{label(e)}' dihapus" + (f", digantikan '{label(into)}'." if (into := self.target(e.id)) else ".")
            for e in self.removed
            if e.kind in STEPS
        ]
        others = [e for e in (*self.added, *self.removed) if e.kind not in STEPS]
        if others:
            out.append(f"Gerbang atau kejadian ditambahkan atau dihapus: {names(others)}.")
        for id_, kinds in self.changes.items():
            element = self.old.elements[id_]
            told = kinds - {"flow"} if len(kinds) > 1 or self.added or self.removed else kinds
            if told and id_ not in self.mapping:
                what = ", ".join(KINDS[k] for k in KINDS if k in told)
                out.append(f"'{label(element)}' berubah: {what}.")
        return out


def plan(old: Definition, new: Definition, mapping: Mapping[str, str] | None = None) -> Plan:
    """Compare two versions of a process. Entries of `mapping` that no longer make sense are left out."""
    useful = {a: b for a, b in (mapping or {}).items() if a in old.elements and a not in new.elements}
    useful = {a: b for a, b in useful.items() if b in new.elements}
    before, after = _Looks(old, useful), _Looks(new, {})
    changes = {}
    for id_ in old.elements:
        into = useful.get(id_, id_)
        if into in new.elements:
            kinds = _differs(before.of(id_), after.of(into))
            if kinds:
                changes[id_] = kinds
    return Plan(
        old,
        new,
        useful,
        tuple(e for e in new.elements.values() if e.id not in old.elements),
        tuple(e for e in old.elements.values() if e.id not in new.elements),
        changes,
    )


def label(element: Element) -> str:
    return element.name or element.id


def names(elements: Iterable[Element], most: int = 5) -> str:
    """'A', 'B' dan 3 lainnya"""
    found = list(dict.fromkeys(f"'{label(e)}'" for e in elements))
    more = f" dan {len(found) - most} lainnya" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def event_kind(spec: Any) -> Any:
    """What an event waits for, without its particulars: cases can only go on waiting for the same kind of thing."""
    definition = spec.event_definition
    if isinstance(definition, MultipleEventDefinition):
        return "multiple", definition.parallel
    # a timer that repeats keeps another value than one that fires once
    kind = "once" if isinstance(definition, Due) else type(definition).__name__
    return kind, getattr(spec, "cancel_activity", None)


def loop_of(spec: Any) -> Any:
    """How an activity is repeated; None where it is not."""
    if not isinstance(spec, LoopTask):
        return None
    parts = [getattr(spec, name, None) for name in ("cardinality", "condition", "maximum", "test_before")]
    data = [getattr(spec, name, None) for name in ("data_input", "data_output", "input_item", "output_item")]
    return type(spec).__name__, parts, [getattr(d, "bpmn_id", None) for d in data]


def all_specs(definition: Definition) -> Iterator[Any]:
    """Every task spec of a definition, those of its subprocesses and called processes too."""
    for process in (definition.spec, *definition.subprocesses.values()):
        yield from process.task_specs.values()


def _differs(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(k for k in KINDS if old.get(k) != new.get(k))


class _Looks:
    """What of each element counts, by kind. `into` renames the elements that others refer to."""

    def __init__(self, definition: Definition, into: Mapping[str, str]) -> None:
        self.definition = definition
        self.into = into
        self.specs: dict[str, list[Any]] = {}
        for spec in all_specs(definition):
            if spec.bpmn_id:
                self.specs.setdefault(spec.bpmn_id, []).append(spec)
        graph = definition.prepared.graph
        # calledDecisionId's tables stand in files of their own
        self.tables = sorted((n, c) for n, c in definition.prepared.files.items() if n.endswith(".dmn"))
        self.flows = {f.id: f for f in graph.flows}

    def of(self, id_: str) -> dict[str, Any]:
        element = self.definition.elements[id_]
        node = self.definition.prepared.graph.nodes[id_]
        rest = {k: v for k, v in element.properties.items() if k not in (*SHOWN, "due", "peran", "retries", "backoff")}
        specs = self.specs.get(id_, [])
        return {
            "label": element.name,
            "words": [element.properties.get(k) for k in SHOWN],
            "form": (rest, element.fields),
            "role": (element.lane, element.properties.get("peran")),
            "due": element.properties.get("due"),
            "timer": self._of(specs, _times),
            "event": self._of(specs, _event),
            "call": self._of(specs, _call),
            "conditions": self._conditions(id_),
            "work": self._of(specs, _work) + (self.tables if element.kind == "businessRuleTask" else []),
            "loop": [found for s in specs if (found := loop_of(s)) is not None],
            "kind": element.kind,
            "place": (
                self.into.get(node.scope, node.scope),
                self.into.get(node.attached_to or "", node.attached_to),
                node.called,
            ),
            "flow": sorted(self.into.get(f.target, f.target) for f in self._out(id_)),
        }

    def _of(self, specs: list[Any], look: Callable[[Any], Any]) -> list[Any]:
        return [found for s in specs if (found := look(s)) is not None]

    def _out(self, id_: str) -> Iterable[Any]:
        return self.definition.prepared.graph.out(id_)

    def _conditions(self, id_: str) -> Any:
        default = self.definition.prepared.graph.nodes[id_].default
        found = [(f.condition, f.id == default, self.into.get(f.target, f.target)) for f in self._out(id_)]
        return [f for f in found if f[0] or f[1]]


def _definitions(spec: Any) -> list[Any]:
    definition = getattr(spec, "event_definition", None)
    if isinstance(definition, MultipleEventDefinition):
        return list(definition.event_definitions)
    return [] if definition is None else [definition]


def _times(spec: Any) -> Any:
    return [d.expression for d in _definitions(spec) if hasattr(d, "next_due")] or None


def _event(spec: Any) -> Any:
    if not _definitions(spec):
        return None
    words = [
        (type(d).__name__, getattr(d, "code", None), getattr(d, "message_var", None), getattr(d, "variable", None))
        + (() if hasattr(d, "next_due") else (d.name, getattr(d, "expression", None)))
        for d in _definitions(spec)
    ]
    return event_kind(spec), words


def _call(spec: Any) -> Any:
    if not hasattr(spec, "operation_params"):
        return None
    params = {k: v.get("value") for k, v in spec.operation_params.items()}
    given = spec.element.properties if spec.element else {}
    return spec.operation_name, params, spec.result_key, given.get("retries"), given.get("backoff")


def _work(spec: Any) -> Any:
    found = [getattr(spec, name, None) for name in ("script", "prescript", "postscript", "spec")]
    found.append(spec.io_specification is not None)
    return found if any(found) else None
