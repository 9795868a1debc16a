"""Numbers are read as people in Indonesia write them, and in no other way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sdk.numbers import grouped, parse_number, parse_rupiah, rupiah


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("95,5", "95.5"),
        ("1.250", "1250"),
        ("1.250.000,75", "1250000.75"),
        ("1 250", "1250"),
        ("-2", "-2"),
        ("007", "7"),
    ],
)
def test_a_number_in_indonesian_form(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "A", "95.5", "1,250,000", "1.25", "1..250", ",5", "5,", "1e5", "²", "١", "9" * 5000]
)
def test_no_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1250000000", 1_250_000_000),
        ("1.250.000.000", 1_250_000_000),
        ("Rp 1.250.000.000,00", 1_250_000_000),
        ("Rp1.250.000,-", 1_250_000),
        ("rp. 1.250", 1_250),
        ("1\u00a0250\u202f000", 1_250_000),
        ("Rp1,250,000.00", 1_250_000),
        ("0", 0),
    ],
)
def test_rupiah_as_typed_or_pasted(text, amount):
    assert parse_rupiah(text) == amount


@pytest.mark.parametrize(
    "text", ["", "Rp", "satu juta", "-5", "1.250,50", "1,250", "1250.5", "1.25", "12.50.000", "1e9", "٣", "9" * 5000]
)
def test_no_rupiah(text):
    assert parse_rupiah(text) is None


@given(st.integers(0, 10**15))
def test_what_is_shown_can_be_typed(n):
    assert parse_rupiah(rupiah(n)) == n
    assert parse_number(grouped(n)) == n
