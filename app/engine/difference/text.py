"""Two texts line by line, for whoever wants to see the XML itself."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_LINES = 3000  # of what lies between the first and the last line that differ; the matcher is quadratic at worst
AROUND = 3  # equal lines shown beside those that differ
LONGEST_LINE = 2000


class Line(NamedTuple):
    """`sign`: "+" | "-" | " " | "…" for equal lines that are left out. Numbers count from 1; 0 where there is none."""

    sign: str
    old: int
    new: int
    text: str


def text_difference(old: str, new: str) -> list[Line] | None:
    """The lines that differ with some around them; none for equal texts; None for texts too long to compare."""
    one, other = old.splitlines(), new.splitlines()
    head = _alike(one, other)
    tail = _alike(one[head:][::-1], other[head:][::-1])
    middle, others = one[head : len(one) - tail], other[head : len(other) - tail]
    if not middle and not others:
        return []
    if len(middle) > MOST_LINES or len(others) > MOST_LINES:
        return None
    start = max(head - AROUND, 0)
    till = max(tail - AROUND, 0)
    matcher = SequenceMatcher(None, one[start : len(one) - till], other[start : len(other) - till])
    return [line for group in matcher.get_grouped_opcodes(AROUND) for line in _lines(group, one, other, start)]


def _alike(one: list[str], other: list[str]) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _lines(group: list[tuple[str, int, int, int, int]], one: list[str], other: list[str], start: int) -> Iterator[Line]:
    yield Line("…", 0, 0, "")
    for kind, a, b, c, d in group:
        if kind == "equal":
            for i in range(b - a):
                yield Line(" ", start + a + i + 1, start + c + i + 1, one[start + a + i][:LONGEST_LINE])
            continue
        for i in range(start + a, start + b):
            yield Line("-", i + 1, 0, one[i][:LONGEST_LINE])
        for i in range(start + c, start + d):
            yield Line("+", 0, i + 1, other[i][:LONGEST_LINE])
