"""Random diagrams without any order: gateways and tasks joined at will, sound or not, and walks through them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from app.engine import steps
from app.engine.definition import Definition
from app.engine.types import Step
from tests.engine.diagrams import Diagram

MONDAY = datetime(2025, 3, 3, 2, 0, tzinfo=UTC)
KINDS = ("user", "user", "user", "service", "xor", "xor", "and", "and", "or", "wait", "sub")


def tangle(random: Random, size: int) -> Diagram:
    """A start, `size` nodes and an end; each node is reached from one before it, and some more flows go anywhere."""
    d = Diagram()
    kinds = [random.choice(KINDS) for _ in range(size)]
    names = [f"{kind}{n}" for n, kind in enumerate(kinds)]
    flows: list[tuple[str, str]] = [(d.start(), names[0])]
    open_ends = {names[0]}
    for n in range(1, size):
        source = random.choice([x for x in names[:n] if _may_part(x) or x in open_ends])
        flows.append((source, names[n]))
        open_ends.discard(source)
        open_ends.add(names[n])
    for name in sorted(open_ends):
        flows.append((name, random.choice([*names, "selesai", "selesai"])))
    for _ in range(random.randrange(3)):
        source = random.choice(names)
        if _may_part(source):
            flows.append((source, random.choice([*names, "selesai"])))
    d.end()
    for kind, name in zip(kinds, names, strict=True):
        _node(d, kind, name, random, [f for f in dict.fromkeys(flows) if f[0] == name])
    for number, (source, target) in enumerate(dict.fromkeys(flows)):
        _flow(d, source, target, f"f{number}", first=not any(s == source for s, _ in flows[:number]))
    return d


def _may_part(name: str) -> bool:
    return name.startswith(("xor", "and", "or"))


def _node(d: Diagram, kind: str, name: str, random: Random, out: list[tuple[str, str]]) -> None:
    if kind == "user":
        d.user(name)
        if random.random() < 0.2:
            d.boundary(f"ingat_{name}", name, d.timer("P1D"), interrupting=False)
            d.chain(f"ingat_{name}", d.end(f"diingatkan_{name}"))
    elif kind == "service":
        d.service(name)
        if random.random() < 0.5:
            d.boundary(f"gagal_{name}", name, d.error("X"))
            d.chain(f"gagal_{name}", d.user(f"betulkan_{name}"), d.end(f"betul_{name}"))
    elif kind == "wait":
        d.node("intermediateCatchEvent", name, inside=d.timer("P1D"))
    elif kind == "sub":
        body = Diagram()
        body.flows = 1000 + d.flows * 10 + len(d.parts)
        body.chain(body.start(f"m_{name}"), body.user(f"isi_{name}"), body.end(f"s_{name}"))
        d.sub(name, body)
        if random.random() < 0.4:
            d.boundary(f"lama_{name}", name, d.timer("P2D"))
            d.chain(f"lama_{name}", d.end(f"habis_{name}"))
    else:
        tag = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}[kind]
        d.node(tag, name, attributes=f'default="bawaan_{name}"' if kind != "and" and len(out) > 1 else "")
    d.flows += 1


def _flow(d: Diagram, source: str, target: str, id_: str, first: bool) -> None:
    if source.startswith(("xor", "or")):
        parts = [p for p in d.parts if f'id="{source}"' in p]
        if 'default="' in parts[0]:
            if first:
                d.flow(source, target, id=f"bawaan_{source}")
            else:
                d.flow(source, target, f"'{id_}' in pilih", id=id_)
            return
    d.flow(source, target, id=id_)


class Wanderer:
    """Goes through a case at random in the real engine; each choice of the gateways is drawn anew at each act."""

    def __init__(self, definition: Definition, random: Random, flows: list[str]) -> None:
        self.definition, self.random, self.flows = definition, random, flows
        self.now = MONDAY
        self.step: Step = steps.start(definition, self._data(), self.now)

    def _data(self) -> dict[str, object]:
        return {"pilih": [f for f in self.flows if self.random.random() < 0.5]}

    def open(self) -> list[str]:
        return sorted(t.element for t in (*self.step.user_tasks, *self.step.calls))

    def go(self) -> None:
        """One thing that can happen. StepFailed where the case would be stuck."""
        acts = [*self.step.user_tasks, *self.step.calls]
        if not acts or (self.step.next_timer and self.random.random() < 0.2):
            assert self.step.next_timer is not None
            self.now = max(self.now, self.step.next_timer) + timedelta(seconds=1)
            self.step = steps.tick(self.definition, self.step.state, self.now)
            return
        act = self.random.choice(acts)
        if act in self.step.user_tasks:
            self.step = steps.submit(self.definition, self.step.state, act.id, self._data(), self.now)
        elif self.definition.elements[act.element].errors and self.random.random() < 0.4:
            self.step = steps.fail(self.definition, self.step.state, act.id, "X", "gagal", self.now)
        else:
            self.step = steps.finish(self.definition, self.step.state, act.id, None, self.now)
