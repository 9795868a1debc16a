"""Change a case from outside its diagram: cancel, suspend, reassign, a recommendation. No engine step is made.

Like a step it is one event in the chained history and one commit, `WHERE version = ?`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.errors import Conflict, NotFound
from app.flows.record import Change, event_of, read_case
from app.models import AnyRow, Event, Instance, db, table

_INSTANCE, _EVENT = table(Instance), table(Event)

MOVED = (
    "Perkara ini berubah sejak halaman ini dibuka: {what}. Periksa keadaannya yang sekarang, lalu putuskan lagi. "
    "Alasan yang diketik masih ada di bawah."
)

Effects = Callable[[Connection, AnyRow], None]


def amend(
    instance_id: int, seen: int | None, change: Change, now: datetime, effects: Effects | None = None, **columns: Any
) -> None:
    """Write `change` as an event, `columns` of the instance and the `effects` on other tables; all or nothing.

    `seen` is the version that the person had before them: Conflict says in words what happened since. None means
    whatever it is now. NotFound if there is no such case. `effects` may raise to call it all off.
    """
    with db.engine.connect() as conn:
        case = read_case(conn, instance_id)
    if case is None:
        raise NotFound
    if seen is not None and case.version != seen:
        raise Conflict(MOVED.format(what=_last_event(instance_id)))
    event = event_of(case, change, now, columns.get("status", case.status), [], case.state)
    mine = update(_INSTANCE).where(_INSTANCE.c.id == case.id, _INSTANCE.c.version == case.version)
    with db.engine.begin() as conn:
        values = {"version": event["seq"], "changed_at": now, "last_hash": event["hash"], **columns}
        if conn.execute(mine.values(values)).rowcount == 0:
            raise Conflict(MOVED.format(what=_last_event(instance_id)))
        conn.execute(insert(_EVENT).values(event))
        if effects is not None:
            effects(conn, case)


def _last_event(instance_id: int) -> str:
    """What happened last, for a sentence."""
    with db.engine.connect() as conn:
        row = conn.execute(
            select(_EVENT.c.name, _EVENT.c.kind, _EVENT.c.actor)
            .where(_EVENT.c.instance_id == instance_id)
            .order_by(_EVENT.c.seq.desc())
            .limit(1)
        ).first()
    if row is None:
        return "perubahan lain"
    return f"{row.actor or 'Sistem'}, {row.name or row.kind}"
