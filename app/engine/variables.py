"""Which names of the case's data can be there at each node, and which are there on every way to it.

A token sees what was written before it on its own way: what a branch beside it writes comes with the join.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.engine.bpmn_xml import SUBPROCESSES
from app.engine.checks.names import Vocabulary
from app.engine.details import Detail, Details
from app.engine.diagram import Graph, Node
from app.engine.types import Element

STARTED_WITH = frozenset({"tahun", "satker", "zona"})  # what every case begins with: see flows/start
CAUGHT = "kesalahan"  # what a failed call leaves

Names = frozenset[str]
_NONE: Names = frozenset()


@dataclass(slots=True)
class Known:
    """`some` names may be there when the node begins, `all` are there whatever way was taken."""

    some: Names = _NONE
    all: Names | None = None  # None: not reached yet


@dataclass(slots=True)
class Flowing:
    """The data on their way through all processes of a set of files."""

    elements: Mapping[str, Element]
    graph: Graph
    details: Details
    vocabulary: Vocabulary
    into: dict[str, Known] = field(default_factory=dict)
    ended: dict[str, Known] = field(default_factory=dict)

    def detail(self, node: str) -> Detail:
        return self.details.of(node)

    def certain(self, node: Node) -> Names:
        """The names that `node` writes whenever it ends well, without what is inside it."""
        element, detail = self.elements[node.id], self.detail(node.id)
        if detail.variable and element.kind == "userTask":
            return detail.sets | {detail.variable}
        form = self.vocabulary.writes.get(element.form or "", _NONE)
        return detail.sets | form | ({f.id for f in element.fields} if element.form is None else _NONE)

    def perhaps(self, node: Node) -> Names:
        """Further names that it writes at times."""
        element = self.elements[node.id]
        declared = frozenset(f.id for f in element.fields)
        return declared | self.vocabulary.may_write.get(element.form or "", _NONE)

    def out(self, node: Node) -> Known:
        """What is there when `node` has ended, as far as that is known yet."""
        return self.ended.get(node.id) or Known()

    def end(self, node: Node) -> Known:
        """Work out what is there when `node` has ended."""
        known = self.into.get(node.id, Known())
        inner_some, inner_all = self._inside(node)
        writes = self.certain(node)
        some = known.some | writes | self.perhaps(node) | inner_some
        if known.all is None:
            return Known(some)
        everywhere = known.all | (_NONE if self.detail(node.id).optional else writes | inner_all)
        return Known(some, everywhere)

    def _inside(self, node: Node) -> tuple[Names, Names]:
        """What is written inside a subprocess or a called process: (perhaps, always)."""
        scope = node.id if node.kind in SUBPROCESSES else node.called if node.kind == "callActivity" else None
        if not scope:
            return _NONE, _NONE
        some: Names = _NONE
        always: Names | None = None
        for inner in self.graph.scopes.get(scope, ()):
            known = self.out(inner)
            some |= known.some
            if not self.graph.out(inner.id) and known.all is not None:  # an end, drawn or implied
                always = known.all if always is None else always & known.all
        items = self.detail(node.id).items  # they stay inside
        return some - items, (always or _NONE) - items


def follow(elements: Mapping[str, Element], graph: Graph, details: Details, vocabulary: Vocabulary) -> Flowing:
    """Let the data flow until nothing changes any more, at most as often as there are nodes."""
    flowing = Flowing(elements, graph, details, vocabulary)
    callers: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        if node.called:
            callers.setdefault(node.called, []).append(node)
    order = _in_order(graph)
    for _ in range(len(order) + 2):
        moving = False
        for node in order:
            known = _arriving(node, flowing, callers)
            if known is None:
                continue
            flowing.into[node.id] = known
            ended = flowing.end(node)
            if ended != flowing.ended.get(node.id):
                flowing.ended[node.id] = ended
                moving = True
        if not moving:
            break
    return flowing


def _in_order(graph: Graph) -> list[Node]:
    """All nodes, mostly after those before them: then a few rounds are enough."""
    seen: dict[str, Node] = {}
    ahead = [n for n in graph.nodes.values() if n.kind == "startEvent" and n.scope not in graph.nodes]
    while ahead:
        found: list[Node] = []
        for node in ahead:
            if node.id not in seen:
                seen[node.id] = node
                inside = node.id if node.kind in SUBPROCESSES else node.called or ""
                found += graph.starts(inside) if inside else []
                found += graph.boundaries.get(node.id, ())
                found += [graph.nodes[f.target] for f in graph.out(node.id)]
        ahead = found
    return [*seen.values(), *(n for n in graph.nodes.values() if n.id not in seen)]


def _arriving(node: Node, flowing: Flowing, callers: Mapping[str, list[Node]]) -> Known | None:
    graph = flowing.graph
    if node.kind == "startEvent":
        return _beginning(node, flowing, callers)
    if node.attached_to:
        return _interrupting(node, flowing)
    ways = [flowing.out(graph.nodes[f.source]) for f in graph.into(node.id)]
    return _met(ways, together=node.kind == "parallelGateway" and len(ways) > 1)


def _met(ways: Iterable[Known], together: bool = False) -> Known | None:
    """What several ways bring: at a gateway that waits for all of them, all that each one has."""
    some: Names = _NONE
    always: Names | None = None
    for way in ways:
        some |= way.some
        if way.all is not None:
            always = way.all if always is None else always | way.all if together else always & way.all
    return Known(some, always)


def _beginning(node: Node, flowing: Flowing, callers: Mapping[str, list[Node]]) -> Known | None:
    owner = flowing.graph.nodes.get(node.scope)
    around = callers.get(node.scope, []) if owner is None else [owner]
    if not around:
        return Known(STARTED_WITH, STARTED_WITH)
    found = [flowing.into[n.id] for n in around if n.id in flowing.into]
    items = frozenset(i for n in around for i in flowing.detail(n.id).items)
    known = _met(found)
    return None if known is None else Known(known.some | items, None if known.all is None else known.all | items)


def _interrupting(node: Node, flowing: Flowing) -> Known | None:
    host = flowing.graph.nodes.get(node.attached_to or "")
    known = flowing.into.get(host.id) if host else None
    if host is None or known is None:
        return None
    inside = flowing._inside(host)[0]
    caught = frozenset({CAUGHT}) if "error" in node.events else _NONE
    everywhere = known.all
    if everywhere is not None and host.kind == "serviceTask":
        everywhere |= caught
    return Known(known.some | inside | caught, everywhere)
