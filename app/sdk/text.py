"""Cleaning of typed text: what can't be seen on paper must not be in a document that is signed."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Line ends of Word, of old Macs and of Unicode
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Control characters (PostgreSQL refuses NUL), soft hyphens, zero-width and direction marks (they let two texts look
# alike, or one read backwards), lone surrogates (no UTF-8 for them) and non-characters. Tab and newline stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def paragraphs(text: Any) -> str:
    """Text with its line breaks, otherwise clean; None is the empty text. Cleaning twice changes nothing."""
    if text is None:
        return ""
    plain = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", str(text)))
    # Word's bullet is a private character of the font Symbol
    plain = unicodedata.normalize("NFC", plain.replace("\uf0b7", "\u2022"))
    lines = "\n".join(" ".join(line.split()) for line in plain.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def one_line(text: Any) -> str:
    """Text on one line, each run of white space a single space; None is the empty text."""
    return " ".join(paragraphs(text).split())
