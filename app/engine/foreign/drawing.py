"""The picture of a diagram: what has none is laid out from left to right, what was added gets a place of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from app.engine.bpmn_xml import BPMNDI, Tag, bpmn, has_nodes, local
from app.engine.foreign.terms import all_nodes
from app.engine.layout import Arranged, arrange
from app.engine.repairs import free_id, ids_of

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
GAP = 60
_PREFIXES = {"bpmndi": BPMNDI, "dc": DC, "di": DI}
_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}


def complete(root: Tag) -> str:
    """What was done: nothing (""), "placed" what had been added among the rest, or "drawn" all anew."""
    shapes = _shapes(root)
    nodes = [n for n in all_nodes(root) if n.get("id")]
    missing = [n for n in nodes if n.get("id") not in shapes]
    lanes = [x.get("id") for x in root.iter(bpmn("lane")) if x.find(bpmn("flowNodeRef")) is not None]
    if not nodes:
        return ""
    if len(missing) == len(nodes) or not all(i in shapes for i in lanes) or len(missing) > 40:
        _draw(root)
        return "drawn"
    for node in missing:
        if not _place(root, node, _shapes(root)):
            _draw(root)
            return "drawn"
    lost = _connect(root, {n.get("id") for n in missing})
    return "placed" if missing or lost else ""


def _shapes(root: Tag) -> dict[str, Tag]:
    return {s.get("bpmnElement"): s for s in root.iter(f"{{{BPMNDI}}}BPMNShape") if _bounds(s) is not None}


def _bounds(shape: Tag) -> Tag | None:
    return shape.find(f"{{{DC}}}Bounds")


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width


def _box(shape: Tag) -> Box:
    """NaN, words and giants in a file become 0: a place to be drawn at, no reason to fail."""
    bounds = _bounds(shape)
    return Box(*(_number(bounds.get(a) if bounds is not None else "0") for a in ("x", "y", "width", "height")))


def _number(text: str | None) -> float:
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e6 else 0.0


def size_of(node: Tag) -> tuple[int, int]:
    return next((size for end, size in _SIZES.items() if local(node).endswith(end)), (120, 80))


# --- one node more in a picture that is there


def _place(root: Tag, node: Tag, shapes: Mapping[str, Tag]) -> bool:
    """Beside its neighbour; what stands to the right of it moves on. False where no neighbour is drawn."""
    id_ = node.get("id")
    flows = list(node.getparent().findall(bpmn("sequenceFlow")))
    before = next((f.get("sourceRef") for f in flows if f.get("targetRef") == id_ and f.get("sourceRef") in shapes), "")
    after = next((f.get("targetRef") for f in flows if f.get("sourceRef") == id_ and f.get("targetRef") in shapes), "")
    if not before and not after:
        return False
    neighbour = shapes[before or after]
    box, (width, height) = _box(neighbour), size_of(node)
    cut = box.right if before else box.x
    plane = neighbour.getparent()
    _make_room(plane, cut, width + GAP)
    shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=free_id(f"{id_}_di", ids_of(root)))
    shape.set("bpmnElement", id_)
    _set(shape, Box(cut + (GAP / 2 if before else 0), box.middle - height / 2, width, height))
    return True


def _make_room(plane: Tag, cut: float, by: float) -> None:
    for shape in plane.findall(f"{{{BPMNDI}}}BPMNShape"):
        bounds = _bounds(shape)
        if bounds is None:
            continue
        box = _box(shape)
        if box.x >= cut - 1:
            bounds.set("x", _text(box.x + by))
        elif box.right > cut + 1 and box.width > 130:  # a pool, a lane or a subprocess around it
            bounds.set("width", _text(box.width + by))
    for point in plane.iter(f"{{{DI}}}waypoint"):
        x = _number(point.get("x"))
        if x >= cut - 1:
            point.set("x", _text(x + by))


def _connect(root: Tag, added: set[str]) -> bool:
    """Draw anew every flow that touches something added, and every one that has no line."""
    shapes = _shapes(root)
    edges = {e.get("bpmnElement"): e for e in root.iter(f"{{{BPMNDI}}}BPMNEdge")}
    found = False
    for flow in root.iter(bpmn("sequenceFlow")):
        ends = flow.get("sourceRef"), flow.get("targetRef")
        edge = edges.get(flow.get("id"))
        if not all(e in shapes for e in ends) or (edge is not None and not added & set(ends)):
            continue
        found = True
        if edge is None:
            plane = shapes[ends[0]].getparent()
            edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=free_id(f"{flow.get('id')}_di", ids_of(root)))
            edge.set("bpmnElement", flow.get("id"))
        _route(edge, line(_box(shapes[ends[0]]), _box(shapes[ends[1]])))
    return found


def line(source: Box, target: Box) -> list[tuple[float, float]]:
    """From border to border with right angles: to the right by the middle, back by below."""
    if target.x >= source.right:
        half = (source.right + target.x) / 2
        points = [
            (source.right, source.middle),
            (half, source.middle),
            (half, target.middle),
            (target.x, target.middle),
        ]
        return points if abs(source.middle - target.middle) > 1 else [points[0], points[3]]
    below = max(source.y + source.height, target.y + target.height) + 20
    start, end = source.x + source.width / 2, target.x + target.width / 2
    return [(start, source.y + source.height), (start, below), (end, below), (end, target.y + target.height)]


def _route(edge: Tag, points: Iterable[tuple[float, float]]) -> None:
    for old in edge.findall(f"{{{DI}}}waypoint"):
        edge.remove(old)
    for n, (x, y) in enumerate(points):
        edge.insert(n, etree.Element(f"{{{DI}}}waypoint", x=_text(x), y=_text(y)))


def _set(shape: Tag, box: Box) -> None:
    names = ("x", "y", "width", "height")
    values = (box.x, box.y, box.width, box.height)
    shape.append(etree.Element(f"{{{DC}}}Bounds", dict(zip(names, map(_text, values), strict=True))))


def _text(value: float) -> str:
    return f"{value:.0f}"


# --- the whole picture


def _draw(root: Tag) -> None:
    for old in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(old)
    processes = [p for p in root.findall(bpmn("process")) if has_nodes(p) and p.get("id")]
    with_lanes = any(p.find(bpmn("laneSet")) is not None for p in processes)
    around = _collaboration(root, processes) if len(processes) > 1 or with_lanes else None
    taken = ids_of(root)
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", nsmap=_PREFIXES, id=free_id("gambar", taken))
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", id=free_id("bidang", taken))
    plane.set("bpmnElement", (around if around is not None else processes[0]).get("id") if processes else "")
    top = 80.0
    for process in processes:
        arranged = arrange(process)
        pool = _pool_of(around, process)
        _put(plane, arranged, taken, pool, (200.0 if pool else 120.0, top))
        top += arranged.height + 100


def _collaboration(root: Tag, processes: list[Tag]) -> Tag:
    taken = ids_of(root)
    found = root.find(bpmn("collaboration"))
    if found is None:
        found = etree.Element(bpmn("collaboration"), id=free_id("kolaborasi", taken))
        root.insert(0, found)
    if not found.get("id"):
        found.set("id", free_id("kolaborasi", taken))
    for pool in found.findall(bpmn("participant")):
        if not pool.get("id"):
            pool.set("id", free_id("kolam", taken))
    for process in processes:
        if not _pool_of(found, process):
            pool = etree.Element(bpmn("participant"), id=free_id(f"kolam_{process.get('id')}", taken))
            pool.set("name", process.get("name") or process.get("id") or "")
            pool.set("processRef", process.get("id"))
            found.insert(0, pool)
    return found


def _pool_of(around: Tag | None, process: Tag) -> str:
    pools = [] if around is None else around.findall(bpmn("participant"))
    return next((p.get("id") or "" for p in pools if p.get("processRef") == process.get("id")), "")


def _put(plane: Tag, arranged: Arranged, taken: set[str], pool: str, at: tuple[float, float]) -> None:
    dx, dy = at
    if pool:
        # a pool and its lanes have their names at the left
        box = Box(dx - 60, dy - 20, arranged.width + 100, arranged.height + 40)
        _shape(plane, pool, taken, box, "isHorizontal")
        for n, (lane, (y, height)) in enumerate(arranged.lanes.items()):
            first, last = n == 0, n == len(arranged.lanes) - 1
            box = Box(dx - 30, dy + y - (20 if first else 0), arranged.width + 70, height + 20 * first + 20 * last)
            _shape(plane, lane, taken, box, "isHorizontal")
    for id_, (x, y, width, height) in arranged.places.items():
        mark = "isExpanded" if id_ in arranged.expanded else ""
        _shape(plane, id_, taken, Box(dx + x, dy + y, width, height), mark)
    for id_, points in arranged.lines.items():
        edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=free_id(f"{id_}_di", taken))
        edge.set("bpmnElement", id_)
        _route(edge, [(dx + x, dy + y) for x, y in points])


def _shape(plane: Tag, id_: str, taken: set[str], box: Box, mark: str) -> Tag:
    shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=free_id(f"{id_}_di", taken))
    shape.set("bpmnElement", id_)
    if mark:
        shape.set(mark, "true")
    _set(shape, box)
    return shape
