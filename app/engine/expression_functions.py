"""The few functions an expression may call. All are pure: the moment and the case's zone are handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.engine.expression_values import MAX_ITEMS, ExpressionError, bounded, is_number
from app.engine.working_days import hari_kerja, zone_named, zone_of

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """`call(data, now, *arguments)`, with from `least` to `most` arguments."""

    call: Callable[..., Any]
    least: int
    most: int


def _length(_data: Data, _now: datetime, value: Any) -> int:
    if type(value) in (str, list, tuple, dict):
        return len(value)
    raise ExpressionError("len() hanya untuk teks, daftar, atau isian. Periksa nilainya.")


def _text(_data: Data, _now: datetime, value: Any) -> str:
    if value is None:
        return ""
    if type(value) is bool:
        return "ya" if value else "tidak"
    if type(value) is str or is_number(value):
        return str(value)
    raise ExpressionError("teks() hanya untuk teks, angka, atau ya/tidak. Ambil dulu satu isian dari daftarnya.")


def _number(_data: Data, _now: datetime, value: Any) -> Any:
    if is_number(value):
        return value
    if type(value) is bool:
        return int(value)
    if type(value) is str and len(value) <= 32:
        try:
            return bounded(float(value) if "." in value else int(value))
        except ValueError:
            pass
    raise ExpressionError("angka() memerlukan teks yang hanya berisi angka, dengan titik untuk desimal.")


def _of_numbers(values: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """The numbers of `f(list)` or `f(a, b, ...)`; at least one."""
    if len(values) == 1 and type(values[0]) in (list, tuple):
        values = tuple(values[0])
    if not values or len(values) > MAX_ITEMS or not all(is_number(v) for v in values):
        raise ExpressionError(f"{name}() memerlukan angka, atau satu daftar yang hanya berisi angka.")
    return values


def _sum(_data: Data, _now: datetime, values: Any) -> Any:
    if type(values) in (list, tuple) and not values:
        return 0
    return bounded(sum(_of_numbers((values,), "sum")))


def _round(_data: Data, _now: datetime, value: Any, digits: Any = 0) -> Any:
    if not is_number(value) or type(digits) is not int or not 0 <= digits <= 9:
        raise ExpressionError("round() memerlukan angka, dan jumlah desimal dari 0 sampai 9.")
    return bounded(round(value, digits) if digits else round(value))


def _lower(_data: Data, _now: datetime, value: Any) -> str:
    if type(value) is str:
        return value.lower()
    raise ExpressionError("lower() hanya untuk teks. Periksa nilainya.")


def _today(data: Data, now: datetime) -> str:
    return now.astimezone(zone_of(data)).date().isoformat()


def _moment(_data: Data, now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")


def _year(data: Data, now: datetime) -> int:
    return now.astimezone(zone_of(data)).year


def _working_days(data: Data, now: datetime, n: Any, zone: Any = None) -> str:
    return hari_kerja(n, now, zone_named(zone) if type(zone) is str else zone_of(data)).isoformat()


_TODAY = Function(_today, 0, 0)
_NOW = Function(_moment, 0, 0)

FUNCTIONS: Mapping[str, Function] = {
    "len": Function(_length, 1, 1),
    "teks": Function(_text, 1, 1),
    "str": Function(_text, 1, 1),
    "angka": Function(_number, 1, 1),
    "sum": Function(_sum, 1, 1),
    "min": Function(lambda _d, _n, *v: min(_of_numbers(v, "min")), 1, 20),
    "max": Function(lambda _d, _n, *v: max(_of_numbers(v, "max")), 1, 20),
    "abs": Function(lambda _d, _n, v: abs(_of_numbers((v,), "abs")[0]), 1, 1),
    "round": Function(_round, 1, 2),
    "lower": Function(_lower, 1, 1),
    "today": _TODAY,  # ISO date in the case's zone; ISO dates compare as texts
    "hari_ini": _TODAY,
    "now": _NOW,  # ISO moment, UTC, to the second
    "sekarang": _NOW,
    "tahun_ini": Function(_year, 0, 0),
    "hari_kerja": Function(_working_days, 1, 2),  # ISO moment, UTC, of 23.59 at the nth working day
}

# These two look whether data are there, so they take an expression rather than its value: see expression_tree.
PRESENT = "ada"  # ada(x): True if x is there and not None
OTHERWISE = "isi"  # isi(x, y): x if it is there and not None, else y
NAMES = frozenset(FUNCTIONS) | {PRESENT, OTHERWISE}
