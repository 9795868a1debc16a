// A diagram in the page, with what is done and what waits. See macros/views.html; the same facts stand in a table.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

/** Fill the element that macros/views.html wrote. It must be in sight: the diagram takes its size. */
export const show = (view) => open(view).catch((error) => failed(view, error));

async function open(view) {
  const canvasBox = view.querySelector(".canvas");
  const answer = await fetch(view.dataset.bpmn);
  if (!answer.ok) throw new Error(`${answer.status} ${view.dataset.bpmn}`);
  canvasBox.replaceChildren();
  // the wheel belongs to the page; the diagram has buttons
  const viewer = new NavigatedViewer({ container: canvasBox, zoomScroll: { enabled: false } });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas"), registry = viewer.get("elementRegistry");
  const marks = JSON.parse(view.querySelector('script[type="application/json"]')?.textContent || "{}");
  for (const [kind, ids] of Object.entries(marks)) {
    for (const id of ids) if (registry.get(id)) canvas.addMarker(id, `is-${kind}`);
  }
  fit(canvas);
  const now = (marks.current ?? []).map((id) => registry.get(id)).find(Boolean);
  // too small to read: show the present step instead of everything
  if (now && canvas.zoom() < 0.5) centre(canvas, now, 0.8);
  view.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    const step = Number(button.dataset.zoom);
    if (step) canvas.zoom(Math.min(Math.max(canvas.zoom() * 1.25 ** step, 0.2), 4), "auto");
    else fit(canvas);
  });
  view.dataset.ready = "1";
}

function fit(canvas) {
  canvas.resized();
  canvas.zoom("fit-viewport", "auto");
}

function centre(canvas, element, scale) {
  const { outer } = canvas.viewbox(), width = outer.width / scale, height = outer.height / scale;
  canvas.viewbox({ x: element.x + (element.width - width) / 2, y: element.y + (element.height - height) / 2, width, height });
}

function failed(view, error) {
  console.warn("bpmnview:", error.message);
  const p = document.createElement("p");
  p.className = "p-3 mb-0 text-dark";
  p.textContent = "Diagram ini tidak dapat ditampilkan. Keterangannya ada pada tabel.";
  view.querySelector(".canvas").replaceChildren(p);
}
