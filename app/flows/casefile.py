"""One case as people read it: whom it waits for, its steps, its documents, its history in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import clock
from app.engine.definition import Definition
from app.errors import NotFound
from app.flows import definitions
from app.flows import holders as holding
from app.flows.rights import Actor, local_day, may_do, sees
from app.flows.suspend import reasons
from app.models import AnyRow, Document, Event, Instance, Job, Task, db
from app.models import Definition as Version

_RECOMMENDED = {"setuju": "disetujui", "kembalikan": "dikembalikan"}
DONE, CURRENT, TODO = "done", "current", "todo"
NOBODY = "semua orang dengan perannya"  # who holds a task that nobody has taken, in events of kind "reassign"


@dataclass(frozen=True)
class Casefile:
    """A case with its live definition and what is open in it."""

    row: Instance
    definition: Definition
    tasks: Sequence[AnyRow]
    jobs: Sequence[AnyRow]
    hold: str = ""  # why an admin suspended or cancelled it

    @property
    def user_tasks(self) -> list[AnyRow]:
        return [t for t in self.tasks if t.kind == "user"]

    @property
    def actions(self) -> list[AnyRow]:
        return [t for t in self.tasks if t.kind == "action"]

    @property
    def busy(self) -> list[AnyRow]:
        """Calls that are on their way and will move the case by themselves; in a suspended one none is begun."""
        going = ("running",) if self.row.phase == "suspended" else ("ready", "running")
        return [j for j in self.jobs if j.state in going]

    @property
    def incidents(self) -> list[AnyRow]:
        return [j for j in self.jobs if j.state == "incident"]


def find(instance_id: int, actor: Actor) -> Casefile:
    """The case, for someone who may see it; NotFound for everybody else, so that ids give nothing away."""
    row = db.session.get(Instance, instance_id)
    if row is None or not sees(actor, row.satker, row.unit):
        raise NotFound
    return of(row)


def of(row: Instance) -> Casefile:
    """What is open in a case."""
    tasks = db.session.execute(
        select(
            Task.id, Task.kind, Task.element, Task.name, Task.role, Task.satker, Task.unit, Task.due, Task.claimed_by,
            Task.created_at, Task.remind_at,
        )
        .where(Task.instance_id == row.id, Task.state == "open")
        .order_by(Task.created_at)
    ).all()  # fmt: skip
    jobs = db.session.execute(
        select(
            Job.id, Job.element, Job.name, Job.operator, Job.state, Job.message, Job.run_at, Job.tries, Job.attended,
            Job.created_at, Job.max_tries, Job.lease_until, Job.signer_id,
        ).where(Job.instance_id == row.id, Job.state.in_(("ready", "running", "incident")))
    ).all()  # fmt: skip
    kind = {"suspended": "suspend", "cancelled": "cancel"}.get(row.phase)
    hold = reasons((row.id,), kind).get(row.id, "") if kind else ""
    return Casefile(row, definitions.of(row.definition_id), tasks, jobs, hold)


def files(case: Casefile, seq: int | None = None) -> dict[str, str]:
    """The files of its version, or of the version it had after the event `seq`; NotFound where there is none."""
    if seq is None:
        return case.row.definition.files
    query = (
        select(Version.files)
        .join(Event, Event.definition_id == Version.id)
        .where(Event.instance_id == case.row.id, Event.seq == seq)
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def mine(case: Casefile, actor: Actor) -> list[AnyRow]:
    """The open tasks of the case that the actor may do now."""
    return [t for t in case.user_tasks if may_do(actor, t) and t.claimed_by in (None, actor.user_id)]


def waits_for(case: Casefile) -> list[tuple[str, str]]:
    """(role, names) of everybody whose turn it is."""
    return [(t.role, ", ".join(holders(t.role, t.satker, t.unit))) for t in case.user_tasks]


def holders(role: str, satker: str, unit: str) -> list[str]:
    """Names of the people who can act for `role` in this place today; at most three, for a sentence."""
    return [h.words for h in holding.holders(role, satker, unit, local_day(clock.now()))[:3]]


def steps(case: Casefile) -> list[tuple[str, str]]:
    """The diagram's `tahapan` with their states, by the `tahap` of what is open."""
    names = [n.strip() for n in case.definition.properties.get("tahapan", "").split(",") if n.strip()]
    elements = case.definition.elements
    if case.row.phase == "cancelled":
        done = {elements[e].properties.get("tahap", "") for e in passed_elements(case) if e in elements}
        return [(n, DONE if n in done else TODO) for n in names]
    if case.row.ended_at:
        return [(n, DONE) for n in names]
    open_ = [elements[e].properties.get("tahap", "") for e in current_elements(case) if e in elements]
    places = [names.index(o) for o in open_ if o in names]
    here = min(places, default=0)
    return [(n, DONE if i < here else CURRENT if i == here else TODO) for i, n in enumerate(names)]


def current_elements(case: Casefile) -> list[str]:
    """Ids of the diagram's elements at which the case stands."""
    return list(dict.fromkeys([t.element for t in case.user_tasks] + [j.element for j in case.jobs]))


def passed_elements(case: Casefile) -> list[str]:
    """Ids of the elements that the case has gone through, in any round."""
    return passed_until(case.row.id)


def passed_until(instance_id: int, seq: int | None = None) -> list[str]:
    """The same up to the event `seq`, or in all of them."""
    query = select(Event.element, Event.passed).where(Event.instance_id == instance_id).order_by(Event.seq)
    rows = db.session.execute(query if seq is None else query.where(Event.seq <= seq))
    found = dict.fromkeys(e for row in rows for e in (row.element, *(p["element"] for p in row.passed)) if e)
    return list(found)


def documents(case: Casefile) -> Sequence[Document]:
    """All sheets of the case, the newest first."""
    query = select(Document).where(Document.instance_id == case.row.id).order_by(Document.id.desc())
    return db.session.scalars(query).all()


def current_document(case: Casefile) -> Document | None:
    """The newest sheet that is in force."""
    return next((d for d in documents(case) if d.void_at is None), None)


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    text: str
    who: str = ""
    note: str = ""
    tone: str = ""
    status: str = ""


@dataclass(frozen=True)
class History:
    """Entries, the newest first; `older` is the seq below which the next page begins, None at the beginning."""

    entries: Sequence[Entry]
    older: int | None = None


def history(case: Casefile, before: int | None = None, size: int = 50) -> History:
    """What happened below the seq `before`, in words."""
    query = select(
        Event.seq,
        Event.at,
        Event.kind,
        Event.element,
        Event.name,
        Event.actor,
        Event.status,
        Event.data,
        Event.passed,
        Event.definition_id,
    ).where(Event.instance_id == case.row.id)
    if before is not None:
        query = query.where(Event.seq < before)
    rows = db.session.execute(query.order_by(Event.seq.desc()).limit(size + 1)).all()
    # each in the words of its own version: a case may have moved since
    told = [entry(definitions.of(e.definition_id), e) for e in rows[:size]]
    return History(told, rows[size - 1].seq if len(rows) > size else None)


def entry(definition: Definition, e: AnyRow) -> Entry:
    """One event in words."""
    who = "" if e.actor == "Sistem" else e.actor
    match e.kind:
        case "start":
            return Entry(e.at, f"memulai {e.name}.", who, status=e.status)
        case "submit":
            note = (e.data.get("catatan_perbaikan") or {}).get("catatan", "")
            return Entry(
                e.at, f"menyelesaikan {e.name}{_taken(definition, e)}.", who, note, "bad" if note else "good", e.status
            )
        case "action":
            return Entry(e.at, f"{e.name}.", who, tone="bad", status=e.status)
        case "result":
            return Entry(e.at, f"{e.name} selesai.", who, status=e.status)
        case "error":
            return Entry(e.at, f"{e.name} belum berhasil.", who, e.data.get("pesan", ""), "bad", e.status)
        case "timer":
            return Entry(e.at, f"{_name(definition, e.element)}: waktunya tercapai.", status=e.status)
        case "migrate" | "migrate_undo":
            return Entry(e.at, _moved(e), who, e.data.get("catatan") or "", status=e.status)
        case "retry" | "cancel" | "suspend" | "resume" | "reassign" | "recommend":
            note = e.data.get("alasan") or e.data.get("catatan") or ""
            tone = "bad" if e.kind in ("cancel", "suspend") else ""
            return Entry(e.at, _intervened(e), who, note, tone, e.status)
    return Entry(e.at, e.name or e.kind, who, status=e.status)


def _intervened(e: AnyRow) -> str:
    """What an admin did to the case, or what a reviewer said of it."""
    if e.kind == "reassign":
        before, after = e.data.get("dari"), e.data.get("kepada")
        if after == NOBODY:
            return f"melepas {e.name} dari {before}: siapa pun dengan perannya dapat mengambilnya."
        return f"mengalihkan {e.name} {'' if before == NOBODY else f'dari {before} '}kepada {after}."
    return {
        "retry": f"mencoba lagi {e.name}.",
        "cancel": "membatalkan perkara ini.",
        "suspend": "menangguhkan perkara ini.",
        "resume": "melanjutkan perkara ini.",
        "recommend": f"menyarankan {e.name}: {_RECOMMENDED.get(e.data.get('rekomendasi', ''), '')}.",
    }.get(e.kind, f"{e.name or e.kind}.")


def _moved(e: AnyRow) -> str:
    """To which version of the diagram somebody took the case, and what that meant for it."""
    if e.kind == "migrate_undo":
        return f"membatalkan pemindahan: perkara ini kembali ke diagram versi {e.data.get('ke', '')}."
    skipped = " ".join(t for t in e.data.get("alasan", ()) if e.data.get("hasil") == "amber")
    said = f"memindahkan perkara ini dari diagram versi {e.data.get('dari', '')} ke versi {e.data.get('ke', '')}."
    return f"{said} {skipped}".strip()


def _taken(definition: Definition, e: AnyRow) -> str:
    """The name of the flow that the first decision behind the form took: ": disetujui"."""
    flow = next((p["flow"] for p in e.passed if p.get("flow") and p.get("expression") is not None), None)
    if flow is None:
        flow = next((p["flow"] for p in e.passed if p.get("flow") and "Gateway" in p.get("kind", "")), None)
    name = next((f.name for f in definition.prepared.graph.flows if f.id == flow), "")
    return f": {name}" if name else ""


def _name(definition: Definition, element: str) -> str:
    found = definition.elements.get(element)
    return (found.name or element) if found else element


def last_note(case: Casefile) -> tuple[dict[str, Any], datetime] | None:
    """The note of whoever returned the case last, while the case still has the status that the return gave it."""
    query = (
        select(Event.at, Event.data, Event.kind, Event.status)
        .where(Event.instance_id == case.row.id, Event.kind.in_(("submit", "action")))
        .order_by(Event.seq.desc())
        .limit(20)
    )
    for e in db.session.execute(query):
        note = e.data.get("catatan_perbaikan")
        if note:
            return (note, e.at) if e.status == case.row.status else None
        if e.kind == "action":
            return None
    return None
