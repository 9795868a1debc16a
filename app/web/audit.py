"""Jejak audit: who did what to the house, as people read it; the check of the chain; the list as a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.flows import audit, audit_list
from app.flows.audit_list import Filter
from app.web.access import needs
from app.web.csv import csv_response
from app.web.words import angka, tanggal, waktu

bp = Blueprint("audit", __name__, url_prefix="/audit")
_LAST_DAY = date.max - timedelta(days=2)

# names of fields as people know them; others are shown as they are written, without underscores
WORDS = {
    "nama": "Nama", "nip": "NIP", "nik": "NIK", "email": "E-mail", "hp": "No HP", "username": "Username",
    "active": "Akun aktif", "aktif": "Akun aktif", "role": "Peran", "peran": "Peran", "scope": "Tempat",
    "since": "Mulai", "until": "Sampai", "mulai": "Mulai", "sampai": "Sampai", "jabatan_pimpinan": "Jabatan Pimpinan",
    "mail_mode": "Cara menerima e-mail", "unit_kode": "Unit utama", "zona": "Zona waktu", "saringan": "Saringan",
    "baris": "Jumlah baris", "person_id": "Orang", "who": "Siapa", "kind": "Jenis", "subject": "Perihal",
    "address": "Alamat",
}  # fmt: skip


@bp.get("")
@needs("Admin")
def index() -> ResponseReturnValue:
    """The list, filtered; with format=csv as a file."""
    f = _filter()
    if request.args.get("format") == "csv":
        return _csv(f)
    after = _number(request.args.get("sesudah", ""))
    page = audit_list.page(f, after)
    asked = (f.kind, f.who, f.subject, f.address, f.since, f.until)
    again: dict[str, Any] = dict(zip(("jenis", "siapa", "perihal", "alamat", "dari", "sampai"), asked, strict=True))
    again = {k: v for k, v in again.items() if v}
    return render_template(
        "audit/index.html",
        page=page,
        f=f,
        kinds=audit.KINDS,
        differences=differences,
        more=url_for("audit.index", **again, sesudah=page.older) if page.older else "",
        first=url_for("audit.index", **again) if after else "",
        csv=url_for("audit.index", **again, format="csv"),
        filtered=bool(again),
    )


@bp.post("/periksa")
@needs("Admin")
def check() -> ResponseReturnValue:
    """Periksa rantai: half a second for 30,000 entries."""
    found = audit.check()
    if found.fault is None:
        flash(f"Rantai utuh, {angka(found.count)} catatan. Sidik catatan terakhir: {found.hash[:16] or '-'}", "success")
    else:
        flash(
            f"Rantai putus di catatan nomor {angka(found.fault.seq)}. {found.fault.words} {angka(found.count)} catatan "
            "sebelumnya utuh. Jangan hapus apa pun; bandingkan dengan ekspor atau cadangan terakhir.",
            "error",
        )
    return redirect(url_for("audit.index"))


def _csv(f: Filter) -> ResponseReturnValue:
    rows = audit_list.export(f, g.actor, clock.now())
    head = ("Nomor", "Waktu", "Jenis", "Siapa", "Dari", "Perihal", "Perubahan", "Catatan", "Sidik (SHA-256)")
    lines = (
        (
            r.seq, waktu(r.at, "WIB"), audit.KINDS.get(r.kind, r.kind), r.actor, r.address, r.subject,
            "; ".join(_line(*d) for d in differences(r.before, r.after)), r.note, r.hash,
        )
        for r in rows
    )  # fmt: skip
    return csv_response(f"jejak-audit-{clock.now():%Y%m%d}.csv", head, lines)


def _filter() -> Filter:
    args = request.args
    kind = args.get("jenis", "")
    return Filter(
        kind=kind if kind in audit.KINDS else "",
        who=args.get("siapa", "")[:100],
        subject=args.get("perihal", "")[:100],
        address=args.get("alamat", "")[:60],
        since=_day(args.get("dari", "")),
        until=_day(args.get("sampai", "")),
    )


def _number(text: str) -> int | None:
    """A key of the table, or None for the first page and for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _day(text: str) -> date | None:
    """None for anything that is no day, and for days that no calendar here reaches."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1970, 1, 2) < day < _LAST_DAY else None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(field, old, new) of everything that differs, in words; "" where a side has no such field."""
    old, new = _flat(before), _flat(after)
    keys = list(dict.fromkeys([*old, *new]))
    return [(k, old.get(k, ""), new.get(k, "")) for k in keys if old.get(k, "") != new.get(k, "")]


def _flat(values: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Label -> value in words; what lies inside is called by its path."""
    out: dict[str, str] = {}
    for key, value in values.items():
        label = WORDS.get(key) or key.replace("_", " ").capitalize()
        label = f"{path}, {label}" if path else label
        if isinstance(value, Mapping):
            out |= _flat(value, label)
        else:
            out[label] = _say(value)
    return out


def _say(value: Any) -> str:
    if value is None or value == "":
        return "(kosong)"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, list):
        return ", ".join(_say(v) if not isinstance(v, Mapping) else _inside(v) for v in value) or "(kosong)"
    if isinstance(value, str) and len(value) == 10 and _day(value):
        return tanggal(value)
    return str(value)


def _inside(values: Mapping[str, Any]) -> str:
    return " · ".join(f"{k} {v}" for k, v in _flat(values).items())


def _line(field: str, old: str, new: str) -> str:
    return f"{field}: {old} → {new}" if old else f"{field}: {new}"
