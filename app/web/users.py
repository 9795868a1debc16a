"""Accounts, for admins: the list, one account, its roles, its first password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import AlurError, Conflict, InvalidInput
from app.flows import invitations, mails, masterlist, roles, userlist, users
from app.flows.accounts import is_first
from app.flows.rights import local_day
from app.flows.roles import Grant
from app.flows.userlist import Filter
from app.flows.users import Details
from app.models import User, db
from app.sdk.fields import AtMost, Filled, ListField, NipField, TextField
from app.web.access import needs
from app.web.adminform import AdminForm, DateField, SeenForm, digest, kode_of
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("users", __name__, url_prefix="/pengguna")
ADMIN = "Admin"


class AccountForm(SeenForm):
    """An account without its roles."""

    nama = TextField("Nama", [Filled("Ketik nama pemilik akun ini."), AtMost(200, "Nama")])
    username = TextField(
        "Username",
        [Filled("Ketik username.")],
        description="Operator: sim diikuti 6 angka kode satker. Lainnya: NIP.",
        render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
    )
    email = TextField(
        "E-mail",
        [AtMost(200, "E-mail")],
        description="Bila diisi, tautan untuk membuat password dan pemberitahuan dikirim ke sini.",
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    nip = NipField(
        "NIP",
        description="Menghubungkan akun dengan orang yang tercantum di dokumen. Kosongkan untuk akun operator.",
    )

    def details(self) -> Details:
        return Details(*(str(f.data or "").strip() for f in (self.nama, self.username, self.email, self.nip)))


class RoleForm(AdminForm):
    """A role, where, and for how long."""

    role = ListField("Peran", ask="Pilih peran.")
    scope = TextField(
        "Satker atau unit utama",
        description="Ketik kode atau nama, lalu pilih. Kosongkan untuk peran yang berlaku di mana-mana.",
        render_kw={"list": "daftar-tempat", "autocomplete": "off"},
    )
    since = DateField("Mulai", [Filled("Pilih tanggal mulai.")])
    until = DateField("Sampai", description="Hari terakhir. Kosongkan bila seterusnya.")


@bp.get("")
@needs(ADMIN)
def index() -> ResponseReturnValue:
    """The list."""
    asked = {k: request.args.get(k, "")[:100] for k in ("cari", "peran", "unit", "satker", "keadaan", "ciri")}
    f = Filter(**asked, sesudah=request.args.get("sesudah", "")[:250])
    if request.args.get("format") == "csv":
        return _csv(f)
    again = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    found = userlist.page(f, clock.now())
    return render_template(
        "users/index.html",
        page=found,
        f=f,
        counts=userlist.counts(clock.now()),
        roles=roles.offered(),
        units=masterlist.unit_choices(),
        satkers=masterlist.satker_choices(),
        states=userlist.STATES,
        traits=userlist.TRAITS,
        more=url_for("users.index", **again, sesudah=found.next) if found.next else "",
        first=url_for("users.index", **again) if f.sesudah else "",
        csv=url_for("users.index", **again, format="csv"),
    )


def _csv(f: Filter) -> ResponseReturnValue:
    found = userlist.export(f, g.actor, clock.now())
    rows = [
        (r.username, r.nama, r.nip or "", r.email, "; ".join(found.roles.get(r.id, [])),
         "Aktif" if r.active else "Ditutup", waktu(r.last_login_at) if r.last_login_at else "")
        for r in found.rows
    ]  # fmt: skip
    return csv_response(
        "pengguna.csv", ("Username", "Nama", "NIP", "E-mail", "Peran hari ini", "Keadaan", "Masuk terakhir"), rows
    )


@bp.route("/baru", methods=["GET", "POST"])
@needs(ADMIN)
def create() -> ResponseReturnValue:
    """A new account; its first password is shown once, or a link goes out."""
    form = AccountForm()
    if request.method == "POST" and form.validate():
        try:
            made = users.create(form.details(), by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            if made.password:
                return _password_page(users.find(made.user_id), made.password, new=True)
            flash(f"Akun dibuat. Tautan untuk membuat password dikirim ke {made.address}.", "success")
            return redirect(url_for("users.show", user_id=made.user_id))
    return render_template("users/form.html", form=form, user=None), 422 if form.errors else 200


@bp.get("/<int:user_id>")
@needs(ADMIN)
def show(user_id: int) -> ResponseReturnValue:
    """One account and what it may do."""
    return render_template("users/show.html", **_about(users.find(user_id)))


def _about(user: User) -> dict[str, Any]:
    today = local_day(clock.now())
    held = roles.of(user.id)
    return {
        "user": user,
        "first": is_first(user),
        "invited": invitations.open_until(user.id),
        "at": clock.now(),
        "mailable": mails.is_address(user.email),
        "now": [r for r in held if r.since <= today and (r.until is None or r.until >= today)],
        "later": [r for r in held if r.since > today],
        "past": [r for r in held if r.until is not None and r.until < today],
        "today": today,
        "yesterday": today - timedelta(days=1),
        "own": user.id == g.actor.user_id,
    }


@bp.route("/<int:user_id>/ubah", methods=["GET", "POST"])
@needs(ADMIN)
def edit(user_id: int) -> ResponseReturnValue:
    """Name, username, e-mail and person."""
    user = users.find(user_id)
    state = users.shown(user)
    form = AccountForm(data={**state, "seen": digest(state)})
    if request.method == "POST" and form.validate() and not form.overtaken(state):
        try:
            users.change(user_id, form.details(), by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash("Akun tersimpan.", "success")
            return redirect(url_for("users.show", user_id=user_id))
    return render_template("users/form.html", form=form, user=users.find(user_id)), 422 if form.errors else 200


@bp.route("/<int:user_id>/peran", methods=["GET", "POST"])
@needs(ADMIN)
def give_role(user_id: int) -> ResponseReturnValue:
    """One more role."""
    user = users.find(user_id)
    form = RoleForm(data={"since": local_day(clock.now())})
    form.role.offer([(r.name, r.name) for r in roles.offered()])
    places = masterlist.unit_choices() + masterlist.satker_choices()
    if request.method == "POST" and form.validate():
        since = form.since.day
        assert since is not None  # noqa: S101  # Filled
        grant = Grant(form.role.data, kode_of(form.scope.data, dict(places)), since, form.until.day)
        try:
            roles.give(user_id, grant, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash(f"Peran {grant.role} diberikan kepada {user.nama}.", "success")
            return redirect(url_for("users.show", user_id=user_id))
    page = render_template("users/role.html", form=form, user=users.find(user_id), places=places)
    return page, 422 if form.errors else 200


@bp.post("/peran/<int:assignment_id>/akhiri")
@needs(ADMIN)
def end_role(assignment_id: int) -> ResponseReturnValue:
    """Today is the last day, or yesterday was."""
    today = local_day(clock.now())
    last = today if request.form.get("kapan") == "hari_ini" else today - timedelta(days=1)
    user = roles.end(assignment_id, last, request.form.get("reason", "")[:300], by=g.actor, now=clock.now())
    flash(f"Peran berakhir {'hari ini' if last == today else 'sekarang juga'}.", "success")
    return redirect(url_for("users.show", user_id=user.id))


@bp.post("/peran/<int:assignment_id>/batal")
@needs(ADMIN)
def drop_role(assignment_id: int) -> ResponseReturnValue:
    """Take back a role that has not begun."""
    user = roles.drop(assignment_id, by=g.actor, now=clock.now())
    flash("Peran dibatalkan sebelum mulai.", "success")
    return redirect(url_for("users.show", user_id=user.id))


@bp.post("/<int:user_id>/tutup")
@needs(ADMIN)
def close(user_id: int) -> ResponseReturnValue:
    """Nobody comes in with it any more."""
    users.close(user_id, request.form.get("reason", ""), by=g.actor, now=clock.now())
    flash("Akun ditutup. Sesi yang masih terbuka diakhiri.", "success")
    return redirect(url_for("users.show", user_id=user_id))


@bp.post("/<int:user_id>/buka")
@needs(ADMIN)
def reopen(user_id: int) -> ResponseReturnValue:
    """It is open again."""
    users.reopen(user_id, by=g.actor, now=clock.now())
    flash("Akun dibuka lagi, dengan password dan peran yang masih berlaku.", "success")
    return redirect(url_for("users.show", user_id=user_id))


@bp.post("/<int:user_id>/password")
@needs(ADMIN)
def reset(user_id: int) -> ResponseReturnValue:
    """A new first password, shown on this page and nowhere else."""
    password = users.reset(user_id, by=g.actor, now=clock.now())
    return _password_page(users.find(user_id), password, new=False)


@bp.post("/<int:user_id>/tautan")
@needs(ADMIN)
def send_link(user_id: int) -> ResponseReturnValue:
    """A link by mail instead."""
    address = users.send_link(user_id, by=g.actor, now=clock.now())
    flash(f"Tautan untuk membuat password dikirim ke {address}.", "success")
    return redirect(url_for("users.show", user_id=user_id))


@bp.errorhandler(InvalidInput)
@bp.errorhandler(Conflict)
def refused(error: AlurError) -> ResponseReturnValue:
    """What a button could not do is said on the page of the account that it stands on."""
    db.session.rollback()
    flash(str(error), "error")
    args = request.view_args or {}
    owner = roles.owner(args["assignment_id"]) if "assignment_id" in args else users.find(args["user_id"])
    return render_template("users/show.html", **_about(owner)), error.status_code


def _password_page(user: User, password: str, *, new: bool) -> ResponseReturnValue:
    return render_template("users/password.html", user=user, password=password, new=new)
