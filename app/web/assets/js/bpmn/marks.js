// Marks on a diagram. Colour never speaks alone: each mark has a sign, and lines of its own kind (see viewer.css).
//
// marks: {id: {mark, count, title}}
//   mark   added | changed | removed | moved      two versions beside each other
//          path                                   gone through (also drawn by a path)
//          fail | stop | other                    a replay fails, stops, leaves the recorded path here
//   count  a number beside the element, e.g. of cases; optional
//   title  a short sentence shown on hovering; optional. Whoever cannot hover reads it in the table.
// path: ids of nodes (and of flows, where they matter) in the order in which they are gone through. Where two nodes
//   follow each other without a flow being named, the flow between them is drawn too.
// The editor's canvas draws with the same functions and classes: {canvas, registry, overlays} of any bpmn-js.

const SIGNS = { added: "+", changed: "≠", removed: "−", moved: "↔", path: "", fail: "!", stop: "■", other: "↪" };
const FRAMES = ["bpmn:Participant", "bpmn:Lane"];
const SMALLEST = 0.75; // signs stay readable where the diagram is not

export function drawMarks(on, marks) {
  for (const [id, { mark, count, title }] of Object.entries(marks)) {
    const element = on.registry.get(id);
    if (!element || !(mark in SIGNS)) continue;
    on.canvas.addMarker(id, `is-${mark}`);
    if (FRAMES.includes(element.type) || element.children?.length) on.canvas.addMarker(id, "is-frame");
    if (SIGNS[mark]) badge(on, element, `sign is-${mark}`, SIGNS[mark], title, 0);
    if (count !== undefined && count !== null) badge(on, element, `count is-${mark}`, String(count), title, 1);
  }
}

export function drawPath(on, path) {
  const places = new Map(); // node -> its places on the path
  let before = null, place = 0;
  for (const id of path) {
    const element = on.registry.get(id);
    if (!element) continue;
    on.canvas.addMarker(id, "is-path");
    if (element.waypoints) {
      before = null; // the flow was named
      continue;
    }
    for (const flow of before?.outgoing ?? []) if (flow.target === element) on.canvas.addMarker(flow.id, "is-path");
    before = element;
    places.set(element, [...(places.get(element) ?? []), ++place]);
  }
  for (const [element, nth] of places) badge(on, element, "place is-path", nth.length > 3 ? `${nth[0]} … ${nth.at(-1)}` : nth.join(", "), "", 2);
}

/** Take away what drawMarks and drawPath drew, as in an editor where something else is to be shown. */
export function clearMarks(on) {
  on.overlays.remove({ type: "mark" });
  for (const element of on.registry.getAll()) {
    for (const mark of [...Object.keys(SIGNS), "frame"]) on.canvas.removeMarker(element, `is-${mark}`);
  }
}

// corners: 0 top left, 1 top right, 2 bottom left
function badge(on, element, look, text, title, corner) {
  const html = document.createElement("span");
  html.className = `mark ${look}`;
  html.textContent = text;
  html.setAttribute("aria-hidden", "true"); // the table says it
  if (title) html.title = title;
  on.overlays.add(element.id, "mark", { html, position: where(element, corner), scale: { min: SMALLEST, max: 1.5 } });
}

function where(element, corner) {
  if (!element.waypoints) return [{ top: -11, left: -11 }, { top: -11, right: 14 }, { bottom: 11, left: -11 }][corner];
  const way = element.waypoints, left = Math.min(...way.map((p) => p.x)), top = Math.min(...way.map((p) => p.y));
  const at = onTheWay(way);
  return { left: at.x - left - 11 + 22 * corner, top: at.y - top - 11 };
}

/** The point half way along a flow. */
export function onTheWay(way) {
  const legs = way.slice(1).map((p, i) => Math.hypot(p.x - way[i].x, p.y - way[i].y));
  let rest = legs.reduce((a, b) => a + b, 0) / 2;
  for (const [i, length] of legs.entries()) {
    if (rest <= length && length) {
      const part = rest / length;
      return { x: way[i].x + (way[i + 1].x - way[i].x) * part, y: way[i].y + (way[i + 1].y - way[i].y) * part };
    }
    rest -= length;
  }
  return way[0];
}
