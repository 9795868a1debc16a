"""Move one case to another version, and back: one transaction, one event of its history, `WHERE version = ?`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.engine import migration, steps
from app.engine.errors import StateUnreadable
from app.engine.migration import AMBER, RED, Moved, Plan, Reason
from app.engine.types import Action, UserTask
from app.errors import Conflict
from app.flows import definitions
from app.flows.intervention import OVER, SUSPENDED
from app.flows.record import Change, event_of, read_case
from app.models import AnyRow, Definition, Event, Instance, Job, Task, db, table
from app.sdk.json import JsonObject

_INSTANCE, _EVENT, _TASK, _JOB = table(Instance), table(Event), table(Task), table(Job)

SIGNING = "Perkara ini sedang menandatangani; coba lagi sebentar lagi."
CALLING = "Panggilan '{name}' sedang berjalan; coba lagi sebentar lagi."
UNDO_TOO_LATE = (
    "Perkara ini sudah bergerak sejak dipindahkan, jadi pemindahannya tidak dapat dibatalkan begitu saja. "
    "Pindahkan kembali dengan pemindahan baru ke versi {version}."
)

Effects = Callable[[Connection, int], None]


class UnderWay(Conflict):
    """Panggilan perkara ini sedang berjalan. Coba lagi sebentar lagi."""


@dataclass(frozen=True)
class Who:
    """By whom a case is moved, as its history names them."""

    user_id: int | None
    words: str


@dataclass(frozen=True)
class To:
    """Where a case goes: the version's row and number, its state there, and what is open in it then."""

    definition_id: int
    state: bytes
    next_timer: datetime | None
    user_tasks: Sequence[UserTask]
    actions: Sequence[Action]


def check(way: Plan, case: AnyRow, calls: Sequence[AnyRow], now: datetime) -> Moved:
    """What would become of the case. `calls` are its open jobs (state, attended, name)."""
    moved = migration.move(way, case.state, now)
    more = [*_calls_under_way(calls), *_held(case)]
    if not more:
        return moved
    reasons = (*more, *moved.reasons)
    verdict = migration.worst(reasons)
    if verdict == RED:
        return Moved(RED, tuple(r for r in reasons if r.level == RED))
    kept = sorted(reasons, key=lambda r: r.level != AMBER)
    return Moved(
        verdict, tuple(kept), moved.state, moved.user_tasks, moved.calls, moved.actions, moved.timers, moved.next_timer
    )


def _calls_under_way(calls: Sequence[AnyRow]) -> list[Reason]:
    for job in calls:
        if job.attended and job.state in ("ready", "running"):
            return [Reason(RED, SIGNING)]
        if job.state == "running":
            return [Reason(RED, CALLING.format(name=job.name))]
    return []


def _held(case: AnyRow) -> list[Reason]:
    words = "Perkara ini sedang ditangguhkan; sesudah dipindahkan tetap ditangguhkan."
    return [Reason(AMBER, words)] if case.phase == SUSPENDED else []


def open_calls(conn: Connection, instance_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """The open jobs of these cases."""
    found: dict[int, list[AnyRow]] = {}
    columns = [_JOB.c[n] for n in ("id", "instance_id", "state", "attended", "name", "element")]
    query = select(*columns).where(
        _JOB.c.instance_id.in_(instance_ids), _JOB.c.state.in_(("ready", "running", "incident"))
    )
    for row in conn.execute(query):
        found.setdefault(row.instance_id, []).append(row)
    return found


def carry(
    case: AnyRow, moved: Moved, target: Definition, who: Who, facts: JsonObject, now: datetime, also: Effects
) -> bool:
    """Move the case as `moved` says. False: it went on meanwhile, and nothing was written.

    `facts` go into the event; `also(conn, seq)` writes what else belongs to it. Raises UnderWay.
    """
    if moved.state is None:
        raise ValueError("a case whose verdict is red can't be carried over")
    to = To(target.id, moved.state, moved.next_timer, moved.user_tasks, moved.actions)
    change = Change("migrate", name=f"Pindah ke versi {target.version}", data=facts, by=who.user_id, actor=who.words)
    return _write(case, to, change, now, also)


def take_back(instance_id: int, moved_seq: int, source: Definition, who: Who, now: datetime, also: Effects) -> None:
    """Undo a move: state, version and tasks as they were. Conflict where something came after it."""
    with db.engine.connect() as conn:
        case = read_case(conn, instance_id)
        before = conn.execute(
            select(_EVENT.c.state).where(_EVENT.c.instance_id == instance_id, _EVENT.c.seq == moved_seq - 1)
        ).scalar()
    late = Conflict(UNDO_TOO_LATE.format(version=source.version))
    if case is None or case.version != moved_seq or case.phase in OVER or before is None:
        raise late
    try:
        view = steps.read(definitions.of(source.id), before)
    except StateUnreadable as e:
        raise late from e
    to = To(source.id, before, view.next_timer, view.user_tasks, view.actions)
    data: JsonObject = {"ke": source.version, "pemindahan_dibatalkan": moved_seq}
    change = Change(
        "migrate_undo", name=f"Kembali ke versi {source.version}", data=data, by=who.user_id, actor=who.words
    )
    if not _write(case, to, change, now, also):
        raise late


def _write(case: AnyRow, to: To, change: Change, now: datetime, also: Effects) -> bool:
    # the event belongs to the version that reads its state: the one the case has from here on
    there: Any = SimpleNamespace(**{**case._mapping, "definition_id": to.definition_id})
    event = event_of(there, change, now, case.status, [], to.state)
    mine = update(_INSTANCE).where(
        _INSTANCE.c.id == case.id, _INSTANCE.c.version == case.version, _INSTANCE.c.definition_id == case.definition_id
    )
    values = {
        "definition_id": to.definition_id, "state": to.state, "next_timer": to.next_timer, "version": event["seq"],
        "last_hash": event["hash"], "changed_at": now, "stuck": "",
    }  # fmt: skip
    with db.engine.begin() as conn:
        if conn.execute(mine.values(values)).rowcount == 0:
            return False
        conn.execute(insert(_EVENT).values(event))
        # a call does not raise the version when it begins: looked at once more, now that nobody else can write
        under_way = _calls_under_way(open_calls(conn, [case.id]).get(case.id, []))
        if under_way:
            raise UnderWay(under_way[0].text)
        _renew_tasks(conn, case, to, now)
        _rename_jobs(conn, case, to)
        also(conn, event["seq"])
    return True


def _renew_tasks(conn: Connection, case: AnyRow, to: To, now: datetime) -> None:
    """The rows of what is open: the same ids, with their names and roles in this version; due, claim, draft stay."""
    wanted = {t.id: _row("user", t) for t in to.user_tasks} | {a.id: _row("action", a) for a in to.actions}
    query = select(_TASK.c.id, _TASK.c.state, *(_TASK.c[k] for k in ("kind", "element", "name", "role")))
    known = {row.id: row for row in conn.execute(query.where(_TASK.c.instance_id == case.id))}
    for id_, row in known.items():
        here = update(_TASK).where(_TASK.c.id == id_)
        if id_ not in wanted and row.state == "open":
            conn.execute(here.values(state="gone", done_at=now))
        elif id_ in wanted and (row.state != "open" or any(getattr(row, k) != v for k, v in wanted[id_].items())):
            conn.execute(here.values(wanted[id_] | {"state": "open", "done_at": None}))
    place = {"instance_id": case.id, "satker": case.satker, "unit": case.unit, "tahun": case.tahun, "created_at": now}
    fresh = [{"id": id_, "state": "open", **place, **row} for id_, row in wanted.items() if id_ not in known]
    if fresh:
        conn.execute(insert(_TASK), fresh)


def _row(kind: str, open_: UserTask | Action) -> dict[str, Any]:
    return {"kind": kind, "element": open_.element, "name": open_.name, "role": open_.lane or ""}


def _rename_jobs(conn: Connection, case: AnyRow, to: To) -> None:
    elements = definitions.of(to.definition_id).elements
    for job in open_calls(conn, [case.id]).get(case.id, []):
        name = elements[job.element].name if job.element in elements else job.name
        if name != job.name:
            conn.execute(update(_JOB).where(_JOB.c.id == job.id).values(name=name))
