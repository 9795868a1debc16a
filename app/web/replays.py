"""Uji ulang: recorded cases run against a draft; and its scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict, InvalidInput
from app.flows.diagrams import drafts, recordings, replay, replay_view, scenarios
from app.flows.diagrams.files import as_bytes
from app.flows.diagrams.replay import STATES, Asked, Filter
from app.models import Replay
from app.web.access import needs
from app.web.addresses import row_number
from app.web.cases import with_etag
from app.web.csv import csv_response
from app.web.replay_words import COLOURS, MARKS, OUTCOMES, marks_of, saw, sentence

bp = Blueprint("replays", __name__, url_prefix="/proses/uji")
BIRO, ADMIN = "Biro Perencanaan", "Admin"
AMOUNTS = (50, 200, 1_000, recordings.MOST)


@bp.get("/draf/<int:id>")
@needs(BIRO, ADMIN)
def draft(id: int) -> ResponseReturnValue:
    """What a replay is, the form to begin one, and those that were."""
    return _draft(id)


def _draft(id: int, error: str = "") -> ResponseReturnValue:
    found = drafts.read(id)
    page = render_template(
        "replays/draft.html",
        draft=found,
        error=error,
        asked=request.form if error else {"jumlah": str(replay.USUAL)},
        years=recordings.years(found.process) if found.process else [],
        amounts=AMOUNTS,
        replays=replay.of_draft(id),
        states=STATES,
        outcomes=OUTCOMES,
        colours=COLOURS,
        sentence=sentence,
        may=_may(),
    )
    return page, 422 if error else 200


@bp.post("/draf/<int:id>")
@needs(BIRO)
def begin(id: int) -> ResponseReturnValue:
    """Ask the worker for one."""
    try:
        asked = Asked(
            count=_whole(request.form.get("jumlah", "")),
            year=_whole(request.form["tahun"]) if request.form.get("tahun") else None,
            running="berjalan" in request.form,
            fill="isi" in request.form,
        )
        return redirect(url_for("replays.show", id=replay.begin(id, asked, g.actor, clock.now())))
    except (InvalidInput, Conflict) as e:
        return _draft(id, str(e))


@bp.get("/<int:id>")
@needs(BIRO, ADMIN)
def show(id: int) -> ResponseReturnValue:
    """The progress, or what came of it."""
    found = replay.find(id)
    f = _filter()
    if request.args.get("format") == "csv":
        return _csv(found, f)
    rows = replay.cases(id, f)
    names = replay_view.names_of(found.files)
    again: dict[str, Any] = {k: v for k, v in request.args.items() if k in ("hasil", "langkah", "cari") and v}
    return render_template(
        "replays/show.html",
        **_about(found),
        rows=rows[: replay.PAGE],
        f=f,
        names=names,
        marks=marks_of(id, names),
        again=again,
        more=url_for("replays.show", id=id, **again, sesudah=rows[replay.PAGE - 1].id)
        if len(rows) > replay.PAGE
        else "",
        first=url_for("replays.show", id=id, **again) if f.after else "",
        csv=url_for("replays.show", id=id, **again, format="csv"),
    )


@bp.get("/<int:id>/keadaan")
@needs(BIRO, ADMIN)
def state(id: int) -> ResponseReturnValue:
    """The progress that renews itself; once the replay has ended, where to go (header X-Location)."""
    found = replay.find(id)
    if found.state not in replay.GOING:
        answer = make_response("", 200)
        answer.headers["X-Location"] = url_for("replays.show", id=id)
        return answer
    return with_etag(render_template("replays/_progress.html", **_about(found)))


@bp.post("/<int:id>/henti")
@needs(BIRO)
def stop(id: int) -> ResponseReturnValue:
    """No further cases."""
    try:
        replay.stop(id, g.actor, clock.now())
        flash("Uji ulang dihentikan. Yang sudah diuji tetap ada di halaman ini.", "success")
    except Conflict as e:
        flash(str(e), "info")
    return redirect(url_for("replays.show", id=id))


@bp.get("/<int:id>/diagram.bpmn")
@needs(BIRO, ADMIN)
def diagram(id: int) -> ResponseReturnValue:
    """The draft's diagram as it was run."""
    found = replay.find(id)
    return Response(replay_view.main_file(found.files, found.draft.process), mimetype="application/xml")


@bp.get("/<int:id>/perkara/<int:case_id>")
@needs(BIRO, ADMIN)
def case(id: int, case_id: int) -> ResponseReturnValue:
    """One case: both ways, where they part, and what the gateways saw."""
    found = replay.find(id)
    look = replay_view.look(id, case_id)
    names = replay_view.names_of(found.files)
    return render_template("replays/case.html", **_about(found), look=look, names=names, marks=MARKS, saw=saw)


@bp.get("/<int:id>/perkara/<int:case_id>/skenario.yaml")
@needs(BIRO)
def as_scenario(id: int, case_id: int) -> ResponseReturnValue:
    """The case as a scenario, without personal data."""
    found, look = replay.find(id), replay_view.look(id, case_id)
    text = scenarios.from_case(look.case.instance_id)
    replay.exported(found, 1, {"perkara": look.case.instance_id}, g.actor, clock.now())
    answer = Response(text, mimetype="text/yaml")
    answer.headers["Content-Disposition"] = f'attachment; filename="perkara-{look.case.instance_id}.yaml"'
    return answer


@bp.get("/skenario/<int:id>", endpoint="scenarios")
@needs(BIRO, ADMIN)
def of_draft(id: int) -> ResponseReturnValue:
    """The process's scenarios on the draft as it is now."""
    found = drafts.read(id)
    return _scenarios(id, scenarios.of_process(found.process), request.args.get("pilih", ""))


@bp.post("/skenario/<int:id>")
@needs(BIRO)
def try_scenario(id: int) -> ResponseReturnValue:
    """A scenario that somebody typed or brought, run once; nothing is kept."""
    file = request.files.get("berkas")
    typed = request.form.get("isi", "")
    if file is not None and file.filename:
        typed = file.read().decode("utf-8", "replace")
    return _scenarios(id, {OWN: typed} if typed.strip() else {}, OWN, typed)


OWN = "skenario Anda"
EXAMPLE = """\
nama: Apa yang terjadi, dalam satu kalimat
data: {tahun: 2026}
langkah:
  - kerjakan: id_tugas
    isi: {id_isian: nilai}
  - layanan: id_layanan
    hasil: {terdaftar: true}
  - waktu: 3 hari kerja
harapan:
  jalan: [..., id_tugas, ..., selesai]
  akhir: selesai
"""


def _scenarios(id: int, texts: Mapping[str, str], chosen: str, typed: str | None = None) -> ResponseReturnValue:
    found = drafts.read(id)
    answer = scenarios.run(as_bytes(found.files), found.process, texts)
    ran = answer["ran"]
    one = next((r for r in ran if r["file"] == chosen), None) or next((r for r in ran if not r["ok"]), None)
    return render_template(
        "replays/scenarios.html",
        draft=found,
        answer=answer,
        ran=ran,
        fine=sum(r["ok"] for r in ran),
        one=one or (ran[0] if ran else None),
        texts=texts,
        typed=typed,
        example=EXAMPLE,
        xml=replay_view.main_file(found.files, found.process),
        may=_may(),
    )


# ---- what pages have in common ------------------------------------------------------------------------------------


def _about(found: Replay) -> dict[str, Any]:
    counts = replay.counts(found.id)
    return {
        "replay": found,
        "draft": found.draft,
        "counts": counts,
        "sentence": sentence(counts),
        "going": found.state in replay.GOING,
        "states": STATES,
        "outcomes": OUTCOMES,
        "colours": COLOURS,
        "may": _may(),
    }


def _csv(found: Replay, f: Filter) -> ResponseReturnValue:
    rows = replay.cases(found.id, f, recordings.MOST)
    replay.exported(found, len(rows), request.args.to_dict(), g.actor, clock.now())
    names = replay_view.names_of(found.files)
    cells = [(r.instance_id, r.title, OUTCOMES[r.outcome], names.get(r.element, r.element), r.reason) for r in rows]
    head = ("Perkara", "Judul", "Hasil", "Langkah", "Keterangan")
    return csv_response(f"uji-ulang-{found.id}.csv", head, cells)


def _filter() -> Filter:
    outcome = request.args.get("hasil", "")
    return Filter(
        outcome=outcome if outcome in OUTCOMES else "",
        element=request.args.get("langkah", "")[:100],
        text=request.args.get("cari", "").strip()[:100],
        after=request.args.get("sesudah", 0, type=row_number),
    )


def _whole(text: str) -> int:
    try:
        return row_number(text.strip())
    except ValueError as e:
        raise InvalidInput("Jumlah perkara dan tahun ditulis dengan angka saja.") from e


def _may() -> bool:
    """Begin, stop, take along: Biro Perencanaan; admins read."""
    return BIRO in g.actor.roles
