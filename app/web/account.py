"""Akun saya: who one is here, where mails go and when, the way to the password."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import InvalidInput
from app.flows import own_account
from app.flows.own_account import MODES, WrongPassword
from app.models import Satker, Unit, User, db
from app.web import devices
from app.web.access import signed_in

bp = Blueprint("account", __name__, url_prefix="/akun")


@bp.get("")
@signed_in
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/email")
@signed_in
def email() -> ResponseReturnValue:
    """Another address, with the password: a session left open must not take the account over by mail."""
    typed = request.form.get("email", "")[:200]
    password, now = request.form.get("password", "")[:200], clock.now()
    address, device = request.remote_addr or "", devices.this_device()
    try:
        own_account.change_email(g.actor, typed, password, address, now, device)
    except WrongPassword as e:
        words = str(e).replace("Username atau password", "Password")
        return _page(typed, {"password": words}), 422
    except InvalidInput as e:
        return _page(typed, {"email": str(e)}), 422
    flash("Alamat e-mail sudah disimpan. Alamat yang lama diberi tahu.", "success")
    return redirect(url_for("account.show"))


@bp.post("/surat")
@signed_in
def mode() -> ResponseReturnValue:
    own_account.change_mode(g.actor, request.form.get("cara", ""), clock.now())
    flash("Cara menerima surat sudah disimpan.", "success")
    return redirect(url_for("account.show"))


def _page(typed: str | None = None, wrong: dict[str, str] | None = None) -> str:
    user = db.session.get_one(User, g.actor.user_id)
    return render_template(
        "account/show.html",
        user=user,
        email=user.email if typed is None else typed,
        wrong=wrong or {},
        modes=MODES,
        roles=[(h.role, _place(h.kind, h.scope), h.behalf) for h in g.actor.holdings],
    )


def _place(kind: str, scope: str) -> str:
    row = db.session.get(Satker, scope) if kind == "satker" else db.session.get(Unit, scope) if kind == "unit" else None
    return row.nama if row is not None else ""
