"""Names of data that are read and not written before; parameters that a service needs or doesn't know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import Formatter

from app.engine.bpmn_xml import Report
from app.engine.checks.names import Vocabulary
from app.engine.details import Detail, Details
from app.engine.diagram import Flow, Graph, Node
from app.engine.needs import Path, needs_of, needs_of_script
from app.engine.types import Element
from app.engine.variables import CAUGHT, STARTED_WITH, Flowing, Known, follow

TITLE_NAMES = frozenset({"tahun", "satker", "nama_satker"})  # what flows/start knows when a case begins
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check_variables(
    elements: Mapping[str, Element], graph: Graph, details: Details, vocabulary: Vocabulary, report: Report
) -> None:
    flowing = follow(elements, graph, details, vocabulary)
    looking = _Looking(flowing, report)
    for node in graph.nodes.values():
        if node.id in flowing.into:  # what is never reached is reported as such
            looking.at(node)
        _parameters(node, elements[node.id], vocabulary, report)


def check_title(properties: Mapping[str, str], process: str, details: Details, report: Report) -> None:
    """What a case is called, and what there is one of: only what is known when it begins."""
    file, line = details.processes.get(process, ("", 0))
    known = ", ".join(sorted(TITLE_NAMES))
    try:
        parts = list(Formatter().parse(properties.get("judul", "")))
    except ValueError:
        parts = [("", "", "?", None)]
    names = [name for _, name, _, _ in parts if name is not None]
    if any(form or turned for _, _, form, turned in parts):  # a width of a thousand million would be one, too
        report.add(
            file, line, process, "", "Judul perkara tidak dapat dibaca. Tulis misalnya: PK {tahun} {nama_satker}."
        )
        return
    for where, given in (("Judul perkara", names), ("Kunci unik", properties.get("unik", "").split())):
        for name in dict.fromkeys(given):
            if name not in TITLE_NAMES:
                report.add(
                    file, line, process, "", f"{where} menyebut '{name[:60]}'. Yang ada saat perkara mulai: {known}."
                )


class _Looking:
    """Looks at what each node reads, with what is there by then."""

    def __init__(self, flowing: Flowing, report: Report) -> None:
        self.flowing, self.report = flowing, report
        self.graph, self.details, self.vocabulary = flowing.graph, flowing.details, flowing.vocabulary
        self.writers: dict[str, list[Node]] = {}
        for node in self.graph.nodes.values():
            for name in flowing.certain(node) | flowing.perhaps(node):
                self.writers.setdefault(name, []).append(node)

    def at(self, node: Node) -> None:
        detail = self.details.of(node.id)
        before, after = self.flowing.into[node.id], self.flowing.out(node)
        for reading in detail.readings:
            paths = needs_of_script(reading.text) if reading.script else needs_of(reading.text)
            known = after if reading.after else _with(before, detail)
            self._missing(node, reading.where, paths, known)
        if node.kind in _CHOOSING and len(self.graph.out(node.id)) > 1:
            for flow in self.graph.out(node.id):
                self._missing(flow, "Syarat panah ini", needs_of(flow.condition or ""), after)
        form = self.flowing.elements[node.id].form or ""
        wanted = frozenset((name,) for name in self.vocabulary.reads.get(form, frozenset()))
        self._missing(node, f"Formulir '{form}'", wanted, _with(before, detail))

    def _missing(self, at: Node | Flow, where: str, paths: frozenset[Path], known: Known) -> None:
        shown = set()
        for path in sorted(paths):
            name = path[0]
            if name in self.details.lenient or name in shown:
                continue
            if name not in known.some:
                shown.add(name)
                self._say(at, f"{where} membaca '{name}', yang tidak ditulis langkah mana pun sebelumnya. "
                              f"{self._hint(name, known)}")  # fmt: skip
            elif known.all is not None and name not in known.all:
                shown.add(name)
                self._say(
                    at,
                    f"{where} membaca '{name}', yang tidak ditulis di semua jalan ke sini. "
                    f"Pakai isi({name}, pengganti), atau pastikan selalu terisi.",
                    "warning",
                )
            else:
                self._shape(at, where, path)

    def _shape(self, at: Node | Flow, where: str, path: Path) -> None:
        """A key that none of those who write the name gives it; nothing where one of them doesn't say what it gives."""
        shapes = self._shapes(path[0])
        if len(path) < 2 or not shapes:
            return
        for length in range(2, len(path) + 1):
            part = ".".join(path[:length])
            above = ".".join(path[: length - 1]) + "."
            below = {s for s in shapes if s.startswith(above)}
            if not below:
                return  # nothing is said about what is in there
            if part not in below and not any(s.startswith(part + ".") for s in below):
                keys = sorted({s[len(above) :].split(".")[0] for s in below})
                near = " atau ".join(f"'{n}'" for n in get_close_matches(path[length - 1], keys, n=2))
                hint = f"Mungkin {near}?" if near else f"Yang ada: {', '.join(keys[:8])}."
                self._say(at, f"{where} membaca '{part}', yang tidak ada di dalam '{above[:-1]}'. {hint}", "warning")
                return

    def _shapes(self, name: str) -> set[str]:
        found: set[str] = set()
        for writer in self.writers.get(name, ()):
            element, detail = self.flowing.elements[writer.id], self.details.of(writer.id)
            if detail.result == name:
                given = {f"{name}.{path}" for path in self.vocabulary.results.get(element.operator or "", ())}
            else:
                given = {
                    path for path in self.vocabulary.shapes.get(element.form or "", ()) if path.startswith(f"{name}.")
                }
            if not given and name in self.flowing.certain(writer):
                return set()
            found |= given
        return found

    def _hint(self, name: str, known: Known) -> str:
        near = get_close_matches(name, sorted(known.some), n=3)
        if near:
            return f"Mungkin {' atau '.join(repr(n) for n in near)}?"
        writers = self.writers.get(name, [])
        if writers:
            where = writers[0].name or writers[0].id
            return f"Yang menulisnya '{where[:60]}', yang tidak dilalui sebelum ini."
        there = ", ".join(sorted(known.some)[:12])
        return f"Yang ada di sini: {there}."

    def _say(self, at: Node | Flow, message: str, level: str = "error") -> None:
        self.report.add(at.file, at.line, at.id, at.name, message, level)


def _with(known: Known, detail: Detail) -> Known:
    if not detail.items:
        return known
    return Known(known.some | detail.items, None if known.all is None else known.all | detail.items)


def _parameters(node: Node, element: Element, vocabulary: Vocabulary, report: Report) -> None:
    operator = element.operator or ""
    for message, level in _of_operator(operator, element, vocabulary):
        report.add(node.file, node.line, node.id, node.name, message, level)


def _of_operator(operator: str, element: Element, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for name in sorted(vocabulary.required.get(operator, frozenset()) - set(element.params)):
        yield f"Layanan '{operator}' memerlukan parameter '{name}'. Isi parameternya.", "error"
    known = vocabulary.params.get(operator)
    for name in element.params if known else ():
        if known and name not in known:
            near = get_close_matches(name, sorted(known), n=2)
            hint = (
                f"Mungkin {' atau '.join(repr(n) for n in near)}?" if near else f"Yang ada: {', '.join(sorted(known))}."
            )
            yield f"Layanan '{operator}' tidak mengenal parameter '{name}', jadi isinya diabaikan. {hint}", "warning"
    codes = vocabulary.codes.get(operator)
    for code in element.errors if codes is not None else ():
        if code and codes is not None and code not in codes:
            there = ", ".join(sorted(codes)) or "tidak ada"
            yield f"Layanan '{operator}' tidak pernah memberi kesalahan '{code}'. Yang ada: {there}.", "warning"


__all__ = ["CAUGHT", "STARTED_WITH", "TITLE_NAMES", "check_title", "check_variables"]
