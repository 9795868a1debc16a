"""Kinerja, Perjanjian Kinerja: the pages of the guide. Views over cases and tasks, not a second way to do the work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app import clock
from app.errors import InvalidInput, NotAllowed, NotFound
from app.flows import casefile, masters, overview, personal
from app.flows.casefile import Casefile
from app.flows.house import house
from app.flows.overview import Filter
from app.flows.rights import may_do
from app.sdk.fields import Filled, NikField
from app.sdk.forms import FormContext, TaskForm
from app.sdk.messages import IndonesianMeta
from app.web.access import needs, signed_in
from app.web.csv import csv_response
from app.web.words import ZONES, waktu

bp = Blueprint("kinerja", __name__, url_prefix="/kinerja")
PROCESS = "perjanjian_kinerja"
OPERATOR, KEPALA = "Operator Satker", "Kepala Satker"


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Kinerja opens where the person's work is."""
    return redirect(url_for("kinerja.penyusunan" if OPERATOR in g.actor.roles else "kinerja.progres"))


# ---- Info Satker ---------------------------------------------------------------------------------------------------


@bp.get("/info-satker")
@signed_in
def info_satker() -> ResponseReturnValue:
    """The table of the guide, for one satker of those that the person may see."""
    kode = _chosen()
    info = masters.info_satker(kode) if kode else None
    return render_template(
        "kinerja/info_satker.html", info=info, choices=_choices(), may_edit=bool(kode and _edits(kode))
    )


@bp.route("/info-satker/<kode>/edit", methods=["GET", "POST"])
@needs(OPERATOR)
def edit_info(kode: str) -> ResponseReturnValue:
    """'Edit': writes the master."""
    if not _edits(kode):
        raise NotFound
    form = _edit_form(kode)
    personal.reveal_in(form, kode, g.actor, clock.now())
    if request.method == "POST" and form.validate() and _changed(form):
        flash("Info Satker tersimpan.", "success")
        return redirect(url_for("kinerja.info_satker", satker=kode))
    status = 422 if request.method == "POST" else 200
    return render_template("kinerja/edit_info.html", form=form, info=masters.info_satker(kode)), status


def _changed(form: TaskForm) -> bool:
    try:
        masters.change("info_satker", form.submission().masters["info_satker"], clock.now(), g.actor)
    except InvalidInput as e:
        flash(str(e), "error")
        return False
    return True


def _edit_form(kode: str) -> TaskForm:
    info = masters.info_satker(kode)
    context = FormContext(
        task={"properties": {}}, data={}, satker=info, person={"name": g.actor.name}, year=g.actor.year
    )
    typed = {k: v for k, v in request.form.lists() if k != "csrf_token"} if request.method == "POST" else None
    return house().forms["edit_satker"].open(context, typed)


def _edits(kode: str) -> bool:
    return any(h.role == OPERATOR and h.scope == kode for h in g.actor.holdings)


def _choices() -> list[tuple[str, str]]:
    """(kode, nama) of the satkers that the person may see; the first thousand."""
    return [(r.kode, r.nama) for r in overview.progress(PROCESS, g.actor, Filter(), limit=1000).rows]


def _chosen() -> str:
    """The satker of this page: the one asked for, if the person may see it, else their own or the first."""
    wanted, known = request.args.get("satker", ""), dict(_choices())
    if wanted and wanted not in known:
        raise NotFound
    own = next((h.scope for h in g.actor.holdings if h.kind == "satker"), "")
    kode = wanted or own or next(iter(known), "")
    if kode:
        zona = masters.info_satker(kode)["zona"]
        g.zona = zona if zona in ZONES else "WIB"
    return kode


# ---- Penyusunan PK, PK ---------------------------------------------------------------------------------------------


@bp.get("/penyusunan")
@signed_in
def penyusunan() -> ResponseReturnValue:
    """Begin the PK of the year, go on with it, or see where it is."""
    return render_template("kinerja/penyusunan.html", **_one(), may_start=_edits(_chosen()))


@bp.get("/pk")
@signed_in
def pk() -> ResponseReturnValue:
    """Membuat Lembar PK, Lihat Draft PK, Unduh Draft PK, Approved PK, and the Info! line."""
    return render_template("kinerja/pk.html", **_one())


def _one() -> dict[str, Any]:
    kode = _chosen()
    row = overview.case_of(PROCESS, kode, g.actor.year) if kode else None
    case = casefile.of(row) if row else None
    return {
        "kode": kode,
        "info": masters.info_satker(kode) if kode else None,
        "choices": _choices(),
        "case": case,
        "cancelled": _cancelled(kode) if kode and not case else None,
        "steps": casefile.steps(case) if case else [],
        "mine": {t.element: t for t in casefile.mine(case, g.actor)} if case else {},
        "open": {t.element: t for t in case.user_tasks} if case else {},
        "waits": casefile.waits_for(case) if case else [],
        "document": casefile.current_document(case) if case else None,
        "note": casefile.last_note(case) if case else None,
        "actions": [a for a in case.actions if may_do(g.actor, a)] if case else [],
        "process": PROCESS,
    }


def _cancelled(kode: str) -> Casefile | None:
    """The case that an admin cancelled, until a new one is begun."""
    row = overview.cancelled_of(PROCESS, kode, g.actor.year)
    return casefile.of(row) if row else None


# ---- Progres -------------------------------------------------------------------------------------------------------


@bp.get("/progres")
@signed_in
def progres() -> ResponseReturnValue:
    """Every satker that the person may see, those that have not begun too."""
    f = Filter(*(request.args.get(k, "")[:100] for k in ("cari", "status", "unit", "sesudah")))
    if request.args.get("format") == "csv":
        return _progres_csv(f)
    page = overview.progress(PROCESS, g.actor, f)
    again: dict[str, Any] = {"cari": f.text or None, "status": f.status or None, "unit": f.unit or None}
    return render_template(
        "kinerja/progres.html",
        page=page,
        f=f,
        sums=overview.sums(PROCESS, g.actor, f),
        units=overview.units(g.actor),
        more=url_for("kinerja.progres", **again, sesudah=page.next) if page.next else "",
        first=url_for("kinerja.progres", **again) if f.after else "",
        csv=url_for("kinerja.progres", **again, format="csv"),
        not_begun=overview.NOT_BEGUN,
    )


def _progres_csv(f: Filter) -> ResponseReturnValue:
    page = overview.progress(PROCESS, g.actor, Filter(f.text, f.status, f.unit), limit=100_000)
    rows = [
        (r.kode, r.nama, r.nama_unit, r.status or overview.NOT_BEGUN, waktu(r.changed_at) if r.changed_at else "")
        for r in page.rows
    ]
    head = ("Kode satker", "Satker", "Unit utama", "Status", "Perubahan terakhir")
    return csv_response(f"progres-pk-{g.actor.year}.csv", head, rows)


# ---- Cek Registrasi TTE --------------------------------------------------------------------------------------------


class CekForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """One NIK."""

    class Meta(IndonesianMeta, FlaskForm.Meta):  # type: ignore[misc]
        csrf = False  # the page's token is checked for the whole application

    nik = NikField("NIK", [Filled("NIK belum diisi. Ketik 16 angka NIK yang akan dicek.")])


@bp.route("/cek-registrasi-tte", methods=["GET", "POST"])
@signed_in
def cek_tte() -> ResponseReturnValue:
    """Ask the provider by NIK, at any time. The NIK travels in the body, so that no log or history keeps it."""
    if not g.actor.holdings:
        raise NotAllowed
    form, answer = CekForm(), None
    if request.method == "POST" and form.validate():
        personal.checked_nik(form.nik.data or "", g.actor, clock.now())
        answer = current_app.extensions["cek_tte"](form.nik.data)
    status = 422 if form.errors else 200
    return render_template("kinerja/cek_tte.html", form=form, answer=answer), status
