"""A step must not grow with the rounds a case has gone through, however often the reminder fired on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count

from app.engine import steps
from app.flows import definitions
from benchmarks import pk
from benchmarks.measure import Figure, Samples, no_garbage_collection, p50, ratio, spread
from benchmarks.ours import Case, House, house

_CHANCE = random.Random(20260112)
REMINDERS: dict[str, Callable[[int], bool]] = {
    "every": lambda _: True,
    "first": lambda n: n == 1,
    "random_half": lambda _: _CHANCE.random() < 0.5,
}


def run(quick: bool = False) -> list[Figure]:
    """For each pattern of reminders: a case after 300 rejections against new ones, round by round in turn.

    CPU of the forms of one round (drafted, made into a sheet, refused). The new case's round is the same as the old
    one's, reminder included. Then the old case is signed, and its data must equal the last submission per key.
    """
    rounds, measured = (5, 2) if quick else (300, 40)
    found, details = {}, {}
    with house(len(REMINDERS) * (measured + 1) + 1) as h:
        for name, remind in REMINDERS.items():
            old, new, bytes_ = _compare(h, rounds, measured, remind)
            found[name] = ratio(old.cpu, new.cpu)
            details[name] = {
                "ratio": round(found[name], 3),
                "spread": spread(old.cpu, new.cpu),
                "old_cpu_ms": round(p50(old.cpu), 3),
                "new_cpu_ms": round(p50(new.cpu), 3),
                "state_bytes": bytes_,
            }
    worst = max(found, key=lambda name: found[name])
    return [
        Figure(
            "rounds_300_ratio", found[worst], "x", ("<=", 1.2), details[worst]["spread"],
            {"worst": worst, "rounds": rounds, **details},
        )
    ]  # fmt: skip


def _compare(h: House, rounds: int, measured: int, remind: Callable[[int], bool]) -> tuple[Samples, Samples, int]:
    numbers = count(1)
    old_case = _begun(h)
    for n in (next(numbers) for _ in range(rounds)):
        old_case.play(pk.round_of(n), remind=remind(n))
    old, new = Samples(), Samples()
    with no_garbage_collection():
        for n in (next(numbers) for _ in range(measured)):
            new_case, reminded = _begun(h), remind(n)
            sides = [(old_case, old), (new_case, new)]
            for case, samples in sides if n % 2 else reversed(sides):
                times = Samples()
                case.play(pk.round_of(n), times.time, remind=reminded)
                samples.cpu.append(sum(times.cpu))
    _finish(old_case, next(numbers))
    return old, new, old_case.largest


def _begun(h: House) -> Case:
    case = h.begin()
    case.play([case.info()])
    return case


def _finish(case: Case, number: int) -> None:
    """Sign it, and ask the oracle."""
    approve = [pk.decide(pk.KEPALA, "setuju"), pk.decide(pk.ESELON, "setuju")]
    case.play([pk.write(number), pk.make_sheet(), *approve])
    row = case.row()
    view = steps.read(definitions.of(row.definition_id), row.state)
    assert view.ended, "the case did not end"
    assert view.data == case.expected, "the ended case's data are not the last submission per key"
