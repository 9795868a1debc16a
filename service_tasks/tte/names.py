"""Are two spellings of a name the same person's? Titles, degrees, case and punctuation don't count."""

from __future__ import annotations

import re
import unicodedata

# before the name, with or without a full stop
_BEFORE = {"prof", "dr", "drs", "dra", "drg", "drh", "ir", "h", "hj", "kh", "ust", "r", "rr", "apt", "ns"}
# after the name, where no comma sets them off; those with full stops inside are known by their shape
_AFTER = {
    "sh", "se", "st", "sp", "sip", "ssi", "spd", "skom", "ssos", "stp", "mm", "mt", "mh", "mp", "mpd", "msi", "msc",
    "mkom", "mkes", "mhum", "map", "mba", "mpa", "mpp", "phd", "ph.d", "amd", "cpa", "ak", "ca",
}  # fmt: skip
_DEGREE = re.compile(r"[A-Za-z]{1,3}\.[A-Za-z]{1,4}\.?(?:[A-Za-z]{1,4}\.?)*")


def same_person(one: str, other: str) -> bool:
    """Whether the names agree once normalised; an empty name agrees with nothing."""
    first, second = bare(one), bare(other)
    return bool(first) and first == second


def bare(name: str) -> str:
    """The name alone: "Dr. Ir. BUDI  Santoso, M.Si." becomes "budi santoso"."""
    words = name.split(",")[0].replace(".", ". ").split() if "," in name else _without_degrees(name.split())
    words = [plain for word in words if (plain := _plain(word))]
    while len(words) > 1 and words[0] in _BEFORE:
        words.pop(0)
    while len(words) > 1 and words[-1] in _AFTER:
        words.pop()
    return " ".join(words)


def _without_degrees(words: list[str]) -> list[str]:
    """Without "S.Pd." and its like. Never the first word: "M.Ali" may be a name."""
    kept = [word for i, word in enumerate(words) if i == 0 or not _DEGREE.fullmatch(word)]
    return " ".join(kept).replace(".", ". ").split()


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in letters if c.isalnum())
