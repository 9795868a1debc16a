"""Ketidakhadiran: who stands in for whom, for a time. One's own at /pengganti/saya, everybody's for admins."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from app import clock
from app.flows import absence, substitutes
from app.flows.absence import Filter, Post
from app.flows.rights import local_day
from app.flows.substitutes import Refused, Wish
from app.sdk.fields import AtMost, Filled, ListField, LongTextField, TanggalField
from app.sdk.forms import FormContext, TaskForm, Typed
from app.sdk.json import JsonObject
from app.web.access import needs, signed_in
from app.web.csv import csv_response

bp = Blueprint("substitutes", __name__, url_prefix="/pengganti")
ADMIN = "Admin"
STATES = {
    absence.RUNNING: "Berlangsung",
    absence.COMING: "Akan datang",
    absence.OVER: "Selesai",
}


class PersonField(ListField):
    """One of the candidates. A list of hundreds is not read out to who chose somebody else."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in self.words:
            raise StopValidation(substitutes.UNFIT)
        super().pre_validate(form)


class Pengganti(TaskForm):
    """A substitute, from when to when, and why; the rules are those of `flows/substitutes`."""

    title = "Tunjuk pengganti"
    pengganti = PersonField("Pengganti", ask="Pengganti belum dipilih. Pilih orang yang menggantikan.")
    mulai = TanggalField("Mulai", [Filled("Tanggal mulai belum diisi. Pilih hari pertama Anda digantikan.")])
    sampai = TanggalField(
        "Sampai", [Filled("Tanggal selesai belum diisi. Pilih hari terakhir, paling lama setahun kemudian.")]
    )
    alasan = LongTextField(
        "Alasan",
        [Filled("Alasan belum diisi. Ketik alasannya, misalnya cuti tahunan atau dinas luar."), AtMost(300, "Alasan")],
        description="Misalnya cuti tahunan atau dinas luar. Dibaca pengganti dan admin.",
    )

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return {"mulai": _today().isoformat()}


# ---- the lists -----------------------------------------------------------------------------------------------------


@bp.get("/")
@needs(ADMIN)
def index() -> ResponseReturnValue:
    """All of them: now, to come, and over."""
    f = _filter()
    if request.args.get("format") == "csv":
        return _csv(f)
    rows, more = absence.listed(f, _today())
    again: dict[str, Any] = {"cari": f.text or None, "keadaan": f.state or None, "peran": f.role or None}
    return render_template(
        "substitutes/index.html",
        rows=[(r, absence.state_of(r, _today())) for r in rows],
        f=f,
        states=STATES,
        roles=absence.roles(),
        more=url_for("substitutes.index", **again, sebelum=more) if more else "",
        first=url_for("substitutes.index", **again) if f.before else "",
        csv=url_for("substitutes.index", **again, format="csv"),
    )


def _filter() -> Filter:
    text, state, role = (request.args.get(k, "").strip()[:100] for k in ("cari", "keadaan", "peran"))
    before = request.args.get("sebelum", "")
    return Filter(text, state if state in STATES else "", role, int(before[:15]) if before.isdecimal() else None)


def _csv(f: Filter) -> ResponseReturnValue:
    rows, _ = absence.listed(Filter(f.text, f.state, f.role), _today(), limit=None)
    head = ("Pejabat", "Username", "Peran", "Tempat", "Pengganti", "Mulai", "Sampai", "Keadaan", "Alasan")
    cells = [
        (r.nama, r.username, r.role, r.place, r.pengganti, r.since, r.until, absence.state_of(r, _today()), r.reason)
        for r in rows
    ]
    return csv_response("pengganti.csv", head, cells)


@bp.get("/saya")
@signed_in
def mine() -> ResponseReturnValue:
    """Ketidakhadiran saya: my posts, who stands in for me, and for whom I do."""
    today = _today()
    return render_template(
        "substitutes/mine.html",
        posts=absence.posts_of(g.actor.user_id, today),
        away=[(r, absence.state_of(r, today)) for r in absence.of_absent(g.actor.user_id)],
        behalf=[(r, absence.state_of(r, today)) for r in absence.of_substitute(g.actor.user_id)],
    )


# ---- appoint and end -----------------------------------------------------------------------------------------------


@bp.get("/cari")
@needs(ADMIN)
def choose() -> ResponseReturnValue:
    """Whom an admin appoints a substitute for: a person and one of their posts."""
    text = request.args.get("cari", "").strip()[:100]
    return render_template(
        "substitutes/choose.html", text=text, posts=absence.search_posts(text, _today()) if text else []
    )


@bp.route("/baru/<int:assignment_id>", methods=["GET", "POST"])
@signed_in
def appoint(assignment_id: int) -> ResponseReturnValue:
    """The form for one post; somebody else's only for admins."""
    post = substitutes.find_post(assignment_id, g.actor, clock.now())
    form = _form(post)
    if request.method == "POST" and form.validate() and _appointed(form, post):
        return redirect(_home(post.user_id))
    status = 422 if request.method == "POST" else 200
    return render_template(
        "substitutes/form.html", form=form, post=post, signs=post.role in absence.SIGNING, home=_home(post.user_id)
    ), status


def _form(post: Post) -> TaskForm:
    context = FormContext(task={"properties": {}}, data={}, satker={}, person={}, year=g.actor.year)
    typed: Typed | None = None
    if request.method == "POST":
        typed = {k: v for k, v in request.form.lists() if k != "csrf_token"}
    form = Pengganti.open(context, typed)
    people = absence.candidates(post, _today())
    form.pengganti.offer([("", "Pilih orangnya")] + [(str(c.user_id), f"{c.nama} ({c.words})") for c in people])
    if not people:
        form.pengganti.description = (
            "Belum ada yang dapat dipilih. Pengganti adalah akun aktif di satker atau unit yang sama"
            + (" dengan NIP dan NIK yang tercatat." if post.role in absence.SIGNING else ".")
            + " Hubungi admin."
        )
    return form


def _appointed(form: TaskForm, post: Post) -> bool:
    """Whether it was done; what stands in the way goes to its field."""
    since, until = (date.fromisoformat(form[name].data) for name in ("mulai", "sampai"))
    wish = Wish(post.id, int(form.pengganti.data), since, until, form.alasan.data)
    try:
        substitutes.appoint(wish, g.actor, clock.now())
    except Refused as e:
        form[e.field].errors = [str(e)]
        return False
    flash(f"Pengganti {post.nama} untuk {post.words} diatur. Keduanya diberi tahu lewat surat.", "success")
    _warn(wish, post)
    return True


def _warn(wish: Wish, post: Post) -> None:
    """What does not stand in the way and should be known before the day comes."""
    left = substitutes.left_behind(wish, post)
    if left:
        flash(
            f"{post.nama} sendiri sedang menggantikan {', '.join(left)}. Itu tidak beralih ke pengganti ini; atur "
            "tersendiri bila perlu.",
            "warning",
        )
    if post.role in absence.SIGNING:
        answer = current_app.extensions["cek_tte"](absence.nik_of(wish.substitute_id))
        if not answer["terdaftar"]:
            flash(
                f"Pengganti belum dapat menandatangani: {answer['pesan']} Sebelum itu ia hanya dapat membaca dan "
                "menolak PK.",
                "warning",
            )


@bp.post("/<int:substitution_id>/akhiri")
@signed_in
def end(substitution_id: int) -> ResponseReturnValue:
    """End it early: the rights end with this request."""
    absent = substitutes.end(substitution_id, g.actor, clock.now())
    flash("Penggantian diakhiri. Mulai sekarang hanya pemegang perannya sendiri yang dapat bertindak.", "success")
    return redirect(_home(absent))


def _home(absent: int) -> str:
    """Where one came from: one's own page, or the admin's list."""
    return url_for("substitutes.mine" if absent == g.actor.user_id else "substitutes.index")


def _today() -> date:
    return local_day(clock.now())
