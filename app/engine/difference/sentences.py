"""Changes of subjects, each with the fields that differ, and the sentences that tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.engine.bpmn_xml import NODES
from app.engine.difference.facts import Side, Subject
from app.engine.difference.fields import Field, What, fields_of, quiet_of
from app.engine.difference.steps import FILE, LANE, PLACE, Path
from app.engine.difference.values import said, shown, summary
from app.engine.difference.words import (
    ELEMENTS,
    KINDS,
    LONGEST,
    SKIPPED,
    capital,
    cut,
    group_of,
    label,
    named,
    short,
    split,
    who,
)


class Sentence(NamedTuple):
    """`group` is a key of `difference_words.GROUPS`."""

    text: str
    group: str
    kind: str
    element: str  # the id on the new side; of what was removed, on the old one
    was: str  # the id on the old side; "" for what was added


@dataclass(frozen=True)
class Change:
    """`kind`: added | changed | removed | moved. What moved is drawn or written otherwise, and does the same.

    `element` is the id on the new side (of what was removed: on the old one), `was` the id on the old side, "" if there
    is none; `element_kind` BPMN's word, or "file".
    """

    kind: str
    element: str
    name: str
    element_kind: str
    what: tuple[What, ...]
    sentences: tuple[Sentence, ...]
    was: str = ""

    @property
    def kind_words(self) -> str:
        return KINDS.get(self.element_kind, self.element_kind)


def changes_of(before: Side, after: Side) -> tuple[Change, ...]:
    """All changes, those of the new side in its order; both sides speak in the ids of the old one."""
    teller = _Teller(before, after)
    found = [teller.change(key, before.subjects.get(key), subject) for key, subject in after.subjects.items()]
    found += [teller.gone(subject) for key, subject in before.subjects.items() if key not in after.subjects]
    return tuple(change for change in found if change is not None)


class _Teller:
    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        self._into, self._out = _ends(after)

    def change(self, key: str, old: Subject | None, new: Subject) -> Change | None:
        if old is None:
            return self._come(key, new)
        fields = list(fields_of(old, new))
        orders = [(p, old.orders[p], new.orders[p]) for p in new.orders if p in old.orders]
        what, texts = [], []
        if old.key != new.key:
            what.append(What("id", old.key, new.key, group_of(new, ("@id",))))
            texts.append((what[-1].group, self._renamed(old, new)))
        if old.kind != new.kind:
            what.append(What("jenis", _kind(old), _kind(new)))
            texts.append(
                ("alur", f"{capital(who(old, self.before))} berubah jenis dari {_kind(old)} menjadi {_kind(new)}.")
            )
        for each in fields:
            what.append(self._what(each, old, new))
            texts.append((what[-1].group, self._tell(each, old, new, what[-1])))
        for path, one, other in orders:
            if _reordered(one, other):
                what.append(self._order(path, one, other, old, new))
                texts.append(
                    (
                        what[-1].group,
                        f"{capital(what[-1].field)} {short(new, self.after)} berubah menjadi {what[-1].new}.",
                    )
                )
        quiet = list(quiet_of(old, new))
        what += quiet
        if quiet:
            texts.append(("letak", self._moved(new, quiet, bool(texts))))
        if not what:
            return None
        kind = "changed" if len(what) > len(quiet) else "moved"
        return _made(kind, new, tuple(what), texts, old.key)

    def _come(self, key: str, new: Subject) -> Change:
        what = self._contents(new, self.after, come=True)
        texts = [(group_of(new, ("@id",)), self._begins(key, new))]
        inside = "; ".join(
            f"{w.field} {w.new}".strip()
            for w in what
            if w.field not in ("nama", "jalur", "asal", "tujuan", "tempat menempel")
        )
        if inside and new.kind not in ("sequenceFlow", "file"):
            texts.append((group_of(new, ("@id",)), f"{capital(who(new, self.after))} berisi {inside}."))
        return _made("added", new, what, texts, "")

    def gone(self, old: Subject) -> Change:
        lane = old.facts.get((LANE,))
        away = f" dari jalur {shown((LANE,), lane, self.before)}" if lane else ""
        text = f"{capital(who(old, self.before))} dihapus{away}."
        return _made(
            "removed", old, self._contents(old, self.before, come=False), [(group_of(old, ("@id",)), text)], old.key
        )

    def _begins(self, key: str, new: Subject) -> str:
        text = f"{capital(who(new, self.after))} ditambahkan"
        lane = new.facts.get((LANE,))
        if lane:
            text += f" di jalur {shown((LANE,), lane, self.after)}"
        on = new.facts.get(("@attachedToRef",))
        if on:
            text += f", menempel pada {named(on, self.after)}"
        if new.kind in NODES:
            sources = [named(f.facts.get(("@sourceRef",), ""), self.after) for f in self._into.get(key, ())]
            targets = [named(f.facts.get(("@targetRef",), ""), self.after) for f in self._out.get(key, ())]
            text += f", sesudah {_listed(sources)}" if sources else ""
            text += f", sebelum {_listed(targets)}" if targets else ""
        condition = next(
            (v for p, v in new.facts.items() if p[0].startswith("conditionExpression") and p[-1] == "#"), ""
        )
        if condition:
            text += f", dengan syarat “{cut(condition)}”"
        return text + "."

    def _contents(self, subject: Subject, side: Side, come: bool) -> tuple[What, ...]:
        empty = Subject(subject.key, subject.kind, subject.name, subject.file)
        old, new = (empty, subject) if come else (subject, empty)
        hidden = (PLACE, FILE, "@@root")
        return tuple(self._what(f, old, new) for f in fields_of(old, new) if f.path[0] not in hidden)

    def _what(self, each: Field, old: Subject, new: Subject) -> What:
        holder, side = (new, self.after) if each.new is not None else (old, self.before)
        field = label(each.path, holder, side)
        if each.whole:
            one = summary(each.path, old, self.before) if each.old is not None else ""
            other = summary(each.path, new, self.after) if each.new is not None else ""
            return What(field, one, other, group_of(holder, each.path))
        return What(
            field,
            shown(each.path, each.old, self.before),
            shown(each.path, each.new, self.after),
            group_of(holder, each.path),
        )

    def _renamed(self, old: Subject, new: Subject) -> str:
        if new.kind == "file":
            return f"Berkas '{old.name}' sekarang bernama '{new.name}'."
        return f"{capital(who(new, self.after))} sekarang ber-id '{new.key}' (dulu '{old.key}')."

    def _tell(self, each: Field, old: Subject, new: Subject, what: What) -> str:
        special = self._special(each, old, new)
        if special:
            return special
        field, of = capital(what.field), short(new, self.after)
        joined = f"{field} pada {of}" if "'" in what.field else f"{field} {of}"
        if each.old is None:
            return f"{field} ditambahkan pada {of}{_after(what.new)}."
        if each.new is None:
            return f"{field} dihapus dari {of}{_before(what.old)}."
        one, other = said(each.path, each.old, self.before), said(each.path, each.new, self.after)
        return (
            f"{joined} berubah dari {one} menjadi {other}."
            if one != other
            else f"{joined} sekarang menunjuk {other} yang lain."
        )

    def _special(self, each: Field, old: Subject, new: Subject) -> str:
        first, of = each.path[0], capital(short(new, self.after))
        one, other = shown(each.path, each.old, self.before), shown(each.path, each.new, self.after)
        if first == LANE:
            if each.old and each.new:
                return (
                    f"{of} pindah jalur dari {one} ke {other}."
                    if one != other
                    else f"{of} tercatat lain di jalur {other}."
                )
            return f"{of} masuk ke jalur {other}." if each.new else f"{of} keluar dari jalur {one}."
        if first in (PLACE, FILE):
            return f"{of} dipindahkan dari {one or 'tempat lain'} ke {other or 'tempat lain'}."
        if first == "@name" and each.old and each.new:
            return f"{capital(who(old, self.before))} sekarang bernama '{each.new}'."
        if new.kind == "sequenceFlow" and first == "@targetRef" and each.new:
            return f"{capital(who(old, self.before))} sekarang menuju {other}."
        if new.kind == "sequenceFlow" and first == "@sourceRef" and each.new:
            return f"{capital(who(old, self.before))} sekarang berawal dari {other}."
        if split(each.path[-1]) == ("camunda.constraint", "required") and each.whole:
            field = next(p for p in (each.path[:-1], each.path[:-2]) if split(p[-1])[0] not in SKIPPED)
            now = "sekarang wajib diisi" if each.new is not None else "sekarang boleh kosong"
            return f"{capital(label(field, new, self.after))} pada {short(new, self.after)} {now}."
        return ""

    def _order(self, path: Path, one: tuple[str, ...], other: tuple[str, ...], old: Subject, new: Subject) -> What:
        if path == ("outgoing",):
            return What("urutan panah", _flows(one, self.before), _flows(other, self.after), "alur")
        field = {"camunda.formField": "urutan isian", "camunda.value": "urutan pilihan", "rule": "urutan baris"}[
            path[-1]
        ]
        around = path[:-1]
        if path[-1] == "camunda.value":
            field += f" {label(around, new, self.after)}"
        before = ", ".join(label((*around, step), old, self.before) for step in one)
        after = ", ".join(label((*around, step), new, self.after) for step in other)
        return What(field, before, after, group_of(new, (*around, other[0])))

    def _moved(self, new: Subject, quiet: list[What], also: bool) -> str:
        fields = dict.fromkeys(w.field for w in quiet)
        if set(fields) <= {"letak", "letak nama", "jalur garis"}:
            name = short(new, self.after) if also else who(new, self.after)
            return (
                f"Letak {name} di gambar juga berubah."
                if also
                else f"{capital(name)}: hanya letaknya di gambar yang berubah."
            )
        return f"{capital(who(new, self.after))}: {', '.join(fields)} berubah, tanpa pengaruh pada jalannya proses."


def _reordered(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    here, there = set(one), set(other)
    return [x for x in one if x in there] != [x for x in other if x in here]


def _ends(side: Side) -> tuple[dict[str, list[Subject]], dict[str, list[Subject]]]:
    into: dict[str, list[Subject]] = {}
    out: dict[str, list[Subject]] = {}
    for subject in side.subjects.values():
        if subject.kind == "sequenceFlow":
            into.setdefault(subject.facts.get(("@targetRef",), ""), []).append(subject)
            out.setdefault(subject.facts.get(("@sourceRef",), ""), []).append(subject)
    return into, out


def _flows(keys: tuple[str, ...], side: Side) -> str:
    return ", ".join(
        f"ke {named(side.subjects[k].facts.get(('@targetRef',), ''), side)}" for k in keys if k in side.subjects
    )


def _kind(subject: Subject) -> str:
    word = KINDS.get(subject.kind) or ELEMENTS.get(subject.kind) or "elemen"
    return f"{word} ({subject.kind})"


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} dan {names[-1]}"


def _after(text: str) -> str:
    return f": {text}" if text else ""


def _before(text: str) -> str:
    return f" (dulu {text})" if text else ""


def _made(kind: str, subject: Subject, what: tuple[What, ...], texts: list[tuple[str, str]], was: str) -> Change:
    told = []
    for group, text in texts:
        seen_as = "moved" if group == "letak" else kind
        told.append(Sentence(cut(text, 5 * LONGEST), group, seen_as, subject.key, was))
    return Change(kind, subject.key, subject.name, subject.kind, what, tuple(told), was)
