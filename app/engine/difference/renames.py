"""Which new subjects are old ones under another id: the same in all else, and only one fits."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.bpmn_xml import NODES
from app.engine.difference.facts import Facts, Side, Subject, file_key
from app.engine.difference.steps import DRAWN, FILE, LANE, PLACE, Path

_SINGLE = frozenset({"process", "collaboration"})  # one went and one came: that one, whatever else changed


def find_renames(old: Side, new: Side) -> dict[str, str]:
    """New id -> old id."""
    found = _files(old, new)
    for kind in ("process", "collaboration", "lane"):
        found |= _same(old, new, found, {kind})
    found |= _same(old, new, found, _others(old, new))
    found |= _same(old, new, found, set(NODES))
    found |= _same(old, new, found, {"sequenceFlow", "association", "messageFlow"})
    return found


def _files(old: Side, new: Side) -> dict[str, str]:
    """A file that went and one that came, with the same things in them."""
    gone = [s for key, s in old.subjects.items() if s.kind == "file" and key not in new.subjects]
    come = [s for key, s in new.subjects.items() if s.kind == "file" and key not in old.subjects]
    if len(gone) != 1 or len(come) != 1:
        return {}
    one = {key for key, s in old.subjects.items() if s.file == gone[0].file} - {gone[0].key}
    other = {key for key, s in new.subjects.items() if s.file == come[0].file} - {come[0].key}
    same = bool(one & other) or old.raw[gone[0].file] == new.raw[come[0].file]
    return {come[0].key: gone[0].key} if same else {}


def _others(old: Side, new: Side) -> set[str]:
    later = NODES | {"sequenceFlow", "association", "messageFlow", "process", "collaboration", "lane", "file"}
    return {s.kind for side in (old, new) for s in side.subjects.values()} - later


def _same(old: Side, new: Side, known: Mapping[str, str], kinds: set[str]) -> dict[str, str]:
    gone = [s for key, s in old.subjects.items() if s.kind in kinds and key not in new.subjects]
    come = [s for key, s in new.subjects.items() if s.kind in kinds and key not in old.subjects and key not in known]
    taken = set(known.values())
    gone = [s for s in gone if s.key not in taken]
    if not gone or not come:
        return {}
    if kinds <= _SINGLE and len(gone) == len(come) == 1:
        return {come[0].key: gone[0].key}
    away = {s.key for s in (*gone, *come)}
    before = _by_signature(gone, old, {}, away)
    after = _by_signature(come, new, known, away)
    return {
        after[one][0].key: before[one][0].key
        for one in after
        if len(after[one]) == 1
        and len(before.get(one, ())) == 1
        and _alike(before[one][0], after[one][0], old, new, known, away)
    }


def _by_signature(
    subjects: list[Subject], side: Side, known: Mapping[str, str], away: set[str]
) -> dict[object, list[Subject]]:
    out: dict[object, list[Subject]] = {}
    for subject in subjects:
        facts = frozenset(
            (p, translated(p, v, known))
            for p, v in subject.facts.items()
            if p[0] not in (FILE, "@default") and v not in away
        )
        out.setdefault((subject.kind, facts), []).append(subject)
    return out


def _alike(one: Subject, other: Subject, old: Side, new: Side, known: Mapping[str, str], away: set[str]) -> bool:
    """Nodes without much to tell them apart must stand at the same place, or between the same neighbours."""
    if one.kind not in NODES:
        return True
    if one.name and any(p[0] not in (PLACE, LANE, "@name") for p in one.facts):
        return True
    if _bounds(one) and _bounds(one) == _bounds(other):
        return True
    before, after = _neighbours(one, old, {}), _neighbours(other, new, known)
    return bool((before & after) - away)


def _bounds(subject: Subject) -> list[tuple[Path, str]]:
    return sorted((p, v) for p, v in subject.quiet.items() if p[0] == DRAWN and "Bounds:1" in p and len(p) == 4)


def _neighbours(subject: Subject, side: Side, known: Mapping[str, str]) -> set[str]:
    found = set()
    for ends, ref in ((side.incoming, "@sourceRef"), (side.outgoing, "@targetRef")):
        for flow in ends.get(subject.key, ()):
            end = side.subjects[flow].facts.get((ref,), "")
            found.add(known.get(end, end))
    return found


def translated(path: Path, value: str, known: Mapping[str, str]) -> str:
    """A value of the new side in the ids of the old one."""
    if path[0] == FILE:
        return known.get(file_key(value), file_key(value)).removeprefix(file_key(""))
    if path[0] == LANE:
        return " ".join(sorted(known.get(lane, lane) for lane in value.split()))
    if path[0] == PLACE or path[-1].endswith(("Ref", "@default", "@calledElement", "@bpmnElement", "@dmnElementRef")):
        return known.get(value, value)
    return value


def translate(subject: Subject, known: Mapping[str, str]) -> None:
    """In place: the facts of a new subject in the ids of the old side."""
    subject.facts = Facts((p, translated(p, v, known)) for p, v in subject.facts.items())
    subject.quiet = Facts((p, translated(p, v, known)) for p, v in subject.quiet.items())
    if ("outgoing",) in subject.orders:
        subject.orders[("outgoing",)] = tuple(known.get(f, f) for f in subject.orders[("outgoing",)])
