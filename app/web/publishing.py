"""A draft becomes a version: what is checked before, the note, the second person. Continues processes.py."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.flows.diagrams import drafts
from app.web.access import needs
from app.web.processes import ADMIN, BIRO, bp

__all__ = ["bp"]


@bp.get("/draf/<int:id>/terbitkan")
@needs(BIRO, ADMIN)
def publish(id: int) -> ResponseReturnValue:
    """What would be published."""
    return render_template("processes/publish.html", draft=drafts.read(id))
