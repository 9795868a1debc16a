"""Working days around Idul Fitri, durations, and when a task falls due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.calendar import due_at, hari_kerja, parse_duration
from app.engine.expressions import ExpressionError
from app.engine.working_days import days_off, is_working_day, nth_working_day

WIB = ZoneInfo("Asia/Jakarta")
THURSDAY = datetime(2025, 3, 27, 9, 0, tzinfo=WIB)  # the last working day before Nyepi and Idul Fitri 1446 H


def test_cuti_bersama_of_idul_fitri_is_no_working_time() -> None:
    # SKB 3 Menteri 2025: 28 March cuti bersama Nyepi, 31 March to 1 April Idul Fitri, 2, 3, 4 and 7 April cuti bersama
    for day in (28, 31):
        assert not is_working_day(date(2025, 3, day))
    for day in (1, 2, 3, 4, 7):
        assert not is_working_day(date(2025, 4, day))
    assert is_working_day(date(2025, 3, 27))
    assert is_working_day(date(2025, 4, 8))


@pytest.mark.parametrize(
    ("n", "day"), [(1, date(2025, 4, 8)), (3, date(2025, 4, 10)), (4, date(2025, 4, 11)), (5, date(2025, 4, 14))]
)
def test_working_days_over_idul_fitri(n: int, day: date) -> None:
    assert nth_working_day(n, THURSDAY.date()) == day


def test_2024_too() -> None:
    # 8, 9, 12 and 15 April cuti bersama, 10 and 11 April Idul Fitri 1445 H
    assert nth_working_day(1, date(2024, 4, 5)) == date(2024, 4, 16)
    assert nth_working_day(1, date(2024, 12, 24)) == date(2024, 12, 27)


def test_it_ends_at_23_59_where_the_satker_is() -> None:
    assert hari_kerja(1, THURSDAY) == datetime(2025, 4, 8, 16, 59, tzinfo=UTC)
    assert hari_kerja(1, THURSDAY, "WITA") == datetime(2025, 4, 8, 15, 59, tzinfo=UTC)
    assert hari_kerja(1, THURSDAY, ZoneInfo("Asia/Jayapura")) == datetime(2025, 4, 8, 14, 59, tzinfo=UTC)
    assert hari_kerja(1, THURSDAY).tzinfo is UTC


def test_the_start_counts_by_the_date_of_the_satker() -> None:
    evening = datetime(2025, 5, 5, 15, 30, tzinfo=UTC)  # Monday 22.30 in Jakarta, Tuesday 00.30 in Jayapura
    assert hari_kerja(1, evening, "WIB").date() == date(2025, 5, 6)
    assert hari_kerja(1, evening, "WIT").date() == date(2025, 5, 7)


@pytest.mark.parametrize("n", [0, -1, 751, 10**9, True, 1.5, "3"])
def test_absurd_numbers_of_days_are_refused(n: object) -> None:
    with pytest.raises(ExpressionError):
        hari_kerja(n, THURSDAY)  # type: ignore[arg-type]


def test_years_nobody_knows_are_refused() -> None:
    with pytest.raises(ExpressionError):
        hari_kerja(5, datetime(2099, 12, 31, tzinfo=UTC))


def test_a_year_is_looked_up_once() -> None:
    days_off.cache_clear()
    for _ in range(5):
        hari_kerja(3, THURSDAY)
    assert days_off.cache_info().misses == 1


@given(st.dates(date(2018, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_before_it(start: date, n: int) -> None:
    end = nth_working_day(n, start)
    between = [start + timedelta(days=i) for i in range(1, (end - start).days + 1)]
    assert sum(map(is_working_day, between)) == n
    assert is_working_day(end)


# --- durations


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("P3D", datetime(2025, 2, 3, 12, tzinfo=UTC)),
        ("P1M", datetime(2025, 2, 28, 12, tzinfo=UTC)),
        ("P1Y2M", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("P2W", datetime(2025, 2, 14, 12, tzinfo=UTC)),
        ("PT36H", datetime(2025, 2, 2, 0, tzinfo=UTC)),
        ("P1DT1H30M", datetime(2025, 2, 1, 13, 30, tzinfo=UTC)),
        ("pt0,5s", datetime(2025, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_durations_count_on_the_calendar(text: str, end: datetime) -> None:
    assert parse_duration(text).after(datetime(2025, 1, 31, 12, tzinfo=UTC)) == end


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1", "1D", "P-1D", "P1DT", "PT1D", "P1H", "P1D2M", "P1.5M", "P１D", "P1D\n2"),
        *("P99999999999M", "P99Y", "P999W", "P9999D", "P11Y", "P" + "9" * 5000 + "D", "PT999999999999S"),
    ],
)
def test_durations_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_duration(text)


# --- due


DATA = {"satker": {"zona": "WIT"}, "lama": "P2D", "tenggat": "2025-05-02", "saat": "2025-05-02T10:00:00", "n": 3}


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("P2D", datetime(2025, 3, 29, 2, tzinfo=UTC)),
        ("'P2D'", datetime(2025, 3, 29, 2, tzinfo=UTC)),
        ("lama", datetime(2025, 3, 29, 2, tzinfo=UTC)),
        ("hari_kerja(n)", datetime(2025, 4, 10, 14, 59, tzinfo=UTC)),
        ("hari_kerja(1, 'WIB')", datetime(2025, 4, 8, 16, 59, tzinfo=UTC)),
        ("tenggat", datetime(2025, 5, 2, 14, 59, tzinfo=UTC)),
        ("saat", datetime(2025, 5, 2, 1, 0, tzinfo=UTC)),
        ("'2025-05-02T10:00:00+07:00'", datetime(2025, 5, 2, 3, 0, tzinfo=UTC)),
        ("hari_kerja(1) if n > 2 else 'P1D'", datetime(2025, 4, 8, 14, 59, tzinfo=UTC)),
    ],
)
def test_due_takes_a_duration_working_days_or_a_date(text: str, due: datetime) -> None:
    found = due_at(text, DATA, THURSDAY)
    assert found == due
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["n", "3", "besok", "'besok'", "'9999-01-01'", "'0001-01-01T00:00:00+14:00'", "P99Y", "None", ""]
)
def test_what_is_no_due_date_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        due_at(text, DATA, THURSDAY)
