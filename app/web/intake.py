"""Berkas dari tempat lain: diagrams of other tools come in, with a report of everything, and become a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import InvalidInput, NotFound
from app.flows.diagrams import intake, versions
from app.flows.diagrams.intake import VERDICTS, Look
from app.flows.diagrams.unpacking import unpack
from app.web.access import needs
from app.web.csv import csv_response
from app.web.limits import Limit

bp = Blueprint("intake", __name__, url_prefix="/proses/berkas")
BIRO, ADMIN = "Biro Perencanaan", "Admin"
PAGE = 100  # rows
COLOURS = {"executed": "success", "person": "info", "documentation": "secondary", "refused": "danger"}
LEVELS = {"error": "Ditolak", "warning": "Perlu diketahui", "repair": "Disesuaikan"}
LEVEL_COLOURS = {"error": "danger", "warning": "warning", "repair": "info"}
KINDS = {
    "userTask": "Tugas orang", "manualTask": "Tugas orang", "task": "Tugas", "serviceTask": "Layanan",
    "scriptTask": "Hitungan", "businessRuleTask": "Tabel keputusan", "decision": "Tabel keputusan",
    "sendTask": "Kirim pesan", "receiveTask": "Terima pesan", "startEvent": "Awal", "endEvent": "Akhir",
    "intermediateCatchEvent": "Kejadian tunggu", "intermediateThrowEvent": "Kejadian",
    "boundaryEvent": "Kejadian di tepi",
    "exclusiveGateway": "Gateway pilihan", "parallelGateway": "Gateway bersamaan",
    "inclusiveGateway": "Gateway inklusif",
    "eventBasedGateway": "Gateway kejadian", "complexGateway": "Gateway kompleks", "subProcess": "Subproses",
    "transaction": "Subproses", "adHocSubProcess": "Subproses ad hoc", "callActivity": "Panggilan proses",
    "textAnnotation": "Catatan", "group": "Kelompok", "dataObjectReference": "Objek data",
    "dataStoreReference": "Penyimpanan data", "dataStore": "Penyimpanan data", "messageFlow": "Aliran pesan",
    "participant": "Kolam", "sequenceFlow": "Panah", "process": "Proses", "lane": "Jalur", "": "Berkas",
}  # fmt: skip
_OFTEN = Limit(30, 60)  # looks of one person: each starts a process


@bp.get("")
@needs(BIRO, ADMIN)
def index() -> ResponseReturnValue:
    """Upload, and what was taken so far."""
    return _index()


def _index(error: str = "") -> ResponseReturnValue:
    text, below = request.args.get("cari", "").strip()[:100], request.args.get("sesudah", "")
    start = int(below) if below.isascii() and below.isdigit() and len(below) < 10 else None
    rows = intake.listed(text, start)
    again: dict[str, Any] = {"cari": text} if text else {}
    page = render_template(
        "intake/index.html",
        rows=rows[: intake.PAGE],
        text=text,
        error=error,
        states=versions.STATES,
        colours={"open": "info", "waiting": "warning", "published": "success", "dropped": "secondary"},
        more=url_for("intake.index", **again, sesudah=rows[intake.PAGE - 1].id) if len(rows) > intake.PAGE else "",
        first=url_for("intake.index", **again) if start else "",
    )
    return page, 422 if error else 200


@bp.post("")
@needs(BIRO)
def look() -> ResponseReturnValue:
    """What would become of the files: from the upload, or again with roles for lanes or another filter."""
    _OFTEN.take(str(g.actor.user_id))
    try:
        return _look(_files())
    except InvalidInput as e:
        return _index(str(e))


def _files() -> dict[str, bytes]:
    if "isi" in request.form:
        return intake.unpacked(request.form["isi"])
    sent = [f for f in request.files.getlist("berkas") if f.filename]
    return unpack((f.filename or "", f.read()) for f in sent)


def _look(files: Mapping[str, bytes], error: str = "") -> ResponseReturnValue:
    found = intake.look(files, _roles())
    shown = request.form.get("hasil", "")
    rows = [r for r in found.rows if shown in ("", r["verdict"])]
    page = render_template(
        "intake/look.html",
        found=found,
        error=error,
        rows=rows[:1000],
        total=len(rows),
        shown=shown,
        packed=intake.packed(files),
        chosen=_roles(),
        unknown=_unknown(found),
        people=intake.roles(),
        known=intake.known(found.files) if found.files else "",
        processes=intake.processes(),
        into=request.form.get("ke", found.process if found.process in dict(intake.processes()) else ""),
        code=request.form.get("kode") or intake.proposed(found),
        **_about(found.problems, found.rows),
    )
    return page, 422 if error else 200


def _roles() -> dict[str, str]:
    """The roles that were chosen for lanes: pairs of fields jalur-1, peran-1; jalur-0 is for tasks outside of lanes."""
    chosen = {}
    for n in range(200):
        if f"peran-{n}" not in request.form:
            break
        chosen[request.form.get(f"jalur-{n}", "")[:200]] = request.form[f"peran-{n}"][:200]
    return chosen


def _unknown(found: Look) -> list[str]:
    """Lanes to choose a role for: those that are none, those that got one here, and tasks outside of any ("")."""
    lanes = dict.fromkeys(_roles()) | dict.fromkeys(found.lanes)
    lanes.pop("", None)
    return ["", *lanes]


@bp.post("/draf")
@needs(BIRO)
def begin() -> ResponseReturnValue:
    """Make the draft, and open it."""
    _OFTEN.take(str(g.actor.user_id))
    try:
        files = _files()
    except InvalidInput as e:
        return _index(str(e))
    into, code = request.form.get("ke", ""), request.form.get("kode", "").strip()
    try:
        draft_id = intake.begin(files, _roles(), into, code, g.actor, clock.now())
    except InvalidInput as e:
        return _look(files, str(e))
    view = "editor.edit" if "editor.edit" in current_app.view_functions else "intake.show"
    return redirect(url_for(view, id=draft_id))


@bp.get("/<int:id>")
@needs(BIRO, ADMIN)
def show(id: int) -> ResponseReturnValue:
    """The report of a draft that came as files, as it was then."""
    draft, problems, rows = intake.taken_in(id)
    f = {k: request.args.get(k, "").strip()[:100] for k in ("hasil", "cari")}
    found = [r for r in rows if f["hasil"] in ("", r["verdict"]) and _holds(r, f["cari"].lower())]
    again: dict[str, Any] = {k: v for k, v in f.items() if v} | {"id": id}
    if request.args.get("format") == "csv":
        versions.exported(f"berkas draf {id}", found, g.actor, clock.now())
        return csv_response(f"berkas-{id}.csv", _HEAD, [_cells(r) for r in found])
    below = request.args.get("sesudah", "")
    start = int(below) if below.isascii() and below.isdigit() and len(below) < 7 else 0
    return render_template(
        "intake/show.html",
        draft=draft,
        rows=found[start : start + PAGE],
        total=len(found),
        f=f,
        filtered=len(again) > 1,
        originals=[name for name, _ in intake.uploaded(id)],
        csv=url_for("intake.show", **again, format="csv"),
        more=url_for("intake.show", **again, sesudah=start + PAGE) if len(found) > start + PAGE else "",
        first=url_for("intake.show", **again) if start else "",
        **_about(problems, rows),
    )


@bp.get("/<int:id>/asli/<int:number>")
@needs(BIRO, ADMIN)
def original(id: int, number: int) -> ResponseReturnValue:
    """One of the files, byte for byte as it was uploaded."""
    files = intake.uploaded(id)
    if not 1 <= number <= len(files):
        raise NotFound
    name, data = files[number - 1]
    response = Response(data, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


_HEAD = ("Berkas", "Baris", "Elemen", "Nama", "Jenis", "Hasil", "Jalur", "Alasan")


def _cells(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["file"], row["line"] or "", row["element"], row["name"], KINDS.get(row["kind"], row["kind"]),
        VERDICTS[row["verdict"]], row["lane"], " ".join(row["reasons"]),
    )  # fmt: skip


def _holds(row: Mapping[str, Any], text: str) -> bool:
    return not text or text in " ".join(str(v) for v in _cells(row)).lower()


def _about(problems: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What both pages of a report show."""
    counts = Counter(r["verdict"] for r in rows)
    levels = {level: [p for p in problems if p["level"] == level] for level in LEVELS}
    return {
        "counts": {v: counts[v] for v in VERDICTS},
        "levels": levels,
        "verdicts": VERDICTS,
        "verdict_colours": COLOURS,
        "level_words": LEVELS,
        "level_colours": LEVEL_COLOURS,
        "kinds": KINDS,
        "few": 15,
    }
