"""/proses: what runs in which version, what is being drawn, and each version as it was published."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import InvalidDefinition, InvalidInput, NotFound
from app.flows.diagrams import begin as beginning
from app.flows.diagrams import create, drafts, drop, versions
from app.flows.diagrams.begin import BeingChanged
from app.flows.diagrams.versions import ORIGINS, STATES
from app.models import Definition, DiagramDraft
from app.sdk.fields import AtMost, Filled, TextField
from app.web.access import needs
from app.web.addresses import row_number
from app.web.adminform import AdminForm
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("processes", __name__, url_prefix="/proses")
BIRO, ADMIN = "Biro Perencanaan", "Admin"
DROPPED = "Draf dibuang. Ia masih ada di bawah Draf yang sudah selesai, dan dapat dipakai lagi dari sana."
_COLOURS = {"open": "info", "waiting": "warning", "published": "success", "dropped": "secondary"}
WORDS: dict[str, Any] = {"states": STATES, "origins": ORIGINS, "colours": _COLOURS}


class NewForm(AdminForm):
    """A new process."""

    name = TextField(
        "Nama proses",
        [Filled(create.BAD_NAME), AtMost(200, "Nama proses")],
        description="Seperti dikenal orang, misalnya Usulan Pelatihan.",
    )
    code = TextField(
        "Kode",
        [Filled("Kode belum diisi. Ketik kode dari huruf kecil, misalnya usulan_pelatihan.")],
        description="Huruf kecil, angka, dan garis bawah. Kode tidak dapat diubah sesudah terbit.",
    )


@bp.get("")
@needs(BIRO, ADMIN)
def index() -> ResponseReturnValue:
    """Every process."""
    text = request.args.get("cari", "").strip()[:100]
    found = versions.processes(text)
    if request.args.get("format") == "csv":
        versions.exported("daftar proses", found, g.actor, clock.now())
        head = ("Kode", "Proses", "Versi", "Diterbitkan", "Oleh", "Perkara berjalan", "Draf")
        return csv_response("proses.csv", head, (_cells(p) for p in found))
    waiting = [(p, d) for p in found for d in p.drafts if d.state == versions.WAITING]
    return render_template(
        "processes/index.html", found=found, text=text, waiting=waiting, edits=_edits(), mine=g.actor.user_id, **WORDS
    )


def _cells(p: versions.Process) -> tuple[object, ...]:
    new, running = p.newest, sum(n for _, n in p.running)
    told = (new.version, waktu(new.published_at), publisher(new)) if new else ("", "", "")
    return (p.process, p.name, *told, running, len(p.drafts))


def publisher(row: Definition) -> str:
    """Who published a version, in words."""
    return row.publisher or "Berkas program"


def _edits() -> bool:
    return BIRO in g.actor.roles


@bp.route("/baru", methods=["GET", "POST"])
@needs(BIRO)
def new() -> ResponseReturnValue:
    """A new process: a name and an id, then the editor."""
    form = NewForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            draft_id = create.create(form.name.data or "", form.code.data or "", g.actor, clock.now())
            return redirect(editor(draft_id))
        except InvalidInput as e:
            form.refused(e)
    return render_template("processes/new.html", form=form), 422 if form.errors else 200


def editor(draft_id: int) -> str:
    """Where one goes on drawing."""
    there = "editor.edit" in current_app.view_functions
    return url_for("editor.edit" if there else "processes.publish", id=draft_id)


@bp.get("/<process>")
@needs(BIRO, ADMIN)
def show(process: str) -> ResponseReturnValue:
    """One process: its versions, its drafts, and what runs on which."""
    below = request.args.get("sebelum", type=row_number)
    drawn = versions.drafts_of(DiagramDraft.process == process)
    newest = versions.newest(process)
    if newest is None and not drawn:
        raise NotFound
    if request.args.get("format") == "csv":
        return _history_csv(process)
    rows = versions.history(process, below)
    open_ = [d for d in drawn if d.state in (versions.OPEN, versions.WAITING)]
    return render_template(
        "processes/show.html",
        process=process,
        name=newest.name if newest else drawn[0].name,
        newest=newest,
        rows=rows[: versions.PAGE],
        numbers=versions.numbers(process),
        running=dict(versions.running_on(process).get(process, ())),
        open=open_,
        over=[d for d in drawn if d not in open_],
        more=url_for("processes.show", process=process, sebelum=rows[versions.PAGE - 1].version)
        if len(rows) > versions.PAGE
        else "",
        first=url_for("processes.show", process=process) if below else "",
        edits=_edits(),
        publisher=publisher,
        **WORDS,
    )


def _history_csv(process: str) -> Response:
    rows = versions.history(process, limit=10_000)
    versions.exported(f"riwayat {versions.subject(process)}", rows, g.actor, clock.now())
    running = dict(versions.running_on(process).get(process, ()))
    head = ("Versi", "Diterbitkan", "Oleh", "Disetujui", "Alasan", "Asal", "Pulihan dari versi", "Perkara berjalan")
    cells = (
        (r.version, waktu(r.published_at), publisher(r), r.confirmer, r.note, ORIGINS[r.origin],
         r.restored_from or "", running.get(r.version, 0))
        for r in rows
    )  # fmt: skip
    return csv_response(f"riwayat-{process}.csv", head, cells)


@bp.get("/<process>/banding")
@needs(BIRO, ADMIN)
def compare(process: str) -> ResponseReturnValue:
    """From the two selects to the page of the difference, the older version first."""
    chosen = [n for key in ("a", "b") if (n := request.args.get(key, type=row_number)) is not None]
    if len(set(chosen)) != 2:
        flash("Pilih dua versi yang berbeda, lalu bandingkan lagi.", "warning")
        return redirect(url_for("processes.show", process=process))
    a, b = sorted(chosen)
    return redirect(url_for("differences.versions", process=process, a=a, b=b))


@bp.post("/<process>/ubah")
@needs(BIRO)
def begin(process: str) -> ResponseReturnValue:
    """A draft from the newest version; where somebody has one already, that one is offered first."""
    try:
        draft_id = beginning.begin(process, g.actor, clock.now(), beside="lain" in request.form)
    except BeingChanged as e:
        flash(str(e), "warning")
        return redirect(url_for("processes.show", process=process))
    return redirect(editor(draft_id))


@bp.post("/draf/<int:id>/buang")
@needs(BIRO)
def drop_draft(id: int) -> ResponseReturnValue:
    """Put a draft aside."""
    drop.drop(id, g.actor, clock.now())
    flash(DROPPED, "success")
    return redirect(_home(id))


@bp.post("/draf/<int:id>/pakai-lagi")
@needs(BIRO)
def take_back(id: int) -> ResponseReturnValue:
    """Take a draft back that was put aside."""
    drop.take_back(id, g.actor, clock.now())
    flash("Draf dipakai lagi, seperti waktu dibuang.", "success")
    return redirect(_home(id))


def _home(draft_id: int) -> str:
    """The page of the process of a draft, or the list for one that has none."""
    process = drafts.read(draft_id).process
    return url_for("processes.show", process=process) if process else url_for("processes.index")


# ---- one version ---------------------------------------------------------------------------------------------------


@bp.get("/<process>/<int:number>")
@needs(BIRO, ADMIN)
def version(process: str, number: int) -> ResponseReturnValue:
    """One version: its diagram, what is executed, who published it and why, its files."""
    row = versions.version(process, number)
    content = versions.content(row)
    try:
        executed, broken = versions.executed(row), ""
    except InvalidDefinition as e:  # it was published before a check that is stricter
        executed, broken = (), str(e)
    return render_template(
        "processes/version.html",
        row=row,
        executed=executed,
        broken=broken,
        files=[(name, len(data)) for name, data in content.items()],
        numbers=versions.numbers(process),
        running=dict(versions.running_on(process).get(process, ())).get(number, 0),
        edits=_edits(),
        publisher=publisher,
        **WORDS,
    )


@bp.get("/<process>/<int:number>/diagram.bpmn")
@needs(BIRO, ADMIN)
def diagram(process: str, number: int) -> ResponseReturnValue:
    """The main diagram, with its author's notes."""
    row = versions.version(process, number)
    return Response(row.files[_main(row)], mimetype="application/xml")


def _main(row: Definition) -> str:
    """The file that holds the process itself; others are called by it."""
    drawn = [n for n in row.files if n.endswith(".bpmn")] or list(row.files)
    own = re.compile(rf"<(?:\w+:)?process\b[^>]*\bid=[\"']{re.escape(row.process)}[\"']")
    return next((n for n in drawn if own.search(row.files[n])), drawn[0])


@bp.get("/<process>/<int:number>/berkas")
@needs(BIRO, ADMIN)
def export(process: str, number: int) -> ResponseReturnValue:
    """The files byte for byte as they came: one (`nama`), the only one, or all in a zip."""
    row = versions.version(process, number)
    content = versions.content(row)
    name = request.args.get("nama") or (next(iter(content)) if len(content) == 1 else "")
    if not name:
        return _download(_zip(row, content), f"{process}-versi-{number}.zip", "application/zip")
    if name not in content:
        raise NotFound
    return _download(content[name], name, "application/xml")


def _zip(row: Definition, content: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in content.items():
            # the same version gives the same zip: its time is that of the version
            entry = zipfile.ZipInfo(name, row.published_at.timetuple()[:6])
            packed.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _download(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.post("/<process>/<int:number>/pulihkan")
@needs(BIRO)
def restore(process: str, number: int) -> ResponseReturnValue:
    """A draft with the files of an old version; the page on which it is published comes next."""
    draft_id = beginning.restore(process, number, g.actor, clock.now())
    return redirect(url_for("processes.publish", id=draft_id))
