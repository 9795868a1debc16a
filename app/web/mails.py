"""Surat keluar: what waits and why, what went out, what was refused; for admins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.flows import mails, outbox
from app.flows.outbox import PAGE, STATES, Filter
from app.web.access import needs
from app.web.addresses import safe_next
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("mails", __name__, url_prefix="/surat")


@bp.get("")
@needs("Admin")
def index() -> ResponseReturnValue:
    """The outbox, the newest first; with format=csv as a file."""
    f = _filter()
    if request.args.get("format") == "csv":
        return _csv(f)
    rows = outbox.listed(f)
    asked = {"cari": f.text, "keadaan": f.state, "jenis": f.kind, "orang": f.person}
    again: dict[str, Any] = {k: v for k, v in asked.items() if v}
    return render_template(
        "mails/index.html",
        rows=rows[:PAGE],
        f=f,
        standing=outbox.standing(clock.now()),
        kinds=mails.KINDS,
        states=STATES,
        filtered=bool(again),
        more=url_for("mails.index", **again, sesudah=rows[PAGE - 1].id) if len(rows) > PAGE else "",
        first=url_for("mails.index", **again) if f.after else "",
        csv=url_for("mails.index", **again, format="csv"),
        here=request.full_path,
    )


@bp.post("/uji")
@needs("Admin")
def test() -> ResponseReturnValue:
    """Kirim surat uji: to oneself."""
    address = outbox.test_mail(g.actor, clock.now())
    flash(f"Surat uji untuk {address} masuk antrean. Dalam beberapa detik keadaannya terlihat di bawah.", "success")
    return redirect(url_for("mails.index"))


@bp.get("/<int:mail_id>")
@needs("Admin")
def show(mail_id: int) -> ResponseReturnValue:
    """One mail. The text of one with a link that opens an account is nobody's but the recipient's."""
    mail = outbox.find(mail_id)
    secret = mail.kind in mails.SECRET
    return render_template(
        "mails/show.html",
        mail=mail,
        secret=secret,
        text="" if secret else mail.text,
        kinds=mails.KINDS,
        states=STATES,
        pause=outbox.pause(clock.now()),
    )


@bp.post("/<int:mail_id>/kirim")
@needs("Admin")
def retry(mail_id: int) -> ResponseReturnValue:
    outbox.retry(mail_id, g.actor, clock.now())
    flash("Surat ini dicoba lagi dalam beberapa detik.", "success")
    return redirect(_back())


@bp.post("/<int:mail_id>/batal")
@needs("Admin")
def drop(mail_id: int) -> ResponseReturnValue:
    outbox.drop(mail_id, g.actor, clock.now())
    flash("Surat ini tidak jadi dikirim.", "success")
    return redirect(_back())


def _filter() -> Filter:
    args = request.args
    state, kind, after = args.get("keadaan", ""), args.get("jenis", ""), args.get("sesudah", "")
    return Filter(
        text=args.get("cari", "")[:100],
        state=state if state in STATES else "",
        kind=kind if kind in mails.KINDS else "",
        person=args.get("orang", "")[:100],
        after=int(after) if after.isdecimal() and len(after) < 16 else 0,
    )


def _back() -> str:
    wanted = safe_next(request.form.get("next"))
    return wanted if wanted.startswith("/surat") else url_for("mails.index")


def _csv(f: Filter) -> ResponseReturnValue:
    head = ("Nomor", "Dibuat", "Jenis", "Penerima", "Alamat", "Judul", "Keadaan", "Percobaan", "Terkirim", "Keterangan")
    cells = (
        (
            r.id, waktu(r.created_at, "WIB"), mails.KINDS.get(r.kind, r.kind), r.nama or "", r.address, r.subject,
            STATES.get(r.state, r.state), r.tries, waktu(r.sent_at, "WIB"), r.error,
        )
        for r in outbox.export(f, g.actor, clock.now())
    )  # fmt: skip
    return csv_response("surat-keluar.csv", head, cells)
