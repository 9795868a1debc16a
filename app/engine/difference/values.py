"""Values of differences as people read them: names for references, "14 hari" for P14D, ya and tidak."""

from __future__ import annotations

import re

from app.engine.calendar import is_duration
from app.engine.difference.facts import Side, Subject
from app.engine.difference.steps import EMPTY, LANE, PLACE, Path
from app.engine.difference.words import LONGEST, MAIN, TITLE, TYPES, YES_NO, cut, label, named, split, who


def shown(path: Path, value: str | None, side: Side) -> str:
    """A value as people read it; "" for none."""
    if value is None:
        return ""
    if path[0] == LANE:
        return named(_innermost(value.split(), side), side)
    if path[0] == PLACE:
        found = side.subjects.get(value)
        return who(found, side) if found else value
    last = path[-1]
    if last.endswith(("Ref", "@default", "@calledElement")):
        return named(value, side)
    if last in YES_NO or path[-2:-1] == ("camunda.constraint:required",):
        return {"true": "ya", "false": "tidak"}.get(value, value)
    if last == "@type" and any(s.startswith("camunda.formField") for s in path):
        return TYPES.get(value, value)
    if "spiff.property:due" in path or any(split(s)[0] in ("timeDuration", "timeDate") for s in path):
        return duration(value)
    return cut(value) or "(kosong)"


def said(path: Path, value: str, side: Side) -> str:
    """A value in a sentence: texts of the diagram in quotation marks, words of ours without."""
    text = shown(path, value, side)
    return f"“{text}”" if text == cut(value) else text


def _innermost(lanes: list[str], side: Side) -> str:
    around = {side.subjects[k].facts.get((PLACE,)) for k in lanes if k in side.subjects}
    return next((k for k in lanes if k not in around), lanes[0] if lanes else "")


_UNITS = {"Y": "tahun", "M": "bulan", "W": "minggu", "D": "hari"}
_CLOCK = {"H": "jam", "M": "menit", "S": "detik"}
_WORKING = re.compile(r"hari_kerja\(\s*(\d{1,3})\s*\)\Z")


def duration(text: str) -> str:
    """ "P14D" as "14 hari", hari_kerja(3) as "3 hari kerja"; anything else as it stands."""
    bare = text.strip().strip("\"'")
    found = _WORKING.match(bare)
    if found:
        return f"{found[1]} hari kerja"
    if not is_duration(bare):
        return cut(text) or "(kosong)"
    days, _, clock = bare.upper()[1:].partition("T")
    parts = [f"{n} {_UNITS[u]}" for n, u in re.findall(r"(\d+)([YMWD])", days)]
    parts += [f"{n} {_CLOCK[u]}" for n, u in re.findall(r"([\d.,]+)([HMS])", clock)]
    return " ".join(parts)


def summary(prefix: Path, subject: Subject, side: Side) -> str:
    """What stands under `prefix`, in one line."""
    parts = []
    for path in subject.facts.under(prefix):
        value = subject.facts[path]
        if path[-1] == EMPTY:
            continue
        if path[-1] == TITLE.get(split(path[-2])[0]):  # the label says it
            parts += [_inner(prefix, path[:-1], subject, side)] if len(path) > len(prefix) + 1 else []
            continue
        own = path[: len(prefix)] == path[:-1] and (path[-1] == "#" or MAIN.get(split(prefix[-1])[0]) == path[-1])
        text = said(path, value, side)
        parts.append(text if own else f"{_inner(prefix, path, subject, side)} {text}")
    return cut(", ".join(parts), 4 * LONGEST)


def _inner(prefix: Path, path: Path, subject: Subject, side: Side) -> str:
    """The label of a path without what `prefix` has said already."""
    whole, outer = label(path, subject, side), label(prefix, subject, side)
    return whole.removesuffix(f" pada {outer}").removesuffix(f" {outer}")
