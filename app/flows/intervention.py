"""What admins do to a case, and what all of it has in common: a reason, the state they saw, whom it is said to.

The verbs are `retry`, `cancel`, `suspend` and `reassign`, each in its own module, each one call of `amend`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from app.errors import Conflict, InvalidInput
from app.flows import audit
from app.flows.record import Change
from app.flows.rights import Actor
from app.models import AnyRow, Instance, Notice, Task, db, table
from app.sdk.json import JsonObject

SHORTEST, LONGEST = 10, 500
ADMIN = "Admin"

RUNNING, SUSPENDED, ENDED, CANCELLED = "running", "suspended", "ended", "cancelled"
PHASES = {RUNNING: "Berjalan", SUSPENDED: "Ditangguhkan", ENDED: "Selesai", CANCELLED: "Dibatalkan"}
OVER = {ENDED: "sudah selesai", CANCELLED: "sudah dibatalkan"}


@dataclass(frozen=True)
class Intervention:
    """Who does it and why. `seen` is the case's version on the page on which it was decided; None: whatever it is.

    Without `by` it was done at the terminal.
    """

    by: Actor | None = None
    reason: str = ""
    seen: int | None = None

    @property
    def who(self) -> str:
        """As the history names them."""
        return f"{self.by.name} ({ADMIN})" if self.by else "Terminal"

    def change(self, kind: str, name: str, element: str = "", **data: Any) -> Change:
        """The event: `name` is what happened in a few words. InvalidInput where the reason says too little."""
        facts: JsonObject = {"alasan": checked(self.reason), **data}
        return Change(kind, element, name, facts, self.by.user_id if self.by else None, self.who)

    def note(self, conn: Connection, case: AnyRow | Instance, now: datetime, before: Any, after: Any) -> None:
        """The entry in the audit list."""
        subject = f"perkara {case.id} {case.title}"
        was, is_ = ({k: PHASES.get(v, v) for k, v in facts.items()} for facts in (before, after))
        audit.write("perkara", subject, now, by=self.by, before=was, after=is_, note=checked(self.reason), conn=conn)


def checked(reason: str) -> str:
    """The reason as it is kept: one line, no NIK. InvalidInput says how long it should be."""
    text = audit.mask(" ".join(reason.split()))
    if not text:
        raise InvalidInput("Alasan belum diisi. Ketik mengapa tindakan ini perlu; alasan tercatat di riwayat.")
    if len(text) < SHORTEST:
        raise InvalidInput(f"Alasan baru {len(text)} huruf. Ketik paling sedikit {SHORTEST} huruf.")
    if len(text) > LONGEST:
        raise InvalidInput(f"Alasan ini {len(text)} huruf, padahal paling banyak {LONGEST} huruf. Persingkat.")
    return text


def refuse_over(case: AnyRow | Instance) -> None:
    """Conflict where the case has ended or was cancelled: nothing of it can be changed any more."""
    if case.phase in OVER:
        raise Conflict(f"Perkara ini {OVER[case.phase]}. Tidak ada lagi yang dapat diubah.")


def concerned(instance_id: int) -> list[str]:
    """Roles that have had a part in the case or wait for one, in the order in which they came."""
    query = (
        select(Task.role)
        .where(Task.instance_id == instance_id, Task.role != "")
        .group_by(Task.role)
        .order_by(func.min(Task.created_at), Task.role)
    )
    return list(db.session.scalars(query))


def waiting(instance_id: int) -> list[str]:
    """Roles whose turn it is."""
    mine = (Task.instance_id == instance_id, Task.kind == "user", Task.state == "open")
    query = select(Task.role).where(*mine, Task.role != "").order_by(Task.created_at)
    return list(dict.fromkeys(db.session.scalars(query)))


def tell(conn: Connection, case: AnyRow | Instance, roles: Iterable[str], text: str, now: datetime) -> None:
    """A notice to the people of `roles` in the case's place."""
    place = {"instance_id": case.id, "satker": case.satker, "unit": case.unit, "text": text, "created_at": now}
    rows = [{"role": role, **place} for role in roles]
    if rows:
        conn.execute(insert(table(Notice)), rows)


def tell_one(conn: Connection, case: AnyRow | Instance, user_id: int, text: str, now: datetime) -> None:
    """A notice to one person."""
    place = {"instance_id": case.id, "role": "", "satker": case.satker, "unit": case.unit}
    conn.execute(insert(table(Notice)).values(**place, user_id=user_id, text=text, created_at=now))
