"""The diagram as places for tokens, called processes unfolded at each call: what soundness plays with.

A state is one whole number. Each place where a token can rest has a bit: a task that is open, an event that is waited
for, an arrival at a join, a subprocess that runs; and a reminder that has been given while its activity is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.engine.bpmn_xml import SUBPROCESSES
from app.engine.details import Detail, Details
from app.engine.diagram import Graph, Node

MAX_SPOTS = 3_000  # nodes, each counted at every call of its process

RESTING = frozenset({"userTask", "manualTask", "task", "serviceTask", "receiveTask", "intermediateCatchEvent"})
JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
_LATER = re.compile(r"""["']?(R\d*/)?P[^/]*[1-9][^/]*""", re.IGNORECASE)  # a time from now on, and more than none


class TooLarge(Exception):
    """More than MAX_SPOTS nodes once called processes are unfolded."""


@dataclass(slots=True, eq=False)
class Spot:
    """A node at one place of the unfolded diagram."""

    index: int
    node: Node
    detail: Detail
    scope: int
    bit: int = 0  # a token rests here; of a boundary event that does not interrupt: it has fired
    out: tuple[tuple[str, int], ...] = ()  # (flow, spot it leads to)
    inner: int = -1  # the scope inside
    host: int = -1
    boundaries: tuple[int, ...] = ()
    arrivals: dict[int, int] = field(default_factory=dict)  # joins: bit of the token that came from a spot
    forward: int = 0  # parallel joins: the arrivals that are awaited
    backward: int = 0  # those of flows that only lead back from behind the join
    arriving: int = 0  # all bits of arrivals
    reach: dict[int, int] = field(default_factory=dict)  # inclusive joins: the arrivals that a spot can still reach
    # the same as (bits of which one is there, bits none of which is there, arrivals in reach)
    coming: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def kind(self) -> str:
        return self.node.kind

    @property
    def inside(self) -> str | None:
        """The scope that a subprocess or a call runs."""
        if self.node.event_subprocess:
            return None
        return self.id if self.kind in SUBPROCESSES else self.node.called if self.kind == "callActivity" else None

    @property
    def rests(self) -> bool:
        return bool(self.inside) or self.kind in RESTING or self.kind == "eventBasedGateway"

    @property
    def may_be_due(self) -> bool:
        """Can this event come in the moment in which its waiting begins: a condition, or a time that may be past?"""
        if "conditional" in self.node.events:
            return True
        return self.detail.timer is not None and not _LATER.fullmatch(self.detail.timer[1].strip())


@dataclass(slots=True, eq=False)
class Scope:
    """The process, a subprocess, or a process where it is called."""

    index: int
    owner: int  # spot; -1 for the process itself
    parent: int
    spots: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    mask: int = 0  # every bit inside, inner scopes included
    within: frozenset[int] = frozenset()  # this scope and all inside it


@dataclass(slots=True, eq=False)
class Net:
    spots: list[Spot] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    bits: int = 0

    def new_bit(self) -> int:
        self.bits += 1
        return 1 << (self.bits - 1)

    def of_bits(self, state: int) -> Iterable[Spot]:
        """The spots at which tokens rest or have arrived."""
        for spot in self.spots:
            if state & spot.arriving or (spot.host < 0 and state & spot.bit):
                yield spot


def unfold(graph: Graph, details: Details, process: str) -> Net:
    """The net of `process` with all that it calls. TooLarge."""
    net = Net()
    _scope(net, graph, details, process, -1, -1)
    for scope in reversed(net.scopes):  # inner ones first
        scope.within = frozenset([scope.index, *(i for s in net.scopes if s.parent == scope.index for i in s.within)])
        for spot in (net.spots[i] for i in scope.spots):
            scope.mask |= spot.bit | spot.arriving
            scope.mask |= net.scopes[spot.inner].mask if spot.inner >= 0 else 0
    return net


def _scope(net: Net, graph: Graph, details: Details, name: str, owner: int, parent: int) -> int:
    scope = Scope(len(net.scopes), owner, parent)
    net.scopes.append(scope)
    here: dict[str, Spot] = {}
    for node in graph.scopes.get(name, ()):
        if len(net.spots) >= MAX_SPOTS:
            raise TooLarge
        spot = Spot(len(net.spots), node, details.of(node.id), scope.index)
        net.spots.append(spot)
        here[node.id] = spot
        scope.spots.append(spot.index)
        if node.kind == "startEvent":
            scope.starts.append(spot.index)
    for spot in here.values():
        _connect(spot, here, graph)
    for spot in here.values():
        _give_bits(net, spot, here, graph)
    _look_back(net, here, graph)
    for spot in here.values():
        if spot.inside:
            spot.inner = _scope(net, graph, details, spot.inside, spot.index, scope.index)
    return scope.index


def _connect(spot: Spot, here: Mapping[str, Spot], graph: Graph) -> None:
    spot.out = tuple((f.id, here[f.target].index) for f in graph.out(spot.id) if f.target in here)
    spot.boundaries = tuple(here[b.id].index for b in graph.boundaries.get(spot.id, ()) if b.id in here)
    host = here.get(spot.node.attached_to or "")
    if host is not None:
        spot.host = host.index


def _give_bits(net: Net, spot: Spot, here: Mapping[str, Spot], graph: Graph) -> None:
    waits_to_start = spot.kind == "startEvent" and bool(spot.node.events) and net.scopes[spot.scope].owner >= 0
    if spot.rests or waits_to_start or (spot.host >= 0 and not spot.node.interrupting):
        spot.bit = net.new_bit()
    sources = dict.fromkeys(here[f.source].index for f in graph.into(spot.id) if f.source in here)
    if spot.kind not in JOINS or len(sources) < 2:
        return
    spot.arrivals = {source: net.new_bit() for source in sources}
    starts = [s for s in here.values() if s.kind == "startEvent"]
    reached = _ahead(starts, spot, here, net)
    spot.arriving = sum(spot.arrivals.values())
    spot.forward = sum(bit for source, bit in spot.arrivals.items() if source in reached)
    spot.backward = sum(bit for source, bit in spot.arrivals.items() if source not in reached)


def _look_back(net: Net, here: Mapping[str, Spot], graph: Graph) -> None:
    """Let inclusive joins know from where their arrivals can still be reached."""
    for join in here.values():
        if join.kind != "inclusiveGateway" or not join.arrivals:
            continue
        for source, bit in join.arrivals.items():
            for index in _behind(net.spots[source], join, here, graph):
                join.reach[index] = join.reach.get(index, 0) | bit
        for index, reach in join.reach.items():
            spot = net.spots[index]
            if spot.host >= 0:
                join.coming.append((net.spots[spot.host].bit, spot.bit, reach))
            elif spot.bit | spot.arriving:
                join.coming.append((spot.bit | spot.arriving, 0, reach))
        join.coming = join.coming or [(0, 0, 0)]


def _ahead(starts: Iterable[Spot], join: Spot, here: Mapping[str, Spot], net: Net) -> set[int]:
    """Who can be reached from the start without passing `join`."""
    seen: set[int] = set()
    todo = [s.index for s in starts]
    while todo:
        at = todo.pop()
        if at not in seen and at != join.index:
            seen.add(at)
            todo += [target for _, target in net.spots[at].out]
            todo += net.spots[at].boundaries
    return seen


def _behind(source: Spot, join: Spot, here: Mapping[str, Spot], graph: Graph) -> frozenset[int]:
    """Who can reach `source` without passing `join`; a boundary event is reached by whoever reaches its activity."""
    seen: set[int] = set()
    todo = [source]
    while todo:
        at = todo.pop()
        if at.index in seen or at.index == join.index:
            continue
        seen.add(at.index)
        host = at.node.attached_to or ""
        todo += [here[f.source] for f in graph.into(host if host in here else at.id) if f.source in here]
    return frozenset(seen)
