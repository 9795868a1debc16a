"""Decision tables: that each is whole, its cells are expressions Alur evaluates, and the ones called are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.engine.bpmn_xml import Report, Tag, bpmn, find, text_of
from app.engine.expressions import ExpressionError, check

MAX_RULES = 500
# "?" stands for the input's value, outside of texts in quotes; SpiffWorkflow puts this name in its place
_QUESTION = re.compile(r"""("[^"]*"|'[^']*')|\?""")
_INPUT = "dmninputexpr"


def check_decisions(decisions: Mapping[str, Tag], diagrams: Mapping[str, Tag], report: Report) -> None:
    known: set[str] = set()
    for file, root in decisions.items():
        tables = [t for t in root if _name(t) == "decision"]
        if len(tables) != 1 or not tables[0].get("id"):
            report.add(
                file, 0, "", "", "Satu berkas DMN harus berisi tepat satu keputusan yang punya id. Pecah berkasnya."
            )
            continue
        known.add(tables[0].get("id"))
        _decision(file, tables[0], report)
    for file, root in diagrams.items():
        for task in root.iter(bpmn("businessRuleTask")):
            names = [text_of(t) for t in find(task, "./bpmn:extensionElements/spiff:calledDecisionId")]
            if not names or names[0] not in known:
                there = ", ".join(sorted(known)) or "belum ada"
                wanted = names[0] if names else "kosong"
                report.at(file, task, f"Tabel keputusan '{wanted}' tidak ada. Pilih dari: {there}.")


def _name(tag: Tag) -> str:
    return str(tag.tag).rpartition("}")[2]


def _decision(file: str, decision: Tag, report: Report) -> None:
    tables = [t for t in decision if _name(t) == "decisionTable"]
    if len(tables) != 1 or not tables[0].get("id"):
        report.at(file, decision, "Keputusan ini harus punya tepat satu tabel dengan id. Perbaiki di editor DMN.")
        return
    parts = _parts(file, tables[0], report)
    for rule in parts["rule"]:
        _widths(file, rule, len(parts["input"]), len(parts["output"]), report)
    for tag, text in _texts(parts):
        try:
            check(text)
        except ExpressionError as e:
            report.at(file, tag, f"Isi sel '{text[:60]}': {e}")


def _parts(file: str, table: Tag, report: Report) -> dict[str, list[Tag]]:
    """The columns and the rules of a table, each whole."""
    parts = {kind: [t for t in table if _name(t) == kind] for kind in ("input", "output", "rule")}
    for tag in table:
        if _name(tag) not in parts:
            report.at(file, tag, f"Bagian {_name(tag)} di tabel keputusan tidak didukung. Hapus bagian itu.")
        elif not tag.get("id"):
            report.at(file, tag, f"Bagian {_name(tag)} di tabel keputusan tanpa id. Beri id.")
    if not parts["output"] or not parts["rule"]:
        report.at(file, table, "Tabel keputusan ini kosong. Isi paling sedikit satu keluaran dan satu aturan.")
    if len(parts["rule"]) > MAX_RULES:
        report.at(file, table, f"Tabel keputusan lebih dari {MAX_RULES} aturan. Pecah tabelnya.")
    if not all(o.get("name") for o in parts["output"]):
        report.at(file, table, "Ada keluaran tabel keputusan tanpa nama. Beri nama datanya.")
    return parts


def _widths(file: str, rule: Tag, inputs: int, outputs: int, report: Report) -> None:
    found = [_name(t) for t in rule]
    if found.count("inputEntry") != inputs or found.count("outputEntry") != outputs:
        report.at(file, rule, "Aturan ini tidak punya sel sebanyak kolomnya. Perbaiki di editor DMN.")


def _texts(parts: Mapping[str, list[Tag]]) -> Iterator[tuple[Tag, str]]:
    """Every expression of a table, cells in the form in which SpiffWorkflow hands them to the evaluator."""
    for column in parts["input"]:
        for tag in column.iter():
            if _name(tag) == "text" and _name(tag.getparent()) == "inputExpression":
                yield tag, text_of(tag)
    for rule in parts["rule"]:
        for entry in rule:
            texts = [(t, text_of(t)) for t in entry if _name(t) == "text"]
            for tag, text in texts:
                if not text or (text == "-" and _name(entry) == "inputEntry"):
                    continue
                yield tag, _cell(text) if _name(entry) == "inputEntry" else text


def _cell(text: str) -> str:
    if any(m.group() == "?" for m in _QUESTION.finditer(text)):
        return _QUESTION.sub(lambda m: m.group(1) or _INPUT, text)
    try:
        check(text)
    except ExpressionError:
        return f"{_INPUT} {text}"  # "> 5" is compared with the input
    return text
