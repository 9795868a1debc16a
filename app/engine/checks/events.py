"""Events: which definitions may stand where, and that what they refer to is there.

SpiffWorkflow reads a definition it doesn't expect in a place as "none": the event is passed without a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.bpmn_xml import ACTIVITIES, EVENTS, Report, Tag, bpmn, local, nodes_of, scopes_of
from app.engine.repairs import TIMER_TAGS

# What SpiffWorkflow 3.2 parses at each kind of event; "" is an event without definition.
_ALLOWED: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"", "message", "signal", "timer", "conditional"}),
    "endEvent": frozenset({"", "message", "cancel", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer", "conditional"}),
    "intermediateThrowEvent": frozenset({"", "message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"cancel", "error", "escalation", "message", "signal", "timer", "conditional"}),
}
_PLACES = {
    "startEvent": "kejadian awal",
    "endEvent": "kejadian akhir",
    "intermediateCatchEvent": "kejadian menunggu",
    "intermediateThrowEvent": "kejadian mengirim",
    "boundaryEvent": "kejadian di tepi",
}
_KINDS = {
    "message": "pesan",
    "timer": "waktu",
    "conditional": "syarat",
    "signal": "sinyal",
    "error": "kesalahan",
    "escalation": "eskalasi",
    "compensate": "kompensasi",
    "cancel": "pembatalan",
    "link": "tautan",
    "terminate": "hentikan semua",
}
_INSTEAD = {
    "signal": "Pakai kejadian mengirim sinyal sebelum akhir biasa.",
    "compensate": "Gambar pembatalannya sebagai alur biasa.",
    "link": "Sambungkan langsung dengan panah.",
    "error": "Pakai kejadian kesalahan di tepi tugas yang bisa gagal.",
    "escalation": "Pakai kejadian eskalasi di tepi subprosesnya.",
    "": "Pilih apa yang ditunggu: waktu, pesan, atau sinyal.",
}
# The attribute by which a definition names the element it means, and that element.
_REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}


def check_events(roots: Mapping[str, Tag], report: Report) -> None:
    known = {kind: {t.get("id") for r in roots.values() for t in r.iter(bpmn(kind))} for kind in _REFERENCES}
    for file, root in roots.items():
        activities = {n.get("id"): n for s in scopes_of(root) for n in nodes_of(s) if local(n) in ACTIVITIES}
        for scope in scopes_of(root):
            for node in nodes_of(scope):
                if local(node) in EVENTS:
                    _event(file, node, report)
                    _inside_transaction(file, scope, node, report)
                if local(node) == "boundaryEvent":
                    _boundary(file, scope, node, activities, report)
                if local(node) in EVENTS or local(node) in ("sendTask", "receiveTask"):
                    _references(file, node, known, report)
        _definitions(file, root, report)


def _kinds(node: Tag) -> list[str]:
    return [local(t)[: -len("EventDefinition")] for t in node if local(t).endswith("EventDefinition")]


def _event(file: str, node: Tag, report: Report) -> None:
    place = local(node)
    kinds = _kinds(node)
    if len([t for t in node.iter() if local(t).endswith("EventDefinition")]) != len(kinds):
        report.at(
            file, node, "Ada jenis kejadian yang terselip di dalam bagian lain. Letakkan langsung di kejadiannya."
        )
    for kind in kinds or [""]:
        if kind not in _ALLOWED[place]:
            what = f"Jenis {_KINDS.get(kind, kind)}" if kind else "Kejadian tanpa jenis"
            instead = _INSTEAD.get(kind, "Pilih jenis kejadian lain.")
            report.at(file, node, f"{what} tidak didukung sebagai {_PLACES[place]}. {instead}")
    for definition in node:
        _definition(file, place, definition, report)


def _definition(file: str, place: str, definition: Tag, report: Report) -> None:
    kind = local(definition)
    if kind == "errorEventDefinition" and place == "endEvent" and not definition.get("errorRef"):
        report.at(file, definition, "Akhir dengan kesalahan ini tidak menyebut kesalahannya. Pilih kesalahannya.")
    if kind == "timerEventDefinition" and len([t for t in definition if local(t) in TIMER_TAGS]) != 1:
        report.at(file, definition, "Waktunya belum diisi, atau lebih dari satu. Tulis satu, misalnya 3 hari kerja.")
    if kind == "conditionalEventDefinition" and definition.find(bpmn("condition")) is None:
        report.at(file, definition, "Event bersyarat ini tidak punya syarat. Isi syaratnya.")


def _inside_transaction(file: str, scope: Tag, node: Tag, report: Report) -> None:
    if local(node) == "endEvent" and "cancel" in _kinds(node) and local(scope) != "transaction":
        report.at(file, node, "Akhir yang membatalkan hanya berlaku di dalam transaksi. Pakai kejadian akhir biasa.")


def _boundary(file: str, scope: Tag, node: Tag, activities: Mapping[str, Tag], report: Report) -> None:
    host = activities.get(node.get("attachedToRef"))
    if host is None or host.getparent() is not scope:
        report.at(
            file,
            node,
            f"Kejadian ini menempel pada '{node.get('attachedToRef')}' yang bukan tugas di sini. Tempelkan ulang.",
        )
    elif "cancel" in _kinds(node) and local(host) != "transaction":
        report.at(file, node, "Event batal hanya dapat menempel pada transaksi. Pakai event error atau pesan.")


def _references(file: str, node: Tag, known: Mapping[str, set[str | None]], report: Report) -> None:
    named = [(kind, definition) for kind in _REFERENCES for definition in node.findall(bpmn(f"{kind}EventDefinition"))]
    if local(node) in ("sendTask", "receiveTask") and node.get("messageRef"):
        named.append(("message", node))
    for kind, tag in named:
        reference = tag.get(_REFERENCES[kind])
        if reference and reference not in known[kind]:
            report.at(
                file,
                tag,
                f"{_REFERENCES[kind]} '{reference}' tidak ada di berkas ini. Pilih yang ada, atau buat {kind}-nya.",
            )
        elif not reference and kind in ("message", "signal") and not node.get("name"):
            report.at(file, tag, f"Kejadian ini tidak menyebut {kind}-nya. Pilih {_REFERENCES[kind]}.")


def _definitions(file: str, root: Tag, report: Report) -> None:
    for kind in _REFERENCES:
        for tag in root.findall(bpmn(kind)):
            if not tag.get("id"):
                report.at(file, tag, f"Definisi {kind} tanpa id tidak dapat dirujuk. Beri id atau hapus.")
            elif kind in ("message", "signal") and not tag.get("name"):
                report.at(file, tag, f"Definisi {kind} tanpa nama tidak dapat dikenali. Beri nama.")
