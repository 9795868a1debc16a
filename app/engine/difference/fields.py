"""The fields in which two subjects differ, before they are put in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.engine.difference.facts import Facts, Side, Subject, paths
from app.engine.difference.steps import DRAWN, EMPTY, Path
from app.engine.difference.words import SKIPPED, cut, label, split


class What(NamedTuple):
    """One field that differs, in words; "" where there is none on that side."""

    field: str
    old: str
    new: str
    group: str = "alur"


class Field(NamedTuple):
    """A field before it is put in words: a path of facts, and what stands there; None where nothing does."""

    path: Path
    old: str | None
    new: str | None
    whole: bool  # an element with all that is in it


def fields_of(old: Subject, new: Subject) -> Iterator[Field]:
    """What differs in effect; an element that is there on one side only comes once, as a whole."""
    one, other = _prefixes(old.facts), _prefixes(new.facts)
    told: set[Path] = set()
    for path in paths(old.facts, new.facts):
        whole = next((path[:i] for i in range(1, len(path)) if _stands_alone(path[:i], one, other)), None)
        if whole is None:
            if path[-1] == EMPTY and path[:-1] in one and path[:-1] in other:
                continue  # what it holds now, or held, is told
            yield Field(path, old.facts.get(path), new.facts.get(path), whole=False)
        elif whole not in told:
            told.add(whole)
            yield Field(whole, "" if whole in one else None, "" if whole in other else None, whole=True)


def _prefixes(facts: Mapping[Path, str]) -> set[Path]:
    return {path[:i] for path in facts for i in range(1, len(path))}


def _stands_alone(prefix: Path, one: set[Path], other: set[Path]) -> bool:
    return split(prefix[-1])[0] not in SKIPPED and (prefix in one) != (prefix in other)


def quiet_of(old: Subject, new: Subject) -> Iterator[What]:
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path in paths(old.quiet, new.quiet):
        field = label(path, new, Side())
        pair = found.setdefault(field, ([], []))
        for texts, facts in zip(pair, (old.quiet, new.quiet), strict=True):
            if path[0] == DRAWN and field in ("letak", "letak nama", "jalur garis"):
                if not texts:
                    texts.append(_place(facts, path))
            elif path in facts:
                texts.append(cut(facts[path]))
    for field, (one, other) in found.items():
        yield What(field, ", ".join(one), ", ".join(other), "letak")


def _place(facts: Facts, path: Path) -> str:
    """Bounds or way points in one line."""
    holder = path[:-1] if path[-2].startswith("Bounds") else path[:-2]
    inside = [facts[p] for p in facts.under(holder) if p[-1] in ("@x", "@y", "@width", "@height")]
    return " ".join(f"{x}," if i % 2 == 0 and i < len(inside) - 1 else x for i, x in enumerate(inside))
