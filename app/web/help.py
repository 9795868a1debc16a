"""Buku Panduan: the guide of this application, as a page and as a PDF with its pictures."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound
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


@bp.get("/buku-panduan/<chapter>")
@public
def chapter(chapter: str) -> ResponseReturnValue:
    """The guide, opened where a chapter begins: its contents say how many pages each one takes."""
    page = 2
    guide = (DOCS / "panduan" / "buku_panduan.html").read_text("utf-8").partition("%}")[0]
    for name, pages in re.findall(r'\("([a-z0-9]+)", "[^"]+", (\d)\)', guide):
        if name == chapter:
            return redirect(url_for("help.book", _anchor=f"page={page}"))
        page += int(pages)
    raise NotFound


@lru_cache(maxsize=1)
def _book(_stamp: float) -> bytes:
    return house().renderer.pdf("panduan/buku_panduan.html", {}, DOCS)


def _stamp() -> float:
    return max(p.stat().st_mtime for folder in ("panduan", "images") for p in (DOCS / folder).iterdir())
