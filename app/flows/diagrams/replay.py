"""Ask for a replay of recorded cases on a draft, stop it, read it. The worker carries it out: `replay_work`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import defer

from app.engine.replay.words import OUTCOMES
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit
from app.flows.diagrams import drafts, recordings
from app.flows.rights import Actor
from app.models import AnyRow, DiagramDraft, Replay, ReplayCase, db, table

_REPLAY, _CASE, _DRAFT = table(Replay), table(ReplayCase), table(DiagramDraft)
WAITING, RUNNING, DONE, STOPPED, FAILED = "waiting", "running", "done", "stopped", "failed"
GOING = (WAITING, RUNNING)
USUAL, KEPT, PAGE = 200, 10, 50  # cases of a replay; replays kept of a draft; rows of a page
STATES = {
    WAITING: "Menunggu giliran", RUNNING: "Sedang berjalan", DONE: "Selesai", STOPPED: "Dihentikan", FAILED: "Gagal",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Which cases, and whether new steps are passed with the defaults of their forms."""

    count: int = USUAL
    year: int | None = None
    running: bool = False
    fill: bool = False


def begin(draft_id: int, asked: Asked, by: Actor, now: datetime) -> int:
    """The id of the new replay of the draft as it is now. Commits.

    Conflict while another one of this draft is going on; InvalidInput where no case was recorded.
    """
    draft = drafts.read(draft_id)
    if not 1 <= asked.count <= recordings.MOST:
        raise InvalidInput(f"Jumlah perkara 1 sampai {recordings.MOST}. Ketik angka di antaranya.")
    ids = recordings.choose(draft.process, asked.count, asked.year, asked.running)
    if not ids:
        raise InvalidInput("Belum ada perkara yang cocok untuk diuji ulang. Ubah pilihannya, atau pakai Skenario.")
    # writes nothing, but whoever asks for one in the same moment waits here, and is told
    db.session.execute(update(_DRAFT).where(_DRAFT.c.id == draft_id).values(revision=_DRAFT.c.revision))
    going = select(_REPLAY.c.id).where(_REPLAY.c.draft_id == draft_id, _REPLAY.c.state.in_(GOING))
    if db.session.scalar(going) is not None:
        db.session.rollback()
        raise Conflict("Uji ulang draf ini masih berjalan. Tunggu sampai selesai, atau hentikan dulu.")
    made = Replay(
        draft_id=draft_id, revision=draft.revision, files=draft.files, state=WAITING, total=len(ids),
        asked={"perkara": ids, "jumlah": asked.count, "tahun": asked.year, "berjalan": asked.running,
               "isi": asked.fill},
        created_at=now, created_by=by.user_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _forget_old(draft_id)
    after = {"perkara": len(ids), "revisi": draft.revision}
    audit.write("proses", f"draf {draft_id} {draft.name}", now, by=by, after=after, note="Uji ulang dimulai.")
    db.session.commit()
    return made.id


def _forget_old(draft_id: int) -> None:
    newest = select(_REPLAY.c.id).where(_REPLAY.c.draft_id == draft_id).order_by(_REPLAY.c.id.desc()).limit(KEPT)
    kept = list(db.session.scalars(newest))
    old = select(_REPLAY.c.id).where(_REPLAY.c.draft_id == draft_id, _REPLAY.c.id.not_in(kept))
    db.session.execute(delete(_CASE).where(_CASE.c.replay_id.in_(old)))
    db.session.execute(delete(_REPLAY).where(_REPLAY.c.draft_id == draft_id, _REPLAY.c.id.not_in(kept)))


def stop(replay_id: int, by: Actor, now: datetime) -> None:
    """End it after the case in hand; what was found so far stays. Conflict where it has ended already. Commits."""
    replay = find(replay_id)
    mine = update(_REPLAY).where(_REPLAY.c.id == replay_id)
    waiting = mine.where(_REPLAY.c.state == WAITING, _REPLAY.c.lease_until.is_(None))
    ended = db.session.execute(waiting.values(state=STOPPED, stop=True, ended_at=now)).rowcount  # type: ignore[attr-defined]
    if not ended:  # a worker has it: it is told
        told = db.session.execute(mine.where(_REPLAY.c.state.in_(GOING)).values(stop=True)).rowcount  # type: ignore[attr-defined]
        if not told:
            db.session.rollback()
            raise Conflict("Uji ulang ini sudah berakhir. Hasilnya ada di halaman ini.")
    audit.write("proses", f"draf {replay.draft_id} {replay.draft.name}", now, by=by, note="Uji ulang dihentikan.")
    db.session.commit()


def find(replay_id: int) -> Replay:
    """NotFound if there is none."""
    found = db.session.get(Replay, replay_id, populate_existing=True, options=[defer(Replay.files)])
    if found is None:
        raise NotFound
    return found


def of_draft(draft_id: int) -> list[Replay]:
    """The replays of a draft, the newest first."""
    query = select(Replay).where(Replay.draft_id == draft_id).options(defer(Replay.files))
    return list(db.session.scalars(query.order_by(Replay.id.desc()).limit(KEPT)))


def counts(replay_id: int) -> dict[str, int]:
    """How many cases so far came to each outcome, all four named."""
    query = select(_CASE.c.outcome, func.count()).where(_CASE.c.replay_id == replay_id).group_by(_CASE.c.outcome)
    return dict.fromkeys(OUTCOMES, 0) | {row[0]: row[1] for row in db.session.execute(query)}


def leaving(replay_id: int) -> list[tuple[str, str, int]]:
    """(element, outcome, how many cases leave the recorded path there), the most first."""
    query = (
        select(_CASE.c.element, _CASE.c.outcome, func.count())
        .where(_CASE.c.replay_id == replay_id, _CASE.c.outcome != "same")
        .group_by(_CASE.c.element, _CASE.c.outcome)
        .order_by(func.count().desc(), _CASE.c.element)
    )
    return [(element, outcome, n) for element, outcome, n in db.session.execute(query)]


@dataclass(frozen=True)
class Filter:
    """What the list of cases is narrowed to; `after` is the id of the last row of the page before."""

    outcome: str = ""
    element: str = ""
    text: str = ""
    after: int = 0


def cases(replay_id: int, f: Filter, limit: int = PAGE) -> Sequence[AnyRow]:
    """Cases in the order in which they were run, and one more to know whether there is a next page."""
    columns = [_CASE.c[k] for k in ("id", "instance_id", "title", "outcome", "element", "reason")]
    query = select(*columns).where(_CASE.c.replay_id == replay_id, _CASE.c.id > f.after)
    if f.outcome:
        query = query.where(_CASE.c.outcome == f.outcome)
    if f.element:
        query = query.where(_CASE.c.element == f.element)
    if f.text:
        query = query.where(_CASE.c.title.icontains(f.text, autoescape=True))
    return db.session.execute(query.order_by(_CASE.c.id).limit(limit + 1)).all()


def exported(replay: Replay, rows: int, asked: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Somebody took the list of cases with them as a file. Commits."""
    after = {"baris": rows, "saringan": {k: v for k, v in asked.items() if v}}
    audit.write("ekspor", f"uji ulang {replay.id} dari draf {replay.draft_id}", now, by=by, after=after)
    db.session.commit()
