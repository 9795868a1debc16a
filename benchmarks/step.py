"""A step of the real application against the plain way, act by act in turn, on the same disk in the same run."""

from __future__ import annotations

from typing import Any

from benchmarks import pk
from benchmarks.measure import Figure, Samples, no_garbage_collection, p50, p95, ratio, spread
from benchmarks.ours import Case, House, house
from benchmarks.plain import Plain, PlainCase


def run(quick: bool = False) -> list[Figure]:
    """Whole lives of a PK on both sides; each form is sent once here and once there, now one first, now the other.

    Wall, because the wait for the disk is a part of FULL. The CPU's ratio stands beside it: where others use the same
    disk, both sides wait for them alike, and the ratio of the walls sinks.
    """
    lives = 2 if quick else 25
    with house(lives + 1) as h:
        plain = Plain(h.folder / "plain.sqlite3")
        _live(h, plain, Samples(), Samples(), 0)  # warm
        ours, theirs = Samples(), Samples()
        largest, plain_bytes = 0, 0
        with no_garbage_collection():
            for n in range(lives):
                case, other = _live(h, plain, ours, theirs, n)
                largest, plain_bytes = max(largest, case.largest), max(plain_bytes, len(other.row().state))
    against = {
        "steps": len(ours.wall), "plain_ms_p50": p50(theirs.wall), "plain_cpu_ms_p50": p50(theirs.cpu),
        "plain_bytes": plain_bytes,
    }  # fmt: skip
    alone = {"cpu_ms_p50": p50(ours.cpu), "ms_p95": p95(ours.wall), "by_element": _by_element(ours)}
    return [
        Figure(
            "step_vs_plain_full", ratio(theirs.wall, ours.wall), "x", (">=", 4), spread(theirs.wall, ours.wall), against
        ),
        Figure("step_vs_plain_cpu", ratio(theirs.cpu, ours.cpu), "x", None, spread(theirs.cpu, ours.cpu)),
        Figure("step_ms_p50", p50(ours.wall), "ms", None, spread(ours.wall), alone),
        Figure("state_bytes_max", largest, "bytes", ("<=", 3000)),
    ]


def _live(h: House, plain: Plain, ours: Samples, theirs: Samples, turn: int) -> tuple[Case, PlainCase]:
    case = h.begin()
    other = PlainCase(plain, case.satker)
    for n, act in enumerate([case.info(), *pk.life()]):
        sides: list[Any] = [lambda a=act: case.send(a, ours.time), lambda a=act: other.send(a, theirs)]
        for side in sides if (n + turn) % 2 else reversed(sides):
            side()
        case.answer_calls()
        other.answer_calls()
    assert case.row().status == other.row().status == "PK Telah Ditandatangani"
    return case, other


def _by_element(samples: Samples) -> dict[str, float]:
    """p50 of the wall time for each act of a life."""
    names = ["info_satker", *(act.element for act in pk.life())]
    found = {}
    for name in dict.fromkeys(names):
        places = {n for n, each in enumerate(names) if each == name}
        found[name] = round(p50([ms for n, ms in enumerate(samples.wall) if n % len(names) in places]), 2)
    return found
