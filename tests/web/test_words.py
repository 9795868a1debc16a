"""Dates, money and names as Indonesian readers know them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock
from app.web import words

AT = datetime(2026, 11, 21, 3, 32, tzinfo=UTC)  # 10.32 WIB


def test_dates_and_times_stand_in_the_zone_of_the_satker():
    assert words.tanggal("2026-01-31") == "31 Januari 2026"
    assert words.tanggal(date(2026, 8, 7)) == "7 Agustus 2026"
    assert words.waktu(AT) == "21 Nov 2026 10.32 WIB"
    assert words.waktu(AT, "WIT") == "21 Nov 2026 12.32 WIT"
    assert words.tanggal(datetime(2026, 1, 31, 18, tzinfo=UTC)) == "1 Februari 2026"
    assert words.tanggal(None) == words.waktu(None) == ""


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(days=2), ("2 hari lagi", "warning")),
        (timedelta(days=9), ("9 hari lagi", "secondary")),
        (timedelta(hours=20), ("besok", "warning")),
        (timedelta(hours=2), ("hari ini sampai pukul 12.32", "warning")),
        (timedelta(hours=-1), ("terlambat sejak hari ini", "danger")),
        (timedelta(days=-1), ("terlambat 1 hari", "danger")),
    ],
)
def test_due_times_are_said_in_words(after, said):
    with clock.held(AT):
        assert words.due_words(AT + after) == said


def test_days_are_counted_where_the_satker_is():
    """23.59 in Jakarta is tomorrow in Makassar: a head there and a substitute here must read the same."""
    due = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    with clock.held(datetime(2026, 11, 21, 3, 0, tzinfo=UTC)):
        assert words.due_words(due, "WIB")[0] == "2 hari lagi"
        assert words.due_words(due, "WITA")[0] == "3 hari lagi"


def test_since_when():
    with clock.held(AT):
        gone = [timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=3), timedelta(days=1), timedelta(days=3)]
        assert [words.ago(AT - g) for g in gone] == [
            "baru saja",
            "5 menit lalu",
            "3 jam lalu",
            "kemarin",
            "3 hari lalu",
        ]
        assert words.ago(AT - timedelta(days=30)) == "22 Oktober 2026"


def test_numbers():
    assert words.rupiah(1_250_000_000) == "Rp\u00a01.250.000.000"
    assert [words.angka(n) for n in (1250, 98.5, 1234.0, None)] == ["1.250", "98,5", "1.234", ""]


def test_a_nik_is_masked():
    assert words.mask_nik("9912345678901234") == "99**********1234"
    assert words.mask_nik("12345") == "*****"
    assert words.mask_nik("") == ""


def test_the_picture_has_two_letters_and_no_titles():
    names = ["Dra. Siti Rahmawati, M.Pd.", "Asep", "", "Ir. H. Joko Tri Wibowo"]
    assert [words.initials(n) for n in names] == ["SR", "A", "?", "JW"]


def test_a_status_nobody_listed_is_grey():
    assert words.status_colour("Dikembalikan") == "danger"
    assert words.status_colour("Apa saja") == "secondary"
