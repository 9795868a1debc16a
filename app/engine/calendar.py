"""When something is due: ISO 8601 durations, working days, or an expression that says so."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.engine.expressions import ExpressionError, evaluate
from app.engine.working_days import LAST_YEAR, end_of_day, hari_kerja, zone_of

__all__ = ["Duration", "due_at", "hari_kerja", "parse_duration"]

MAX_DURATION = timedelta(days=3660)  # ten years

_DURATION = re.compile(
    r"P(?!\Z)(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,3})M)?(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?!\Z)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9}(?:[.,]\d{1,6})?)S)?)?\Z",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Months count on the calendar (31 January + P1M = 28 or 29 February); the rest is exact."""

    months: int
    rest: timedelta

    def after(self, start: datetime) -> datetime:
        """`start` moved on by this duration, in the zone of `start`."""
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + self.rest


def parse_duration(text: str) -> Duration:
    """An ISO 8601 duration such as P3D, P1M, PT36H, of at most ten years; ExpressionError otherwise."""
    found = _DURATION.match(text.strip().upper()) if len(text) <= 64 else None
    if found is None:
        raise ExpressionError(f"'{text.strip()[:40]}' bukan lama waktu ISO 8601. Tulis misalnya P3D, P1M, atau PT36H.")
    part = {name: int(value or 0) for name, value in found.groupdict().items() if name != "seconds"}
    months = part["years"] * 12 + part["months"]
    rest = timedelta(
        weeks=part["weeks"],
        days=part["days"],
        hours=part["hours"],
        minutes=part["minutes"],
        seconds=float((found["seconds"] or "0").replace(",", ".")),
    )
    if timedelta(days=31 * months) + rest > MAX_DURATION + timedelta(days=60):
        raise ExpressionError(f"Lama waktu '{text.strip()[:40]}' lebih dari sepuluh tahun. Pakai yang lebih singkat.")
    return Duration(months, rest)


def due_at(text: str, data: Mapping[str, Any], now: datetime) -> datetime:
    """When `text` falls due, counted from `now` (aware); an aware UTC datetime. Raises ExpressionError.

    `text` is an ISO duration, or an expression that gives one, or a moment (`hari_kerja(5)`), or a date
    (`pk.tenggat`), which ends at 23.59 in the case's zone. A moment without zone is meant in the case's zone.
    """
    value: Any = text.strip()
    if not is_duration(value):
        value = evaluate(value, data, now=now)
    if type(value) is not str:
        raise ExpressionError("Tenggat harus lama waktu (P3D), hari_kerja(n), atau tanggal. Perbaiki isinya.", text)
    if is_duration(value):
        return parse_duration(value).after(now.astimezone(UTC))
    return _moment(value, data, text)


def is_duration(text: str) -> bool:
    """Does `text` look like an ISO 8601 duration (rather than an expression)?"""
    return re.match(r"\s*[Pp](?=[\dTt])[\dYMWDTHSymwdths.,]*\s*\Z", text, re.ASCII) is not None


def _moment(value: str, data: Mapping[str, Any], text: str) -> datetime:
    zone = zone_of(data)
    try:
        if len(value) == 10:
            moment = end_of_day(date.fromisoformat(value), zone)
        else:
            moment = datetime.fromisoformat(value)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise ExpressionError(f"'{value[:40]}' bukan tanggal. Tulis seperti 2025-03-31, atau pakai P3D.", text) from e
    if not 2000 <= moment.year <= LAST_YEAR:
        raise ExpressionError(f"Tahun {moment.year} tidak masuk akal untuk tenggat. Periksa tanggalnya.", text)
    return moment
