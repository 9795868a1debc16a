"""The bell: what people of a role and place were told."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.flows import notices
from app.web.access import signed_in

bp = Blueprint("notices", __name__)


@bp.get("/pemberitahuan")
@signed_in
def index() -> ResponseReturnValue:
    """The latest notices; looking at them makes them read."""
    rows = notices.latest(g.actor)
    notices.mark_seen(g.actor, clock.now())
    return render_template("notices/index.html", rows=rows)
