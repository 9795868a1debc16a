"""What an examination found, as pages and scripts show it."""

from __future__ import annotations

from typing import Any

from app.engine.types import Element, Problem
from app.flows.diagrams.examine import Examination

KINDS = {
    "userTask": "Tugas orang", "manualTask": "Tugas manual", "serviceTask": "Layanan", "scriptTask": "Hitungan",
    "businessRuleTask": "Tabel keputusan", "sendTask": "Kirim pesan", "receiveTask": "Terima pesan",
    "callActivity": "Proses lain", "subProcess": "Subproses", "transaction": "Transaksi", "startEvent": "Awal",
    "endEvent": "Akhir", "boundaryEvent": "Kejadian di tepi", "intermediateCatchEvent": "Kejadian menunggu",
    "intermediateThrowEvent": "Kejadian mengirim", "exclusiveGateway": "Gateway pilih satu",
    "parallelGateway": "Gateway paralel", "inclusiveGateway": "Gateway inklusif",
    "eventBasedGateway": "Gateway kejadian",
}  # fmt: skip
LEVELS = {"error": "Kesalahan", "warning": "Peringatan", "repair": "Perbaikan otomatis"}


def as_json(found: Examination) -> dict[str, Any]:
    """{ok, problems, executed} for the editor."""
    return {"ok": found.ok, "problems": [problem(p) for p in found.problems], "executed": executed(found)}


def problem(p: Problem) -> dict[str, Any]:
    return {
        "level": p.level, "element": p.element, "name": p.name, "line": p.line, "file": p.file, "message": p.message,
        "path": list(p.path),
    }  # fmt: skip


def executed(found: Examination) -> list[dict[str, Any]]:
    """Every node of the diagram, in the order of the file: what is done there, and by whom."""
    return [
        {
            "element": e.id, "name": e.name, "kind": e.kind, "kind_words": KINDS.get(e.kind, e.kind),
            "lane": e.lane or "", "what": _what(e),
        }
        for e in found.elements.values()
    ]  # fmt: skip


def _what(e: Element) -> str:
    if e.kind in ("userTask", "manualTask"):
        who = e.lane or "orang"
        if e.form:
            return f"{who} mengisi formulir {e.form}"
        return f"{who} mengisi {len(e.fields)} isian" if e.fields else f"{who} menandainya selesai"
    if e.operator:
        return f"memanggil layanan {e.operator}"
    return ""
