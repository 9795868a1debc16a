"""What can't be seen on paper doesn't stay in the text; what can, does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sdk.text import one_line, paragraphs

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)  # lone surrogates too


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  Meningkatnya   mutu\tlayanan ", "Meningkatnya mutu layanan"),
        ("dua\r\nbaris", "dua baris"),
        ("kolom\x0bWord\u2028dan\x85lain", "kolom Word dan lain"),
        ("nol\x00byte", "nolbyte"),
        ("\u202eterbalik\u202c", "terbalik"),
        ("Jak\u200barta\u00ad", "Jakarta"),
        ("\ud800rusak", "rusak"),
        ("cafe\u0301", "café"),
        ("1\u00a0000", "1 000"),
    ],
)
def test_one_line(typed, kept):
    assert one_line(typed) == kept


def test_paragraphs_keep_their_breaks():
    typed = "Tugas:\r\n\uf0b7  menyusun rencana \r\n\r\n\r\n\r\nFungsi:\rkoordinasi\n"
    assert paragraphs(typed) == "Tugas:\n\u2022 menyusun rencana\n\nFungsi:\nkoordinasi"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_and_fits_every_store(text):
    for clean in (one_line, paragraphs):
        once = clean(text)
        assert clean(once) == once
        assert "\x00" not in once.encode().decode()
    assert "\n" not in one_line(text)
