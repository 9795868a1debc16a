"""What differs between two sets of files: on the diagram, and in words down to the fields of extension elements.

`compare(old, new)` looks at the XML alone, within the limits of `bpmn_xml.parse`, and never raises for what files
hold: a file that cannot be read is a change of its own, said in a sentence. White space, the order of attributes,
prefixes and what BPMN takes by default are no differences; everything else is one (see `difference_facts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.engine.difference.facts import Side, read_side
from app.engine.difference.fields import What
from app.engine.difference.renames import find_renames, translate
from app.engine.difference.sentences import Change, Sentence, changes_of

__all__ = ["Change", "Counts", "Difference", "Sentence", "What", "compare"]

_MANY = 3  # more sentences about the drawing alone become one


class Counts(NamedTuple):
    added: int
    changed: int
    removed: int
    moved: int


@dataclass(frozen=True)
class Difference:
    """`sentences` says everything; `words` the same for reading, with what only moved in one line.

    `problems` are sentences about files that could not be read on either side, and so not be compared.
    """

    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(s for change in self.changes for s in change.sentences)

    @property
    def words(self) -> tuple[str, ...]:
        told = [s.text for s in self.sentences if s.group != "letak"]
        moved = [c for c in self.changes if any(s.group == "letak" for s in c.sentences)]
        if len(moved) > _MANY:
            told.append(f"Letak {len(moved)} elemen di gambar berubah, tanpa pengaruh pada jalannya proses.")
        else:
            told += [s.text for s in self.sentences if s.group == "letak"]
        return tuple(told)

    @property
    def counts(self) -> Counts:
        found = Counter(change.kind for change in self.changes)
        return Counts(found["added"], found["changed"], found["removed"], found["moved"])

    @property
    def effective(self) -> bool:
        """Whether anything differs beyond the drawing."""
        return any(change.kind != "moved" for change in self.changes)


def compare(old: Mapping[str, bytes | str], new: Mapping[str, bytes | str]) -> Difference:
    """The difference of two sets of files by name; none for equal ones."""
    if dict(old) == dict(new):
        return Difference()
    before, after = read_side(old), read_side(new)
    broken = _unread(before, after)
    known = find_renames(before, after)
    for subject in after.subjects.values():
        translate(subject, known)
    after.subjects = {known.get(key, key): subject for key, subject in after.subjects.items()}
    return Difference(broken + changes_of(before, after), tuple(s.text for c in broken for s in c.sentences))


def _unread(before: Side, after: Side) -> tuple[Change, ...]:
    """One change for each file that cannot be read; what the other side has of it is left out of both."""
    found = []
    for name in sorted(before.broken.keys() | after.broken.keys()):
        for side in (before, after):
            side.subjects = {key: s for key, s in side.subjects.items() if s.file != name}
        if before.raw.get(name) == after.raw.get(name):
            continue
        old, new = before.broken.get(name), after.broken.get(name)
        which = "lama maupun baru" if old and new else "lama" if old else "baru"
        text = f"Berkas '{name}' yang {which} tidak dapat dibaca, jadi isinya tidak dibandingkan. {new or old}"
        kind = "added" if name not in before.raw else "removed" if name not in after.raw else "changed"
        what = (What("berkas", old or "", new or "", "proses"),)
        found.append(Change(kind, name, name, "file", what, (Sentence(text, "proses", kind, name, name),), name))
    return tuple(found)
