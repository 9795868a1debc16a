"""Random diagrams of nested blocks, with an interpreter of their own to compare the engine with.

The interpreter knows nothing of BPMN or SpiffWorkflow: it plays the blocks as nested games of tokens. The diagrams
are what a process owner draws: choices, parallel and inclusive branches, rework loops, subprocesses, called
processes, services with error paths, deadlines, reminders and withdrawals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from tests.engine.diagrams import Diagram


@dataclass(frozen=True)
class Block:
    kind: str
    n: int = 0
    parts: tuple[Block, ...] = ()

    def all(self) -> Iterator[Block]:
        yield self
        for part in self.parts:
            yield from part.all()


LEAVES = ("task", "service", "reminder", "chaser", "nagger", "deadline", "withdraw", "event", "script", "call")
NESTS = ("seq", "xor", "and", "or", "loop", "sub", "timed_sub")


def blocks(leaves: tuple[str, ...] = LEAVES, nests: tuple[str, ...] = NESTS, size: int = 8) -> st.SearchStrategy[Block]:
    """Blocks of up to about `size` leaves, numbered so that no two elements share an id."""
    leaf = st.sampled_from(leaves).map(Block)

    def nest(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        return st.tuples(st.sampled_from(nests), st.lists(inner, min_size=2, max_size=3)).map(
            lambda t: Block(t[0], 0, tuple(t[1] if t[0] in ("seq", "xor", "and", "or") else t[1][:1]))
        )

    return st.recursive(leaf, nest, max_leaves=size).map(numbered)


def numbered(block: Block) -> Block:
    count = iter(range(10_000))

    def walk(b: Block) -> Block:
        n = next(count)
        return Block(b.kind, n, tuple(walk(p) for p in b.parts))

    return walk(block)


# --- drawing ---------------------------------------------------------------------------------------------------------


def draw(block: Block) -> tuple[Diagram, list[Diagram]]:
    """The diagram of `block`, and those of the processes it calls."""
    diagram, called = Diagram(), list[Diagram]()
    entry, leave = _draw(diagram, block, called)
    diagram.chain(diagram.start(), entry)
    diagram.chain(leave, diagram.end())
    return diagram, called


def minutes(block: Block) -> int:
    return 61 + 7 * block.n


def _draw(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    return globals()[f"_draw_{b.kind}"](d, b, called)


def _draw_task(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    return (d.user(f"t{b.n}"),) * 2


def _draw_script(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    return (d.script(f"s{b.n}", f"hitung_{b.n} = isi(hitung_{b.n}, 0) + 1"),) * 2


def _draw_service(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    enter = d.xor(f"enter{b.n}")
    d.service(f"c{b.n}", result=f"hasil_{b.n}", nomor=str(b.n))
    d.boundary(f"err{b.n}", f"c{b.n}", d.error("gagal"))
    d.user(f"fix{b.n}")
    d.chain(enter, f"c{b.n}")
    d.chain(f"err{b.n}", f"fix{b.n}", enter)
    return enter, f"c{b.n}"


def _draw_reminder(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.user(f"t{b.n}")
    d.boundary(f"rem{b.n}", f"t{b.n}", d.timer(f"PT{minutes(b)}M"), interrupting=False)
    d.chain(f"rem{b.n}", d.end(f"told{b.n}"))
    return f"t{b.n}", f"t{b.n}"


def _draw_chaser(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    """A reminder that is work for somebody: its task may still be open when the rest has long gone on."""
    d.user(f"t{b.n}")
    d.boundary(f"rem{b.n}", f"t{b.n}", d.timer(f"PT{minutes(b)}M"), interrupting=False)
    d.chain(f"rem{b.n}", d.user(f"chase{b.n}"), d.end(f"told{b.n}"))
    return f"t{b.n}", f"t{b.n}"


def _draw_nagger(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.user(f"t{b.n}")
    d.boundary(f"rem{b.n}", f"t{b.n}", d.timer(f"R3/PT{minutes(b)}M", "timeCycle"), interrupting=False)
    d.chain(f"rem{b.n}", d.user(f"chase{b.n}"), d.end(f"told{b.n}"))
    return f"t{b.n}", f"t{b.n}"


def _draw_deadline(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    return _with_way_out(d, b, d.user(f"t{b.n}"), d.timer(f"PT{minutes(b)}M"), f"late{b.n}")


def _draw_withdraw(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    return _with_way_out(d, b, d.user(f"t{b.n}"), d.message(f"tarik{b.n}"), f"pull{b.n}")


def _draw_timed_sub(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    _draw_sub(d, b, called)
    return _with_way_out(d, b, f"sub{b.n}", d.timer(f"PT{minutes(b)}M"), f"late{b.n}")


def _with_way_out(d: Diagram, b: Block, activity: str, event: str, boundary: str) -> tuple[str, str]:
    d.boundary(boundary, activity, event)
    leave = d.xor(f"leave{b.n}")
    d.chain(activity, leave)
    d.chain(boundary, d.user(f"other{b.n}"), leave)
    return activity, leave


def _draw_event(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.node("eventBasedGateway", f"wait{b.n}")
    d.node("intermediateCatchEvent", f"late{b.n}", inside=d.timer(f"PT{minutes(b)}M"))
    d.node("intermediateCatchEvent", f"pull{b.n}", inside=d.message(f"kabar{b.n}"))
    leave = d.xor(f"leave{b.n}")
    d.chain(f"wait{b.n}", f"late{b.n}", leave)
    d.chain(f"wait{b.n}", f"pull{b.n}", leave)
    return f"wait{b.n}", leave


def _draw_call(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    other = Diagram(f"dipanggil{b.n}")
    other.chain(other.start(f"mulai{b.n}"), other.user(f"t{b.n}"), other.end(f"selesai{b.n}"))
    called.append(other)
    return (d.call(f"panggil{b.n}", other.process),) * 2


def _draw_seq(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    ways = [_draw(d, part, called) for part in b.parts]
    for (_, leave), (entry, _) in pairwise(ways):
        d.flow(leave, entry)
    return ways[0][0], ways[-1][1]


def _draw_xor(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.user(f"t{b.n}")
    d.xor(f"gw{b.n}", default=f"default{b.n}")
    leave = d.xor(f"leave{b.n}")
    d.flow(f"t{b.n}", f"gw{b.n}")
    for i, part in enumerate(b.parts):
        entry, last = _draw(d, part, called)
        d.flow(f"gw{b.n}", entry, f"pilih_{b.n} == {i}" if i else None, id=f"default{b.n}" if not i else None)
        d.flow(last, leave)
    return f"t{b.n}", leave


def _draw_and(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.parallel(f"gw{b.n}")
    d.parallel(f"leave{b.n}")
    for part in b.parts:
        entry, last = _draw(d, part, called)
        d.flow(f"gw{b.n}", entry)
        d.flow(last, f"leave{b.n}")
    return f"gw{b.n}", f"leave{b.n}"


def _draw_or(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    d.user(f"t{b.n}")
    d.inclusive(f"gw{b.n}", default=f"default{b.n}")
    d.inclusive(f"leave{b.n}")
    d.flow(f"t{b.n}", f"gw{b.n}")
    d.flow(f"gw{b.n}", f"leave{b.n}", id=f"default{b.n}")
    for i, part in enumerate(b.parts):
        entry, last = _draw(d, part, called)
        d.flow(f"gw{b.n}", entry, f"{i} in pilih_{b.n}")
        d.flow(last, f"leave{b.n}")
    return f"t{b.n}", f"leave{b.n}"


def _draw_loop(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    enter = d.xor(f"enter{b.n}")
    entry, last = _draw(d, b.parts[0], called)
    d.user(f"t{b.n}")
    d.xor(f"gw{b.n}", default=f"default{b.n}")
    d.flow(enter, entry)
    d.chain(last, f"t{b.n}", f"gw{b.n}")
    d.flow(f"gw{b.n}", enter, id=f"default{b.n}")
    leave = d.xor(f"leave{b.n}")
    d.flow(f"gw{b.n}", leave, f"putusan_{b.n} == 'lanjut'")
    return enter, leave


def _draw_sub(d: Diagram, b: Block, called: list[Diagram]) -> tuple[str, str]:
    body = Diagram()
    body.flows = 1000 * (b.n + 1)
    entry, leave = _draw(body, b.parts[0], called)
    body.chain(body.start(f"mulai{b.n}"), entry)
    body.chain(leave, body.end(f"selesai{b.n}"))
    d.sub(f"sub{b.n}", body)
    return f"sub{b.n}", f"sub{b.n}"


# --- playing ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Item:
    """Something open: kind is task, call, action or timer."""

    kind: str
    element: str
    run: Run
    due: datetime | None = None


@dataclass(eq=False)
class Game:
    """The whole case, as the interpreter sees it."""

    now: datetime
    items: list[Item] = field(default_factory=list)
    ended: bool = False


class Run:
    """One block in play. `done` goes up; `cancel` goes down."""

    def __init__(self, block: Block, up: Run | None, game: Game) -> None:
        self.block, self.up, self.game, self.inner = block, up, game, list[Run]()
        self.branches = 1  # tokens that began here side by side

    def begin(self) -> None:
        getattr(self, f"begin_{self.block.kind}", self.begin_task)()

    def open(self, kind: str, prefix: str, due: datetime | None = None) -> None:
        self.game.items.append(Item(kind, f"{prefix}{self.block.n}", self, due))

    def close(self, *kinds: str) -> None:
        keep = self.game.items
        self.game.items = [i for i in keep if i.run is not self or (kinds and i.kind not in kinds)]

    def enter(self, part: Block) -> None:
        run = Run(part, self, self.game)
        self.inner.append(run)
        run.begin()

    def cancel(self) -> None:
        self.close()
        for run in self.inner:
            run.cancel()
        self.inner = []

    def done(self) -> None:
        self.close()
        assert self.up is not None
        self.up.inner.remove(self)
        self.up.inner_done(self)

    def scope(self) -> Run:
        run = self
        while not isinstance(run, Scope) and run.block.kind not in ("sub", "timed_sub"):
            assert run.up is not None
            run = run.up
        return run

    def is_alone(self) -> bool:
        """Has no other token begun beside this one, which it has not met again?"""
        run: Run | None = self
        while run is not None:
            if run.branches > 1 or isinstance(run, Chase):
                return False
            run = run.up
        return True

    def later(self) -> datetime:
        return self.game.now + timedelta(minutes=minutes(self.block))

    # what happens at the beginning
    def begin_task(self) -> None:
        self.open("task", "t")

    def begin_script(self) -> None:
        self.done()

    def begin_service(self) -> None:
        self.open("call", "c")

    def begin_reminder(self) -> None:
        self.open("task", "t")
        self.open("timer", "rem", self.later())

    begin_chaser = begin_reminder

    def begin_nagger(self) -> None:
        self.times = 3
        self.begin_reminder()

    def begin_deadline(self) -> None:
        self.open("task", "t")
        self.open("timer", "late", self.later())

    def begin_withdraw(self) -> None:
        self.open("task", "t")
        self.open("action", "pull")

    def begin_event(self) -> None:
        self.open("timer", "late", self.later())
        self.open("action", "pull")

    def begin_seq(self) -> None:
        self.at = 0
        self.enter(self.block.parts[0])

    def begin_and(self) -> None:
        self.left = self.branches = len(self.block.parts)
        for part in self.block.parts:
            self.enter(part)

    def begin_loop(self) -> None:
        self.enter(self.block.parts[0])

    def begin_sub(self) -> None:
        self.main_done = False
        self.enter(self.block.parts[0])

    def begin_timed_sub(self) -> None:
        self.open("timer", "late", self.later())
        self.begin_sub()

    # what happens when something inside is done
    def inner_done(self, run: Run) -> None:
        kind = self.block.kind
        if kind == "seq":
            self.at += 1
            if self.at < len(self.block.parts):
                self.enter(self.block.parts[self.at])
            else:
                self.done()
        elif kind in ("and", "or"):
            self.left -= 1
            if not self.left:
                self.done()
        elif kind == "loop":
            self.open("task", "t")
        elif kind in ("sub", "timed_sub"):
            self.main_done = self.main_done or not isinstance(run, Chase)
            if self.main_done and not self.inner:
                self.done()
        else:
            self.done()

    # what people, services and time do
    def submitted(self, element: str, data: dict) -> None:
        kind, n = self.block.kind, self.block.n
        if element.startswith("other"):
            self.done()
        elif element.startswith("fix"):
            self.close()
            self.open("call", "c")
        elif kind == "xor":
            self.close()
            self.enter(self.block.parts[data[f"pilih_{n}"]])
        elif kind == "or":
            self.close()
            chosen = data[f"pilih_{n}"]
            self.left = self.branches = len(chosen)
            if not chosen:
                self.done()
            for i in sorted(chosen):
                self.enter(self.block.parts[i])
        elif kind == "loop":
            self.close()
            if data[f"putusan_{n}"] == "lanjut":
                self.done()
            else:
                self.begin_loop()
        else:
            self.done()

    def answered(self, failed: bool) -> None:
        if failed:
            self.close()
            self.open("task", "fix")
        else:
            self.done()

    def sent(self) -> None:
        self.interrupted()

    def fired(self, item: Item) -> None:
        self.game.items.remove(item)
        if self.block.kind in ("chaser", "nagger"):
            Chase(self.block, self.scope(), self.game).begin()
        if self.block.kind == "nagger":
            self.times -= 1
            if self.times:
                self.open("timer", "rem", self.later())
        elif self.block.kind == "chaser":
            pass
        elif self.block.kind != "reminder":
            self.interrupted()

    def interrupted(self) -> None:
        self.cancel()
        if self.block.kind == "event":
            self.done()
        else:
            self.open("task", "other")


class Chase(Run):
    """A chaser's own task: it belongs to the process or subprocess, no longer to its activity."""

    def begin(self) -> None:
        assert self.up is not None
        self.up.inner.append(self)
        self.open("task", "chase")

    def submitted(self, element: str, data: dict) -> None:
        self.done()


class Scope(Run):
    """The process itself."""

    def begin(self) -> None:
        self.main_done = False
        self.enter(self.block)

    def inner_done(self, run: Run) -> None:
        self.main_done = self.main_done or not isinstance(run, Chase)
        if self.main_done and not self.inner:
            self.game.ended = True


def play(block: Block, now: datetime) -> Game:
    """A new game of `block`, begun."""
    game = Game(now)
    Scope(block, None, game).begin()
    return game


def answer_for(item: Item, choose: Callable[[int], int], patience: int = 3) -> dict:
    """What the gateway behind this task asks for. `choose(n)` gives a number below n; rework `patience - 1` times."""
    block, n = item.run.block, item.run.block.n
    if isinstance(item.run, Chase) or not item.element.startswith("t"):
        return {}
    if block.kind == "xor":
        return {f"pilih_{n}": choose(len(block.parts))}
    if block.kind == "or":
        return {f"pilih_{n}": [i for i in range(len(block.parts)) if choose(2)]}
    if block.kind == "loop":
        return {f"putusan_{n}": "ulang" if choose(patience) else "lanjut"}
    return {}
