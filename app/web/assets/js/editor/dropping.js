// A new step that is let go near an arrow goes into it: where a whole process is in sight, the arrow itself is hardly
// wider than a hair. bpmn-js asks for the arrow exactly.
import { setSnapped } from "diagram-js/lib/features/snapping/SnapUtil";

const NEAR = 12, BEFORE_SNAPPING = 2000, MARKER = "takes-step"; // NEAR in pixels of the screen

export function dropOnFlows(modeler) {
  const bus = modeler.get("eventBus"), canvas = modeler.get("canvas"), rules = modeler.get("bpmnRules");
  let marked = null;
  const mark = (flow) => {
    if (marked && marked !== flow) for (const name of [MARKER, "new-parent", "drop-not-ok"]) canvas.removeMarker(marked, name);
    if (flow && marked !== flow) canvas.addMarker(flow, MARKER);
    marked = flow;
  };
  bus.on(["create.move", "create.hover"], BEFORE_SNAPPING, (event) => {
    const { shape, elements, source } = event.context;
    const fits = (flow) => rules.canInsert(shape, flow), into = event.hover && !source && elements.length === 1;
    const found = !into ? null : event.hover.waypoints ? nearest([event.hover], event, Infinity, fits) : nearest(flowsIn(event.hover), event, NEAR / canvas.zoom(), fits);
    mark(found?.flow ?? null);
    if (!found) return;
    event.hover = found.flow;
    snap(event, found);
  });
  bus.on("create.end", BEFORE_SNAPPING, (event) => {
    const { target, source } = event.context;
    const found = target?.waypoints && !source ? nearest([target], event, Infinity, () => true) : null;
    if (found) snap(event, found);
  });
  bus.on(["create.cleanup", "create.out"], () => mark(null));
}

/** The arrows in a pool, whichever of its lanes the mouse is in; those of a subprocess or of the whole drawing. */
function flowsIn(place) {
  while (place.type === "bpmn:Lane") place = place.parent;
  return (place.children ?? []).filter((e) => e.type === "bpmn:SequenceFlow");
}

/** The step stands in the middle of the line where that is straight up or straight across. */
function snap(event, { a, b }) {
  if (a.x === b.x) setSnapped(event, "x", a.x);
  else if (a.y === b.y) setSnapped(event, "y", a.y);
}

/** The arrow nearest to a point, and the piece of it: {flow, a, b}, or null where none is within `radius`. */
function nearest(flows, point, radius, fits) {
  let best = null;
  for (const flow of flows) {
    for (let n = 1; n < flow.waypoints.length; n += 1) {
      const a = flow.waypoints[n - 1], b = flow.waypoints[n], far = distance(point, a, b);
      if (far <= radius && (!best || far < best.far) && fits(flow)) best = { flow, a, b, far };
    }
  }
  return best;
}

function distance({ x, y }, a, b) {
  const dx = b.x - a.x, dy = b.y - a.y, long = dx * dx + dy * dy;
  const t = long ? Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / long)) : 0;
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy);
}
