"""The list of what will be executed: every node of the diagram with what happens there, in the order of the flow.

No node may be missing. What is drawn and not run is either documentation, and listed as such, or an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.engine.bpmn_xml import NODES, SUBPROCESSES, Report, UnreadableFile, bpmn, line_of, local, parse
from app.engine.checks import Prepared
from app.engine.details import Detail, Details, read_details
from app.engine.diagram import Flow, Graph, Node
from app.engine.difference.values import duration
from app.engine.types import Element, Executed, Problem

DOCUMENTATION = "documentation"
RETRIES, PAUSE = 5, 30  # where the diagram says nothing: see flows/record

_KINDS = {
    "startEvent": "Mulai", "endEvent": "Akhir", "userTask": "Tugas orang", "manualTask": "Tugas orang",
    "task": "Tugas orang", "serviceTask": "Layanan", "scriptTask": "Hitungan", "businessRuleTask": "Tabel keputusan",
    "sendTask": "Kirim pesan", "receiveTask": "Tunggu pesan", "intermediateCatchEvent": "Kejadian yang ditunggu",
    "intermediateThrowEvent": "Kejadian", "boundaryEvent": "Kejadian di tepi", "exclusiveGateway": "Gateway pilihan",
    "parallelGateway": "Gateway bersamaan", "inclusiveGateway": "Gateway satu atau lebih",
    "eventBasedGateway": "Gateway kejadian", "subProcess": "Subproses", "transaction": "Subproses",
    "adHocSubProcess": "Subproses", "callActivity": "Panggilan proses",
}  # fmt: skip
_NOTES = {
    "textAnnotation": "Catatan", "group": "Kelompok", "dataObjectReference": "Data", "dataObject": "Data",
    "dataStoreReference": "Penyimpanan data",
}  # fmt: skip
_EVENTS = {
    "timer": "waktu", "message": "pesan", "signal": "sinyal", "error": "kesalahan", "escalation": "eskalasi",
    "conditional": "syarat", "terminate": "hentikan semua", "cancel": "batal",
}  # fmt: skip


def executed(
    prepared: Prepared, original: Mapping[str, bytes], attended: frozenset[str] = frozenset()
) -> tuple[tuple[Executed, ...], tuple[Problem, ...]]:
    """The list, and an error for each node of `original` that is not in it. `attended` operators need their signer."""
    telling = _Telling(prepared, read_details(prepared.files), attended)
    rows = [telling.row(node) for node in _in_order(prepared.graph, prepared.process_id)]
    report = Report()
    notes = list(_beside(prepared, {r.element for r in rows}, original, report))
    return (*rows, *notes), report.problems


def _in_order(graph: Graph, process: str) -> list[Node]:
    """The nodes of the process and of all it runs, as they follow each other; what is inside right after its owner."""
    found: dict[str, Node] = {}

    ahead = _entries(graph, process)
    while ahead:
        node = ahead.pop()
        if node.id in found:
            continue
        found[node.id] = node
        inside = node.id if node.kind in SUBPROCESSES else node.called or ""
        following = [graph.nodes[f.target] for f in graph.out(node.id)]
        ahead += [*reversed(following), *reversed(graph.boundaries.get(node.id, ()))]
        ahead += _entries(graph, inside) if inside else []
    return list(found.values())


def _entries(graph: Graph, scope: str) -> list[Node]:
    """Where to begin in a scope, the last one first; all its nodes are there, so that none is forgotten."""
    here = graph.scopes.get(scope, ())
    starts = [n for n in here if n.kind == "startEvent"]
    return [*reversed([n for n in here if n.kind != "startEvent"]), *reversed(starts)]


class _Telling:
    def __init__(self, prepared: Prepared, details: Details, attended: frozenset[str]) -> None:
        self.prepared, self.details, self.attended = prepared, details, attended
        self.graph = prepared.graph

    def row(self, node: Node) -> Executed:
        element, detail = self.prepared.elements[node.id], self.details.of(node.id)
        told = _PARTS.get(node.kind, _plain)(self, node, element, detail)
        more = [*told, *_repeated(detail), *_noted(element)]
        return Executed(
            node.id, node.name, node.kind, _KINDS.get(node.kind, node.kind), node.lane or "",
            ", ".join(part for part in more if part),
        )  # fmt: skip

    def person(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        if element.form:
            yield f"formulir {element.form}"
        elif element.fields:
            yield f"formulir dari diagram ({len(element.fields)} isian)"
        else:
            yield "tanpa formulir, hanya ditandai selesai"
        yield f"peran {node.lane}" if node.lane else "tanpa peran"
        if element.properties.get("due"):
            yield f"tenggat {duration(element.properties['due'])}"

    def service(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        yield f"layanan {element.operator}"
        retries = element.properties.get("retries", str(RETRIES))
        pause = element.properties.get("backoff", str(PAUSE))
        if element.operator in self.attended:
            yield "dicoba sekali, dengan passphrase dari formulir sebelumnya"
        else:
            yield f"dicoba sampai {retries} kali, jeda {pause} detik" if retries not in ("0", "1") else "dicoba sekali"
        if detail.result:
            yield f"hasilnya di {detail.result}"
        caught = ", ".join(code or "semua kesalahan" for code in element.errors)
        yield f"kesalahan yang ditangkap: {caught}" if caught else ""

    def event(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        for kind in node.events:
            words = _EVENTS.get(kind, kind)
            if kind == "timer" and detail.timer:
                words = f"{words}: {duration(detail.timer[1])}"
            elif kind in ("error", "escalation"):
                words = f"{words}: {detail.code or 'semua'}"
            elif kind == "signal" and detail.signal:
                words = f"{words}: {detail.signal}"
            yield words
        if not node.events:
            yield {"startEvent": "perkara mulai di sini", "endEvent": "jalan ini berakhir"}.get(node.kind, "dilewati")
        host = self.graph.nodes.get(node.attached_to or "")
        if host is not None:
            yield f"pada {host.name or host.id}"
            yield "menghentikan langkah itu" if node.interrupting else "langkah itu berjalan terus"
        if element.properties.get("peran"):
            yield f"dikirim {element.properties['peran']}"

    def gateway(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        into, out = self.graph.into(node.id), self.graph.out(node.id)
        if len(into) > 1 and node.kind in ("parallelGateway", "inclusiveGateway"):
            yield "menunggu semua cabang" if node.kind == "parallelGateway" else "menunggu cabang yang masih berjalan"
        if len(out) < 2:
            yield "diteruskan"
        elif node.kind == "parallelGateway":
            yield f"{len(out)} cabang berjalan bersamaan"
        elif node.kind == "eventBasedGateway":
            yield f"kejadian pertama dari {len(out)} yang menentukan jalan"
        else:
            one = (
                "satu jalan menurut syarat" if node.kind == "exclusiveGateway" else "setiap jalan yang syaratnya benar"
            )
            default = next((f for f in out if f.id == node.default), None)
            yield f"{one}; selain itu ke {self._goal(default)}" if default else one

    def _goal(self, flow: Flow) -> str:
        target = self.graph.nodes[flow.target]
        return target.name or target.id

    def inner(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        if node.kind == "callActivity":
            yield f"menjalankan proses {node.called}"
        else:
            yield f"menjalankan {len(self.graph.scopes.get(node.id, ()))} elemen di dalamnya"

    def script(self, node: Node, element: Element, detail: Detail) -> Iterator[str]:
        yield f"mengisi {', '.join(sorted(detail.sets))}" if detail.sets else "tanpa hasil"


def _plain(_telling: _Telling, _node: Node, _element: Element, _detail: Detail) -> Iterable[str]:
    return ["dilewati"]


_PARTS = {
    **dict.fromkeys(("userTask", "manualTask", "task"), _Telling.person),
    **dict.fromkeys(("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"), _Telling.gateway),
    **dict.fromkeys((*SUBPROCESSES, "callActivity"), _Telling.inner),
    **dict.fromkeys(("scriptTask", "businessRuleTask"), _Telling.script),
    **dict.fromkeys(
        ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "receiveTask"),
        _Telling.event,
    ),
    "serviceTask": _Telling.service,
}


def _repeated(detail: Detail) -> Iterator[str]:
    if detail.repeats == "many":
        yield f"diulang untuk {detail.count}" if not detail.count.isdigit() else f"{detail.count} kali"
    elif detail.repeats:
        yield f"diulang menurut syarat, paling banyak {detail.count} kali" if detail.count else "diulang menurut syarat"


def _noted(element: Element) -> Iterator[str]:
    if element.properties.get("status"):
        yield f"status menjadi '{element.properties['status']}'"
    if element.properties.get("notice"):
        yield f"memberi tahu {element.properties.get('notice_lane') or element.lane or 'peran di jalurnya'}"
    if element.properties.get("dokumen") == "batal":
        yield "lembar yang sudah dibuat batal"


def _beside(prepared: Prepared, listed: set[str], original: Mapping[str, bytes], report: Report) -> Iterator[Executed]:
    """What is drawn and not run. A node among it is an error, unless its whole process is documentation."""
    run = [n for n in prepared.graph.nodes.values() if n.id in listed]
    places, scopes = {(n.file, n.line, n.kind) for n in run}, {n.scope for n in run}
    for file, data in original.items():
        try:
            root = parse(data)
        except UnreadableFile:
            continue  # told already
        for tag in root.iter():
            kind, id_, name = local(tag), tag.get("id") or "", tag.get("name") or ""
            if kind in _NOTES and not (kind == "dataObject" and not id_):
                text = " ".join("".join(tag.itertext()).split())[:120] if kind == "textAnnotation" else name
                yield Executed(id_, text, DOCUMENTATION, _NOTES[kind], "", "keterangan, tidak dijalankan")
            elif kind in NODES and id_ not in listed and (file, line_of(tag), kind) not in places:
                if next((p.get("id") for p in tag.iterancestors(bpmn("process"))), None) in scopes:
                    report.at(file, tag, "Elemen ini tidak akan dijalankan. Sambungkan ke alur, atau hapus.")
                    continue
                told = "keterangan: prosesnya tidak dijalankan"
                yield Executed(id_, name, DOCUMENTATION, _KINDS.get(kind, kind), "", told)
