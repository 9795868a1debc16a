// Diagrams in the page, with marks. The templates: `diagram` in macros/views.html (a case), `marked_diagram` in
// macros/diagram.html (differences, replays, counter-examples). The same facts stand in a table beside each.
//
// A view is <section class="diagram" data-bpmn="address of the XML"> with a .canvas, buttons [data-zoom], and a
// <script type="application/json"> that says what to draw:
//   {"current": [ids], "done": [ids]}                       where a case stands
//   {"marks": {id: {mark, count, title}}, "path": [ids]}    see marks.js
//   {"xml": "..."}                                          the diagram itself, where it has no address (data-bpmn="")
// data-together="name" on several views: what moves one moves the others (together.js).
// data-start="all": begin with the whole diagram, however small; the id of an element: with that one; else a wide one
// begins where something is marked.
// Elsewhere on the page, <button data-element="id"> centres that element in every view that has it; data-was names it
// where it still had another id.
// A click on an element is told by the event "diagram:element" on the view: detail {id, mark}.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { drawMarks, drawPath } from "./marks.js";
import { centreOf, join, moveTo } from "./together.js";

const READABLE = 0.8, TOO_SMALL = 0.5, STEP = 1.25, SMALLEST = 0.1, LARGEST = 4, PAN = 60;
const shown = new Map(); // view -> { canvas, registry, group }

/** Fill the element that the macro wrote. It must be in sight: the diagram takes its size. */
export const show = (view) => open(view).catch((error) => failed(view, error));

/** Centre the element in every view that has it, and let it stand out there; those views. */
export function focus(id, was = id) {
  for (const one of shown.values()) {
    if (one.here) one.canvas.removeMarker(one.here, "is-here");
    one.here = one.registry.get(id) ?? one.registry.get(was) ?? null;
    if (one.here) one.canvas.addMarker(one.here, "is-here");
  }
  const having = [...shown.values()].filter(({ here }) => here);
  for (const one of having) moveTo(one, centreOf(one.here), Math.max(one.canvas.zoom(), READABLE), having);
  return [...shown.keys()].filter((view) => shown.get(view).here);
}

async function open(view) {
  const box = view.querySelector(".canvas");
  const told = JSON.parse(view.querySelector('script[type="application/json"]')?.textContent || "{}");
  const xml = told.xml ?? (await fetched(view.dataset.bpmn));
  box.replaceChildren();
  // the wheel belongs to the page; the diagram has buttons
  const viewer = new NavigatedViewer({ container: box, zoomScroll: { enabled: false }, canvas: { deferUpdate: false } });
  await viewer.importXML(xml);
  const one = { canvas: viewer.get("canvas"), registry: viewer.get("elementRegistry"), overlays: viewer.get("overlays") };
  for (const kind of ["current", "done"]) {
    for (const id of told[kind] ?? []) if (one.registry.get(id)) one.canvas.addMarker(id, `is-${kind}`);
  }
  drawMarks(one, told.marks ?? {});
  drawPath(one, told.path ?? []);
  shown.set(view, one);
  fit(one.canvas);
  if (view.dataset.together) join(view.dataset.together, one);
  // too small to read: show what matters instead of everything
  const { start = "", together } = view.dataset;
  // of views that move together, the one that has the element leads
  const first = one.registry.get(start) ?? (start && together ? null : worthSeeing(one.registry, told));
  if (first && start !== "all" && one.canvas.zoom() < TOO_SMALL) moveTo(one, centreOf(first), READABLE);
  listen(view, viewer, one, told);
  view.dataset.ready = "1";
}

/** Where the case stands, where the path begins, or the first step that is marked; what only moved comes last. */
function worthSeeing(registry, { current = [], path = [], marks = {} }) {
  const marked = Object.keys(marks), moved = marked.filter((id) => marks[id].mark === "moved");
  const found = [...current, ...path, ...marked.filter((id) => !moved.includes(id)), ...moved].map((id) => registry.get(id)).filter(Boolean);
  return found.find((element) => !element.waypoints) ?? found[0];
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer.text();
}

function listen(view, viewer, one, told) {
  view.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    zoom(one, Number(button.dataset.zoom));
  });
  view.querySelector(".canvas").addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(one);
  });
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const id = element.businessObject?.id ?? element.id;
    view.dispatchEvent(new CustomEvent("diagram:element", { bubbles: true, detail: { id, mark: told.marks?.[id] } }));
  });
}

const KEYS = {
  "+": (one) => zoom(one, 1), "=": (one) => zoom(one, 1), "-": (one) => zoom(one, -1), "0": (one) => zoom(one, 0),
  ArrowLeft: ({ canvas }) => canvas.scroll({ dx: PAN, dy: 0 }), ArrowRight: ({ canvas }) => canvas.scroll({ dx: -PAN, dy: 0 }),
  ArrowUp: ({ canvas }) => canvas.scroll({ dx: 0, dy: PAN }), ArrowDown: ({ canvas }) => canvas.scroll({ dx: 0, dy: -PAN }),
};

function zoom({ canvas, group }, step) {
  if (step) canvas.zoom(Math.min(Math.max(canvas.zoom() * STEP ** step, SMALLEST), LARGEST), "auto");
  else {
    group?.align();
    fit(canvas);
  }
}

function fit(canvas) {
  canvas.resized();
  canvas.zoom("fit-viewport", "auto");
}

function failed(view, error) {
  console.warn("bpmnview:", error.message);
  const p = document.createElement("p");
  p.className = "p-3 mb-0 text-dark";
  p.textContent = "Diagram ini tidak dapat ditampilkan. Keterangannya ada pada tabel.";
  view.querySelector(".canvas").replaceChildren(p);
}
