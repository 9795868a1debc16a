"""Everything publishing looks at: files in, what they contain and all problems at once out. Nothing raises here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from app.engine.bpmn_xml import (
    BPMN,
    MAX_FILES,
    Report,
    Tag,
    UnreadableFile,
    bpmn,
    has_nodes,
    parse,
    properties_of,
)
from app.engine.checks.decisions import check_decisions
from app.engine.checks.events import check_events
from app.engine.checks.fields import check_fields
from app.engine.checks.graph import check_graph
from app.engine.checks.names import Vocabulary, check_names
from app.engine.checks.structure import check_structure
from app.engine.checks.texts import check_texts
from app.engine.checks.variables import check_title, check_variables
from app.engine.details import read_details
from app.engine.diagram import Graph, lane_names, read_elements, read_graph
from app.engine.foreign import read_foreign
from app.engine.repairs import repair
from app.engine.types import Element, Executed, Problem

__all__ = ["Prepared", "Vocabulary", "bytes_of", "check", "prepare", "sort_in"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set of files ready for SpiffWorkflow, if `ok`; else `problems` says what keeps it from being published.

    `files` are repaired and UTF-8, so what is loaded is what was checked. `process_id` is the process that no other
    calls, "" when there is none. `graph` is what `check` looks at, `executed` the list of what will be run, where it
    was asked for.
    """

    files: dict[str, bytes]
    elements: dict[str, Element]
    process_id: str
    process_name: str
    process_properties: dict[str, str]
    lanes: tuple[str, ...]
    problems: tuple[Problem, ...]
    graph: Graph = field(default_factory=Graph, repr=False, compare=False)
    executed: tuple[Executed, ...] = field(default=(), repr=False, compare=False)

    @property
    def ok(self) -> bool:
        return not any(p.level == "error" for p in self.problems)


def prepare(files: Mapping[str, bytes]) -> Prepared:
    """Read, repair and check the diagrams and decision tables of one process. Never raises for what a file holds."""
    report = Report()
    diagrams, decisions = _read(files, report)
    read_foreign(diagrams, report)
    repair(diagrams, report)
    check_structure(diagrams, report)
    graph = read_graph(diagrams, report)
    check_events(diagrams, report)
    check_texts(diagrams, report)
    check_fields(diagrams, report)
    check_decisions(decisions, diagrams, report)
    check_graph(graph, report)
    process = main_process(diagrams)
    if process is None and diagrams:
        first = next(iter(diagrams))
        report.add(first, 0, "", "", "Tidak ada proses yang dapat dijalankan. Gambar proses dengan kejadian awal.")
    return Prepared(
        files={name: bytes_of(root) for name, root in {**diagrams, **decisions}.items()},
        elements=read_elements(diagrams, graph),
        process_id="" if process is None else process.get("id"),
        process_name="" if process is None else process.get("name") or process.get("id"),
        process_properties={} if process is None else properties_of(process),
        lanes=lane_names(diagrams.values()),
        problems=report.problems,
        graph=graph,
    )


def check(prepared: Prepared, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Problems of names: forms, operators and roles this house does not have, the rules around secrets, and data that
    are read and that nothing before has written."""
    report = Report()
    check_names(prepared.elements, prepared.graph, vocabulary, report)
    details = read_details(prepared.files)
    check_variables(prepared.elements, prepared.graph, details, vocabulary, report)
    check_title(prepared.process_properties, prepared.process_id, details, report)
    return report.problems


def sort_in(name: str, data: bytes, diagrams: dict[str, Tag], decisions: dict[str, Tag], report: Report) -> None:
    """The root of one file among the diagrams or among the decision tables; what is neither is reported."""
    try:
        root = parse(data)
    except UnreadableFile as e:
        report.add(name, e.line, "", "", str(e))
        return
    if root.tag == bpmn("definitions"):
        diagrams[name] = root
    elif "/DMN/" in str(root.tag) and str(root.tag).endswith("}definitions"):
        decisions[name] = root
    else:
        report.add(name, 0, "", "", f"Ini bukan diagram BPMN 2.0 atau tabel DMN. Simpan sebagai BPMN 2.0 ({BPMN}).")


def _read(files: Mapping[str, bytes], report: Report) -> tuple[dict[str, Tag], dict[str, Tag]]:
    """The roots of the BPMN files and of the decision tables, by file name."""
    diagrams: dict[str, Tag] = {}
    decisions: dict[str, Tag] = {}
    if not files or len(files) > MAX_FILES:
        report.add("", 0, "", "", f"Kirim 1 sampai {MAX_FILES} berkas untuk satu proses.")
        return diagrams, decisions
    for name, data in files.items():
        sort_in(name, data, diagrams, decisions, report)
    if not diagrams and not report.problems:
        report.add(next(iter(files)), 0, "", "", "Tidak ada diagram BPMN. Tambahkan berkas .bpmn.")
    return diagrams, decisions


def main_process(diagrams: Mapping[str, Tag]) -> Tag | None:
    """The first executable process that no other one calls; else the first executable one."""
    called = {t.get("calledElement") for root in diagrams.values() for t in root.iter(bpmn("callActivity"))}
    processes = [p for root in diagrams.values() for p in root.iter(bpmn("process"))]
    runnable = [p for p in processes if p.get("id") and p.get("isExecutable", "true") == "true" and has_nodes(p)]
    return next((p for p in runnable if p.get("id") not in called), runnable[0] if runnable else None)


def bytes_of(root: Tag) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data
