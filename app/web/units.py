"""Units utama, for Admin and Biro Perencanaan: the list, one unit, a new one."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict, InvalidInput
from app.flows import masterlist, units
from app.flows.masterlist import Filter
from app.sdk.fields import AtMost, Filled, TextField
from app.web.access import needs
from app.web.adminform import SeenForm, digest
from app.web.csv import csv_response

bp = Blueprint("units", __name__, url_prefix="/unit")
WHO = ("Admin", "Biro Perencanaan")


class UnitForm(SeenForm):
    """A unit without its head."""

    kode = TextField("Kode unit", description="6 angka. Tidak dapat diubah sesudahnya.")
    nama = TextField("Nama unit utama", [Filled("Ketik nama unit utama."), AtMost(200, "Nama unit utama")])


@bp.get("")
@needs(*WHO)
def index() -> ResponseReturnValue:
    """The list."""
    f = Filter(*(request.args.get(k, "")[:100] for k in ("cari", "", "", "perhatian", "sesudah")))
    if request.args.get("format") == "csv":
        return _csv(f)
    again = {k: v for k, v in vars(f).items() if v and k != "sesudah"}
    found = masterlist.units(f)
    return render_template(
        "units/index.html",
        page=found,
        f=f,
        more=url_for("units.index", **again, sesudah=found.next) if found.next else "",
        first=url_for("units.index", **again) if f.sesudah else "",
        csv=url_for("units.index", **again, format="csv"),
    )


def _csv(f: Filter) -> ResponseReturnValue:
    rows = masterlist.units(Filter(f.cari, perhatian=f.perhatian), masterlist.EXPORT).rows
    masterlist.exported("unit utama", rows, f, g.actor, clock.now())
    head = ("Kode", "Unit utama", "Jumlah satker", "Pimpinan", "Jabatan pimpinan")
    return csv_response(
        "unit-utama.csv", head, [(r.kode, r.nama, r.satker, r.pimpinan or "", r.jabatan_pimpinan) for r in rows]
    )


@bp.route("/baru", methods=["GET", "POST"])
@needs(*WHO)
def create() -> ResponseReturnValue:
    """A new unit."""
    form = UnitForm()
    if request.method == "POST" and form.validate():
        kode = (form.kode.data or "").strip()
        try:
            units.save_unit(kode, form.nama.data or "", new=True, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash("Unit utama dibuat. Tunjuk pejabatnya, lalu tambahkan satkernya.", "success")
            return redirect(url_for("units.show", kode=kode))
    return render_template("units/form.html", form=form, unit=None, stays=""), 422 if form.errors else 200


@bp.route("/<kode>", methods=["GET", "POST"])
@needs(*WHO)
def show(kode: str) -> ResponseReturnValue:
    """One unit, to be read and corrected."""
    state = {"nama": units.find_unit(kode).nama}
    form = UnitForm(data={**state, "seen": digest(state)})
    if request.method == "POST" and form.validate() and not form.overtaken(state):
        try:
            units.save_unit(kode, form.nama.data or "", new=False, by=g.actor, now=clock.now())
        except (InvalidInput, Conflict) as e:
            form.refused(e)
        else:
            flash("Unit utama tersimpan.", "success")
            return redirect(url_for("units.show", kode=kode))
    unit, stays = units.find_unit(kode), units.removable("unit", kode)
    return render_template("units/form.html", form=form, unit=unit, stays=stays), 422 if form.errors else 200


@bp.post("/<kode>/hapus")
@needs(*WHO)
def remove(kode: str) -> ResponseReturnValue:
    """Only what was entered by mistake: nothing may refer to it."""
    units.remove("unit", kode, by=g.actor, now=clock.now())
    flash("Unit utama dihapus.", "success")
    return redirect(url_for("units.index"))
