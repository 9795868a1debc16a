"""Replay before publishing: 1,000 recorded PKs against a draft with one condition changed, by the worker."""

from __future__ import annotations

import resource
import time
from typing import Any

from sqlalchemy import insert, select

from app import clock
from app.flows.diagrams import drafts, replay, replay_work
from app.flows.diagrams.replay import Asked
from app.flows.rights import Actor
from app.models import Definition, Event, Instance, Replay, db, table
from benchmarks import pk
from benchmarks.measure import Figure
from benchmarks.ours import ACTOR, PROCESS, Case, House, house

LIMIT = 60.0  # seconds for a thousand
_INSTANCE, _EVENT = table(Instance), table(Event)


def run(quick: bool = False) -> list[Figure]:
    """From the wish to the last result; the cases were really lived, each refused, returned or reminded on its way."""
    count = 40 if quick else 1_000
    with house(3) as h:
        _copies([_lived(h, remind) for remind in (False, True)], count)
        boss = Actor(1, ACTOR.name, None, 2026, ())
        version = db.session.scalar(select(Definition.id).where(Definition.process == PROCESS))
        assert version is not None
        draft = drafts.begin_from(version, boss, clock.now())
        files = {n: t.replace("eselon_1.keputusan == 'setuju'", "eselon_1.keputusan != 'kembalikan'")
                 for n, t in draft.files.items()}  # fmt: skip
        assert files != draft.files
        drafts.save(draft.id, draft.revision, files, boss, clock.now())
        began, spent, slices = time.perf_counter(), _cpu(), list[float]()
        replay_id = replay.begin(draft.id, Asked(count=count), boss, clock.now())
        while db.session.scalar(select(Replay.state).where(Replay.id == replay_id)) in replay.GOING:
            db.session.rollback()
            at = time.perf_counter()
            replay_work.work(clock.now())
            slices.append(time.perf_counter() - at)
        seconds, spent = time.perf_counter() - began, _cpu() - spent
        counts = replay.counts(replay_id)
        steps = _steps_of_a_case()
        db.session.rollback()
    assert counts == {"same": count, "other": 0, "stopped": 0, "failed": 0}, counts
    detail = {
        "cases": count, "steps_each": steps, "ms_each": round(seconds / count * 1000, 2), "slices": len(slices),
        "longest_slice_s": round(max(slices), 2), "cpu_s": round(spent, 1),
    }  # fmt: skip
    return [
        Figure(
            "replay_1000_s", seconds * 1_000 / count, "s", ("<", LIMIT), f"cpu {spent * 1_000 / count:.0f} s", detail
        )
    ]


def _lived(h: House, remind: bool) -> Case:
    """A PK from its start to the archive: refused once, returned once, signed twice."""
    case = h.begin()
    case.play([case.info(), *pk.life()], remind=remind)
    assert case.row().phase == "ended"
    return case


def _copies(models: list[Case], count: int) -> None:
    """As many cases with the same history, beside the models."""
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for number in range(len(models), count):
        model = models[number % len(models)]
        rows.append({**model.row()._asdict(), "id": 10_000 + number, "key": f"ulang/{number}"})
        lived = db.session.execute(select(_EVENT).where(_EVENT.c.instance_id == model.id)).mappings()
        events += [{**e, "id": None, "instance_id": 10_000 + number, "state": None} for e in lived]
    db.session.rollback()
    with db.engine.begin() as conn:
        conn.execute(insert(_INSTANCE), rows)
        conn.execute(insert(_EVENT), [{k: v for k, v in e.items() if k != "id"} for e in events])


def _cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _steps_of_a_case() -> int:
    first = select(_INSTANCE.c.id).limit(1).scalar_subquery()
    return len(db.session.scalars(select(_EVENT.c.id).where(_EVENT.c.instance_id == first)).all())
