"""Send a message that the case waits for, as a person: "Tarik kembali"."""

from __future__ import annotations

from datetime import datetime

from app.engine import steps
from app.engine.errors import TaskGone
from app.errors import Conflict, NotAllowed, NotFound
from app.flows import definitions
from app.flows.record import Change, record
from app.flows.rights import Actor, acting, may_do
from app.flows.submit import TRIES
from app.flows.suspend import refuse_suspended
from app.flows.tasks import read_task
from app.models import db


def act(action_id: str, actor: Actor, now: datetime) -> int:
    """The id of the case. Conflict when it is too late, e.g. because the sheet has been signed."""
    for _ in range(TRIES):
        with db.engine.connect() as conn:
            row = read_task(conn, action_id)
        if row is None or row.task_kind != "action":
            raise NotFound
        if not may_do(actor, row):
            raise NotAllowed
        if row.task_state != "open":
            raise Conflict(f"{row.name} sudah tidak bisa: keadaannya berubah lebih dulu.")
        refuse_suspended(row)
        definition = definitions.of(row.definition_id)
        try:
            step = steps.act(definition, row.state, action_id, {}, now)
        except TaskGone as e:
            raise Conflict from e
        change = Change("action", row.element, row.name, {}, actor.user_id, acting(actor, row), action_id)
        with db.engine.begin() as conn:
            if record(conn, row, definition, step, change, now):
                return int(row.id)
    raise Conflict
