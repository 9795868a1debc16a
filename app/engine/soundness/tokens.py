"""What tokens do to a state: leaving, being taken away, and what is thrown from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.engine.soundness.net import Net, Scope, Spot

Way = tuple[str, ...]
Token = tuple[str, int, int]  # (flow, spot it comes to, spot it comes from)


class Now(NamedTuple):
    """A state on its way to rest: tokens that still move, and the way so far."""

    state: int
    queue: tuple[Token, ...]
    way: Way


class Tokens:
    """Changes of states of one net."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.spots, self.scopes = net.spots, net.scopes
        self.gateways = [s for s in net.spots if s.kind == "eventBasedGateway"]
        self.signals: dict[str, list[Spot]] = {}
        for spot in net.spots:
            if spot.detail.signal is not None and spot.kind not in ("intermediateThrowEvent", "endEvent"):
                self.signals.setdefault(spot.detail.signal, []).append(spot)

    def out(self, spot: Spot) -> tuple[Token, ...]:
        return tuple((flow, target, spot.index) for flow, target in spot.out)

    def cleared(self, state: int, spot: Spot) -> int:
        """`state` without the activity `spot`, all inside it, and what was noted while it was open."""
        state &= ~spot.bit
        for index in spot.boundaries:
            state &= ~self.spots[index].bit
        return state & ~self.scopes[spot.inner].mask if spot.inner >= 0 else state

    def done(self, state: int, spot: Spot) -> Now:
        return Now(self.cleared(state, spot), self.out(spot), (f"-{spot.id}",))

    def waits(self, state: int, event: Spot) -> bool:
        """Is the boundary event waiting: its activity open, and it not given already?"""
        return bool(state & self.spots[event.host].bit) and not state & event.bit

    def fire(self, state: int, event: Spot) -> Now:
        host = self.spots[event.host]
        after = self.cleared(state, host) if event.node.interrupting else state | event.bit
        return Now(after, self.out(event), (f"={event.id}",))

    def starts(self, scope: Scope) -> Iterator[tuple[Token, ...]]:
        """The ways to begin in a scope: at its plain start event, else at any one of them."""
        plain = [i for i in scope.starts if not self.spots[i].node.events]
        for index in plain[:1] or scope.starts:
            yield (("", index, -1),)
        if not scope.starts:
            yield ()

    # --- what is thrown

    def thrown(self, now: Now, spot: Spot) -> Now:
        kinds = spot.node.events
        if "terminate" in kinds:
            scope = self.scopes[spot.scope]
            return self.without(Now(now.state & ~scope.mask, now.queue, now.way), scope)
        if "signal" in kinds:
            return self.signal(now, spot.detail.signal or "")
        for kind in ("error", "escalation", "cancel"):
            if kind in kinds:
                return self.caught(now, spot, kind)
        return now

    def without(self, now: Now, scope: Scope) -> Now:
        return Now(now.state, tuple(t for t in now.queue if self.spots[t[1]].scope not in scope.within), now.way)

    def caught(self, now: Now, spot: Spot, kind: str) -> Now:
        """Thrown to the nearest scope in which somebody waits for it; nobody: it is a plain event."""
        at = spot.scope if kind != "cancel" else self.scopes[spot.scope].parent
        while at >= 0:
            events = [self.spots[i] for i in self.scopes[at].spots if kind in self.spots[i].node.events]
            hit = [
                e
                for e in events
                if e.host >= 0 and (e.detail.code or "") in ("", spot.detail.code or "") and self.waits(now.state, e)
            ]
            if hit:
                for event in hit:
                    now = self.hit(now, event)
                return now
            at = self.scopes[at].parent
        return now

    def hit(self, now: Now, event: Spot) -> Now:
        fired = self.fire(now.state, event)
        host = self.spots[event.host]
        if event.node.interrupting and host.inner >= 0:
            now = self.without(now, self.scopes[host.inner])
        return Now(fired.state, now.queue + fired.queue, now.way + fired.way)

    def signal(self, now: Now, name: str) -> Now:
        """Everybody who waits for the signal hears it at once."""
        for spot in self.signals.get(name, ()):
            if spot.host >= 0:
                if self.waits(now.state, spot):
                    now = self.hit(now, spot)
            elif spot.bit and now.state & spot.bit:
                done = self.done(now.state, spot)
                now = Now(done.state, now.queue + done.queue, now.way + done.way)
        for gateway in self.gateways:
            if now.state & gateway.bit:
                for flow, target in gateway.out:
                    if self.spots[target].detail.signal == name and now.state & gateway.bit:
                        way = (*now.way, f"-{gateway.id}", f">{flow}", f"={self.spots[target].id}")
                        now = Now(now.state & ~gateway.bit, now.queue + self.out(self.spots[target]), way)
        return now
