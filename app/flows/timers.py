"""Fire the timers of a case that are due, and the reminders that come from `due`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from app.engine import steps
from app.errors import StepFailed
from app.flows import definitions
from app.flows.record import Change, read_case, record
from app.flows.submit import TRIES, raise_incident
from app.models import Instance, Notice, Task, db


def due_cases(now: datetime, limit: int = 50) -> list[int]:
    """Cases with a timer that is due, the longest waiting first."""
    query = select(Instance.id).where(Instance.next_timer <= now).order_by(Instance.next_timer).limit(limit)
    with db.engine.connect() as conn:
        return list(conn.execute(query).scalars())


def fire(instance_id: int, now: datetime) -> bool:
    """Fire what is due in one case. False if nothing was (another worker was faster)."""
    for _ in range(TRIES):
        with db.engine.connect() as conn:
            case = read_case(conn, instance_id)
        if case is None:
            return False
        definition = definitions.of(case.definition_id)
        try:
            step = steps.tick(definition, case.state, now)
        except StepFailed as e:
            _stop_timer(instance_id)  # or the worker would try the same broken expression for ever
            raise_incident(case, e, now)
            return False
        change = Change("timer", step.passed[0].element if step.passed else "", "Waktu tercapai", actor="Sistem")
        with db.engine.begin() as conn:
            if record(conn, case, definition, step, change, now):
                return True
    return False


def _stop_timer(instance_id: int) -> None:
    with db.engine.begin() as conn:
        conn.execute(update(Instance).where(Instance.id == instance_id).values(next_timer=None))


def remind(now: datetime, limit: int = 200) -> int:
    """Send the reminders whose time has come; how many. The conditional update makes each go out once."""
    query = (
        select(Task.id, Task.name, Task.due, Task.remind_at, Task.role, Task.satker, Task.unit, Task.instance_id)
        .where(Task.state == "open", Task.remind_at <= now)
        .limit(limit)
    )
    with db.engine.connect() as conn:
        rows = conn.execute(query).all()
    sent = 0
    for row in rows:
        late = row.due <= now
        mine = update(Task).where(Task.id == row.id, Task.remind_at == row.remind_at, Task.state == "open")
        with db.engine.begin() as conn:
            if conn.execute(mine.values(remind_at=None if late else row.due)).rowcount:
                text = f"{row.name}: {'sudah lewat batas waktu' if late else 'batas waktunya dekat'}."
                place = {"role": row.role, "satker": row.satker, "unit": row.unit, "instance_id": row.instance_id}
                conn.execute(insert(Notice).values(**place, text=text, created_at=now))
                sent += 1
    return sent
