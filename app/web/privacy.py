"""Data pribadi: what is stored about oneself; for admins about anybody, the rules, and the deletion (UU 27/2022)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson
from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from app import clock
from app.errors import AlurError, Conflict, InvalidInput
from app.flows import erase, personal, personal_report, retention, sessions
from app.flows.house import house
from app.flows.personal import Subject
from app.flows.personal_report import Section
from app.web.access import needs, signed_in
from app.web.words import tanggal, waktu

bp = Blueprint("privacy", __name__)


# ---- oneself -------------------------------------------------------------------------------------------------------


@bp.get("/data-saya")
@signed_in
def mine() -> ResponseReturnValue:
    """What is stored about me, where, why and for how long."""
    s = _self()
    personal_report.note(s, g.actor, "Laporan data sendiri dibuka", clock.now())
    return _report("privacy/mine.html", s)


@bp.get("/data-saya/unduh")
@signed_in
def mine_file() -> ResponseReturnValue:
    """The same to take away, with one's own NIK in full: a copy of one's data is one's right (article 7)."""
    s = _self()
    personal_report.note(s, g.actor, "Data sendiri diunduh, dengan NIK", clock.now())
    return _file(s, whole_nik=True)


@bp.post("/data-saya/keluar-semua")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """Every session of the account ends, this one too: for a phone that was lost, a desk that was left open."""
    sessions.end_all(g.actor, clock.now())
    logout_user()
    session.clear()
    flash("Semua sesi akun ini sudah diakhiri, di perangkat ini juga.", "success")
    return redirect(url_for("auth.login"))


def _self() -> Subject:
    return personal.find(f"akun-{g.actor.user_id}")


# ---- admins --------------------------------------------------------------------------------------------------------


@bp.get("/data-pribadi")
@needs("Admin")
def index() -> ResponseReturnValue:
    """The rules with what they would take now, and the way to a person."""
    text = request.args.get("cari", "").strip()[:100]
    return render_template(
        "privacy/index.html",
        text=text,
        found=personal.search(text) if text else [],
        rules=retention.RULES,
        config=house().config,
        due=retention.due(clock.now()),
        last=retention.last(),
    )


@bp.get("/data-pribadi/<subject>")
@needs("Admin")
def show(subject: str) -> ResponseReturnValue:
    """What is stored about a person; the NIK by its end."""
    s = personal.find(subject)
    personal_report.note(s, g.actor, "Laporan data pribadi dibuka", clock.now())
    return _report("privacy/show.html", s)


@bp.get("/data-pribadi/<subject>/unduh")
@needs("Admin")
def file(subject: str) -> ResponseReturnValue:
    """The same as a file, to hand it to the person; the NIK masked as on the page."""
    s = personal.find(subject)
    personal_report.note(s, g.actor, "Laporan data pribadi diunduh", clock.now())
    return _file(s, whole_nik=False)


@bp.get("/data-pribadi/<subject>/hapus")
@needs("Admin")
def preview(subject: str) -> ResponseReturnValue:
    """What would go, what stays, and what stands in the way."""
    return _preview(personal.find(subject))


@bp.post("/data-pribadi/<subject>/hapus")
@needs("Admin")
def remove(subject: str) -> ResponseReturnValue:
    """Hapus data pribadi."""
    name, reason = request.form.get("nama", "")[:300], request.form.get("dasar", "")[:500]
    try:
        gone = erase.erase(subject, name, reason, g.actor, clock.now())
    except (InvalidInput, Conflict) as e:
        return _preview(personal.find(subject), name, reason, e), e.status_code
    words = ", ".join(f"{what} ({n})" for what, n in gone.items())
    flash(f"Data pribadi dihapus: {words}. Dokumen dan riwayat tetap utuh.", "success")
    return redirect(url_for("privacy.show", subject=personal.find(subject).key))


def _preview(s: Subject, name: str = "", reason: str = "", error: AlurError | None = None) -> str:
    return render_template(
        "privacy/erase.html", s=s, preview=erase.preview(s, clock.now()), name=name, reason=reason, error=error
    )


# ---- their parts ---------------------------------------------------------------------------------------------------


def _report(template: str, s: Subject) -> str:
    sections = personal_report.report(s)
    return render_template(template, s=s, sections=sections, config=house().config, say=say)


def _file(s: Subject, *, whole_nik: bool) -> Response:
    sections = personal_report.report(s, whole_nik=whole_nik, most=personal_report.TAKEN)
    content = {"nama": s.name, "dibuat": clock.now().isoformat(), "data": [_plain(part) for part in sections]}
    response = Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="data-pribadi-{s.key}.json"'
    return response


def _plain(part: Section) -> dict[str, Any]:
    return {
        "judul": part.title,
        "tersimpan_di": part.rule.where,
        "mengapa": part.rule.why,
        "berapa_lama": part.rule.words(house().config),
        "jumlah": part.total,
        "isi": [dict(zip(part.head, row, strict=True)) for row in part.rows],
    }


def say(value: Any) -> str:
    """A value of a report in words; "" for nothing."""
    if isinstance(value, datetime):
        return waktu(value)
    return tanggal(value) if isinstance(value, date) else str(value if value is not None else "")
