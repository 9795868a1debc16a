"""Dokumentasi: the archive. Search, by year, unit and satker; view, download, check the signatures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from app.documents import signatures
from app.errors import NotFound
from app.flows import overview
from app.flows.house import house
from app.flows.rights import case_condition
from app.jobs.ports import roots
from app.models import Document, Instance, Satker, Unit, db
from app.web.access import signed_in
from app.web.csv import csv_response
from app.web.documents import find
from app.web.words import waktu

bp = Blueprint("dokumentasi", __name__, url_prefix="/dokumentasi")
PAGE = 25
ARCHIVE = "archive"


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What lies in the archive of what the person may see, the newest first."""
    query, f = _query()
    if request.args.get("format") == "csv":
        head = ("Nomor", "Judul", "Satker", "Unit utama", "Disimpan", "SHA-256")
        cells = [
            (r.number, r.title, r.satker, r.nama_unit, waktu(r.created_at), r.sha256) for r in db.session.execute(query)
        ]
        return csv_response("dokumentasi.csv", head, cells)
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    again: dict[str, Any] = {k: v for k, v in f.items() if v and k != "sesudah"}
    return render_template(
        "dokumentasi/index.html",
        rows=rows[:PAGE],
        f=f,
        units=overview.units(g.actor),
        years=_years(),
        more=url_for("dokumentasi.index", **again, sesudah=rows[PAGE - 1].id) if len(rows) > PAGE else "",
        first=url_for("dokumentasi.index", **again) if f["sesudah"] else "",
        csv=url_for("dokumentasi.index", **again, format="csv"),
    )


@bp.get("/<int:document_id>")
@signed_in
def show(document_id: int) -> ResponseReturnValue:
    """One document: the file in the page, what the archive knows, and on request what its signatures say."""
    row = find(document_id)
    if row.kind != ARCHIVE:
        raise NotFound
    checked = None
    if "periksa" in request.args:
        content = house().documents.read(row.sha256)
        checked = signatures.inspect(content, roots(house()))
    satker = db.session.get(Satker, row.satker)
    return render_template("dokumentasi/show.html", row=row, satker=satker, checked=checked)


def _query() -> tuple[Any, dict[str, str]]:
    f = {k: request.args.get(k, "")[:100] for k in ("cari", "tahun", "unit", "satker", "sesudah")}
    query = (
        select(
            Document.id, Document.number, Document.name, Document.sha256, Document.size, Document.created_at,
            Document.tahun, Document.instance_id, Instance.title, Satker.nama.label("satker"),
            Unit.nama.label("nama_unit"),
        )
        .join(Instance, Instance.id == Document.instance_id)
        .join(Satker, Satker.kode == Document.satker)
        .join(Unit, Unit.kode == Document.unit)
        .where(Document.kind == ARCHIVE, Document.void_at.is_(None), case_condition(g.actor, Document))
        .order_by(Document.id.desc())
    )  # fmt: skip
    if f["cari"]:
        like = f"%{f['cari'].strip()}%"
        query = query.where(or_(Instance.title.ilike(like), Document.number.ilike(like), Satker.nama.ilike(like)))
    if f["tahun"].isdecimal():
        query = query.where(Document.tahun == int(f["tahun"][:4]))
    if f["unit"]:
        query = query.where(Document.unit == f["unit"])
    if f["satker"]:
        query = query.where(Document.satker == f["satker"])
    if f["sesudah"].isdecimal():
        query = query.where(Document.id < int(f["sesudah"][:15]))
    return query, f


def _years() -> list[int]:
    mine = (Document.kind == ARCHIVE, case_condition(g.actor, Document))
    return list(db.session.scalars(select(Document.tahun).where(*mine).distinct().order_by(Document.tahun.desc())))
