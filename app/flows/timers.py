"""Fire the timers of a case that are due. Reminders of tasks stand in `reminders.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from app.engine import steps
from app.errors import StepFailed
from app.flows import definitions
from app.flows.record import Change, read_case, record
from app.flows.submit import TRIES, raise_incident
from app.models import Instance, db


def due_cases(now: datetime, limit: int = 50) -> list[int]:
    """Running cases with a timer that is due, the longest waiting first; the timers of suspended ones rest."""
    # "not suspended" is no range of an index: next_timer's is read, which holds the few that are due
    due = select(Instance.id).where(Instance.next_timer <= now, Instance.phase != "suspended")
    query = due.order_by(Instance.next_timer).limit(limit)
    with db.engine.connect() as conn:
        return list(conn.execute(query).scalars())


def fire(instance_id: int, now: datetime) -> bool:
    """Fire what is due in one case. False if nothing was (another worker was faster)."""
    for _ in range(TRIES):
        with db.engine.connect() as conn:
            case = read_case(conn, instance_id)
        if case is None or case.phase != "running":
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
