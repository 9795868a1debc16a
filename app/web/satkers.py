"""Satkers, for Admin and Biro Perencanaan: the list, one satker, a new one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict, InvalidInput
from app.flows import masterlist, units
from app.flows.masterlist import Filter
from app.flows.units import SatkerDetails
from app.models import Satker
from app.sdk.fields import AtMost, Filled, ListField, TextField
from app.web.access import needs
from app.web.adminform import SeenForm, digest
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("satkers", __name__, url_prefix="/satker")
WHO = ("Admin", "Biro Perencanaan")
FIELDS = ("nama", "unit_kode", "kota", "zona", "alamat", "nama_operator", "hp", "email")


class SatkerForm(SeenForm):
    """A satker without its head."""

    kode = TextField("Kode satker", description="6 angka. Tidak dapat diubah sesudahnya.")
    nama = TextField("Nama satker", [Filled("Ketik nama satker."), AtMost(200, "Nama satker")])
    unit_kode = ListField("Unit utama", ask="Pilih unit utama.")
    kota = TextField("Kota", [AtMost(100, "Kota")])
    zona = ListField(
        "Zona waktu", choices=[(z, z) for z in units.ZONES], ask="Pilih WIB, WITA, atau WIT.", default="WIB",
        description="Batas waktu dan hari kerja satker dihitung menurut zona ini.",
    )  # fmt: skip
    alamat = TextField("Alamat kantor", [AtMost(500, "Alamat kantor")])
    nama_operator = TextField("Nama operator", [AtMost(200, "Nama operator")])
    hp = TextField("No HP satker", [AtMost(30, "No HP satker")], render_kw={"inputmode": "tel"})
    email = TextField("E-mail satker", [AtMost(200, "E-mail satker")], render_kw={"inputmode": "email"})

    def details(self) -> SatkerDetails:
        return SatkerDetails(**{name: str(self[name].data or "") for name in FIELDS})


@bp.get("")
@needs(*WHO)
def index() -> ResponseReturnValue:
    """The list."""
    f = Filter(cari=_arg("cari"), unit=_arg("unit"), perhatian=_arg("perhatian"), sesudah=_arg("sesudah"))
    if request.args.get("format") == "csv":
        return _csv(f)
    again = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    found = masterlist.satkers(f)
    return render_template(
        "satkers/index.html",
        page=found,
        f=f,
        units=masterlist.unit_choices(),
        more=url_for("satkers.index", **again, sesudah=found.next) if found.next else "",
        first=url_for("satkers.index", **again) if f.sesudah else "",
        csv=url_for("satkers.index", **again, format="csv"),
    )


def _csv(f: Filter) -> ResponseReturnValue:
    rows = masterlist.satkers(Filter(f.cari, f.unit, "", f.perhatian), masterlist.EXPORT).rows
    masterlist.exported("satker", rows, f, g.actor, clock.now())
    head = ("Kode", "Satker", "Kode unit", "Unit utama", "Kota", "Zona", "Alamat", "Operator", "No HP", "E-mail",
            "Pimpinan", "NIP pimpinan", "Jabatan pimpinan", "Perubahan terakhir")  # fmt: skip
    return csv_response("satker.csv", head, [
        (r.kode, r.nama, r.unit_kode, r.nama_unit, r.kota, r.zona, r.alamat, r.nama_operator, r.hp, r.email,
         r.pimpinan or "", r.nip or "", r.jabatan_pimpinan, waktu(r.changed_at))
        for r in rows
    ])  # fmt: skip


@bp.route("/baru", methods=["GET", "POST"])
@needs(*WHO)
def create() -> ResponseReturnValue:
    """A new satker."""
    form = _form()
    if request.method == "POST" and form.validate():
        kode = (form.kode.data or "").strip()
        try:
            units.save_satker(kode, form.details(), new=True, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash("Satker dibuat. Tunjuk pejabatnya, lalu buat akun operatornya.", "success")
            return redirect(url_for("satkers.show", kode=kode))
    return render_template("satkers/form.html", form=form, satker=None), 422 if form.errors else 200


@bp.route("/<kode>", methods=["GET", "POST"])
@needs(*WHO)
def show(kode: str) -> ResponseReturnValue:
    """One satker, to be read and corrected."""
    satker = units.find_satker(kode)
    state = {name: getattr(satker, name) for name in FIELDS}
    form = _form({**state, "seen": digest(state)})
    if request.method == "POST" and form.validate() and not form.overtaken(state):
        try:
            moved = units.save_satker(kode, form.details(), new=False, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            also = f" {moved} perkara yang masih berjalan ikut berpindah unit." if moved else ""
            flash(f"Satker tersimpan.{also}", "success")
            return redirect(url_for("satkers.show", kode=kode))
    return render_template(
        "satkers/form.html", form=form, **_about(units.find_satker(kode))
    ), 422 if form.errors else 200


def _about(satker: Satker) -> dict[str, Any]:
    return {
        "satker": satker,
        "open": units.open_cases(satker.kode),
        "stays": units.removable("satker", satker.kode),
    }


@bp.post("/<kode>/hapus")
@needs(*WHO)
def remove(kode: str) -> ResponseReturnValue:
    """Only what was entered by mistake: nothing may refer to it."""
    units.remove("satker", kode, by=g.actor, now=clock.now())
    flash("Satker dihapus.", "success")
    return redirect(url_for("satkers.index"))


def _form(data: dict[str, Any] | None = None) -> SatkerForm:
    form = SatkerForm(data=data)
    form.unit_kode.offer(masterlist.unit_choices())
    return form


def _arg(name: str) -> str:
    return request.args.get(name, "")[:100]
