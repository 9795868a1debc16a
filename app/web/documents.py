"""The bytes of a document, for those who may see its case; checked against their SHA-256 when read."""

from __future__ import annotations

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.flows.house import house
from app.flows.rights import sees
from app.models import Document, db
from app.web.access import signed_in

bp = Blueprint("documents", __name__)


def find(document_id: int) -> Document:
    """The row; NotFound for those who may not see it, so that ids give nothing away."""
    row = db.session.get(Document, document_id)
    if row is None or not sees(g.actor, row.satker, row.unit):
        raise NotFound
    return row


@bp.get("/dokumen/<int:document_id>/berkas")
@signed_in
def show(document_id: int) -> ResponseReturnValue:
    """For the viewer in the page."""
    return _send(find(document_id), "inline")


@bp.get("/dokumen/<int:document_id>/unduh")
@signed_in
def download(document_id: int) -> ResponseReturnValue:
    """To keep."""
    return _send(find(document_id), "attachment")


def file_name(row: Document) -> str:
    """Its own for each sheet of a case: in a folder of downloads the draft must not pass for what was signed."""
    stem = row.name.removesuffix(".pdf")
    what = {"draft": "draft", "signed": f"bertanda-tangan-{row.signatures}", "archive": "arsip"}.get(row.kind)
    return f"{stem}-{what}.pdf" if what else row.name


def _send(row: Document, how: str) -> Response:
    response = Response(house().documents.read(row.sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'{how}; filename="{file_name(row)}"'
    return response
