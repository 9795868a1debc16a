"""The token game on a net, as the engine plays it: what can happen in a state, and what comes to rest after it.

Conditions go either way, services succeed or fail with each error that is caught, timers and messages may come at any
moment; an event that does not interrupt comes once while its activity is open. No expression is ever evaluated.

A way is a tuple of signs: ">flow", "+element" began, "-element" ended well, "=element" passed or fired at once, and
".element" for one that was met and not gone through.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import combinations, product
from typing import NamedTuple

from app.engine.soundness.net import JOINS, Net, Spot
from app.engine.soundness.tokens import Now, Token, Tokens, Way

MAX_WAYS = 8  # out of an inclusive gateway: 255 choices
MAX_CONFIGURATIONS = 20_000  # on the way to rest, in one step
BY_ITSELF = frozenset({"timer", "message", "conditional"})
_AT_ONCE = frozenset({"scriptTask", "businessRuleTask", "sendTask"})


class Twice(NamedTuple):
    """A second token came to `spot` while the first was there."""

    spot: Spot
    way: Way


class Game(Tokens):
    """Plays one net. `twice` collects what was seen in the last step, `passed` the signs of all ways, also of those
    that come to the same; `cut` says that something was left out.

    Ways that come to the same are one, unless they differ in what was `watched`.
    """

    def __init__(self, net: Net, watched: frozenset[str] = frozenset()) -> None:
        super().__init__(net)
        self.watched = watched
        self.twice: list[Twice] = []
        self.passed: set[str] = set()
        self.cut = False
        self.resting = {s.bit: s for s in net.spots if s.bit and s.host < 0}
        self.resting_mask = sum(self.resting)
        self.subs = [s for s in reversed(net.spots) if s.inner >= 0]  # inner ones first
        self.inclusive = [s for s in net.spots if s.coming]
        self.early = {s.index: self._early(s) for s in net.spots if s.boundaries and (s.inner >= 0 or not s.bit)}

    def _early(self, host: Spot) -> list[tuple[Spot, ...]]:
        """What may come at the edge as soon as `host` begins, which may never rest: of those that don't interrupt any,
        and of those that do at most one, the last. The first is nothing."""
        due = [self.spots[i] for i in host.boundaries if self.spots[i].may_be_due]
        self.cut = self.cut or len(due) > MAX_WAYS
        beside = [e for e in due[:MAX_WAYS] if not e.node.interrupting]
        instead: list[tuple[Spot, ...]] = [(), *((e,) for e in due[:MAX_WAYS] if e.node.interrupting)]
        return [(*c, *e) for n in range(len(beside) + 1) for c in combinations(beside, n) for e in instead]

    # --- what can happen

    def begin(self) -> Iterator[tuple[int, Way]]:
        """The states in which a case first comes to rest."""
        self.twice = []
        for token in self.starts(self.scopes[0]):
            yield from self._settle(Now(0, token, ()))

    def moves(self, state: int) -> Iterator[tuple[int, Way]]:
        """Every next state at rest, with the way to it."""
        self.twice = []
        left = state & self.resting_mask
        while left:
            bit = left & -left
            left ^= bit
            for now in self._events(state, self.resting[bit]):
                yield from self._settle(now)

    def _events(self, state: int, spot: Spot) -> Iterator[Now]:
        if spot.kind == "eventBasedGateway":
            for flow, target in spot.out:
                event = self.spots[target]
                if "signal" not in event.node.events:
                    yield Now(state & ~spot.bit, self.out(event), (f"-{spot.id}", f">{flow}", f"={event.id}"))
        elif spot.inner < 0 and spot.detail.signal is None:
            yield self.done(state, spot)
        for index in spot.boundaries:
            event = self.spots[index]
            if BY_ITSELF & set(event.node.events) and self.waits(state, event):
                yield self.fire(state, event)
        if spot.kind == "serviceTask":
            for event in self._catchers(state, spot):
                yield self.fire(state, event)

    def _catchers(self, state: int, call: Spot) -> Iterator[Spot]:
        """The error events that a failing call may wake: its own, then those of the subprocesses around it."""
        caught: set[str] = set()
        at: Spot | None = call
        while at is not None and "" not in caught:
            events = [self.spots[i] for i in at.boundaries if "error" in self.spots[i].node.events]
            fresh = [e for e in events if (e.detail.code or "") not in caught]
            yield from fresh
            caught |= {e.detail.code or "" for e in fresh}
            owner = self.scopes[at.scope].owner
            at = self.spots[owner] if owner >= 0 else None

    # --- coming to rest

    def _settle(self, first: Now) -> Iterator[tuple[int, Way]]:
        """Let all tokens move until each one rests; every choice on the way is made both ways."""
        stack, seen = [first], set()
        while stack:
            now = stack.pop()
            self.passed.update(now.way)
            key = now.state, now.queue, tuple(sign for sign in now.way if sign[1:] in self.watched)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_CONFIGURATIONS:
                self.cut = True
                return
            join = self._open_inclusive(now)
            if join is not None:
                stack += self._leave(self._taken(now, join), join, now.queue)
            elif now.queue:
                flow, target, source = now.queue[0]
                on_flow = (*now.way, f">{flow}") if flow else now.way
                stack += self._enter(Now(now.state, now.queue[1:], on_flow), self.spots[target], source)
            else:
                following = self._ended_inside(now)
                if following is None:
                    yield now.state, now.way
                else:
                    stack += following

    def _ended_inside(self, now: Now) -> list[Now] | None:
        """The subprocess in which nothing is left ends, or begins again if it repeats; None if there is none."""
        for spot in self.subs:
            if now.state & spot.bit and not now.state & self.scopes[spot.inner].mask:
                done = self.done(now.state, spot)
                found = [Now(done.state, done.queue, now.way + done.way)]
                if spot.detail.repeats:
                    found += [Now(now.state, tokens, now.way) for tokens in self.starts(self.scopes[spot.inner])]
                return found
        return None

    def _enter(self, now: Now, spot: Spot, source: int) -> list[Now]:
        """All that may come of a token that reaches `spot`."""
        if spot.arrivals:
            return self._arrive(now, spot, source)
        if spot.bit:
            return self._rest(now, spot)
        if spot.kind in JOINS or spot.kind == "exclusiveGateway":
            return self._leave(now, spot, now.queue)
        if f"={spot.id}" in now.way and spot.kind in _AT_ONCE:
            self.twice.append(Twice(spot, now.way))
        way = (*now.way, f"={spot.id}")
        after = Now(now.state, now.queue + self.out(spot), way)
        if spot.kind in ("endEvent", "intermediateThrowEvent") and spot.node.events:
            return [self.thrown(after, spot)]
        return [after, *(self._overtaken(now, spot, events) for events in self.early.get(spot.index, [])[1:])]

    def _overtaken(self, now: Now, host: Spot, events: tuple[Spot, ...]) -> Now:
        """What passes at once, and `events` come in that moment."""
        gone = events[-1].node.interrupting
        queue = now.queue if gone else now.queue + self.out(host)
        way = (*now.way, f".{host.id}" if gone else f"={host.id}", *(f"={e.id}" for e in events))
        return Now(now.state, queue + tuple(t for e in events for t in self.out(e)), way)

    def _rest(self, now: Now, spot: Spot) -> list[Now]:
        if now.state & spot.bit:
            self.twice.append(Twice(spot, (*now.way, f".{spot.id}")))
            return [Now(now.state, now.queue, (*now.way, f".{spot.id}"))]
        inside = list(self.starts(self.scopes[spot.inner])) if spot.inner >= 0 else [()]
        state, way = now.state | spot.bit, (*now.way, f"+{spot.id}")
        found = []
        for tokens, events in product(inside, self.early.get(spot.index, [()])):
            found.append(reduce(self.hit, events, Now(state, now.queue + tokens, way)))
        if spot.detail.optional:
            found.append(Now(now.state, now.queue + self.out(spot), (*now.way, f".{spot.id}")))
        return found

    def _arrive(self, now: Now, join: Spot, source: int) -> list[Now]:
        bit = join.arrivals[source]
        way = (*now.way, f".{join.id}")
        if now.state & bit:
            self.twice.append(Twice(join, way))
        after = Now(now.state | bit, now.queue, way)
        if join.coming:
            return [after]  # looked at wherever anything has moved
        came = after.state & (join.forward | join.backward)
        if came & join.forward == join.forward or (join.backward and came & join.backward == join.backward):
            return self._leave(self._taken(now, join), join, now.queue)
        return [after]

    def _taken(self, now: Now, join: Spot) -> Now:
        return Now(now.state & ~join.arriving, now.queue, now.way)

    def _open_inclusive(self, now: Now) -> Spot | None:
        """An inclusive join to which no token is on its way any more (see joins.InclusiveJoin)."""
        for join in self.inclusive:
            came = now.state & join.arriving
            if came and not self._awaited(now, join, came):
                return join
        return None

    def _awaited(self, now: Now, join: Spot, came: int) -> bool:
        """Is somebody on the way to a flow on which none has come, who can't come on one where one has?"""
        for target, source in ((t[1], t[2]) for t in now.queue):
            reach = join.arrivals.get(source, 0) if target == join.index else join.reach.get(target, 0)
            if reach and not reach & came:
                return True
        return any(
            not reach & came and now.state & there and not now.state & gone for there, gone, reach in join.coming
        )

    def _leave(self, now: Now, gateway: Spot, queue: tuple[Token, ...]) -> list[Now]:
        """The ways out of a gateway: one, all, or any that are not none."""
        tokens, way = self.out(gateway), (*now.way, f"={gateway.id}")
        if gateway.kind == "parallelGateway" or len(tokens) < 2:
            return [Now(now.state, queue + tokens, way)]
        if gateway.kind == "exclusiveGateway":
            return [Now(now.state, (*queue, token), way) for token in tokens]
        free = [t for t in tokens if t[0] != gateway.node.default]
        if len(free) > MAX_WAYS:
            self.cut = True
            free = free[:MAX_WAYS]
        chosen = [c for n in range(1, len(free) + 1) for c in combinations(free, n)]
        chosen += [(t,) for t in tokens if t[0] == gateway.node.default]
        return [Now(now.state, queue + c, way) for c in chosen]
