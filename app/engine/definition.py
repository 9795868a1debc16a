"""A published diagram, ready to run: parsed once for each version and process, then shared by all its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from app.engine.checks import Prepared, prepare
from app.engine.expressions import ExpressionError
from app.engine.parser import DiagramParser
from app.engine.specs import dress
from app.engine.types import Element, Problem
from app.errors import InvalidDefinition


@dataclass(frozen=True, eq=False)
class Definition:
    """One process with all that it calls. Immutable, and safe to use from several threads at once."""

    id: str
    name: str
    properties: Mapping[str, str]  # of the process itself
    elements: Mapping[str, Element]  # by id, as drawn
    prepared: Prepared = field(repr=False)  # files as repaired, lanes, graph, repairs and warnings
    spec: Any = field(repr=False)  # SpiffWorkflow's, shared by all cases: never changed after loading
    subprocesses: Mapping[str, Any] = field(repr=False)
    parser: Any = field(repr=False)  # keeps the XML roots alive

    @classmethod
    def load(cls, files: Mapping[str, bytes], process_id: str | None = None) -> Definition:
        """Check, repair and parse `files` ({name: bytes}, .bpmn and .dmn). Raises InvalidDefinition with all problems.

        Without `process_id` the executable process is meant that no other one calls.
        """
        prepared = prepare(files)
        if not prepared.ok:
            raise InvalidDefinition(prepared.problems)
        return cls.of(prepared, process_id or prepared.process_id)

    @classmethod
    def of(cls, prepared: Prepared, process_id: str) -> Definition:
        """Parse files that `prepare` found sound. Raises InvalidDefinition for what only the parser sees."""
        parser, spec, subprocesses = _parse(prepared, process_id)
        wrong = [
            *_left_out(prepared, process_id, spec, subprocesses),
            *_not_shareable(prepared, process_id, subprocesses),
        ]
        if wrong:
            raise InvalidDefinition((*prepared.problems, *wrong))
        elements = dict(prepared.elements)
        try:
            for each in (spec, *subprocesses.values()):
                dress(each, elements, subprocesses)
        except ExpressionError as e:
            raise InvalidDefinition((*prepared.problems, _problem(f"{e} ({e.expression})"))) from e
        main = process_id == prepared.process_id
        return cls(
            id=process_id,
            name=prepared.process_name if main else spec.description or process_id,
            properties=prepared.process_properties if main else {},
            elements=elements,
            prepared=prepared,
            spec=spec,
            subprocesses=subprocesses,
            parser=parser,
        )

    def attached_to(self, element: str) -> str | None:
        """The element that the boundary event `element` stands on."""
        node = self.prepared.graph.nodes.get(element)
        return node.attached_to if node else None


def _parse(prepared: Prepared, process_id: str) -> tuple[DiagramParser, Any, dict[str, Any]]:
    try:
        parser = DiagramParser(prepared.files)
        spec = parser.get_spec(process_id)
        return parser, spec, parser.get_subprocess_specs(process_id)
    except ValidationException as e:
        problem = _problem(str(e), e.file_name or "", getattr(e, "sourceline", 0) or 0, e.id or "", e.name or "")
        raise InvalidDefinition((*prepared.problems, problem)) from e
    except RecursionError as e:
        message = "Diagram ini terlalu panjang untuk dibaca sekaligus. Pecah menjadi beberapa subproses."
        raise InvalidDefinition((*prepared.problems, _problem(message, element=process_id))) from e


def _left_out(prepared: Prepared, process_id: str, spec: Any, subprocesses: Mapping[str, Any]) -> list[Problem]:
    """Nodes that are drawn but not in the specification: the library left them out without a word."""
    there = {s.bpmn_id for each in (spec, *subprocesses.values()) for s in each.task_specs.values()}
    used = {process_id, *subprocesses}
    return [
        _problem(
            f"{node.kind} ini tidak terjangkau dari awal proses. Sambungkan dengan panah, atau hapus.",
            node.file,
            node.line,
            node.id,
            node.name,
        )
        for node in prepared.graph.nodes.values()
        if node.scope in used and node.id not in there
    ]


def _not_shareable(prepared: Prepared, process_id: str, subprocesses: Mapping[str, Any]) -> list[Problem]:
    """What the library runs by changing the specification, which all cases share.

    It connects the tasks of ad hoc subprocesses and of event subprocesses while a case runs; and an event subprocess
    with a timer keeps its case from ending until the timer fires.
    """
    used = {process_id, *subprocesses}
    advice = {
        "ad hoc": "Gambar urutannya, atau cabang paralel yang boleh dilewati.",
        "event": "Pakai kejadian di tepi pada tugas atau subproses.",
    }
    found = []
    for node in prepared.graph.nodes.values():
        what = "ad hoc" if node.kind == "adHocSubProcess" else "event" if node.event_subprocess else None
        if what and node.scope in used:
            message = f"Subproses {what} tidak didukung. {advice[what]}"
            found.append(_problem(message, node.file, node.line, node.id, node.name))
    return found


def _problem(message: str, file: str = "", line: int = 0, element: str = "", name: str = "") -> Problem:
    return Problem(file, line, element, name, message)
