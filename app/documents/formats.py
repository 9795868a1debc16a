"""Dates and text as documents write them. Numbers and rupiah come from `app.sdk.numbers`, as on the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup, escape

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)


def tanggal(value: date | str) -> str:
    """`2026-11-21` (ISO 8601, text or date) as "21 November 2026"; ValueError if it is no date."""
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def angka(value: Any) -> str:
    """A target as people write it: 1250 as "1.250", 95.5 as "95,5"; text stays as it was typed."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}".replace(",", " ").replace(".", ",").replace(" ", ".").removesuffix(",0")
    return str(value)


def baris(value: Any) -> Markup:
    """Text with its line breaks kept, escaped."""
    return Markup("<br/>").join(escape(value).split("\n"))
