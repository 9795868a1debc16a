"""What differs: a draft and its version, two versions, two saves; in words, on the diagram, and as XML on request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.engine.bpmn_xml import NODES
from app.engine.difference import Change, Difference, Sentence, What, compare
from app.engine.difference.text import Line, text_difference
from app.engine.difference.words import GROUPS
from app.flows.diagrams import drafts, sides, versions
from app.flows.diagrams.sides import Side
from app.web.access import needs
from app.web.addresses import row_number
from app.web.csv import csv_response
from app.web.words import waktu

bp = Blueprint("differences", __name__, url_prefix="/proses/beda")
BIRO, ADMIN = "Biro Perencanaan", "Admin"
KINDS = {"added": "ditambahkan", "changed": "diubah", "removed": "dihapus", "moved": "hanya letaknya"}
HEAD = ("Perubahan", "Elemen", "Jenis elemen", "Id", "Isian", "Lama", "Baru")
SIDES, FILTERS = ("dasar", "a", "b"), ("jenis", "bagian", "cari", "letak")
SHOWN = 400  # sentences on one page; the CSV has them all
MOVES_MARKED = 10  # a new lane shifts everything below it: more marks than these would hide what else changed


@dataclass(frozen=True)
class Filter:
    """What the page shows of a difference."""

    kind: str = ""
    group: str = ""
    text: str = ""
    still: bool = False  # without what only moved

    @property
    def any(self) -> bool:
        return bool(self.kind or self.group or self.text or self.still)

    def takes(self, sentence: Sentence) -> bool:
        return (
            (not self.kind or sentence.kind == self.kind)
            and (not self.group or sentence.group == self.group)
            and not (self.still and sentence.kind == "moved")
            and all(word in sentence.text.lower() for word in self.text.lower().split())
        )


@bp.get("/draf/<int:id>")
@needs(BIRO, ADMIN)
def draft(id: int) -> ResponseReturnValue:
    """A draft against the version it began from, or any other one."""
    number = request.args.get("dasar", type=row_number)
    found, old, new = sides.of_draft_and_base(id, number)
    numbers = versions.numbers(found.process) if found.process else []
    base = number or (found.base.version if found.base else None)
    choices = [_choice("dasar", "Dibandingkan dengan", [(n, f"Versi {n}") for n in numbers], base)] if numbers else []
    alive = found.state in (versions.OPEN, versions.WAITING)
    newer = numbers[0] if alive and numbers and base and numbers[0] > base else None
    return _page("differences/draft.html", found.name, old, new, choices, draft=found, newer=newer, base=base)


@bp.get("/versi/<process>", endpoint="versions")
@needs(BIRO, ADMIN)
def two_versions(process: str) -> ResponseReturnValue:
    """Two versions of a process; without a choice the two newest."""
    numbers = versions.numbers(process)
    b = request.args.get("b", type=row_number) or (numbers[0] if numbers else 0)
    before = [n for n in numbers if n < b]
    a = request.args.get("a", type=row_number) or (before[0] if before else b)
    old, new = versions.version(process, a), versions.version(process, b)
    options = [(n, f"Versi {n}") for n in numbers]
    choices = [_choice("a", "Lama", options, a), _choice("b", "Baru", options, b)]
    return _page(
        "differences/versions.html", new.name, sides.of_version(old), sides.of_version(new), choices,
        process=process, swapped=a > b,
    )  # fmt: skip


@bp.get("/simpanan/<int:id>")
@needs(BIRO, ADMIN)
def saves(id: int) -> ResponseReturnValue:
    """Two saves of a draft; without a choice the newest and the one before it."""
    found, kept = drafts.read(id), sides.saves_of(id)
    b = request.args.get("b", type=row_number) or kept[0][0]
    before = [r for r, _, _ in kept if r < b]
    a = request.args.get("a", type=row_number) or (before[0] if before else b)
    options = [(r, f"Simpanan {r}, {waktu(at)}, {by}") for r, at, by in kept]
    choices = [_choice("a", "Lama", options, a), _choice("b", "Baru", options, b)]
    old, new = sides.of_save(id, a), sides.of_save(id, b)
    return _page("differences/saves.html", found.name, old, new, choices, draft=found, kept=kept, swapped=a > b)


def _address(*kept: str, **more: Any) -> str:
    """This page with those of its arguments that are named, and others."""
    args: dict[str, Any] = {key: request.args[key] for key in kept if key in request.args}
    return url_for(request.endpoint or "", **(request.view_args or {}), **(args | more))


def _choice(name: str, label: str, options: list[tuple[int, str]], chosen: int | None) -> dict[str, Any]:
    return {"name": name, "label": label, "options": options, "chosen": chosen}


def _page(
    template: str, name: str, old: Side, new: Side, choices: list[dict[str, Any]], **more: Any
) -> ResponseReturnValue:
    found = compare(old.files, new.files)
    if request.args.get("format") == "csv":
        versions.exported(f"beda {name}: {old.label} dan {new.label}", found.changes, g.actor, clock.now())
        return csv_response("beda.csv", HEAD, _cells(found))
    return render_template(
        template, name=name, old=old, new=new, choices=choices, found=found, lines=_lines(old, new), kinds=KINDS,
        all_groups=GROUPS, csv=_address(*SIDES, format="csv"), xml=_address(*SIDES, *FILTERS, xml="1", _anchor="xml"),
        clear=_address(*SIDES), same_bytes=dict(old.files) == dict(new.files), drawn=_drawn(old, new),
        **_taken(found, old, new), **more,
    )  # fmt: skip


def _taken(found: Difference, old: Side, new: Side) -> dict[str, Any]:
    """What the filter leaves: sentences by part, and the changes that are drawn and stand in the table."""
    wanted = _filter()
    taken = [s for s in found.sentences if wanted.takes(s)]
    elements = {s.element for s in taken}
    changes = [c for c in found.changes if c.element in elements]
    moved = [c for c in changes if c.kind == "moved"]
    unmarked = len(moved) if MOVES_MARKED < len(moved) < len(changes) else 0
    marked = [c for c in changes if c.kind != "moved"] if unmarked else changes
    return {
        "f": wanted, "groups": _grouped(taken[:SHOWN]), "shown": min(len(taken), SHOWN), "total": len(taken),
        "changes": changes[:SHOWN], "first": _first(changes), "pairs": _pairs(old.files, new.files, marked),
        "unmarked": unmarked, "only_moved": _address(*SIDES, jenis="moved"),
    }  # fmt: skip


def _first(changes: list[Change]) -> str:
    """The step with which both diagrams begin: on both sides if any is, and rather any than one that only moved."""
    steps = [c for c in changes if c.element_kind in NODES]
    both = [c for c in steps if c.kind == "changed" and c.was == c.element]
    return next((c.element for c in (*both, *(c for c in steps if c.kind != "moved"), *steps)), "")


def _lines(old: Side, new: Side) -> dict[str, list[Line] | None]:
    """The XML line by line, by file, if it is asked for."""
    if request.args.get("xml") != "1":
        return {}
    return {n: text_difference(old.files.get(n, ""), new.files.get(n, "")) for n in _names(old, new)}


def _filter() -> Filter:
    kind, group = request.args.get("jenis", ""), request.args.get("bagian", "")
    return Filter(
        kind if kind in KINDS else "",
        group if group in GROUPS else "",
        request.args.get("cari", "").strip()[:100],
        request.args.get("letak") == "sembunyi",
    )


def _grouped(sentences: list[Sentence]) -> list[tuple[str, str, list[Sentence]]]:
    """(key, heading, sentences) of each part that has any."""
    found = ((key, words, [s for s in sentences if s.group == key]) for key, words in GROUPS.items())
    return [each for each in found if each[2]]


def _names(old: Side, new: Side) -> list[str]:
    return [*new.files, *(n for n in old.files if n not in new.files)]


def _pairs(old: Mapping[str, str], new: Mapping[str, str], changes: list[Change]) -> list[dict[str, Any]]:
    """The diagrams beside each other, by file; the marks of either side are those of the ids it has."""
    before = {c.was: _mark(c) for c in changes if c.was}
    after = {c.element: _mark(c) for c in changes if c.kind != "removed"}
    names = [n for n in (*new, *(n for n in old if n not in new)) if n.lower().endswith(".bpmn")]
    gone, come = [n for n in names if n not in new], [n for n in names if n not in old]
    other = {come[0]: gone[0]} if len(gone) == len(come) == 1 else {}  # one file under another name
    return [
        {"name": n, "old": old.get(other.get(n, n), ""), "new": new.get(n, ""), "before": before, "after": after}
        for n in names
        if n not in other.values()
    ]


def _mark(change: Change) -> dict[str, str]:
    return {"mark": change.kind, "title": change.sentences[0].text if change.sentences else ""}


_SHOWS = re.compile(r'bpmnElement="([^"]{1,200})"')


def _drawn(old: Side, new: Side) -> set[str]:
    """Ids that a diagram shows: sentences of those lead there."""
    texts = [text for side in (old, new) for n, text in side.files.items() if n.lower().endswith(".bpmn")]
    return {element for text in texts for element in _SHOWS.findall(text)}


def _cells(found: Difference) -> list[tuple[object, ...]]:
    return [
        (KINDS[c.kind], c.name, c.kind_words, c.element, w.field, w.old, w.new)
        for c in found.changes
        for w in c.what or (What("", "", ""),)
    ]
