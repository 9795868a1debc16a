"""Numbers as people in Indonesia type and read them: point between thousands, comma before the fraction."""

from __future__ import annotations

import re
from decimal import Decimal

_GROUPED = r"[0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+"
_NUMBER = re.compile(rf"(-?)({_GROUPED})(?:,([0-9]+))?")

# What a spreadsheet in English hands over: two or more groups, because 1,250 alone is 1.25 here
_ENGLISH = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){2,})(?:\.00?)?")
_RUPIAH = re.compile(rf"({_GROUPED})(?:,(?:00?|-))?")

LONGEST = 200  # characters; int() of thousands of digits is slow, then refused


def spaces(text: str) -> str:
    """Text with every kind of space as one plain space: spreadsheets put narrow ones between thousands."""
    return " ".join(text.split())


def parse_number(text: str) -> Decimal | None:
    """The number that `text` is in Indonesian form ("1.250", "95,5", "-2"), or None if it is not one."""
    match = _NUMBER.fullmatch(spaces(text)) if len(text) <= LONGEST else None
    if not match:
        return None
    return Decimal(f"{match[1]}{_digits(match[2])}.{match[3] or 0}")


def parse_rupiah(text: str) -> int | None:
    """Whole rupiah: "1250000", "1.250.000", "Rp 1.250.000,00", "Rp1,250,000"; None if it is not that."""
    if len(text) > LONGEST:
        return None
    plain = re.sub(r"^Rp\.?\s*", "", spaces(text), flags=re.IGNORECASE)
    match = _RUPIAH.fullmatch(plain) or _ENGLISH.fullmatch(plain)
    return int(_digits(match[1])) if match else None


def grouped(number: int) -> str:
    """1250000 as 1.250.000."""
    return f"{number:,}".replace(",", ".")


def rupiah(number: int) -> str:
    """1250000 as Rp 1.250.000."""
    return f"Rp {grouped(number)}"


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
