"""The vocabulary: status words, dates, money and numbers as Indonesian readers know them, as Jinja filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_app_context

from app import clock

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
SHORT = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

# Colour (one of Bootstrap's) by status; the words come from the diagrams, those of the guide stand here.
# A word that nobody listed is shown in neutral grey.
STATUS = {
    "Menunggu Passphrase Kepala Satker": "warning",
    "Disetujui oleh Kepala Satker": "info",
    "Dikembalikan": "danger",
    "PK Telah Ditandatangani": "success",
    "Dibatalkan": "secondary",
}


def zone_name() -> str:
    """WIB, WITA or WIT of this request: `g.zona`, which whoever knows the satker sets."""
    return str(g.get("zona") or "WIB") if has_app_context() else "WIB"


def local(value: datetime, zona: str | None = None) -> datetime:
    return value.astimezone(ZoneInfo(ZONES[zona or zone_name()]))


def tanggal(value: date | datetime | str | None, zona: str | None = None) -> str:
    """21 November 2026. Takes a date, an aware datetime, or ISO text of either; "" for nothing."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = local(value, zona)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def waktu(value: datetime | str | None, zona: str | None = None) -> str:
    """21 Nov 2026 10.32 WIB, in the satker's zone."""
    if not value:
        return ""
    at = local(datetime.fromisoformat(value) if isinstance(value, str) else value, zona)
    return f"{at.day} {SHORT[at.month - 1]} {at.year} {at:%H.%M} {zona or zone_name()}"


def jam(value: datetime, zona: str | None = None) -> str:
    """10.32"""
    return f"{local(value, zona):%H.%M}"


def angka(value: float | None) -> str:
    """1.250.000 or 98,5 ; "" for nothing."""
    if value is None:
        return ""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,"))


def rupiah(value: int | None) -> str:
    """Rp 1.250.000.000 (with a space that does not break)."""
    return "" if value is None else f"Rp\u00a0{angka(value)}"


def due_words(due: datetime | None, zona: str | None = None) -> tuple[str, str]:
    """("2 hari lagi", "info"): words and colour for a due time, by days in the satker's zone."""
    if due is None:
        return "", ""
    days = (local(due, zona).date() - local(clock.now(), zona).date()).days
    if due < clock.now():
        return (f"terlambat {-days} hari" if days else "terlambat sejak hari ini"), "danger"
    if days == 0:
        return f"hari ini sampai pukul {jam(due, zona)}", "warning"
    return ("besok", "warning") if days == 1 else (f"{days} hari lagi", "warning" if days <= 3 else "secondary")


def ago(value: datetime | None) -> str:
    """sejak kapan: "baru saja", "5 menit lalu", "kemarin", else the date."""
    if value is None:
        return ""
    seconds = (clock.now() - value).total_seconds()
    days = (local(clock.now()).date() - local(value).date()).days
    if seconds < 60:
        return "baru saja"
    if seconds < 3600:
        return f"{int(seconds // 60)} menit lalu"
    if days == 0:
        return f"{int(seconds // 3600)} jam lalu"
    if days == 1:
        return "kemarin"
    return f"{days} hari lalu" if days < 7 else tanggal(value)


def mask_nik(nik: str | None) -> str:
    """99**********1234: enough to recognise one's own, too little to take."""
    if not nik:
        return ""
    return nik[:2] + "*" * max(len(nik) - 6, 0) + nik[-4:] if len(nik) > 6 else "*" * len(nik)


def status_colour(status: str | None) -> str:
    return STATUS.get((status or "").strip(), "secondary")


def initials(name: str | None) -> str:
    """Two letters for the picture: of the first and the last word that is a name, titles left out."""
    words = [w for w in re.split(r"\s+", (name or "").split(",")[0]) if w[:1].isalpha() and not w.endswith(".")]
    return "".join(w[0].upper() for w in (words[:1] + words[1:][-1:])) or "?"


FILTERS: tuple[Callable[..., Any], ...] = (
    tanggal, waktu, jam, angka, rupiah, due_words, ago, mask_nik, status_colour, initials,
)  # fmt: skip


def init_words(app: Flask) -> None:
    """Register every function of FILTERS as a Jinja filter of the same name."""
    app.jinja_env.filters.update({f.__name__: f for f in FILTERS})
