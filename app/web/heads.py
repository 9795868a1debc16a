"""Heads of units and satkers, for Admin and Biro Perencanaan: who leads what, a new head, the people's own data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app import clock
from app.errors import AlurError, Conflict, InvalidInput, NotFound
from app.flows import heads, masterlist, people, personal, terms, units
from app.flows.heads import Appointed, Appointment
from app.flows.masterlist import ATTENTION, Filter
from app.flows.people import Who
from app.flows.rehearsal import Rehearsal, rehearse
from app.flows.rights import local_day
from app.flows.terms import Place
from app.models import Person, User, db
from app.sdk.fields import AtMost, ChoiceField, Filled, NikField, NipField, TextField
from app.web.access import needs
from app.web.adminform import AdminForm, DateField, SeenForm, day_of, digest
from app.web.csv import csv_response

bp = Blueprint("heads", __name__, url_prefix="/pejabat")
WHO = ("Admin", "Biro Perencanaan")


class AppointForm(AdminForm):
    """A new head. `checked` is the mark of what was shown in the preview: what was changed since is shown again."""

    nip = NipField(
        "NIP",
        [Filled("NIP belum diisi. Ketik 18 angka NIP.")],
        description="NIP menjadi username akunnya. Bila NIP sudah tercatat, nama dan NIK boleh dikosongkan.",
    )
    nama = TextField("Nama", [AtMost(200, "Nama")], description="Lengkap dengan gelar, seperti akan tercetak.")
    nik = NikField("NIK", description="Diperlukan untuk tanda tangan elektronik. Boleh menyusul.")
    email = TextField(
        "E-mail",
        [AtMost(200, "E-mail")],
        description="Bila belum punya akun, tautan untuk membuat password dikirim ke sini.",
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    sebagai = ChoiceField(
        "Sebagai",
        choices=[
            ("definitif", "Pejabat definitif"),
            ("Plt.", "Plt. (pelaksana tugas)"),
            ("Plh.", "Plh. (pelaksana harian)"),
        ],
        ask="Pilih definitif, Plt., atau Plh.",
    )
    jabatan = TextField(
        "Jabatan",
        [Filled("Jabatan belum diisi. Ketik jabatan lengkap, misalnya Kepala Biro Perencanaan.")],
        description="Tanpa Plt. atau Plh.",
    )
    since = DateField("Mulai bertugas", [Filled("Pilih tanggal mulai.")])
    until = DateField("Sampai", description="Hari terakhir. Wajib untuk Plh.; kosongkan bila belum ditentukan.")
    checked = HiddenField()

    def appointment(self, place: Place) -> Appointment:
        since, sebagai = self.since.day, self.sebagai.data
        assert since is not None  # noqa: S101  # Filled
        who = Who(None, *(str(f.data or "") for f in (self.nama, self.nip, self.nik, self.email)))
        return Appointment(
            place.kind, place.kode, who, self.jabatan.data or "", since, "" if sebagai == "definitif" else sebagai,
            self.until.day,
        )  # fmt: skip

    def mark(self) -> str:
        return digest({f.name: str(f.data or "") for f in self if f.name not in ("checked", "csrf_token")})


class PersonForm(SeenForm):
    """The one place where a name, NIP and NIK are corrected."""

    nama = TextField("Nama", [Filled("Ketik nama lengkap dengan gelar."), AtMost(200, "Nama")])
    nip = NipField("NIP", description="18 angka. Kosongkan bila tidak ada.")
    nik = NikField("NIK", description="16 angka seperti pada KTP. Diperlukan untuk tanda tangan elektronik.")


@bp.get("")
@needs(*WHO)
def index() -> ResponseReturnValue:
    """Each unit with its satkers, and who leads them."""
    f = Filter(*(request.args.get(k, "")[:100] for k in ("cari", "unit", "jenis", "perhatian", "sesudah")))
    if request.args.get("format") == "csv":
        return _csv(f)
    again = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    found = masterlist.posts(f, clock.now())
    return render_template(
        "heads/index.html",
        page=found,
        f=f,
        counts=masterlist.attention(clock.now()),
        attention=ATTENTION,
        units=masterlist.unit_choices(),
        title=terms.title,
        more=url_for("heads.index", **again, sesudah=found.next) if found.next else "",
        first=url_for("heads.index", **again) if f.sesudah else "",
        csv=url_for("heads.index", **again, format="csv"),
    )


def _csv(f: Filter) -> ResponseReturnValue:
    whole = Filter(f.cari, f.unit, f.jenis, f.perhatian)
    rows = masterlist.posts(whole, clock.now(), masterlist.EXPORT).rows
    masterlist.exported("pejabat", rows, f, g.actor, clock.now())
    head = ("Jenis", "Kode", "Tempat", "Unit utama", "Pejabat", "NIP", "Jabatan", "Mulai", "Sampai", "Akun")
    return csv_response("pejabat.csv", head, [
        (r.place.kind, r.place.kode, r.nama, r.nama_unit, r.pimpinan, r.nip, r.jabatan,
         r.term.since.isoformat() if r.term else "", r.term.until.isoformat() if r.term and r.term.until else "",
         r.account)
        for r in rows
    ])  # fmt: skip


@bp.get("/<tempat>")
@needs(*WHO)
def show(tempat: str) -> ResponseReturnValue:
    """One place: who leads now, who did, who will."""
    return render_template("heads/show.html", **_about(_place(tempat)))


def _about(place: Place) -> dict[str, Any]:
    today, conn = local_day(clock.now()), db.session.connection()
    known = list(reversed(masterlist.terms_of(place)))
    leads = terms.leader(known, today)
    owners = {t.person_id: terms.account_of(conn, t.person_id) for t in known}
    held = terms.holders_on(conn, place, today)
    return {
        "tempat": f"{place.kind}-{place.kode}",
        "place": place,
        "name": _name(place),
        "terms": known,
        "leads": leads,
        "account": db.session.get(User, owners[leads.person_id]) if leads and owners[leads.person_id] else None,
        "holds": bool(leads) and owners[leads.person_id] in held,
        "today": today,
        "title": terms.title,
    }


@bp.route("/<tempat>/tunjuk", methods=["GET", "POST"])
@needs(*WHO)
def appoint(tempat: str) -> ResponseReturnValue:
    """A new head: first what it will do, then it is done."""
    place = _place(tempat)
    form = AppointForm(data={"jabatan": _usual(place), "since": local_day(clock.now()), "sebagai": "definitif"})
    rehearsal = None
    if request.method == "POST" and form.validate():
        new = form.appointment(place)
        try:
            if form.checked.data == form.mark():
                return _appointed(tempat, heads.appoint(new, by=g.actor, now=clock.now()))
            rehearsal = rehearse(new, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
    form.checked.data = form.mark() if rehearsal else ""
    return _appoint_page(form, place, tempat, rehearsal), 422 if form.errors else 200


def _appoint_page(form: AppointForm, place: Place, tempat: str, rehearsal: Rehearsal | None) -> str:
    return render_template(
        "heads/appoint.html",
        form=form,
        place=place,
        name=_name(place),
        tempat=tempat,
        r=rehearsal,
        new=form.appointment(place) if rehearsal else None,
        title=terms.title,
    )


def _appointed(tempat: str, done: Appointed) -> ResponseReturnValue:
    user = db.session.get_one(User, done.user_id)
    if done.made and user.email:
        how = f"Akun {user.username} dibuat; tautan untuk membuat password dikirim ke {user.email}."
    elif done.made:
        how = f"Akun {user.username} dibuat, belum ada password: minta admin mengatur password awalnya di Pengguna."
    else:
        how = f"Masuk dengan akun {user.username}."
    flash(f"Penunjukan {user.nama} tersimpan. {how}", "success")
    return redirect(url_for("heads.show", tempat=tempat))


@bp.post("/masa/<int:term_id>/akhiri")
@needs(*WHO)
def end(term_id: int) -> ResponseReturnValue:
    """A term ends on a day that is given, yesterday at the earliest."""
    last = day_of(request.form.get("last", ""))
    if last is None:
        raise InvalidInput("Pilih hari terakhirnya.")
    there = _of(term_id)
    heads.end(term_id, last, request.form.get("reason", "")[:300], by=g.actor, now=clock.now())
    flash("Masa jabatan diakhiri.", "success")
    return redirect(url_for("heads.show", tempat=there))


@bp.post("/masa/<int:term_id>/batal")
@needs(*WHO)
def drop(term_id: int) -> ResponseReturnValue:
    """Take back an appointment before its day."""
    there = _of(term_id)
    heads.drop(term_id, by=g.actor, now=clock.now())
    flash("Penunjukan dibatalkan.", "success")
    return redirect(url_for("heads.show", tempat=there))


@bp.post("/masa/<int:term_id>/akun")
@needs("Admin")
def give_access(term_id: int) -> ResponseReturnValue:
    """An account and the role for somebody whom Info Satker named."""
    done = heads.give_access(term_id, by=g.actor, now=clock.now())
    user = db.session.get_one(User, done.user_id)
    flash(f"{user.nama} sekarang memegang perannya dengan akun {user.username}.", "success")
    return redirect(url_for("heads.show", tempat=_of(term_id)))


@bp.errorhandler(InvalidInput)
@bp.errorhandler(Conflict)
def refused(error: AlurError) -> ResponseReturnValue:
    """What a button could not do is said on the page of the place that it stands on."""
    db.session.rollback()
    flash(str(error), "error")
    args = request.view_args or {}
    place = _place(_of(args["term_id"]) if "term_id" in args else args.get("tempat", ""))
    return render_template("heads/show.html", **_about(place)), error.status_code


@bp.route("/orang/<int:person_id>", methods=["GET", "POST"])
@needs(*WHO)
def person(person_id: int) -> ResponseReturnValue:
    """Name, NIP and NIK of a person; who looks at the NIK stands in the audit list."""
    found = _person(person_id)
    personal.reveal_nik(person_id, g.actor, "Data orang", clock.now())
    state = {"nama": found.nama, "nip": found.nip or "", "nik": found.nik}
    form = PersonForm(data={**state, "seen": digest(state)})
    if request.method == "POST" and form.validate() and not form.overtaken(state):
        typed = [str(f.data or "") for f in (form.nama, form.nip, form.nik)]
        try:
            people.correct(person_id, typed[0], typed[1], typed[2], by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash("Data orang tersimpan. Lembar yang sudah dibuat tetap memuat data sebelumnya.", "success")
            return redirect(url_for("heads.person", person_id=person_id))
    page = render_template(
        "heads/person.html", form=form, person=_person(person_id), posts=masterlist.terms_held(person_id)
    )
    return page, 422 if form.errors else 200


def _person(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def _place(tempat: str) -> Place:
    """ "satker-100101" or "unit-010000"; NotFound for anything else."""
    kind, _, kode = tempat.partition("-")
    if kind not in terms.ROLES:
        raise NotFound
    (units.find_satker if kind == "satker" else units.find_unit)(kode)
    return Place(kind, kode)


def _of(term_id: int) -> str:
    term = heads.find(term_id)
    return f"{term.kind}-{term.kode}"


def _name(place: Place) -> str:
    return (units.find_satker if place.kind == "satker" else units.find_unit)(place.kode).nama


def _usual(place: Place) -> str:
    """The title that the head of this place had last."""
    known = masterlist.terms_of(place)
    return str(known[-1].jabatan) if known else ""
