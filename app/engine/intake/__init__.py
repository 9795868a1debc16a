"""Taking files from elsewhere: they become a draft in the house's own dialect, and a report says what became of what.

Two steps, both in the child process (`quarantine.run_in_child`). First what other tools mean is rewritten into what
Alur reads, in place, so that the editor shows exactly what is checked. Then the result is checked as every draft is.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from lxml import etree

from app.engine.bpmn_xml import (
    MAX_FILES,
    Report,
    Tag,
    line_of,
)
from app.engine.checks import Prepared, bytes_of, check, main_process, prepare, sort_in
from app.engine.checks.names import SYSTEM, Vocabulary
from app.engine.definition import Definition
from app.engine.diagram import lane_names, lanes_by_node
from app.engine.foreign.arena import read_arena
from app.engine.foreign.camunda7 import read_camunda
from app.engine.foreign.drawing import complete
from app.engine.foreign.flow import read_flow, tidy
from app.engine.foreign.roles import homeless, read_roles
from app.engine.foreign.terms import Taking, forget_ends
from app.engine.foreign.zeebe import read_zeebe
from app.engine.intake.rows import rows_of
from app.engine.repairs import ids_of, rename, repair
from app.engine.types import Problem
from app.errors import InvalidDefinition

MAX_SCHEMA = 200_000  # bytes of a form that comes as JSON
_SCHEMAS = (".json", ".form")


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """What the child is asked: {files: {name: base64}, vocabulary, roles: {lane: role}, process} -> see `take`."""
    files = {name: b64decode(data) for name, data in question["files"].items()}
    return take(files, Vocabulary.unpacked(question["vocabulary"]), question["roles"], question["process"])


def take(
    files: Mapping[str, bytes], vocabulary: Vocabulary, roles: Mapping[str, str], process: str = ""
) -> dict[str, Any]:
    """{files, process, name, problems, rows, lanes, homeless, drawn} as JSON. Never raises for what the files hold.

    `files` (base64) are in the house's dialect, byte for byte as they came where nothing was to be rewritten; {} where
    nothing can be drawn. The main process gets the id `process` ("": keeps its own). `rows` say for each element what
    becomes of it (see `intake_rows`). `lanes` are the names of lanes that are no roles; `homeless` counts the tasks of
    people in no lane.
    """
    report = Report()
    diagrams, others, schemas = _read(files, report)
    taking = Taking(report, vocabulary.forms, vocabulary.operators, vocabulary.roles, roles, schemas)
    before = {name: etree.tostring(root) for name, root in diagrams.items()}
    _rewrite(diagrams, others, taking)
    lines = _lines(diagrams)
    drawn = [f for f, root in diagrams.items() if _picture(f, root, report)]
    _call_it(process, diagrams, report)
    taken = {f: files[f] if etree.tostring(r) == before[f] else bytes_of(r) for f, r in diagrams.items()}
    taken |= {name: files[name] for name in others}
    prepared = _checked(taken, vocabulary) if taken and diagrams else None
    found = _told(report, prepared, lines)
    name = next((f for f in files), "")
    if not diagrams and not any(p.level == "error" for p in found):
        found.append(Problem(name, 0, "", "", "Tidak ada diagram BPMN di berkas ini. Tambahkan berkas .bpmn."))
    elements = {} if prepared is None else prepared.elements
    return {
        "files": {n: b64encode(data).decode() for n, data in taken.items()} if diagrams else {},
        "process": "" if prepared is None else prepared.process_id,
        "name": "" if prepared is None else prepared.process_name,
        "problems": [asdict(p) for p in found],
        "rows": rows_of(diagrams, others, elements, found),
        "lanes": [n for n in lane_names(diagrams.values()) if n not in vocabulary.roles | {SYSTEM}],
        "homeless": sum(len(homeless(r, lanes_by_node(r))) for r in diagrams.values()),
        "drawn": drawn,
    }


def _read(files: Mapping[str, bytes], report: Report) -> tuple[dict[str, Tag], dict[str, Tag], dict[str, Any]]:
    """(diagrams, decision tables, JSON forms) by file name; what is none of them is reported."""
    diagrams: dict[str, Tag] = {}
    decisions: dict[str, Tag] = {}
    schemas: dict[str, Any] = {}
    if not files or len(files) > MAX_FILES:
        report.add("", 0, "", "", f"Kirim 1 sampai {MAX_FILES} berkas untuk satu proses.")
        return diagrams, decisions, schemas
    for name, data in files.items():
        if name.lower().endswith(_SCHEMAS):
            _schema(name, data, schemas, report)
            continue
        sort_in(name, data, diagrams, decisions, report)
    return diagrams, decisions, schemas


def _schema(name: str, data: bytes, schemas: dict[str, Any], report: Report) -> None:
    try:
        if len(data) > MAX_SCHEMA:
            raise ValueError
        schemas[name] = json.loads(data)
    except (ValueError, RecursionError):
        report.add(name, 0, "", "", "Berkas formulir ini tidak terbaca, jadi tidak dipakai.", "warning")


def _rewrite(diagrams: dict[str, Tag], others: Mapping[str, Tag], taking: Taking) -> None:
    read_arena(diagrams, taking)
    read_zeebe(diagrams, taking)
    read_camunda(diagrams | dict(others), taking)
    read_flow(diagrams, taking)
    read_roles(diagrams, taking)
    repair(diagrams, taking.report, keep_drawn=True)
    tidy(diagrams)
    for root in diagrams.values():
        if any(p.level == "repair" for p in taking.report.problems):
            forget_ends(root)


def _call_it(process: str, diagrams: Mapping[str, Tag], report: Report) -> None:
    """Give the main process the id under which the house is to know it."""
    main = main_process(diagrams)
    if not process or main is None or main.get("id") == process:
        return
    old = main.get("id")
    for file, root in diagrams.items():
        if process in ids_of(root):
            report.add(file, 0, process, "", f"Id '{process}' dipakai elemen lain di berkas ini. Pilih kode lain.")
            return
    for file, root in diagrams.items():
        rename(root, {old: process})
        if main.getroottree().getroot() is root:
            report.at(file, main, f"Kode proses '{old[:80]}' menjadi '{process}'.", "repair")


def _lines(diagrams: Mapping[str, Tag]) -> dict[tuple[str, str], int]:
    """Where each element stands in the file as it came; what was added stands where its neighbour does."""
    return {
        (file, tag.get("id")): line_of(tag) for file, root in diagrams.items() for tag in root.iter() if tag.get("id")
    }


def _picture(file: str, root: Tag, report: Report) -> bool:
    what = complete(root)
    if what == "drawn":
        report.add(
            file, 0, "", "", "Gambarnya belum ada atau jalurnya bertambah, jadi ditata ulang otomatis.", "repair"
        )
    return what == "drawn"


def _checked(files: Mapping[str, bytes], vocabulary: Vocabulary) -> Prepared:
    prepared = prepare(files)
    prepared = replace(prepared, problems=(*prepared.problems, *check(prepared, vocabulary)))
    if not prepared.ok:
        return prepared
    try:
        Definition.load(files, prepared.process_id)
    except InvalidDefinition as e:
        found = tuple(p for p in e.problems if isinstance(p, Problem))
        return replace(prepared, problems=tuple(dict.fromkeys((*prepared.problems, *found))))
    except Exception as e:  # whatever the library raises: the file can't be run
        text = " ".join(str(e).split())[:200] or type(e).__name__
        problem = Problem(next(iter(files)), 0, "", "", f"Mesin tidak dapat membaca diagram ini ({text}).")
        return replace(prepared, problems=(*prepared.problems, problem))
    return prepared


def _told(report: Report, prepared: Prepared | None, lines: Mapping[tuple[str, str], int]) -> list[Problem]:
    """Everything that was found, with the lines of the files as they came; the same thing is said once."""
    later = () if prepared is None else prepared.problems
    placed = [replace(p, line=lines.get((p.file, p.element), p.line)) for p in later]
    found = dict.fromkeys((*report.problems, *placed))
    order = ("error", "warning", "repair")
    return sorted(found, key=lambda p: order.index(p.level) if p.level in order else len(order))
