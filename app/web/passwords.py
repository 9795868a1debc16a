"""Lupa password, and the page behind a link from a mail: choose a password, then sign in with it."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import Optional

from app import clock
from app.errors import InvalidInput, NotFound
from app.flows import accounts, invitations
from app.sdk.fields import Filled
from app.web import captcha
from app.web.access import public

bp = Blueprint("passwords", __name__)
WRONG_CODE = "Kode captcha tidak cocok atau sudah lewat sepuluh menit. Ketik kode dari gambar yang baru."
WAIT = "Terlalu banyak permintaan dari jaringan ini. Tunggu {} detik, lalu coba lagi."
USERNAME_HINT = "username_hint"  # in the session: who just chose a password, for the login page
EVEN = 0.3  # seconds that every request takes, so that its time does not tell whether there is such an account


class ForgottenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    who = StringField("Username atau e-mail", [Filled("Ketik username atau alamat e-mail akun.")])
    kode = StringField("Kode captcha", [Optional()])
    token = HiddenField()

    def problems(self) -> list[tuple[str, str]]:
        return [(f.id, str(e)) for f in self for e in f.errors]


class ChoiceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    new = PasswordField("Password baru", [Filled("Ketik password baru.")])
    again = PasswordField("Ulangi password baru", [Filled("Ketik password baru sekali lagi.")])

    def validate_again(self, field: Any) -> None:
        if self.new.data and field.data != self.new.data:
            raise ValidationError("Kedua password baru tidak sama. Ketik sekali lagi.")

    def problems(self) -> list[tuple[str, str]]:
        return [(f.id, str(e)) for f in self for e in f.errors]


@bp.get("/lupa-password")
@public
def forgotten() -> ResponseReturnValue:
    return _forgotten_page(ForgottenForm(formdata=None))


@bp.post("/lupa-password")
@public
def ask() -> ResponseReturnValue:
    """The answer is the same whether there is such an account or not."""
    began = time.monotonic()
    form = ForgottenForm()
    if "baru" in request.form:  # another picture
        return _forgotten_page(form)
    human = captcha.passes(form.token.data or "", form.kode.data or "")
    fine = bool(form.validate())
    if not human:
        form.kode.errors = [WRONG_CODE]
    if not (human and fine):
        return _forgotten_page(form), 422
    wait = invitations.forgot((form.who.data or "")[:200], request.remote_addr or "", clock.now())
    if wait:
        form.who.errors = [WAIT.format(wait)]
        return _forgotten_page(form), 429
    time.sleep(max(0.0, EVEN - (time.monotonic() - began)))
    return redirect(url_for("passwords.asked"))


@bp.get("/lupa-password/terkirim")
@public
def asked() -> ResponseReturnValue:
    """After the post, so that loading the page again asks for nothing."""
    return render_template("passwords/asked.html")


@bp.route("/password/tautan/<token>", methods=["GET", "POST"])
@public
def choose(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing: programs that scan mails open it too. The post uses it up."""
    link = invitations.find(token, clock.now())
    if link is None:
        return render_template("passwords/over.html"), 404
    form = ChoiceForm()
    if form.validate_on_submit():
        try:
            user = invitations.use(token, form.new.data or "", clock.now())
        except InvalidInput as e:
            form.new.errors = [str(e)]
        except NotFound:
            return render_template("passwords/over.html"), 404
        else:
            session.clear()  # whoever sat here before has left
            g.actor = None
            session[USERNAME_HINT] = user.username
            flash("Password sudah dibuat. Masuk dengan password yang baru.", "success")
            return redirect(url_for("auth.login"))
    page = render_template("passwords/choose.html", form=form, link=link, token=token, shortest=accounts.SHORTEST)
    return page, 422 if form.errors else 200


@bp.errorhandler(CSRFError)
def stale(_error: CSRFError) -> ResponseReturnValue:
    """The page was open for a week, or the browser refuses cookies."""
    flash("Halaman sebelumnya sudah lama terbuka. Coba sekali lagi.", "warning")
    return redirect(request.path)


def _forgotten_page(form: ForgottenForm) -> str:
    form.token.data, form.kode.data = captcha.new_token(), ""
    return render_template("passwords/forgotten.html", form=form, captcha=captcha.is_on())
