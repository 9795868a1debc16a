"""What the drawn flow would do: gateways that can't choose, nodes never reached, joins that never open."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from app.engine.bpmn_xml import ACTIVITIES, GATEWAYS, SUBPROCESSES, Report
from app.engine.checks.structure import MAX_FLOWS, MAX_NODES
from app.engine.diagram import Flow, Graph, Node

_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
_EVENT_TARGETS = frozenset({"intermediateCatchEvent", "receiveTask"})
# Where a case may stand still. A round through none of these would hold the server.
_WAITING = frozenset(
    {"userTask", "manualTask", "task", "serviceTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
)
_PEOPLE = frozenset({"userTask", "manualTask", "task"})


def check_graph(graph: Graph, report: Report) -> None:
    """Look at every node and scope; not at all at graphs too large to be published, which are reported already."""
    if len(graph.flows) > MAX_FLOWS * len(graph.scopes) or any(len(s) > MAX_NODES for s in graph.scopes.values()):
        return
    say = _Say(graph, report)
    for node in graph.nodes.values():
        _ends(node, graph, say)
        _gateway(node, graph, say)
        _conditions(node, graph, say)
        if node.kind in _PEOPLE and not node.lane:
            say.of(node, "Tugas ini tidak berada di jalur mana pun. Letakkan di jalur peran yang mengerjakannya.")
        if len(graph.into(node.id)) > 1:
            _join(node, graph, say)
    for scope in graph.scopes:
        _unreachable(scope, graph, say)
        _endless(scope, graph, say)


class _Say:
    def __init__(self, graph: Graph, report: Report) -> None:
        self._graph = graph
        self._report = report

    def of(self, node: Node, message: str, level: str = "error") -> None:
        self._report.add(node.file, node.line, node.id, node.name, message, level)

    def flow(self, flow: Flow, message: str) -> None:
        self._report.add(flow.file, flow.line, flow.id, flow.name, message)


def _ends(node: Node, graph: Graph, say: _Say) -> None:
    if node.kind == "endEvent" and graph.out(node.id):
        say.of(node, "Ada panah keluar dari kejadian akhir. Hapus panahnya, atau ganti jenisnya.")
    if node.kind in ("startEvent", "boundaryEvent") and graph.into(node.id):
        say.of(node, "Ada panah masuk ke event ini. Sambungkan ke tugas atau gateway berikutnya.")
    if node.kind == "startEvent" and not graph.out(node.id):
        say.of(node, "Start event ini tidak menuju ke mana pun. Sambungkan ke langkah pertama.")
    if node.kind in GATEWAYS and not graph.out(node.id):
        say.of(node, "Gateway ini tidak punya panah keluar. Sambungkan ke langkah berikutnya.")


def _gateway(node: Node, graph: Graph, say: _Say) -> None:
    flows = graph.out(node.id)
    if node.kind == "eventBasedGateway":
        for flow in flows:
            if graph.nodes[flow.target].kind not in _EVENT_TARGETS:
                say.flow(flow, "Sesudah gateway kejadian hanya boleh kejadian menunggu atau tugas terima. Ganti.")
    if node.kind not in _CHOOSING or not flows:
        return
    if node.default and node.default not in {f.id for f in flows}:
        say.of(node, f"Jalan bawaan '{node.default}' tidak keluar dari gateway ini. Pilih ulang jalan bawaannya.")
        return
    plain = [f for f in flows if not f.condition and f.id != node.default]
    if len(flows) > 1:
        for flow in plain:
            say.flow(flow, "Panah ini belum punya syarat. Isi syaratnya, atau jadikan jalan bawaan gateway-nya.")
    if not plain and not node.default and not _covers_all([f.condition or "" for f in flows]):
        say.of(node, "Bisa terjadi tidak ada syarat yang terpenuhi. Pilih satu panah sebagai jalan bawaan.")


def _covers_all(conditions: list[str]) -> bool:
    """Is one of two conditions plainly the opposite of the other? (x == 'a' and x != 'a'; x and not x)"""
    try:
        parsed = [ast.parse(c.strip(), mode="eval").body for c in conditions]
        shapes = [ast.dump(p) for p in parsed]
        return any(ast.dump(_opposite(p)) in shapes for p in parsed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True  # reported as an expression that can't be read


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def _opposite(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return ast.Compare(node.left, [_OPPOSITES[type(node.ops[0])]()], node.comparators)
    return ast.UnaryOp(ast.Not(), node)


def _conditions(node: Node, graph: Graph, say: _Say) -> None:
    if node.kind in _CHOOSING:
        return
    for flow in graph.out(node.id):
        if flow.condition:
            say.flow(flow, "Syarat pada panah ini diabaikan. Pasang gateway eksklusif sebelum panah bersyarat.")


# --- reaching


def _unreachable(scope: str, graph: Graph, say: _Say) -> None:
    nodes = graph.scopes[scope]
    owner = graph.nodes.get(scope)
    if owner is not None and owner.kind == "adHocSubProcess":
        return
    starts = [n.id for n in nodes if n.kind == "startEvent" or n.event_subprocess]
    if not starts:
        return  # reported already
    reached = _forward(starts, graph)
    for node in nodes:
        if node.id not in reached:
            say.of(node, "Elemen ini tidak pernah dicapai. Sambungkan dari langkah sebelumnya, atau hapus.")


def _forward(starts: Iterable[str], graph: Graph) -> set[str]:
    """Every node that can follow `starts` in their scope, boundary events of reached activities included."""
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        id_ = todo.pop()
        if id_ in reached:
            continue
        reached.add(id_)
        todo.extend(f.target for f in graph.out(id_))
        todo.extend(b.id for b in graph.boundaries.get(id_, ()))
    return reached


def _endless(scope: str, graph: Graph, say: _Say) -> None:
    """A round that never waits for a person, a service or a time would hold the server."""
    automatic = {n.id for n in graph.scopes[scope] if not _waits(n, graph)}
    # take away, again and again, what has no automatic successor: only rounds are left, and what leads to them
    rest = set(automatic)
    shrinking = True
    while shrinking:
        ends = {i for i in rest if not any(f.target in rest for f in graph.out(i))}
        starts = {i for i in rest if not any(f.source in rest for f in graph.into(i))}
        rest -= ends | starts
        shrinking = bool(ends | starts)
    if rest:
        node = min((graph.nodes[i] for i in rest), key=lambda n: (n.line, n.id))
        say.of(
            node, "Alur di sini berputar tanpa menunggu siapa pun. Tambahkan tugas orang atau pewaktu di putarannya."
        )


def _waits(node: Node, graph: Graph) -> bool:
    if node.kind in SUBPROCESSES:
        return any(n.kind in _WAITING or n.kind == "callActivity" for n in graph.inside(node.id))
    if node.kind == "callActivity":
        return any(n.kind in _WAITING or n.kind == "callActivity" for n in graph.inside(node.called or ""))
    return node.kind in _WAITING


# --- joins


def _join(node: Node, graph: Graph, say: _Say) -> None:
    """Simple cases only: branches that come straight from one split, with nothing joining in between."""
    walks = [_walk_back(flow, graph) for flow in graph.into(node.id)]
    if node.kind == "parallelGateway":
        for i, one in enumerate(walks):
            for other in walks[i + 1 :]:
                if _only_one_comes(one, other, graph):
                    message = (
                        "Gabungan ini menunggu semua cabang, padahal hanya satu yang datang. Pakai gateway eksklusif."
                    )
                    say.of(node, message)
                    return
    elif node.kind in ACTIVITIES or node.kind == "exclusiveGateway":
        splits = [
            walk[-1].id for walk in walks if walk[-1].kind == "parallelGateway" and len(graph.out(walk[-1].id)) > 1
        ]
        if len(splits) != len(set(splits)):
            message = (
                "Cabang yang berjalan bersamaan bertemu tanpa gateway paralel, jadi langkah ini berjalan berulang."
            )
            say.of(node, message, "warning")


def _walk_back(flow: Flow, graph: Graph) -> list[Node]:
    """The nodes before a join along one branch, up to where branches part or come together, that one included."""
    walk = [graph.nodes[flow.source]]
    while True:
        last = walk[-1]
        before = graph.into(last.id)
        if len(graph.out(last.id)) > 1 or len(before) != 1 or graph.nodes[before[0].source] in walk:
            return walk
        walk.append(graph.nodes[before[0].source])


def _only_one_comes(one: list[Node], other: list[Node], graph: Graph) -> bool:
    if one[-1].id == other[-1].id:
        return one[-1].kind in ("exclusiveGateway", "eventBasedGateway") and len(graph.out(one[-1].id)) > 1
    for a, b in ((one, other), (other, one)):
        host = a[-1].attached_to
        if host and a[-1].interrupting and host in {n.id for n in b}:
            return True
    return False
