"""Muat data: templates, a file and its check, the preview, the progress, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app import clock
from app.errors import InvalidInput, NotFound
from app.flows.audit import mask
from app.flows.importing import runs, template
from app.flows.importing.columns import KINDS, MOST_ROWS
from app.flows.importing.plan import ACTIONS, THINGS
from app.flows.importing.runs import STATES, Filter
from app.flows.sample import ADMIN, BIRO
from app.models import ImportRun
from app.sdk.text import one_line
from app.web.access import needs
from app.web.cases import with_etag
from app.web.csv import csv_response
from app.web.words import tanggal, waktu

bp = Blueprint("imports", __name__, url_prefix="/muat")
PAGE = 50
FEW = 15  # on the run's own page; the rest stands in a list of its own
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVELS = {"error": "Perlu diperbaiki", "warning": "Perlu diketahui"}
COLOURS = {
    "ready": "info", "faulty": "danger", "applying": "warning", "done": "success", "failed": "danger",
    "baru": "success", "berubah": "info", "berakhir": "warning", "error": "danger", "warning": "warning",
}  # fmt: skip


@bp.get("")
@needs(ADMIN, BIRO)
def index() -> ResponseReturnValue:
    """Upload, templates, and the runs so far."""
    return _index()


def _index(error: str = "") -> ResponseReturnValue:
    f = Filter(request.args.get("cari", "")[:100], request.args.get("keadaan", ""), _number("sesudah"))
    again: dict[str, Any] = {k: v for k, v in (("cari", f.text), ("keadaan", f.state)) if v}
    if request.args.get("format") == "csv":
        rows = runs.listed(f, g.actor, 100_000)
        runs.exported("daftar muatan", len(rows), again, g.actor, clock.now())
        cells = [(r.id, r.name, STATES[r.state], r.total, r.oleh, waktu(r.created_at)) for r in rows]
        return csv_response("muatan.csv", ("Nomor", "Berkas", "Keadaan", "Baris", "Oleh", "Diunggah"), cells)
    rows = runs.listed(f, g.actor)
    page = render_template(
        "imports/index.html",
        rows=rows[: runs.PAGE],
        f=f,
        error=error,
        kinds=KINDS.values(),
        states=STATES,
        colours=COLOURS,
        most=MOST_ROWS,
        more=url_for("imports.index", **again, sesudah=rows[runs.PAGE - 1].id) if len(rows) > runs.PAGE else "",
        first=url_for("imports.index", **again) if f.before else "",
        csv=url_for("imports.index", **again, format="csv"),
    )
    return page, 422 if error else 200


@bp.post("")
@needs(ADMIN, BIRO)
def upload() -> ResponseReturnValue:
    """Check a file; nothing but the run is written."""
    file = request.files.get("berkas")
    if file is None or not file.filename:
        return _index("Belum ada berkas yang dipilih. Pilih berkas .xlsx atau .csv, lalu periksa.")
    try:
        return redirect(url_for("imports.show", run_id=runs.start(file.read(), _name(file), g.actor, clock.now())))
    except InvalidInput as e:
        return _index(f"{_name(file)}: {e}")


def _name(file: FileStorage) -> str:
    """The file's own name: some browsers send the way to it too."""
    return mask(one_line(re.split(r"[/\\]", file.filename or "")[-1]))[:150]


@bp.get("/contoh.xlsx")
@needs(ADMIN, BIRO)
def workbook() -> ResponseReturnValue:
    """The template to fill in."""
    return _download(template.workbook(), "contoh-muat-data.xlsx", XLSX)


@bp.get("/contoh/<kind>.csv")
@needs(ADMIN, BIRO)
def text(kind: str) -> ResponseReturnValue:
    """The template of one kind of rows."""
    if kind not in KINDS:
        raise NotFound
    return _download(template.text(KINDS[kind]), f"contoh-{kind}.csv", "text/csv")


def _download(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/<int:run_id>")
@needs(ADMIN, BIRO)
def show(run_id: int) -> ResponseReturnValue:
    """The preview, the progress, or what came of it: whatever the run is at."""
    return render_template("imports/show.html", **_about(runs.find(run_id, g.actor)))


@bp.get("/<int:run_id>/keadaan")
@needs(ADMIN, BIRO)
def state(run_id: int) -> ResponseReturnValue:
    """The progress that renews itself; once the run has ended, where to go (header X-Location)."""
    run = runs.find(run_id, g.actor)
    if run.state != "applying":
        answer = make_response("", 200)
        answer.headers["X-Location"] = url_for("imports.show", run_id=run_id)
        return answer
    return with_etag(render_template("imports/_progress.html", **_about(run)))


@bp.post("/<int:run_id>/muat")
@needs(ADMIN, BIRO)
def confirm(run_id: int) -> ResponseReturnValue:
    """Load what was shown."""
    runs.confirm(run_id, request.form.get("sidik", ""), g.actor)
    return redirect(url_for("imports.show", run_id=run_id))


@bp.post("/<int:run_id>/buang")
@needs(ADMIN, BIRO)
def drop(run_id: int) -> ResponseReturnValue:
    """Forget the file."""
    runs.drop(run_id, g.actor, clock.now())
    flash("Muatan dibatalkan. Tidak ada baris yang tersimpan.", "success")
    return redirect(url_for("imports.index"))


def _about(run: ImportRun) -> dict[str, Any]:
    report: dict[str, Any] = {
        "faults": [], "errors": 0, "warnings": 0, "rows": {}, "counts": {}, "changes": [], "digest": "", **run.report
    }  # fmt: skip
    return {
        "run": run,
        "report": report,
        "things": THINGS,
        "actions": ACTIONS,
        "levels": LEVELS,
        "states": STATES,
        "colours": COLOURS,
        "few": FEW,
        "plain": _plain,
    }


def _plain(value: str) -> str:
    """A date in words, whatever else as it is."""
    return tanggal(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


# ---- the lists of a run: what is wrong, what changes ---------------------------------------------------------------


@bp.get("/<int:run_id>/temuan")
@needs(ADMIN, BIRO)
def faults(run_id: int) -> ResponseReturnValue:
    """Every fault and warning: [level, sheet, row, column, value, words]."""
    run = runs.find(run_id, g.actor)
    level, text = request.args.get("jenis", ""), request.args.get("cari", "").strip().lower()[:100]
    found = [f for f in run.report.get("faults", []) if (not level or f[0] == level) and _holds(f[1:], text)]
    if request.args.get("format") == "csv":
        cells = [(LEVELS[f[0]], f[1], f[2] or "", f[3], f[4], f[5]) for f in found]
        head = ("Jenis", "Sheet", "Baris", "Kolom", "Isi", "Yang perlu dilakukan")
        runs.exported(f"temuan muatan {run_id}", len(cells), {"cari": text}, g.actor, clock.now())
        return csv_response(f"temuan-{run_id}.csv", head, cells)
    return _list("imports/faults.html", run, found, {"jenis": level, "cari": text})


@bp.get("/<int:run_id>/perubahan")
@needs(ADMIN, BIRO)
def changes(run_id: int) -> ResponseReturnValue:
    """Everything that changes: [thing, action, subject, [[label, old, new], ...]]."""
    run = runs.find(run_id, g.actor)
    f = {k: request.args.get(k, "")[:100] for k in ("data", "jenis", "cari")}
    found = [
        c for c in run.report.get("changes", [])
        if f["data"] in ("", c[0]) and f["jenis"] in ("", c[1]) and _holds(c[2:], f["cari"].strip().lower())
    ]  # fmt: skip
    if request.args.get("format") == "csv":
        cells = [
            (THINGS[c[0]], ACTIONS[c[1]], c[2], label, _plain(old), _plain(new))
            for c in found for label, old, new in (c[3] or [("", "", "")])
        ]  # fmt: skip
        head = ("Data", "Jenis", "Yang mana", "Isian", "Lama", "Baru")
        runs.exported(f"perubahan muatan {run_id}", len(found), f, g.actor, clock.now())
        return csv_response(f"perubahan-{run_id}.csv", head, cells)
    return _list("imports/changes.html", run, found, f)


def _list(page: str, run: ImportRun, found: Sequence[Any], f: dict[str, str]) -> ResponseReturnValue:
    """One page of a list that stands in the report: its order is fixed, so a position is a key."""
    start, endpoint = _number("sesudah"), str(request.endpoint)
    again: dict[str, Any] = {k: v for k, v in f.items() if v} | {"run_id": run.id}
    return render_template(
        page,
        **_about(run),
        found=found[start : start + PAGE],
        total=len(found),
        f=f,
        filtered=len(again) > 1,
        more=url_for(endpoint, **again, sesudah=start + PAGE) if len(found) > start + PAGE else "",
        first=url_for(endpoint, **again) if start else "",
        csv=url_for(endpoint, **again, format="csv"),
        clear=url_for(endpoint, run_id=run.id),
    )


def _holds(cells: Sequence[Any], text: str) -> bool:
    return not text or text in " ".join(str(c) for c in cells).lower()


def _number(name: str) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
