"""Buku Panduan: the guide of this application, as a page and as a PDF with its pictures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.flows.house import house
from app.web.access import public

bp = Blueprint("help", __name__)
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@bp.get("/buku-panduan.pdf")
@public
def book() -> ResponseReturnValue:
    """The guide to be kept. It shows invented people only, so everybody may have it, before the login too."""
    response = Response(_book(_stamp()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="buku-panduan-alur.pdf"'
    return response


@lru_cache(maxsize=1)
def _book(_stamp: float) -> bytes:
    return house().renderer.pdf("panduan/buku_panduan.html", {}, DOCS)


def _stamp() -> float:
    return max(p.stat().st_mtime for folder in ("panduan", "images") for p in (DOCS / folder).iterdir())
