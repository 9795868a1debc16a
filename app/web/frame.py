"""What stands around every page: satker and unit of the person, their unread notices, the way in."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.flows import notices
from app.models import Satker, Unit, db
from app.web.access import public
from app.web.words import ZONES


def init_frame(app: Flask) -> None:
    """Register the context processor, the zone of the person, and the front door."""
    app.context_processor(lambda: {"frame": _frame()})
    app.before_request(_zone)
    app.add_url_rule("/", "frame.front_door", front_door)


@public
def front_door() -> ResponseReturnValue:
    """People begin at their tasks; everybody else at the login."""
    return redirect(url_for("tasks.index" if g.actor else "auth.login"))


def _zone() -> None:
    """Times are shown in the zone of the person's satker; a page about one case sets that case's."""
    actor = g.get("actor")
    kode = next((h.scope for h in actor.holdings if h.kind == "satker"), None) if actor else None
    if kode:
        zona = db.session.scalar(select(Satker.zona).where(Satker.kode == kode))
        g.zona = zona if zona in ZONES else "WIB"


def _frame() -> dict[str, Any]:
    actor = g.get("actor")
    if actor is None:
        return {}
    satkers = [h.scope for h in actor.holdings if h.kind == "satker"]
    units = [h.scope for h in actor.holdings if h.kind == "unit"]
    found: dict[str, Any] = {"notices": notices.unread(actor)}
    if satkers:
        row = db.session.execute(
            select(Satker.nama, Unit.nama).join(Unit, Unit.kode == Satker.unit_kode).where(Satker.kode == satkers[0])
        ).first()
        if row:
            found |= {"satker": row[0] if len(satkers) == 1 else f"{row[0]} (+{len(satkers) - 1})", "unit": row[1]}
    elif units:
        found["unit"] = db.session.scalar(select(Unit.nama).where(Unit.kode == units[0]))
    return found
