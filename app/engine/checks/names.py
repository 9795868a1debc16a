"""The names a diagram uses of this house: forms, operators, roles; and the rules around secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeAlias

from app.engine.bpmn_xml import SUBPROCESSES, Report
from app.engine.diagram import Graph, Node
from app.engine.types import Element

SYSTEM = "Sistem"  # a role without people
_PEOPLE = frozenset({"userTask", "manualTask", "task"})  # a task of no kind waits for a person, too
# What happens at once between a form and the call it feeds. All else waits, or calls someone.
_AT_ONCE = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "scriptTask", "businessRuleTask", "sendTask"}
    | {"intermediateThrowEvent", "startEvent", "endEvent"}
)


Names: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names this house has: of forms, operators and roles.

    `attended` are the operators that need a secret at their call, `secret_forms` the forms that ask for one.
    By form: `writes` the names that every submission sets, `may_write` those that some set, `reads` those that it can't
    do without, `shapes` the paths below them ("kepala.keputusan"). By operator: `params` the parameters it understands,
    `required` those it needs, `results` the paths in its result, `codes` the errors it may answer with. Who is missing
    in one of these is not looked at there.
    """

    forms: frozenset[str]
    operators: frozenset[str]
    roles: frozenset[str]
    attended: frozenset[str] = frozenset()
    secret_forms: frozenset[str] = frozenset()
    writes: Names = field(default_factory=dict)
    may_write: Names = field(default_factory=dict)
    reads: Names = field(default_factory=dict)
    shapes: Names = field(default_factory=dict)
    params: Names = field(default_factory=dict)
    required: Names = field(default_factory=dict)
    results: Names = field(default_factory=dict)
    codes: Names = field(default_factory=dict)

    def packed(self) -> dict[str, Any]:
        """As JSON, for the child process that looks at files."""
        return {
            f.name: sorted(value) if isinstance(value := getattr(self, f.name), frozenset)
            else {name: sorted(names) for name, names in value.items()}
            for f in fields(self)
        }  # fmt: skip

    @classmethod
    def unpacked(cls, answer: Mapping[str, Any]) -> Vocabulary:
        values: dict[str, Any] = {
            key: frozenset(value) if isinstance(value, list) else {k: frozenset(v) for k, v in value.items()}
            for key, value in answer.items()
        }
        return cls(**values)


def check_names(elements: Mapping[str, Element], graph: Graph, vocabulary: Vocabulary, report: Report) -> None:
    for id_, element in elements.items():
        node = graph.nodes[id_]
        _form(node, element, vocabulary, report)
        if element.operator and element.operator not in vocabulary.operators:
            _unknown(node, "Layanan", element.operator, vocabulary.operators, report)
    _roles(elements, graph, vocabulary, report)
    rules = _Secrets(elements, graph, vocabulary, report)
    for element in elements.values():
        if element.kind == "serviceTask" and element.operator in vocabulary.attended:
            rules.check(graph.nodes[element.id])


def _say(node: Node, message: str, report: Report, level: str = "error") -> None:
    report.add(node.file, node.line, node.id, node.name, message, level)


def _unknown(node: Node, what: str, name: str, known: frozenset[str], report: Report) -> None:
    near = " atau ".join(get_close_matches(name, known, n=3))
    hint = f"Mungkin {near}?" if near else f"Yang ada: {', '.join(sorted(known)[:12]) or 'belum ada'}."
    _say(node, f"{what} '{name[:60]}' tidak dikenal. {hint}", report)


def _form(node: Node, element: Element, vocabulary: Vocabulary, report: Report) -> None:
    form = element.form
    if form is not None and form not in vocabulary.forms:
        _unknown(node, "Formulir", form, vocabulary.forms, report)
    if node.kind == "userTask" and form is None and not element.fields:
        _say(
            node,
            "Tugas ini tanpa formulir: orang hanya menandainya selesai. Isi properti form bila perlu.",
            report,
            "warning",
        )


def _roles(elements: Mapping[str, Element], graph: Graph, vocabulary: Vocabulary, report: Report) -> None:
    """Each unknown lane once, at its first element; and no task of a person in the lane of the system."""
    seen = set()
    for id_, element in elements.items():
        lane, node = element.lane, graph.nodes[id_]
        if lane is None:
            continue
        if lane not in vocabulary.roles | {SYSTEM} and lane not in seen:
            seen.add(lane)
            _unknown(node, "Peran (jalur)", lane, vocabulary.roles, report)
        if lane == SYSTEM and node.kind in _PEOPLE:
            _say(
                node,
                "Tugas orang ini berada di jalur Sistem, yang tidak punya orang. Pindahkan ke jalur perannya.",
                report,
            )


class _Secrets:
    """A secret is never stored: it goes from the form straight to the call, in the request that submitted it.

    So on every way back from an attended call there is the form first, with nothing before it that waits or that calls
    someone without the signer; and a failed call leads back to that form, because only the signer can give it again.
    """

    def __init__(self, elements: Mapping[str, Element], graph: Graph, vocabulary: Vocabulary, report: Report) -> None:
        self._elements = elements
        self._graph = graph
        self._vocabulary = vocabulary
        self._report = report

    def check(self, call: Node) -> None:
        feeding, broken = self._before(call)
        for node in broken:
            what = f"'{node.name or node.id}'"
            _say(call, f"Passphrase tidak sampai ke layanan ini: sebelumnya ada {what}. {_INSTEAD}", self._report)
        if not feeding and not broken:
            _say(call, f"Tidak ada formulir passphrase sebelum layanan ini. {_INSTEAD}", self._report)
        errors = [b for b in self._graph.boundaries.get(call.id, ()) if "error" in b.events]
        if not any(feeding & self._after(b) for b in errors):
            message = (
                "Bila layanan ini gagal, tidak ada jalan kembali ke formulir passphrase. Pasang kejadian kesalahan "
                "di tepinya."
            )
            _say(call, message, self._report)

    def _before(self, call: Node) -> tuple[set[str], list[Node]]:
        """(the forms that feed the call, the nodes that keep a secret from reaching it)."""
        feeding: set[str] = set()
        broken: list[Node] = []
        seen = {call.id}
        todo = self._previous(call)
        if not todo:
            broken.append(call)
        while todo:
            node = todo.pop()
            if node.id in seen:
                continue
            seen.add(node.id)
            if self._elements[node.id].form in self._vocabulary.secret_forms and node.kind in _PEOPLE:
                feeding.add(node.id)
                continue
            before = self._previous(node)
            if not before or not self._passes(node):
                broken.append(node)
            else:
                todo.extend(before)
        return feeding, broken

    def _passes(self, node: Node) -> bool:
        """Does a token go through `node` at once, without a call that has no signer?"""
        if node.kind == "serviceTask":
            return self._elements[node.id].operator in self._vocabulary.attended
        if node.kind == "parallelGateway" and len(self._graph.into(node.id)) > 1:
            return False  # waits for the other branches
        if node.kind == "startEvent" and node.events:
            return False
        return node.kind in _AT_ONCE or node.kind in SUBPROCESSES

    def _previous(self, node: Node) -> list[Node]:
        """What comes right before `node`, into and out of subprocesses. A boundary event has nothing before it:
        after a failure or a time, no secret is left."""
        if node.kind == "startEvent":
            around = self._graph.nodes.get(node.scope)
            return self._previous(around) if around is not None and not around.event_subprocess else []
        sources = [self._graph.nodes[f.source] for f in self._graph.into(node.id)]
        out: list[Node] = []
        for source in sources:
            out.extend(self._ends(source) if source.kind in SUBPROCESSES else [source])
        return out

    def _ends(self, subprocess: Node) -> list[Node]:
        inner = self._graph.scopes.get(subprocess.id, ())
        return [n for n in inner if n.kind == "endEvent"] or [subprocess]

    def _after(self, event: Node) -> set[str]:
        """Everything that can follow `event`, in and out of subprocesses."""
        reached: set[str] = set()
        todo = [event]
        while todo:
            node = todo.pop()
            if node.id in reached:
                continue
            reached.add(node.id)
            todo.extend(self._graph.nodes[f.target] for f in self._graph.out(node.id))
            if node.kind in SUBPROCESSES:
                todo.extend(self._graph.starts(node.id))
            if node.kind == "endEvent" and node.scope in self._graph.nodes:
                todo.append(self._graph.nodes[node.scope])
                if node.events:  # thrown out of the subprocess
                    todo.extend(self._graph.boundaries.get(node.scope, ()))
        return reached


_INSTEAD = "Letakkan formulir passphrase tepat sebelumnya."
