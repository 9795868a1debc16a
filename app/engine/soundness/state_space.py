"""The state space of a net, explored breadth first, and what is wrong in it, each with the shortest way to it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.engine.checks import Prepared
from app.engine.details import Details
from app.engine.diagram import Graph, Node
from app.engine.soundness.invariants import MAX_PROMISES, BadPromise, Promise, broken, promises_of, read_promise
from app.engine.soundness.net import Net, Spot
from app.engine.soundness.token_game import BY_ITSELF, Game
from app.engine.soundness.tokens import Way
from app.engine.types import Problem

MOST = 5  # problems of one kind that are shown

END = 0  # the state without a token


@dataclass(frozen=True)
class Soundness:
    """What was found. `complete` is False where a bound was hit: then only what was found is known.

    `promises` are (text, True | False | None): None where nothing was found and not all was looked at.
    """

    problems: tuple[Problem, ...] = ()
    states: int = 0
    complete: bool = False
    seconds: float = 0.0
    promises: tuple[tuple[str, bool | None], ...] = ()

    @property
    def ok(self) -> bool:
        return not any(p.level == "error" for p in self.problems)

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "problems": [asdict(p) for p in self.problems],
            "states": self.states,
            "complete": self.complete,
            "seconds": round(self.seconds, 2),
            "promises": [[text, kept] for text, kept in self.promises],
        }

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> Soundness:
        return cls(
            problems=tuple(Problem(**{**p, "path": tuple(p["path"])}) for p in answer["problems"]),
            states=answer["states"],
            complete=answer["complete"],
            seconds=answer["seconds"],
            promises=tuple((text, kept) for text, kept in answer["promises"]),
        )


@dataclass
class Space:
    """The states that were found, in the order of their distance, and the problems in them."""

    prepared: Prepared
    details: Details
    until: float
    index: dict[int, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    before: list[tuple[int, Way]] = field(default_factory=list)
    edges: list[list[tuple[int, Way]]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    ways: dict[Way, Way] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.prepared.graph

    def explored(self, net: Net, most: int) -> Soundness:
        began = time.monotonic()
        promises = self._read_promises()
        game = Game(net, frozenset(id_ for _, promise in promises if promise for id_ in promise.ids))
        first = [self._found(state, -1, way) for state, way in game.begin()]
        self._tell_twice(game, net, -1)
        at = 0
        while at < len(self.order) and len(self.order) < most and (at % 64 or time.monotonic() < self.until):
            for state, way in game.moves(self.order[at]):
                self.edges[at].append(self._found(state, at, way))
            self._tell_twice(game, net, at)
            at += 1
        complete = at == len(self.order) and not game.cut
        self.seen = {sign[1:] for sign in game.passed}
        dead = [n for n in range(at) if not self.edges[n] and self.order[n] != END]
        self._stuck(net, dead)
        if complete:
            self._endless(net, dead)
            self._unreached(net)
        kept = tuple(self._kept(promises, first, complete, time.monotonic() + (self.until - began) / 2))
        if not complete:
            self.problems.append(self.unfinished(len(self.order)))
        found = tuple(sorted(self.problems, key=lambda p: p.level != "error"))
        return Soundness(found, len(self.order), complete, time.monotonic() - began, kept)

    def unfinished(self, states: int) -> Problem:
        file, line = self.details.processes.get(self.prepared.process_id, ("", 0))
        count = f"lebih dari {states:,} keadaan".replace(",", ".") if states else "terlalu banyak panggilan proses"
        message = f"Jalan alur tidak selesai diperiksa: {count}. Kurangi cabang bersamaan, atau coba dengan skenario."
        return Problem(file, line, self.prepared.process_id, self.prepared.process_name, message, "warning")

    # --- states

    def _found(self, state: int, at: int, way: Way) -> tuple[int, Way]:
        kept = self.ways.setdefault(way, way)
        number = self.index.get(state)
        if number is None:
            number = self.index[state] = len(self.order)
            self.order.append(state)
            self.before.append((at, kept))
            self.edges.append([])
        return number, kept

    def way_to(self, number: int, last: Way = ()) -> tuple[str, ...]:
        parts = [last]
        while number >= 0:
            number, way = self.before[number]
            parts.append(way)
        return drawn(sign for part in reversed(parts) for sign in part)

    # --- what is wrong

    def _say(self, node: Node, message: str, path: tuple[str, ...] = (), level: str = "error") -> None:
        key = f"{node.id} {message}"
        if key not in self.told:
            self.told.add(key)
            self.problems.append(Problem(node.file, node.line, node.id, node.name, message, level, path))

    def _tell_twice(self, game: Game, net: Net, at: int) -> None:
        for spot, way in game.twice:
            if f"{spot.id} twice" in self.told:
                continue
            self.told.add(f"{spot.id} twice")
            only_beside = spot.index not in _ahead(net, spot.scope)
            if only_beside:
                message = (
                    "Langkah ini dapat terbuka beberapa kali bersamaan, karena event yang tidak memotong terjadi lagi."
                )
            elif spot.arrivals:
                message = "Ke gabungan ini dapat datang dua kali dari cabang yang sama. Gabungkan cabangnya lebih dulu."
            else:
                message = (
                    "Langkah ini dapat berjalan dua kali bersamaan. Gabungkan cabangnya lebih dulu dengan gateway "
                    "yang sama jenisnya dengan pembaginya."
                )
            self._say(spot.node, message, self.way_to(at, way), "warning" if only_beside else "error")

    def _stuck(self, net: Net, dead: list[int]) -> None:
        """Where nothing can happen any more, and tokens wait for ever."""
        for number in dead:
            for spot in net.of_bits(self.order[number]):
                if len(self.problems) < 4 * MOST and spot.inner < 0:
                    self._say(spot.node, _waiting(spot), self.way_to(number))

    def _endless(self, net: Net, dead: list[int]) -> None:
        """Rounds without a way out."""
        good = self._backwards([self.index.get(END, -1), *dead])
        for number in [n for n in range(len(self.order)) if n not in good][:1]:
            spots = [s for s in net.of_bits(self.order[number]) if s.inner < 0]
            message = "Dari sini perkara tidak pernah dapat selesai: semua jalan berputar. Gambar jalan ke akhir."
            if spots:
                self._say(spots[0].node, message, self.way_to(number))

    def _backwards(self, numbers: list[int]) -> set[int]:
        """The states from which one of these can be reached."""
        into: list[list[int]] = [[] for _ in self.order]
        for source, edges in enumerate(self.edges):
            for target, _ in edges:
                into[target].append(source)
        found: set[int] = set()
        todo = [n for n in numbers if n >= 0]
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo += into[at]
        return found

    def _unreached(self, net: Net) -> None:
        """The first nodes on each way that no state has: what comes after them follows from it."""
        blocked = {p.element for p in self.problems if p.level == "error"}
        for spot in {s.id: s for s in net.spots}.values():
            if spot.id in self.seen or spot.id in blocked or spot.node.event_subprocess:
                continue
            before = [f.source for f in self.graph.into(spot.id)] + [spot.node.attached_to or ""]
            if spot.kind == "startEvent" or not any(b in self.seen and b not in blocked for b in before):
                continue
            if spot.host >= 0:
                self._say(spot.node, _never(spot), level="warning")  # nothing waits for it, nothing breaks
            else:
                self._say(
                    spot.node, "Langkah ini tidak pernah tercapai pada jalan mana pun. Periksa gateway sebelumnya."
                )

    # --- promises

    def _read_promises(self) -> list[tuple[str, Promise | None]]:
        """Each with its text; None for one that can't be read, which is told."""
        names = {n.id: n.name for n in self.graph.nodes.values()} | {f.id: f.name for f in self.graph.flows}
        texts = promises_of(self.prepared.process_properties)
        file, line = self.details.processes.get(self.prepared.process_id, ("", 0))
        about = file, line, self.prepared.process_id, self.prepared.process_name
        if len(texts) > MAX_PROMISES:
            message = f"Proses ini memuat lebih dari {MAX_PROMISES} janji. Hapus yang tidak perlu."
            self.problems.append(Problem(*about, message))
        found: list[tuple[str, Promise | None]] = []
        for text in texts[:MAX_PROMISES]:
            try:
                found.append((text, read_promise(text, names)))
            except BadPromise as e:
                self.problems.append(Problem(*about, str(e)))
                found.append((text, None))
        return found

    def _kept(
        self, promises: list[tuple[str, Promise | None]], first: list[tuple[int, Way]], complete: bool, until: float
    ) -> Iterator[tuple[str, bool | None]]:
        for text, promise in promises:
            way, all_seen = self._broken(promise, first, until) if promise else (None, True)
            if promise and way is not None:
                self._tell_broken(promise, drawn(way))
            kept = True if complete and all_seen else None
            yield text, kept if promise and way is None else False

    def _broken(self, promise: Promise, first: list[tuple[int, Way]], until: float) -> tuple[Way | None, bool]:
        end = self.index.get(END, -1)
        return broken(promise, first, self.edges.__getitem__, end=end, go_on=lambda: time.monotonic() < until)

    def _tell_broken(self, promise: Promise, path: tuple[str, ...]) -> None:
        message = f"Janji '{promise.text[:200]}' dilanggar oleh jalan yang ditandai. Ubah alurnya, atau janjinya."
        where: Node | None = self.graph.nodes.get(promise.what)
        if where is None:
            flow = next(f for f in self.graph.flows if f.id == promise.what)
            where = self.graph.nodes[flow.target]
        self._say(where, message, path)


def drawn(way: Iterable[str]) -> tuple[str, ...]:
    """The ids of elements and flows on a way, in order; what stays at one element is one."""
    path: list[str] = []
    for sign in way:
        if not path or path[-1] != sign[1:]:
            path.append(sign[1:])
    return tuple(path)


def _ahead(net: Net, scope: int) -> set[int]:
    """What is reached in a scope without an event that does not interrupt."""
    seen: set[int] = set()
    todo = list(net.scopes[scope].starts)
    while todo:
        spot = net.spots[todo.pop()]
        if spot.index not in seen:
            seen.add(spot.index)
            todo += [target for _, target in spot.out]
            todo += [b for b in spot.boundaries if net.spots[b].node.interrupting]
    return seen


def _never(event: Spot) -> str:
    """Why an event at the edge of a step that is reached never happens; what hangs only on it follows from it."""
    if BY_ITSELF & set(event.node.events):  # it comes wherever its step waits, so that one never does
        return (
            "Kejadian di tepi ini tidak akan pernah terjadi, karena langkahnya selesai seketika. Hapus, atau pindahkan."
        )
    return "Kejadian ini tidak pernah terjadi: tidak ada yang menimbulkannya di sini. Hapus, atau pindahkan."


def _waiting(spot: Spot) -> str:
    if spot.arrivals:
        return (
            "Gabungan ini menunggu selamanya cabang yang tidak datang lagi. Pakai gateway yang sama jenisnya dengan "
            "pembaginya, atau gambar cabangnya sampai ke sini."
        )
    if spot.detail.signal is not None or spot.kind == "eventBasedGateway":
        return "Di sini perkara menunggu sinyal yang tidak dikirim lagi. Tambahkan batas waktu, atau kirim sinyalnya."
    return "Di sini perkara berhenti selamanya. Gambar jalan keluarnya."
