"""Recommend how a task is decided: what a penelaah does for the one who signs. It binds nobody.

A recommendation is an event of the case and nothing else: it makes no step, is never required, and may be revised
until the task is done. Whoever prepares can't complete: `rights.may_do` is False for them, here and everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.errors import Conflict, InvalidInput, NotAllowed
from app.flows import notices
from app.flows.amend import amend
from app.flows.record import Change
from app.flows.rights import Actor, may_do, prepares
from app.flows.suspend import refuse_suspended
from app.flows.tasks import OpenTask
from app.models import AnyRow, Event, Task, db, table
from app.sdk.numbers import grouped
from app.sdk.text import paragraphs

AGREE, RETURN = "setuju", "kembalikan"
WORDS = {AGREE: "disetujui", RETURN: "dikembalikan"}
SHORTEST, LONGEST = 10, 2000
GONE = "Tugas ini sudah diputuskan atau ditarik, jadi rekomendasi tidak disimpan. Lihat keadaan terbaru perkara ini."
_TASK = table(Task)


class Refused(InvalidInput):
    """What is wrong with a recommendation; `field` is the form's field that it belongs to."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Recommendation:
    """What somebody recommends for an open task. `who` names them with their role, `seq` is the event's."""

    seq: int
    at: datetime
    who: str
    user_id: int | None
    verdict: str  # setuju | kembalikan
    note: str

    @property
    def words(self) -> str:
        return WORDS.get(self.verdict, self.verdict)


def recommend(task: OpenTask, actor: Actor, verdict: str, note: str, now: datetime) -> None:
    """Keep it in the case's history and tell those who decide.

    NotAllowed for whoever does not prepare this task, or may decide it themself; Refused says what is wrong with
    verdict or note; Conflict if the task is no longer open. Saying the same twice adds nothing.
    """
    row, note = task.row, paragraphs(note)
    holding = prepares(actor, row)
    if holding is None or may_do(actor, row) or row.task_kind != "user":
        raise NotAllowed
    _check(verdict, note)
    refuse_suspended(row)
    before = next((r for r in of_task(row.id, row.task_id) if r.user_id == actor.user_id), None)
    if before is not None and (before.verdict, before.note) == (verdict, note):
        return
    behalf = f" a.n. {holding.behalf}" if holding.behalf else ""
    who = f"{actor.name}{behalf} ({holding.role})"
    data = {"tugas": row.task_id, "rekomendasi": verdict, "catatan": note}
    change = Change("recommend", row.element, row.name, data, actor.user_id, who)

    def effects(conn: Connection, case: AnyRow) -> None:
        state = conn.execute(select(_TASK.c.state).where(_TASK.c.id == row.task_id)).scalar()
        if state != "open":
            raise Conflict(GONE)
        text = f"{who} menyarankan {row.title} {WORDS[verdict]}."
        place = {"instance_id": case.id, "satker": case.satker, "unit": case.unit}
        key = f"rekomendasi:{row.task_id}:{actor.user_id}:{case.version + 1}"
        notices.add(conn, [{"key": key, "role": row.role, "text": text, "created_at": now, **place}])

    amend(row.id, None, change, now, effects)


def _check(verdict: str, note: str) -> None:
    if verdict not in WORDS:
        raise Refused("rekomendasi", "Rekomendasi belum dipilih. Pilih Setujui atau Kembalikan.")
    if verdict == RETURN and len(note) < SHORTEST:
        state = f"baru {len(note)} huruf" if note else "belum diisi"
        raise Refused("catatan", f"Catatan {state}. Ketik apa yang perlu diperbaiki, paling sedikit {SHORTEST} huruf.")
    if len(note) > LONGEST:
        size = f"{grouped(len(note))} huruf, padahal paling banyak {grouped(LONGEST)}"
        raise Refused("catatan", f"Catatan ini {size}. Persingkat, lalu simpan lagi.")


def of_task(instance_id: int, task_id: str) -> list[Recommendation]:
    """What was recommended for an open task, the latest of each person, newest first."""
    query = (
        select(Event.seq, Event.at, Event.actor, Event.actor_id, Event.data)
        .where(Event.instance_id == instance_id, Event.kind == "recommend")
        .order_by(Event.seq.desc())
    )
    found: dict[int | None, Recommendation] = {}
    for e in db.session.execute(query):
        if e.data.get("tugas") == task_id:
            known = Recommendation(
                e.seq, e.at, e.actor, e.actor_id, e.data.get("rekomendasi", ""), e.data.get("catatan", "")
            )
            found.setdefault(e.actor_id, known)
    return list(found.values())


def of_tasks(rows: Sequence[AnyRow] | Iterable[AnyRow]) -> Mapping[str, Recommendation]:
    """Task id -> the newest recommendation, for a page of a list. One query."""
    tasks = {r.id: r for r in rows}
    query = select(Event.seq, Event.at, Event.actor, Event.actor_id, Event.data).where(
        Event.instance_id.in_({r.instance_id for r in tasks.values()}), Event.kind == "recommend"
    )
    found: dict[str, Recommendation] = {}
    for e in db.session.execute(query.order_by(Event.seq)) if tasks else ():
        if e.data.get("tugas") in tasks:
            found[e.data["tugas"]] = Recommendation(
                e.seq, e.at, e.actor, e.actor_id, e.data.get("rekomendasi", ""), e.data.get("catatan", "")
            )
    return found
