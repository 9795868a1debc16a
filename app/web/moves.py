"""/proses/pindah: cases that run go to another version. Choose, read what would happen, move some, then the rest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import InvalidInput
from app.flows import instances
from app.flows.moves import about, listing, runs
from app.flows.moves.listing import Cases, Runs
from app.flows.moves.runs import Asked
from app.flows.sample import ADMIN, BIRO
from app.models import Migration
from app.web.access import needs
from app.web.addresses import row_number
from app.web.cases import with_etag
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("moves", __name__, url_prefix="/proses/pindah")

VERDICTS = {"green": "Aman", "amber": "Perlu diperhatikan", "red": "Tidak bisa"}
CASE_STATES = {
    "chosen": "Belum diperiksa", "checked": "Belum dipindahkan", "asked": "Menunggu dipindahkan",
    "moved": "Dipindahkan", "undo": "Menunggu dibatalkan", "undone": "Dibatalkan", "skipped": "Dilewati",
    "failed": "Gagal",
}  # fmt: skip
COLOURS = {
    "green": "success", "amber": "warning", "red": "danger", "moved": "info", "failed": "danger", "done": "success",
    "ready": "info", "moving": "warning", "checking": "warning", "undoing": "warning", "stopped": "warning",
}  # fmt: skip
MARKS = {"green": "check-circle", "amber": "exclamation-triangle", "red": "x-circle"}


@bp.get("/")
@needs(BIRO, ADMIN)
def index() -> ResponseReturnValue:
    """Moves so far, the newest first."""
    asked = _texts("proses", "keadaan", "cari")
    state = asked.get("keadaan", "")
    f = Runs(asked.get("proses", ""), state if state in runs.STATES else "", asked.get("cari", ""), _number("sesudah"))
    if request.args.get("format") == "csv":
        rows, _ = listing.moves(f, listing.EXPORT)
        listing.exported("daftar pemindahan", len(rows), asked, g.actor, clock.now())
        head = ("Nomor", "Proses", "Ke versi", "Keadaan", "Perkara", "Dipindahkan", "Oleh", "Dibuat", "Catatan")
        cells = (
            (r.id, r.name, r.version, runs.STATES[r.state], r.cases, r.moved, r.oleh, waktu(r.created_at), r.note)
            for r in rows
        )
        return csv_response("pemindahan.csv", head, cells)
    rows, more = listing.moves(f)
    again: dict[str, Any] = dict(asked)
    return render_template(
        "moves/index.html",
        rows=rows,
        asked=asked,
        states=runs.STATES,
        colours=COLOURS,
        processes=list({v.process: v.name for v in instances.versions()}.items()),
        more=url_for("moves.index", **again, sesudah=more) if more else "",
        first=url_for("moves.index", **again) if f.after else "",
        csv=url_for("moves.index", **again, format="csv"),
    )


@bp.get("/baru/<process>")
@needs(BIRO, ADMIN)
def new(process: str) -> ResponseReturnValue:
    """Choose the cases and where they go; how many that are is counted as they are chosen."""
    return _new(process, request.args.to_dict(flat=False))


@bp.post("/baru/<process>")
@needs(BIRO, ADMIN)
def create(process: str) -> ResponseReturnValue:
    """Let the worker check what was chosen."""
    given = request.form.to_dict(flat=False)
    try:
        target = _whole(_one(given, "ke"), "versi tujuan") or 0
        asked, note = _asked(given), request.form.get("catatan", "")
        return redirect(url_for("moves.show", id=runs.create(process, target, asked, note, g.actor, clock.now())))
    except InvalidInput as e:
        return _new(process, given, str(e))


def _new(process: str, given: dict[str, list[str]], error: str = "") -> ResponseReturnValue:
    versions = runs.versions(process)
    count, asked, target = 0, Asked(), versions[0]
    try:
        asked = _asked(given)
        number = _whole(_one(given, "ke"), "versi tujuan")
        target = next((v for v in versions if v.version == number), versions[0])
        count = len(runs.chosen(process, target.id, asked, clock.now()))
    except InvalidInput as e:
        error = error or str(e)
    page = render_template(
        "moves/new.html",
        process=process,
        name=next((v.name for v in instances.versions() if v.process == process), process),
        versions=versions,
        target=target,
        asked=asked,
        count=count,
        steps=about.steps_here(process),
        units=instances.units(),
        statuses=[(s, s) for s in instances.statuses(clock.now())],
        note=_one(given, "catatan"),
        error=error,
    )
    return page, 422 if error else 200


def _asked(given: dict[str, list[str]]) -> Asked:
    """What was chosen; InvalidInput where a number is none."""
    numbers = [_whole(text, "nomor perkara") or 0 for text in _one(given, "nomor").replace(",", " ").split()]
    return Asked(
        versions=[n for text in given.get("dari", []) if (n := _whole(text, "versi asal"))],
        text=_one(given, "cari"),
        status=_one(given, "status"),
        satker=_one(given, "satker"),
        unit=_one(given, "unit"),
        step=_one(given, "langkah"),
        idle=_whole(_one(given, "diam"), "lama tidak bergerak"),
        numbers=numbers,
    )


def _one(given: dict[str, list[str]], key: str) -> str:
    return (given.get(key) or [""])[0].strip()[:1000]


def _whole(text: str, what: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidInput(f"Isian {what} '{text[:30]}' bukan bilangan. Ketik angka saja.")
    return int(text)


@bp.get("/<int:id>")
@needs(BIRO, ADMIN)
def show(id: int) -> ResponseReturnValue:
    """One move: its progress, or its cases with what would become of them."""
    run = runs.find(id)
    asked = _texts("hasil", "keadaan", "cari")
    f = Cases(
        asked.get("hasil", "") if asked.get("hasil") in VERDICTS else "",
        asked.get("keadaan", "") if asked.get("keadaan") in CASE_STATES else "",
        asked.get("cari", ""),
        _number("sesudah"),
    )
    if request.args.get("format") == "csv":
        return _csv(run, f, asked)
    rows, more = listing.cases(id, f)
    again: dict[str, Any] = {"id": id, **asked}
    resting = run.state not in runs.BUSY
    return render_template(
        "moves/show.html",
        **_about(run),
        rows=rows,
        asked=asked,
        removed=about.removed_steps(run) if resting else [],
        steps=about.steps_of(run.target_id),
        differences=about.differences(run),
        more=url_for("moves.show", **again, sesudah=more) if more else "",
        first=url_for("moves.show", **again) if f.after else "",
        csv=url_for("moves.show", **again, format="csv"),
    )


@bp.get("/<int:id>/keadaan")
@needs(BIRO, ADMIN)
def state(id: int) -> ResponseReturnValue:
    """The progress that renews itself; once the worker rests, where to go (header X-Location)."""
    run = runs.find(id)
    if run.state not in runs.BUSY:
        answer = make_response("", 200)
        answer.headers["X-Location"] = url_for("moves.show", id=id)
        return answer
    return with_etag(render_template("moves/_progress.html", **_about(run)))


@bp.post("/<int:id>/periksa")
@needs(BIRO, ADMIN)
def recheck(id: int) -> ResponseReturnValue:
    """Check once more, with the mapping of the form."""
    prefix = "peta-"
    mapping = {k.removeprefix(prefix): v for k, v in request.form.items() if k.startswith(prefix) and v}
    kept = {} if "petakan" in request.form else dict(runs.find(id).mapping)
    return _done(id, lambda: runs.recheck(id, kept | mapping, g.actor, clock.now()))


@bp.post("/<int:id>/pindahkan")
@needs(BIRO, ADMIN)
def confirm(id: int) -> ResponseReturnValue:
    """Move what was ticked, all that is green, or the first so many of it."""

    def act() -> None:
        if request.form.get("apa") == "hijau":
            runs.confirm(id, None, g.actor, clock.now())
        elif request.form.get("apa") == "beberapa":
            first = _whole(request.form.get("jumlah", "").strip(), "jumlah perkara") or 0
            runs.confirm(id, None, g.actor, clock.now(), first=first)
        else:
            ids = [n for text in request.form.getlist("perkara") if (n := _whole(text, "perkara"))]
            runs.confirm(id, ids, g.actor, clock.now())

    return _done(id, act)


@bp.post("/<int:id>/hentikan")
@needs(BIRO, ADMIN)
def stop(id: int) -> ResponseReturnValue:
    """Ask the worker to stop."""
    return _done(id, lambda: runs.stop(id, g.actor, clock.now()))


@bp.post("/<int:id>/batalkan")
@needs(BIRO, ADMIN)
def undo_all(id: int) -> ResponseReturnValue:
    """Take back all that this move moved."""
    return _done(id, lambda: runs.undo_all(id, g.actor, clock.now()))


@bp.post("/<int:id>/batalkan/<int:number>")
@needs(BIRO, ADMIN)
def undo(id: int, number: int) -> ResponseReturnValue:
    """Take one case back."""
    return _done(id, lambda: runs.undo(id, number, g.actor, clock.now()), "Perkara ini kembali ke versi semula.")


def _done(id: int, act: Any, words: str = "") -> ResponseReturnValue:
    """Do it and show the move again; what was refused stands on top of it."""
    try:
        act()
    except InvalidInput as e:
        flash(str(e), "error")
        words = ""
    if words:
        flash(words, "success")
    return redirect(url_for("moves.show", id=id))


def _about(run: Migration) -> dict[str, Any]:
    return {
        "run": run,
        "counts": listing.counts(run.id),
        "busy": run.state in runs.BUSY,
        "states": runs.STATES,
        "verdicts": VERDICTS,
        "case_states": CASE_STATES,
        "colours": COLOURS,
        "marks": MARKS,
    }


def _csv(run: Migration, f: Cases, asked: dict[str, str]) -> ResponseReturnValue:
    rows, _ = listing.cases(run.id, f, listing.EXPORT)
    listing.exported(f"perkara pemindahan {run.id}", len(rows), asked, g.actor, clock.now())
    head = ("Nomor", "Judul", "Kode satker", "Satker", "Status", "Dari versi", "Hasil", "Keadaan", "Alasan", "Pesan")
    cells = (
        (
            r.instance_id, r.title, r.satker, r.nama_satker or "", r.status, r.version, VERDICTS.get(r.verdict, ""),
            CASE_STATES[r.state], " ".join(text for _, text in r.reasons), r.message,
        )
        for r in rows
    )  # fmt: skip
    return csv_response(f"pemindahan-{run.id}.csv", head, cells)


def _texts(*keys: str) -> dict[str, str]:
    return {k: v for k in keys if (v := request.args.get(k, "").strip()[:100])}


def _number(name: str) -> int:
    return request.args.get(name, type=row_number) or 0
