"""The second person: somebody asks, another of Biro Perencanaan approves or gives it back; the asker may withdraw."""

from __future__ import annotations

from datetime import datetime

from app.errors import Conflict, NotAllowed
from app.flows import audit, holders, letters, mails
from app.flows.diagrams import drafts, publish, versions
from app.flows.diagrams.publish import LONG, LONGEST, SHORTEST, Signed, Wanted
from app.flows.diagrams.versions import OPEN, WAITING
from app.flows.mails import Letter
from app.flows.people import Wrong
from app.flows.rights import Actor, local_day
from app.flows.sample import BIRO
from app.models import DiagramDraft, User, db

OWN = "Anda yang meminta persetujuan ini, jadi orang lain dari Biro Perencanaan yang memutuskannya."
NOT_OWN = "Hanya yang meminta yang dapat menarik permintaan ini. Bila ada yang perlu diperbaiki, kembalikan drafnya."
WHY = "Tulis alasannya, sekurang-kurangnya 10 huruf, agar peminta tahu apa yang perlu diperbaiki."


def ask(draft_id: int, wanted: Wanted, by: Actor, now: datetime) -> None:
    """The draft waits; until it is decided nobody changes it. As `publish.publish` what is not ready is refused."""
    seen = publish.inspect(draft_id, wanted, OPEN)
    draft = seen.draft
    note = wanted.note.strip()
    values = {"note": note, "asked_at": now, "asked_by": by.user_id, "process": seen.process, "reply": ""}
    publish.claim(draft, wanted, OPEN, WAITING, **values)
    audit.write("proses", versions.subject(seen.process), now, by=by,
                note=f"Persetujuan diminta untuk draf {draft_id}: {note}")  # fmt: skip
    opening = f"{by.name} meminta persetujuan untuk versi baru {mails.one_line(draft.name)}: {mails.one_line(note)}"
    others = [p for p in holders.holders(BIRO, "", "", local_day(now)) if p.user_id != by.user_id]
    for person in others:
        if person.mail_mode == letters.AT_ONCE:
            _tell((person.user_id, person.name, person.email), draft, "minta", opening, now)
    db.session.commit()


def withdraw(draft_id: int, by: Actor, now: datetime) -> None:
    """Open again, by the one who asked."""
    draft = _waiting(draft_id)
    if draft.asked_by != by.user_id:
        raise NotAllowed(NOT_OWN)
    publish.claim(draft, Wanted(draft.revision, 0), WAITING, OPEN)
    _note(draft, f"Permintaan persetujuan untuk draf {draft_id} ditarik.", by, now)
    db.session.commit()


def send_back(draft_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Open again, with the reason of the second person."""
    draft, reason = _waiting(draft_id), reason.strip()
    if draft.asked_by == by.user_id:
        raise NotAllowed(OWN)
    if len(reason) < SHORTEST:
        raise Wrong("reason", WHY)
    if len(reason) > LONGEST:
        raise Wrong("reason", LONG)
    publish.claim(draft, Wanted(draft.revision, 0), WAITING, OPEN, reply=f"{by.name}: {reason}")
    _note(draft, f"Draf {draft_id} dikembalikan: {reason}", by, now)
    _answer(draft, f"{by.name} mengembalikan draf {mails.one_line(draft.name)}. Alasannya ada di halaman draf.", now)
    db.session.commit()


def approve(draft_id: int, wanted: Wanted, by: Actor, now: datetime) -> int:
    """The number of the new version, with the note of the one who asked. Conflict where something has moved on."""
    draft = _waiting(draft_id)
    if draft.asked_by == by.user_id:
        raise NotAllowed(OWN)
    wanted = Wanted(wanted.revision, wanted.newest, draft.note, wanted.over)
    seen = publish.inspect(draft_id, wanted, WAITING)
    signed = Signed(draft.asked_by, publish.name_of(draft.asked_by), by.user_id, by.name)
    words = f"{by.name} menyetujui draf {mails.one_line(draft.name)}: terbit sebagai versi {wanted.newest + 1}."
    publish.issue(seen, wanted, signed, now, by, lambda: _answer(seen.draft, words, now))
    return wanted.newest + 1


def _waiting(draft_id: int) -> DiagramDraft:
    draft = drafts.read(draft_id)
    if draft.state != WAITING:
        raise publish.elsewhere(draft) if draft.state != OPEN else Conflict(publish.STATES[OPEN])
    return draft


def _note(draft: DiagramDraft, words: str, by: Actor, now: datetime) -> None:
    audit.write("proses", versions.subject(draft.process), now, by=by, note=words)


def _answer(draft: DiagramDraft, opening: str, now: datetime) -> None:
    """Tell the one who asked."""
    user = db.session.get(User, draft.asked_by)
    if user is not None and user.active and user.mail_mode == letters.AT_ONCE:
        _tell((user.id, user.nama, user.email), draft, "jawab", opening, now)


def _tell(to: tuple[int, str, str], draft: DiagramDraft, what: str, opening: str, now: datetime) -> None:
    user_id, name, email = to
    key = f"proses:{draft.id}:{what}:{now:%Y%m%d%H%M%S}:{user_id}"
    path = f"/proses/draf/{draft.id}/terbitkan"
    text = letters.body(name, opening, "", "Buka draf:", mails.link(path))
    subject = {"minta": "Persetujuan versi baru", "jawab": "Jawaban atas versi baru"}[what]
    mails.put(Letter(key, "proses", email, f"{subject}: {draft.name}", text, user_id), now)
