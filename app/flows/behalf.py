"""Who signed the documents of a case, and for whom, as the case's history tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.models import AnyRow, Document, Event, db

SIGNED, ARCHIVE = "signed", "archive"


def signed_for(instance_id: int, documents: Sequence[Document]) -> dict[int, list[str]]:
    """Document id -> who signed it, and for whom where it was not for themself; a sentence for each.

    A signature follows from the decision before it. The sheet in the archive bears those of all documents of its
    number.
    """
    if not any(d.kind == SIGNED for d in documents):
        return {}
    query = (
        select(Event.id, Event.at, Event.actor)
        .where(Event.instance_id == instance_id, Event.kind == "submit")
        .order_by(Event.seq.desc())
    )
    decisions = db.session.execute(query).all()  # without their data: a long case has a thousand
    found: dict[int, list[str]] = {}
    for d in sorted(documents, key=lambda d: d.id):
        if d.kind == SIGNED:
            before = next((e for e in decisions if e.at <= d.created_at), None)
            found[d.id] = _sentences(before) if before is not None else []
        elif d.kind == ARCHIVE:
            same = (found.get(o.id, []) for o in documents if o.kind == SIGNED and o.number == d.number)
            found[d.id] = list(dict.fromkeys(words for sentences in same for words in sentences))
    return {k: v for k, v in found.items() if v}


def _sentences(decision: AnyRow) -> list[str]:
    own = [f"Ditandatangani oleh {decision.actor}."]
    if " a.n. " not in decision.actor:
        return own
    data = db.session.scalar(select(Event.data).where(Event.id == decision.id)) or {}
    return [words for words in (_words(value) for value in data.values()) if words] or own


def _words(decision: Any) -> str:
    if not isinstance(decision, dict) or not isinstance(decision.get("atas_nama"), dict):
        return ""
    absent, by = decision["atas_nama"], decision.get("oleh") or {}
    title = f" ({absent['jabatan']})" if absent.get("jabatan") else ""
    return f"Ditandatangani oleh {by.get('nama', '')} a.n. {absent.get('nama', '')}{title}."
