"""Where the QR codes lead: what the archive knows of a sheet. Open to everybody, shows no NIK and no NIP."""

from __future__ import annotations

import hashlib

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select, tuple_

from app.documents import signatures
from app.errors import NotFound
from app.flows.house import house
from app.jobs.ports import roots
from app.models import Document, Satker, Unit, db
from app.web.access import public

bp = Blueprint("verification", __name__)
LARGEST = 4 * 1024 * 1024  # bytes of a file that somebody wants compared


@bp.route("/verifikasi/<key>", methods=["GET", "POST"])
@public
def show(key: str) -> ResponseReturnValue:
    """The sheet behind number and token; a file sent along is compared with it and forgotten."""
    sheets = _sheets(key)
    newest = sheets[0]
    archive = next((s for s in sheets if s.kind == "archive"), None)
    compared = _compare(sheets) if request.method == "POST" else None
    best = archive or newest
    signed = signatures.inspect(house().documents.read(best.sha256), roots(house())) if best.signatures else []
    return render_template(
        "verification/show.html",
        sheet=best,
        archive=archive,
        void=newest.void_at,
        signed=signed,
        satker=db.session.get(Satker, best.satker),
        unit=db.session.get(Unit, best.unit),
        compared=compared,
    )


def _sheets(key: str) -> list[Document]:
    """Rows of one sheet, the newest first. Number and token may both hold hyphens, so every cut is tried."""
    if len(key) > 130:
        raise NotFound
    cuts = [(key[:i], key[i + 1 :]) for i, c in enumerate(key) if c == "-"]
    query = select(Document).where(tuple_(Document.number, Document.token).in_(cuts)).order_by(Document.id.desc())
    rows = list(db.session.scalars(query)) if cuts else []
    if not rows:
        raise NotFound("Nomor ini tidak ada di arsip. Periksa alamat pada QR; lembar yang benar selalu ada.")
    return rows


def _compare(sheets: list[Document]) -> tuple[bool, str]:
    """(fits, words) for the file that was sent."""
    file = request.files.get("berkas")
    content = file.read(LARGEST + 1) if file else b""
    if not content:
        return False, "Pilih berkas PDF yang akan dibandingkan."
    if len(content) > LARGEST:
        return False, "Berkas ini lebih besar dari 4 MB, jadi bukan Lembar PK dari arsip ini."
    sha = hashlib.sha256(content).hexdigest()
    same = next((s for s in sheets if s.sha256 == sha), None)
    if same is None:
        return (
            False,
            "Berkas ini berbeda dari yang ada di arsip. Cetakan, pindaian, dan hasil gabungan tidak dapat dicocokkan.",
        )
    if same.kind != "archive":
        return False, "Berkas ini sama dengan salah satu tahap lembar ini, tetapi bukan naskah akhirnya."
    return True, "Berkas ini sama, bit demi bit, dengan yang ada di arsip."
