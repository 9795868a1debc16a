"""In and out: tahun, username, password and kode captcha; a quick change of person; the own password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound
from wtforms import HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Optional

from app import clock
from app.errors import InvalidInput
from app.flows import accounts, rights, sessions
from app.flows.accounts import Refusal
from app.models import User, db
from app.sdk.fields import Filled
from app.web import captcha, devices, expired
from app.web.access import begin_session, public, signed_in
from app.web.addresses import page_before, safe_next

bp = Blueprint("auth", __name__)
YEAR_COOKIE = "alur-tahun"
WRONG_CODE = "Kode captcha tidak cocok atau sudah lewat sepuluh menit. Ketik kode dari gambar yang baru."
STALE = "Halaman masuk ini terlalu lama terbuka, atau peramban menolak cookie. Ketik password dan kode sekali lagi."


def init_auth(app: Flask) -> None:
    """Register the blueprint and the captcha; `tahun_tersedia()` is there for the frame's change of year."""
    captcha.init_captcha(app)
    app.register_blueprint(bp)
    app.jinja_env.globals["tahun_tersedia"] = years


def years() -> list[int]:
    """The years one can work in: this one, two before it, one after it."""
    this = rights.local_day(clock.now()).year
    return [this + 1, this, this - 1, this - 2]


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The guide's login. `token` is the sealed captcha, `titipan` what an ended session posted (see `expired.py`)."""

    tahun = SelectField("Tahun", coerce=int, validate_choice=False)
    username = StringField("Username", [Filled("Ketik username. Operator: sim diikuti 6 angka kode satker.")])
    password = PasswordField("Password", [Filled("Ketik password.")])
    kode = StringField("Kode captcha", [Optional()])
    token = HiddenField()
    next = HiddenField()
    titipan = HiddenField()

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self.tahun.choices = [(y, str(y)) for y in years()]
        self.refusal: Refusal | None = None
        self.user: User | None = None

    def validate_tahun(self, field: Any) -> None:
        if field.data not in years():
            raise ValidationError("Pilih tahun dari daftar.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether somebody may come in; then `user` is set. The captcha is spent first, whatever else is wrong."""
        human = captcha.passes(self.token.data or "", self.kode.data or "")
        fine = bool(super().validate(extra_validators))
        if not human:
            self.kode.errors = [WRONG_CODE]
        if not (human and fine):
            return False
        found = accounts.authenticate(
            self.username.data or "",
            self.password.data or "",
            request.remote_addr or "",
            clock.now(),
            devices.this_device(),
        )
        if isinstance(found, Refusal):
            self.refusal = found
            return False
        self.user = found
        return True

    def problems(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) for the summary."""
        own = [(f.id, str(e)) for f in self for e in f.errors]
        return [("username", self.refusal.words), *own] if self.refusal else own


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    old = PasswordField("Password sekarang", [Filled("Ketik password yang dipakai sekarang.")])
    new = PasswordField("Password baru", [Filled("Ketik password baru.")])
    again = PasswordField("Ulangi password baru", [Filled("Ketik password baru sekali lagi.")])
    next = HiddenField()

    def validate_again(self, field: Any) -> None:
        if self.new.data and field.data != self.new.data:
            raise ValidationError("Kedua password baru tidak sama. Ketik sekali lagi.")

    def problems(self) -> list[tuple[str, str]]:
        return [(f.id, str(e)) for f in self for e in f.errors]


@bp.get("/masuk")
@public
def login() -> ResponseReturnValue:
    back = g.get("back") or request.args.get("next")
    if g.actor is not None:
        return redirect(_target(back))
    form = LoginForm(formdata=None)
    form.tahun.data = _last_year()
    form.username.data = session.pop("username_hint", "")  # who has just chosen a password by a link
    form.next.data = _target(back)
    form.titipan.data = g.get("deposit", "")
    if session.get("_user_id"):  # begin_session put it there, and since then the session ended
        kept = " Isian yang baru dikirim ikut tersimpan." if form.titipan.data else ""
        flash(f"Sesi sudah berakhir. Masuk lagi untuk melanjutkan.{kept}", "info")
    return _login_page(form)


@bp.post("/masuk")
@public
def enter() -> ResponseReturnValue:
    form = LoginForm()
    if "baru" in request.form:  # another picture; what was typed stays (browsers don't get passwords back)
        return _login_page(form)
    if not form.validate():
        return _login_page(form), 422
    return _let_in(form)


def _let_in(form: LoginForm) -> ResponseReturnValue:
    user = form.user
    assert user is not None  # noqa: S101  # validate() was true
    first = accounts.must_change(user, form.password.data or "")
    begin_session(user, form.tahun.data)
    if first:
        session["first_password"] = True
    if form.titipan.data:
        if expired.restore(form.titipan.data, g.actor):
            flash("Isian terakhir sebelum sesi berakhir sudah dimasukkan ke draf. Periksa lalu kirim lagi.", "info")
        else:
            flash("Isian dari sesi sebelumnya tidak dapat dilanjutkan dengan akun ini.", "warning")
    target = _target(form.next.data)
    response = redirect(url_for("auth.password", next=target) if first else target)
    devices.remember(response, user.username)
    response.set_cookie(YEAR_COOKIE, str(form.tahun.data), max_age=400 * 86400, httponly=True, samesite="Lax")
    return response


def _login_page(form: LoginForm) -> str:
    # a picture is good for one attempt, so every page has a new one
    form.token.data, form.kode.data = captcha.new_token(), ""
    return render_template("auth/login.html", form=form, captcha=captcha.is_on())


@bp.errorhandler(CSRFError)
def stale(_error: CSRFError) -> ResponseReturnValue:
    """A login page that was open for days is no reason for an error page."""
    if request.endpoint != "auth.enter":
        flash("Halaman sebelumnya sudah lama terbuka. Coba sekali lagi.", "warning")
        return redirect("/")
    form = LoginForm(meta={"csrf": False})
    flash(STALE, "warning")
    return _login_page(form), 400


@bp.get("/masuk/kode/<token>.png")
@public
def captcha_picture(token: str) -> ResponseReturnValue:
    return _or_404(captcha.picture(token)), {"Content-Type": "image/png"}


@bp.get("/masuk/kode/<token>.wav")
@public
def captcha_voice(token: str) -> ResponseReturnValue:
    return _or_404(captcha.voice(token)), {"Content-Type": "audio/wav"}


@bp.get("/masuk/kode")
@public
def captcha_renewed() -> ResponseReturnValue:
    """A new code for a script that changes the picture in place, so that not even the password is typed again."""
    token = captcha.new_token()
    return {
        "token": token,
        "picture": url_for("auth.captcha_picture", token=token),
        "voice": url_for("auth.captcha_voice", token=token),
    }


@bp.route("/keluar", methods=["GET", "POST"])
@public
def logout() -> ResponseReturnValue:
    """By GET only a question: an address that somebody sends around must not end a session."""
    if request.method == "GET":
        if g.actor is None:
            return redirect(url_for("auth.login"))
        return render_template("auth/logout.html", back=_target(page_before()))
    _end()
    flash("Anda sudah keluar.", "success")
    return redirect(url_for("auth.login"))


@bp.post("/ganti-pengguna")
@public
def switch() -> ResponseReturnValue:
    """Somebody else at the same desk goes on where this person is: the kepala satker signs at the operator's."""
    target = _target(request.form.get("next"))
    _end()
    flash("Silakan masuk sebagai pengguna lain. Halaman tadi dibuka lagi sesudahnya.", "info")
    return redirect(url_for("auth.login", next=target))


@bp.post("/tahun")
@signed_in
def year() -> ResponseReturnValue:
    chosen = request.form.get("tahun", type=int)
    if chosen not in years():
        raise InvalidInput("Tahun ini tidak tersedia. Pilih tahun dari daftar.")
    session["tahun"] = chosen
    response = redirect(_target(request.form.get("next")))
    response.set_cookie(YEAR_COOKIE, str(chosen), max_age=400 * 86400, httponly=True, samesite="Lax")
    return response


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    form = PasswordForm()
    if request.method == "GET":
        form.next.data = _target(request.args.get("next"))
    elif form.validate() and _change(form):
        flash("Password sudah diganti. Sesi di perangkat lain sudah diakhiri.", "success")
        return redirect(_target(form.next.data))
    first = bool(session.get("first_password"))
    username = db.session.get_one(User, g.actor.user_id).username
    page = render_template("auth/password.html", form=form, first=first, username=username, shortest=accounts.SHORTEST)
    return page, 422 if form.errors else 200


def _change(form: PasswordForm) -> bool:
    """Change the password, if the old one is right; a thief of a session must not guess at it either."""
    user = db.session.get_one(User, g.actor.user_id)
    address, now = request.remote_addr or "", clock.now()
    found = accounts.authenticate(user.username, form.old.data or "", address, now, devices.this_device(), login=False)
    if isinstance(found, Refusal):
        wrong = found.words.replace(accounts.WRONG, "Password sekarang tidak cocok. Ketik sekali lagi.")
        form.old.errors = [wrong]
        return False
    try:
        changed = accounts.set_password(found.id, form.new.data or "", by=g.actor)
    except InvalidInput as e:
        form.new.errors = [str(e)]
        return False
    begin_session(changed, g.actor.year)
    return True


def _end() -> None:
    if g.actor is not None:
        accounts.left(g.actor, clock.now())
        sessions.end(session.get("sid", ""), clock.now())
    session.clear()
    g.pop("csrf_token", None)
    g.actor = None


def _last_year() -> int:
    """The year chosen last in this browser, or this one."""
    last = request.cookies.get(YEAR_COOKIE, "")
    return int(last) if last in map(str, years()) else years()[1]


def _target(wanted: str | None) -> str:
    path = safe_next(wanted)
    return "/" if path.partition("?")[0] in ("/masuk", "/keluar", "/password") else path


def _or_404(content: bytes | None) -> bytes:
    if content is None:
        raise NotFound
    return content
