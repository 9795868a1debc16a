"""How we measure: clocks, medians with their spread, and the value that every benchmark gives back."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One line of the table. `wanted` is a limit with its direction: ("<=", 1.2)."""

    key: str
    value: float
    unit: str
    wanted: tuple[str, float] | None
    spread: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        if self.wanted is None:
            return True
        relation, limit = self.wanted
        return {">=": self.value >= limit, "<=": self.value <= limit, "<": self.value < limit}[relation]


@dataclass
class Samples:
    """Times of one kind of work, in milliseconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # of this process, all threads, user and system

    def time(self, work: Callable[[], T]) -> T:
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        result = work()
        self.wall.append((time.perf_counter_ns() - wall) / 1e6)
        self.cpu.append((time.process_time_ns() - cpu) / 1e6)
        return result


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    return p50(over) / p50(under)


def spread(over: Sequence[float], under: Sequence[float] | None = None, blocks: int = 5) -> str:
    """Lowest to highest figure of consecutive fifths of the run: how much the machine moved meanwhile."""
    size = max(1, len(over) // blocks)
    found = []
    for at in range(0, size * blocks, size):
        part = over[at : at + size]
        if part:
            found.append(ratio(part, under[at : at + size]) if under is not None else p50(part))
    return f"{min(found):.3g} to {max(found):.3g}"


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """The collector walks whatever else lives in this process: no side should pay for the other's objects."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def first_in_line() -> bool:
    """Ask to be scheduled before other people's work: behind it, each fsync would cost a tick of the scheduler (4 ms).

    False where we may not: then wall times say more about the others than about us.
    """
    try:
        os.nice(-20)
    except (AttributeError, PermissionError):
        return False
    return True
