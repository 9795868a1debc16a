"""Suspend a case and let it go on: meanwhile nobody sends anything, no call is begun, timers and reminders rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from app.errors import Conflict
from app.flows.amend import amend
from app.flows.intervention import RUNNING, SUSPENDED, Intervention, checked, refuse_over, tell, waiting
from app.models import AnyRow, Event, Instance, db


class Suspended(Conflict):
    """Perkara ini sedang ditangguhkan admin. Coba lagi setelah dilanjutkan; yang sudah diketik tersimpan."""


def suspend(instance_id: int, what: Intervention, now: datetime) -> None:
    """Hold it where it stands. A call that is under way may finish, and counts; what it opens waits."""
    _turn(instance_id, what, now, RUNNING, SUSPENDED)


def resume(instance_id: int, what: Intervention, now: datetime) -> None:
    """Let it go on. Timers and reminders whose time has passed meanwhile fire in the worker's next round."""
    _turn(instance_id, what, now, SUSPENDED, RUNNING)


def refuse_suspended(case: AnyRow | Instance) -> None:
    """Suspended, with the admin's reason, where the case is; whoever sends something asks first."""
    if case.phase == SUSPENDED:
        reason = reasons((case.id,)).get(case.id, "")
        raise Suspended(
            f"Perkara ini sedang ditangguhkan admin: {reason} "
            "Coba lagi setelah dilanjutkan; yang sudah diketik tersimpan."
        )


def reasons(instance_ids: Iterable[int], kind: str = "suspend") -> Mapping[int, str]:
    """Why each of these cases was suspended (or by `kind` cancelled) last, ending in a full stop."""
    ids = list(instance_ids)
    if not ids:
        return {}
    query = (
        select(Event.instance_id, Event.data)
        .where(Event.instance_id.in_(ids), Event.kind == kind)
        .order_by(Event.instance_id, Event.seq)
    )
    return {row.instance_id: _sentence(row.data.get("alasan", "")) for row in db.session.execute(query)}


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else text + "."


_WORDS = {
    SUSPENDED: ("suspend", "Ditangguhkan", "{title} ditangguhkan admin: {reason}", "sudah ditangguhkan"),
    RUNNING: ("resume", "Dilanjutkan", "{title} dilanjutkan lagi: {reason}", "sedang berjalan, tidak ditangguhkan"),
}


def _turn(instance_id: int, what: Intervention, now: datetime, before: str, after: str) -> None:
    kind, name, text, already = _WORDS[after]
    roles = waiting(instance_id)

    def effects(conn: Connection, case: AnyRow) -> None:
        refuse_over(case)
        if case.phase != before:
            raise Conflict(f"Perkara ini {already}.")
        tell(conn, case, roles, text.format(title=case.title, reason=checked(what.reason)), now)
        what.note(conn, case, now, {"keadaan": before}, {"keadaan": after})

    amend(instance_id, what.seen, what.change(kind, name), now, effects, phase=after, stuck="")
