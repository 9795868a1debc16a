"""What the checks need of the XML beyond the graph: texts that are evaluated, names that are set, codes, repetition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.bpmn_xml import Tag, bpmn, find, local, nodes_of, parse, scopes_of, spiff, text_of
from app.engine.calendar import is_duration
from app.engine.diagram import operator_of, parameters_of
from app.engine.needs import targets_of
from app.engine.repairs import TIMER_TAGS

_THROWN = ("error", "escalation", "signal", "message")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that is evaluated at a node. `after` says that the node has written what it writes by then."""

    text: str
    where: str  # in Indonesian, to begin a sentence with: "Parameter 'satker'"
    script: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """What one node says in its own XML."""

    readings: tuple[Reading, ...] = ()
    sets: frozenset[str] = frozenset()  # names that it writes whatever happens: results, targets of scripts, outputs
    items: frozenset[str] = frozenset()  # names that are there inside it only: the item of a multi-instance activity
    variable: str | None = None  # user tasks: all that the form gives goes under this name
    result: str | None = None  # service tasks
    code: str | None = None  # of the error or escalation thrown or caught; "" catches any
    signal: str | None = None
    timer: tuple[str, str] | None = None  # (timeDuration | timeDate | timeCycle, text as repaired)
    repeats: str = ""  # "" | loop | many
    count: str = ""  # how often, or over which list: the text of it
    optional: bool = False  # it may run no time at all


@dataclass(frozen=True, slots=True)
class Details:
    """By node id; `lenient` are names of data objects and declared inputs, which are not followed."""

    nodes: Mapping[str, Detail] = field(default_factory=dict)
    lenient: frozenset[str] = frozenset()
    processes: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # id -> (file, line)

    def of(self, node: str) -> Detail:
        return self.nodes.get(node, _NOTHING)


_NOTHING = Detail()


def read_details(files: Mapping[str, bytes]) -> Details:
    """Of files that `prepare` has repaired and found sound."""
    roots = {name: parse(data) for name, data in files.items()}
    diagrams = {name: root for name, root in roots.items() if root.tag == bpmn("definitions")}
    tables = dict(_decisions(root for root in roots.values() if root.tag != bpmn("definitions")))
    nodes: dict[str, Detail] = {}
    lenient: set[str] = set()
    processes = {}
    for file, root in diagrams.items():
        events = {t.get("id"): t for kind in _THROWN for t in root.iter(bpmn(kind))}
        for tag in root.iter(bpmn("dataObject"), bpmn("dataInput"), bpmn("dataOutput")):
            lenient |= {name for name in (tag.get("id"), tag.get("name")) if name}
        for process in root.iter(bpmn("process")):
            processes[process.get("id") or ""] = file, int(process.sourceline or 0)
        for scope in scopes_of(root):
            for node in nodes_of(scope):
                if node.get("id"):
                    nodes[node.get("id")] = _Reader(node, events, tables).read()
    return Details(nodes, frozenset(lenient), processes)


class _Reader:
    """Reads one node."""

    def __init__(self, node: Tag, events: Mapping[str, Tag], tables: Mapping[str, Detail]) -> None:
        self.node, self.events, self.tables = node, events, tables
        self.readings: list[Reading] = []
        self.sets: set[str] = set()

    def read(self) -> Detail:
        node = self.node
        operator = operator_of(node)
        result = None if operator is None else operator.get("resultVariable") or None
        for parameter in [] if operator is None else parameters_of(operator):
            self.reads(parameter.get("value", ""), f"Parameter '{parameter.get('id')}'")
        if result:
            self.sets.add(result)
        before = [*find(node, "./bpmn:extensionElements/spiff:preScript"), *node.findall(bpmn("script"))]
        for script in before:
            self.reads(script.text or "", "Skrip", script=True)
        for script in find(node, "./bpmn:extensionElements/spiff:postScript"):
            self.reads(script.text or "", "Skrip sesudahnya", script=True, after=True)
        for reading in self.readings:
            if reading.script:
                self.sets |= targets_of(reading.text)
        self._due()
        self._table()
        code, signal, timer = self._events()
        repeats, count, optional, items = self._loops()
        extension = find(node, "./bpmn:extensionElements/spiff:variableName")
        return Detail(
            tuple(self.readings), frozenset(self.sets), items, text_of(extension[0]) if extension else None, result,
            code, signal, timer, repeats, count, optional,
        )  # fmt: skip

    def reads(self, text: str, where: str, script: bool = False, after: bool = False) -> None:
        if text and text.strip():
            self.readings.append(Reading(text, where, script, after))

    def _due(self) -> None:
        for tag in find(self.node, "./bpmn:extensionElements/spiff:properties/spiff:property"):
            text = (tag.get("value") or "").strip()
            if tag.get("name") == "due" and text and not is_duration(text):
                self.reads(text, "Tenggat")

    def _table(self) -> None:
        for tag in find(self.node, "./bpmn:extensionElements/spiff:calledDecisionId"):
            table = self.tables.get(text_of(tag))
            if table is not None and local(self.node) == "businessRuleTask":
                self.readings += table.readings
                self.sets |= table.sets

    def _events(self) -> tuple[str | None, str | None, tuple[str, str] | None]:
        code: str | None = None
        signal: str | None = None
        timer: tuple[str, str] | None = None
        holders = [t for t in self.node if local(t).endswith("EventDefinition")]
        if local(self.node) in ("sendTask", "receiveTask"):
            holders.append(self.node)
        for tag in holders:
            kind = local(tag).removesuffix("EventDefinition")
            reference = next((tag.get(f"{k}Ref") for k in _THROWN if tag.get(f"{k}Ref")), None)
            meant = self.events.get(reference or "")
            for holder in [tag] if meant is None else [tag, meant]:
                for each in [*holder.iter(spiff("messagePayload")), *holder.iter(spiff("payloadExpression"))]:
                    self.reads(text_of(each), "Isi yang dikirim")
                names = [*holder.iter(spiff("messageVariable")), *holder.iter(spiff("variableName"))]
                self.sets |= {text_of(t) for t in names if text_of(t)}
            if kind in ("error", "escalation"):
                code = "" if meant is None else meant.get(f"{kind}Code") or ""
            if kind == "signal":
                signal = (self.node.get("name") if meant is None else meant.get("name")) or ""
            for part in tag:
                if local(part) in TIMER_TAGS:
                    timer = local(part), text_of(part)
                    self.reads(text_of(part), "Waktu")
                if local(part) == "condition":
                    self.reads(text_of(part), "Syarat")
        return code, signal, timer

    def _loops(self) -> tuple[str, str, bool, frozenset[str]]:
        for loop in self.node.findall(bpmn("multiInstanceLoopCharacteristics")):
            return self._many(loop)
        for loop in self.node.findall(bpmn("standardLoopCharacteristics")):
            for tag in loop.findall(bpmn("loopCondition")):
                self.reads(text_of(tag), "Syarat pengulangan", after=True)
            return "loop", loop.get("loopMaximum") or "", loop.get("testBefore") == "true", frozenset()
        return "", "", False, frozenset()

    def _many(self, loop: Tag) -> tuple[str, str, bool, frozenset[str]]:
        texts = {name: [text_of(t) for t in loop.findall(bpmn(name))] for name in _LOOP}
        for text in texts["loopCardinality"]:
            self.reads(text, "Banyaknya pengulangan")
        for text in texts["loopDataInputRef"]:
            self.reads(text, "Daftar pengulangan")
        for text in texts["completionCondition"]:
            self.reads(text, "Syarat selesai", after=True)
        self.sets |= {text for text in texts["loopDataOutputRef"] if text}
        items = [t.get("id") or t.get("name") for t in loop if local(t) in ("inputDataItem", "outputDataItem")]
        count = next(iter(texts["loopCardinality"] + texts["loopDataInputRef"]), "")
        return "many", count, not (count.isdigit() and int(count) > 0), frozenset(i for i in items if i)


_LOOP = ("loopCardinality", "loopDataInputRef", "completionCondition", "loopDataOutputRef")


def _decisions(roots: Iterable[Tag]) -> Iterator[tuple[str, Detail]]:
    """What each decision table reads and writes, by its id."""
    for root in roots:
        for decision in (t for t in root if _name(t) == "decision" and t.get("id")):
            readings, sets = [], set()
            for tag in decision.iter():
                if _name(tag) == "text" and text_of(tag) and _name(tag.getparent()) == "inputExpression":
                    readings.append(Reading(text_of(tag), "Tabel keputusan"))
                if _name(tag) == "output" and tag.get("name"):
                    sets.add(tag.get("name"))
            yield decision.get("id"), Detail(tuple(readings), frozenset(sets))


def _name(tag: Tag) -> str:
    return str(tag.tag).rpartition("}")[2]
