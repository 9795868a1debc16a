"""Working days in Indonesia: Monday to Friday without national holidays and without cuti bersama."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.expression_values import ExpressionError

DEFAULT_ZONE = "Asia/Jakarta"
ZONES = {
    "WIB": "Asia/Jakarta",
    "WITA": "Asia/Makassar",
    "WIT": "Asia/Jayapura",
    **{name: name for name in ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura", "UTC")},
}
MAX_DAYS = 750  # three years of working days: nothing in a yearly process is due later
LAST_YEAR = 2099  # `holidays` ends at 2100
END_OF_DAY = time(23, 59)


@lru_cache(maxsize=8)
def zone_named(name: str) -> ZoneInfo:
    """The zone of WIB, WITA, WIT or of one of their IANA names; ExpressionError for anything else."""
    if name not in ZONES:
        raise ExpressionError(f"Zona waktu '{name[:40]}' tidak dikenal. Pakai WIB, WITA, atau WIT.")
    return ZoneInfo(ZONES[name])


def zone_of(data: Mapping[str, Any]) -> ZoneInfo:
    """The zone a case lives in: `satker.zona` (or `zona`) of its data, else Jakarta's."""
    satker = data.get("satker")
    name = satker.get("zona") if type(satker) is dict else data.get("zona")
    return zone_named(name if type(name) is str and name in ZONES else DEFAULT_ZONE)


@lru_cache(maxsize=64)
def days_off(year: int) -> frozenset[date]:
    """National holidays and cuti bersama of `year` (SKB 3 Menteri, as the package `holidays` knows them)."""
    import holidays  # takes as long as a check of a diagram: only those who count working days wait for it

    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in days_off(day.year)


def nth_working_day(n: int, after: date) -> date:
    """The nth working day after the day `after`; n from 1 to 750."""
    if type(n) is not int or not 1 <= n <= MAX_DAYS:
        raise ExpressionError(f"hari_kerja() memerlukan bilangan bulat 1 sampai {MAX_DAYS}. Perbaiki angkanya.")
    day = after
    while n:
        if day.year > LAST_YEAR:
            raise ExpressionError(f"Hari libur setelah tahun {LAST_YEAR} belum diketahui. Periksa tanggal awalnya.")
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def hari_kerja(n: int, start: datetime, zone: ZoneInfo | str = DEFAULT_ZONE) -> datetime:
    """The end (23.59.00 local time) of the nth working day after `start` (aware), as an aware UTC datetime."""
    local = zone_named(zone) if isinstance(zone, str) else zone
    day = nth_working_day(n, start.astimezone(local).date())
    return end_of_day(day, local)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """23.59.00 of `day` in `zone`, as an aware UTC datetime."""
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)
