"""What becomes of each element of files from elsewhere, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.engine.bpmn_xml import BESIDE, NODES, Tag, bpmn, line_of, local, scopes_of
from app.engine.types import Element, Problem

EXECUTED, PERSON, DOCUMENTATION, REFUSED = "executed", "person", "documentation", "refused"
_PEOPLE = ("userTask", "manualTask")
_DRAWN_BESIDE = ("textAnnotation", "group", "dataObjectReference", "dataStoreReference")
_QUIET = frozenset(BESIDE) - set(_DRAWN_BESIDE)


def rows_of(
    diagrams: Mapping[str, Tag],
    decisions: Mapping[str, Tag],
    elements: Mapping[str, Element],
    problems: Iterable[Problem],
) -> list[dict[str, Any]]:
    """One row for each element that is drawn: {file, line, element, name, kind, verdict, lane, reasons}.

    `verdict`: executed | person (a work item for a person) | documentation | refused. `reasons` are the sentences that
    belong to it, errors first. A refusal that names no element of the table is a row of its own.
    """
    said: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        said.setdefault((problem.file, problem.element), []).append(problem)
    out = [_row(file, tag, aside, elements, said) for file, tag, aside in _drawn(diagrams, decisions)]
    there = {(r["file"], r["element"]) for r in out}
    for (file, element), found in said.items():
        errors = [p for p in found if p.level == "error"]
        if errors and (file, element) not in there:
            first = errors[0]
            kind = _kind(diagrams.get(file), element)
            out.append(_made(file, first.line, element, first.name, kind, REFUSED, "", [p.message for p in errors]))
    return out


def _drawn(diagrams: Mapping[str, Tag], decisions: Mapping[str, Tag]) -> Iterator[tuple[str, Tag, bool]]:
    """(file, tag, whether it is not run) of everything with a place in the table, in the order of the files."""
    for file, root in diagrams.items():
        for scope in scopes_of(root):
            aside = any(t.get("isExecutable") == "false" for t in (scope, *scope.iterancestors(bpmn("process"))))
            for tag in scope:
                if local(tag) in NODES or (local(tag) and local(tag) not in _QUIET):
                    yield file, tag, aside or local(tag) in _DRAWN_BESIDE
        beside = root.iter(bpmn("dataStore"), bpmn("messageFlow"), bpmn("participant"))
        yield from ((file, t, True) for t in beside if local(t) != "participant" or not t.get("processRef"))
    for file, root in decisions.items():
        yield from ((file, t, False) for t in root if str(t.tag).endswith("}decision"))


def _row(
    file: str,
    tag: Tag,
    aside: bool,
    elements: Mapping[str, Element],
    said: Mapping[tuple[str, str], list[Problem]],
) -> dict[str, Any]:
    id_ = tag.get("id") or ""
    found = said.get((file, id_), [])
    known = elements.get(id_)
    kind = local(tag) or str(tag.tag).rpartition("}")[2]
    if any(p.level == "error" for p in found):
        verdict = REFUSED
    elif aside:
        verdict = DOCUMENTATION
    else:
        verdict = PERSON if kind in _PEOPLE else EXECUTED
    lane = (known.lane if known else None) or ""
    name = tag.get("name") or "".join(t.text or "" for t in tag if local(t) == "text").strip()[:100]
    return _made(file, line_of(tag), id_, name, kind, verdict, lane, [p.message for p in found])


def _made(
    file: str, line: int, element: str, name: str, kind: str, verdict: str, lane: str, reasons: list[str]
) -> dict[str, Any]:
    return {
        "file": file, "line": line, "element": element, "name": name[:200], "kind": kind, "verdict": verdict,
        "lane": lane, "reasons": reasons[:20],
    }  # fmt: skip


def _kind(root: Tag | None, element: str) -> str:
    if root is None or not element:
        return ""
    found = next((t for t in root.iter() if t.get("id") == element), None)
    return "" if found is None else local(found)
