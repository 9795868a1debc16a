"""What a set of files says, taken apart: every attribute, text and empty element is one fact of one subject.

A subject is what people point at: a node, a flow, a lane, a message, a decision table, a file. All the rest belongs to
the subject it stands in, under a path such as ("formField:putusan", "@label"). Nothing is left out, so two sets of
files with equal facts do the same and look the same; what only looks different is kept apart, as `quiet`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.bpmn_xml import NODES, Tag, UnreadableFile, parse
from app.engine.difference.steps import (
    CONTAINERS,
    DEFAULTS,
    DRAWINGS,
    DRAWN,
    EMPTY,
    FILE,
    HOLDERS,
    KEYS,
    LANE,
    NAMED,
    NEVER,
    PLACE,
    QUIET_FILE,
    QUIET_IDS,
    REFERRING,
    Path,
    columns_of,
    is_ours,
    local_name,
    step_name,
    step_of,
)

# Programs keep notes in the process or in the collaboration as they like; nobody put them elsewhere.
NOTES = ("textAnnotation", "association", "group")


class Facts(dict[Path, str]):
    """Values by path. Nothing is overwritten: what comes again under a path gets a number."""

    def __init__(self, given: Iterable[tuple[Path, str]] = ()) -> None:
        super().__init__(given)
        self._times: Counter[Path] = Counter()
        self._index: dict[Path, list[Path]] | None = None

    def put(self, path: Path, value: str) -> None:
        self._times[path] += 1
        n = self._times[path]
        self[path if n == 1 else (*path[:-1], f"{path[-1]} ({n})")] = value

    def under(self, prefix: Path) -> list[Path]:
        """The paths that begin with `prefix`. Ask only once all facts are there."""
        if self._index is None:
            self._index = {}
            for path in self:
                for i in range(1, len(path)):
                    self._index.setdefault(path[:i], []).append(path)
        return self._index.get(prefix, [])


@dataclass
class Subject:
    """`kind` is BPMN's word, or "file". `orders` are lists whose order counts."""

    key: str
    kind: str
    name: str
    file: str
    facts: Facts = field(default_factory=Facts)
    quiet: Facts = field(default_factory=Facts)
    orders: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[Path, int] | None = None  # of its decision table, numbered once somebody asks


@dataclass
class Side:
    """All subjects of one set of files, and the files that could not be read: name -> why, in Indonesian."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)
    outgoing: dict[str, list[str]] = field(default_factory=dict)  # node -> its flows, as the files list them
    incoming: dict[str, list[str]] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)


def read_side(files: Mapping[str, bytes | str]) -> Side:
    """Never raises for what the files hold."""
    side = Side()
    readers = []
    for name, content in sorted(files.items()):
        data = content.encode() if isinstance(content, str) else content
        side.raw[name] = data
        if not name.lower().endswith((".bpmn", ".dmn", ".xml")):
            text = Facts([(("#",), data.decode("utf-8", "backslashreplace"))])
            side.subjects[file_key(name)] = Subject(file_key(name), "file", name, name, text)
            continue
        try:
            root = parse(data)
        except UnreadableFile as e:
            side.broken[name] = str(e)
            continue
        reader = _Reader(side, name)
        reader.read(root)
        readers.append(reader)
    for reader in readers:
        reader.place()
    _order_flows(side)
    return side


def file_key(name: str) -> str:
    return f"berkas {name}"


class _Reader:
    """Takes one file apart. What refers to subjects of other files is placed after all were read."""

    def __init__(self, side: Side, file: str) -> None:
        self.side, self.file = side, file
        self._drawings: list[Tag] = []
        self._columns: dict[str, list[str]] = {"inputEntry": [], "outputEntry": []}  # of the table that is being read
        self._members: list[tuple[str, str]] = []  # (lane, node)
        self._mentioned: list[tuple[str, str, str]] = []  # (node, incoming | outgoing, flow)

    def read(self, root: Tag) -> None:
        self._root = self._subject(file_key(self.file), "file", self.file)
        self._root.facts[("@@root",)] = root.tag
        self._take(root, self._root, ())

    def _subject(self, key: str, kind: str, name: str) -> Subject:
        base = key
        while key in self.side.subjects:  # two of one id: a broken file, of which nothing may get lost
            self.side.ids[base] += 1
            key = f"{base} ({self.side.ids[base] + 1})"
        made = self.side.subjects[key] = Subject(key, kind, name, self.file)
        return made

    def _take(self, tag: Tag, subject: Subject, path: Path) -> None:
        """The facts of `tag` go to `subject`, under `path`."""
        before = len(subject.facts)
        key = path[-1].partition(":")[0] if path else ""
        for name, value in tag.attrib.items():
            self._attribute(tag, subject, path, key, step_name(name), value)
        if len(tag):
            self._children(tag, subject, path)
        text = (tag.text or "").strip()
        if text:
            subject.facts.put((*path, "#"), _lines(text))
        if path and len(subject.facts) == before and not len(tag):
            where = subject.quiet if key in CONTAINERS else subject.facts
            where[(*path, EMPTY)] = "ada"

    def _attribute(self, tag: Tag, subject: Subject, path: Path, key: str, name: str, value: str) -> None:
        if name.endswith(REFERRING):
            value = local_name(tag, value)
        step = f"@{name}"
        if not path and name == "id" and subject.kind != "file":
            return  # the subject's key
        if name in KEYS.get(key, ()) and path[-1] == f"{key}:{value}":
            return
        if DEFAULTS.get(name) == value:
            return
        quiet = name == "xsi.type" or (name == "id" and (key in QUIET_IDS or key.endswith("EventDefinition")))
        quiet = quiet or (not path and subject.kind == "file" and step in QUIET_FILE)
        (subject.quiet if quiet else subject.facts).put((*path, step), _lines(value))

    def _children(self, tag: Tag, subject: Subject, path: Path) -> None:
        counted: dict[str, int] = {}
        listed: dict[str, list[str]] = {}
        times: Counter[str] = Counter()
        if step_of(tag) == "decisionTable":
            self._columns = columns_of(tag)
        for child in tag:
            if (child.tail or "").strip():
                subject.facts.put((*path, "#sesudah"), _lines(child.tail.strip()))
            step = step_of(child)
            if self._apart(child, step, subject, path):
                continue
            counted[step] = counted.get(step, 0) + 1
            key = next((child.get(k) for k in KEYS.get(step, ()) if child.get(k)), "")
            if step in ("inputEntry", "outputEntry"):
                columns = self._columns[step]
                key = columns[counted[step] - 1] if counted[step] <= len(columns) else ""
            full = f"{step}:{key or counted[step]}"
            if key:
                listed.setdefault(step, []).append(full)
                times[full] += 1
                full += f" ({times[full]})" if times[full] > 1 else ""
            self._take(child, subject, (*path, full))
        for step in ("camunda.formField", "camunda.value", "rule"):
            if len(listed.get(step, ())) > 1:
                subject.orders[(*path, step)] = tuple(listed[step])

    def _apart(self, child: Tag, step: str, subject: Subject, path: Path) -> bool:
        """Whether the child is no part of `subject`: a subject of its own, a drawing, a list that is told otherwise."""
        if step.startswith(DRAWINGS):
            self._drawings.append(child)
        elif step == "flowNodeRef" and subject.kind == "lane":
            self._members.append((subject.key, (child.text or "").strip()))
            return not len(child) and not child.attrib
        elif step in ("incoming", "outgoing") and subject.kind in NODES:
            self._mentioned.append((subject.key, step, local_name(child, (child.text or "").strip())))
            return not len(child) and not child.attrib
        elif self._is_subject(child, step, subject, path):
            self._begin(child, step, subject)
        else:
            return False
        return True

    def _is_subject(self, child: Tag, step: str, subject: Subject, path: Path) -> bool:
        if not is_ours(child) or subject.kind not in HOLDERS or step in NEVER or step.endswith("Characteristics"):
            return False
        if path and not path[-1].startswith(("laneSet", "childLaneSet")):
            return False
        return step in NAMED or (bool(child.get("id")) and subject.kind in ("process", "subProcess", "file"))

    def _begin(self, child: Tag, step: str, around: Subject) -> None:
        key = child.get("id") or f"{step} tanpa id di {around.key}"
        made = self._subject(key, step, (child.get("name") or "").strip())
        if around.kind != "file" and step not in NOTES:
            made.facts[(PLACE,)] = around.key
        if step == "sequenceFlow":
            for ends, ref in ((self.side.outgoing, "sourceRef"), (self.side.incoming, "targetRef")):
                ends.setdefault(local_name(child, child.get(ref) or ""), []).append(made.key)
        made.facts[(FILE,)] = self.file
        self._take(child, made, ())

    def place(self) -> None:
        subjects = self.side.subjects
        lanes: dict[str, list[str]] = {}
        for lane, node in self._members:
            owner = subjects.get(node)
            if owner is None or owner.kind == "file":
                subjects[lane].facts.put(("flowNodeRef",), node or "(kosong)")
            else:
                lanes.setdefault(node, []).append(lane)
        for node, names in lanes.items():
            before = subjects[node].facts.get((LANE,), "").split()
            subjects[node].facts[(LANE,)] = " ".join(sorted(before + names))
        self._compare_mentions()
        for drawing in self._drawings:
            self._draw(drawing)

    def _compare_mentions(self) -> None:
        """What nodes say of their flows repeats the flows; only where it does not is there something to tell."""
        listed: dict[tuple[str, str], list[str]] = {}
        for node, way, flow in self._mentioned:
            listed.setdefault((node, way), []).append(flow)
        for subject in [s for s in self.side.subjects.values() if s.file == self.file and s.kind in NODES]:
            for way, ends in (("incoming", self.side.incoming), ("outgoing", self.side.outgoing)):
                said, real = listed.get((subject.key, way), []), ends.get(subject.key, [])
                if not said and real:
                    subject.quiet[(way, "#")] = "tidak dicatat"
                elif sorted(said) != sorted(real):
                    subject.quiet[(way, "#")] = ", ".join(sorted(said)) or "(kosong)"

    def _draw(self, drawing: Tag) -> None:
        """What a shape says belongs to the element that it shows."""
        of = drawing.get("bpmnElement") or drawing.get("dmnElementRef") or ""
        owner = self.side.subjects.get(local_name(drawing, of), self._root)
        shape = Subject("", "drawing", "", self.file)
        self._take(drawing, shape, (DRAWN, f"{step_of(drawing)}:{of if owner is self._root else 1}"))
        for path, value in (shape.facts | shape.quiet).items():
            if len(path) > 3 or path[-1] not in ("@bpmnElement", "@dmnElementRef") or owner is self._root:
                owner.quiet.put(path, _number(value))


def _order_flows(side: Side) -> None:
    """The engine asks a gateway's conditions in the order in which the file lists its flows."""
    for node, flows in side.outgoing.items():
        owner = side.subjects.get(node)
        if owner and len(flows) > 1 and owner.kind in ("exclusiveGateway", "inclusiveGateway"):
            owner.orders[("outgoing",)] = tuple(flows)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _number(text: str) -> str:
    """120 and 120.0 are one place."""
    return repr(float(text)) if _DECIMAL.match(text) else text


_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,15})?\Z", re.ASCII)


def paths(one: Mapping[Path, str], other: Mapping[Path, str]) -> Iterator[Path]:
    """The paths under which the two differ, those of `other` in their order and then what is gone."""
    yield from (p for p in other if one.get(p) != other[p])
    yield from (p for p in one if p not in other)
