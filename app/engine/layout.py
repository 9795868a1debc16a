"""A simple picture of a process: steps in columns from left to right, lanes as bands, subprocesses unfolded."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.engine.bpmn_xml import ACTIVITIES, SUBPROCESSES, Tag, bpmn, local, nodes_of, text_of

COLUMN, ROW, EDGE = 60, 40, 30  # between columns, between rows, inside a subprocess
Place = tuple[float, float, float, float]  # x, y, width, height


@dataclass
class Arranged:
    """Places by id and lines by the flow's id, all from (0, 0); `lanes` are (y, height) by the lane's id."""

    width: float = 0
    height: float = 0
    places: dict[str, Place] = field(default_factory=dict)
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    lanes: dict[str, tuple[float, float]] = field(default_factory=dict)
    expanded: set[str] = field(default_factory=set)


def arrange(scope: Tag, depth: int = 0) -> Arranged:
    """The picture of what stands in `scope` (a process or a subprocess)."""
    made = Arranged()
    nodes = [n for n in nodes_of(scope) if n.get("id")]
    ids = {n.get("id") for n in nodes}
    hosts = {n.get("id"): n.get("attachedToRef") for n in nodes if n.get("attachedToRef") in ids}
    flows = [
        (f.get("id"), f.get("sourceRef"), f.get("targetRef"))
        for f in scope.findall(bpmn("sequenceFlow"))
        if f.get("sourceRef") in ids and f.get("targetRef") in ids
    ]
    free = [n.get("id") for n in nodes if n.get("id") not in hosts]
    columns = _columns(free, [(hosts.get(s, s), t) for _, s, t in flows if t not in hosts])
    inner = {n.get("id"): arrange(n, depth + 1) for n in nodes if local(n) in SUBPROCESSES and depth < 10}
    sizes = {n.get("id"): _size(n, inner.get(n.get("id"))) for n in nodes}
    bands = _bands(scope, free)
    _rows(made, columns, sizes, bands)
    for id_, sub in inner.items():
        _unfold(made, id_, sub)
    _attach(made, hosts, sizes)
    for id_, source, target in flows:
        if id_:
            made.lines[id_] = _line(made.places[source], made.places[target])
    return made


def _size(node: Tag, inner: Arranged | None) -> tuple[float, float]:
    if inner is not None:
        return max(120, inner.width + 2 * EDGE), max(80, inner.height + 2 * EDGE)
    if local(node) in ACTIVITIES:
        return 120, 80
    return (36, 36) if local(node).endswith("Event") else (50, 50)


def _columns(ids: list[str], flows: list[tuple[str, str]]) -> dict[str, int]:
    """How far from the start each one stands; flows that lead back do not count."""
    out: dict[str, list[str]] = {}
    into: dict[str, int] = dict.fromkeys(ids, 0)
    for source, target in flows:
        out.setdefault(source, []).append(target)
        into[target] = into.get(target, 0) + 1
    order, back = _order(ids, out, into)
    column = dict.fromkeys(ids, 0)
    for id_ in order:
        for target in out.get(id_, ()):
            if (id_, target) not in back:
                column[target] = max(column[target], column[id_] + 1)
    return column


def _order(ids: list[str], out: dict[str, list[str]], into: dict[str, int]) -> tuple[list[str], set[tuple[str, str]]]:
    """(the nodes so that every flow but those that lead back goes on, the flows that lead back); without recursion."""
    done: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()
    for first in sorted(ids, key=lambda i: into.get(i, 0) > 0):
        if first in state:
            continue
        state[first] = 1
        stack = [(first, iter(out.get(first, ())))]
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                state[node] = 2
                done.append(node)
            elif state.get(target) == 1:
                back.add((node, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(out.get(target, ()))))
    return done[::-1], back


def _bands(scope: Tag, ids: list[str]) -> dict[str, list[str]]:
    """The nodes of each innermost lane, in the lanes' order; "" for those in none, which comes first."""
    lanes: dict[str, list[str]] = {"": []}
    lane_of: dict[str, str] = {}
    for lane in scope.iter(bpmn("lane")):
        if lane.find(bpmn("childLaneSet")) is None and lane.get("id"):
            lanes[lane.get("id")] = []
            lane_of.update((text_of(r), lane.get("id")) for r in lane.findall(bpmn("flowNodeRef")))
    for id_ in ids:
        lanes[lane_of.get(id_, "")].append(id_)
    if not lanes[""]:
        del lanes[""]
    return lanes


def _rows(
    made: Arranged, columns: dict[str, int], sizes: dict[str, tuple[float, float]], bands: dict[str, list[str]]
) -> None:
    widths: dict[int, float] = {}
    for id_, column in columns.items():
        widths[column] = max(widths.get(column, 0), sizes[id_][0])
    left: dict[int, float] = {}
    x = 0.0
    for column in sorted(widths):
        left[column], x = x, x + widths[column] + COLUMN
    made.width = max(0.0, x - COLUMN)
    y = 0.0
    for lane, ids in bands.items():
        stacks: dict[int, float] = {}
        top = y + ROW / 2
        for id_ in ids:
            column = columns[id_]
            width, height = sizes[id_]
            slot = max(height, 80.0)
            down = stacks.get(column, 0.0)
            at = left[column] + (widths[column] - width) / 2
            made.places[id_] = at, top + down + (slot - height) / 2, width, height
            stacks[column] = down + slot + ROW
        band = max([*stacks.values(), 80.0 + ROW])
        if lane:
            made.lanes[lane] = y, band
        y += band
    made.height = max(y, 80.0)


def _unfold(made: Arranged, id_: str, sub: Arranged) -> None:
    made.expanded |= {id_, *sub.expanded}
    if id_ not in made.places:
        return
    x, y, _, _ = made.places[id_]
    for inner, (ix, iy, width, height) in sub.places.items():
        made.places[inner] = x + EDGE + ix, y + EDGE + iy, width, height
    for flow, points in sub.lines.items():
        made.lines[flow] = [(x + EDGE + px, y + EDGE + py) for px, py in points]


def _attach(made: Arranged, hosts: dict[str, str], sizes: dict[str, tuple[float, float]]) -> None:
    """Boundary events sit on the lower edge of what they are attached to, side by side."""
    count: dict[str, int] = {}
    for id_, host in hosts.items():
        x, y, width, height = made.places.get(host, (0, 0, 120, 80))
        n = count[host] = count.get(host, 0) + 1
        event = sizes[id_]
        made.places[id_] = x + width - n * (event[0] + 6), y + height - event[1] / 2, *event


def _line(source: Place, target: Place) -> list[tuple[float, float]]:
    sx, sy, sw, sh = source
    tx, ty, tw, th = target
    start, end = (sx + sw, sy + sh / 2), (tx, ty + th / 2)
    if tx >= sx + sw:
        half = tx - COLUMN / 2
        return [start, end] if abs(start[1] - end[1]) < 1 else [start, (half, start[1]), (half, end[1]), end]
    below = max(sy + sh, ty + th) + ROW / 4
    return [(sx + sw / 2, sy + sh), (sx + sw / 2, below), (tx + tw / 2, below), (tx + tw / 2, ty + th)]
