// A PDF in the page, for every device: pages are drawn when they come into sight, with their text over them, so that
// it can be read aloud, searched and copied. See macros/views.html.
import { getDocument, GlobalWorkerOptions, TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import { make } from "../dom.js";

const MOST_PIXELS = 8e6; // a canvas beyond this makes phones give up
const STEPS = [0.75, 1, 1.25, 1.5, 2, 3];

/** Fill the element that macros/views.html wrote. It must be in sight: pages take its width. */
export const show = (view) => open(view).catch((error) => failed(view, error));

async function open(view) {
  GlobalWorkerOptions.workerSrc = view.dataset.worker;
  const pdf = await getDocument({
    url: view.dataset.pdf, standardFontDataUrl: view.dataset.fonts, useWasm: false, enableXfa: false, isEvalSupported: false,
  }).promise;
  const box = view.querySelector(".pages");
  const state = { pdf, view, box, zoom: 1, sheets: [], watcher: null };
  box.replaceChildren();
  for (let n = 1; n <= pdf.numPages; n++) {
    const element = make("div", { class: "page", role: "region", "aria-label": `Halaman ${n}`, "data-page": n });
    const page = await pdf.getPage(n);
    state.sheets.push({ n, element, page, drawn: 0 });
    box.append(element);
  }
  lay(state);
  bind(state);
  place(state);
}

/** Give every page its size, then draw those in sight. The first zoom is the width of the box. */
function lay(state) {
  state.watcher?.disconnect();
  state.watcher = new IntersectionObserver((seen) => seen.forEach((s) => sight(state, s)), { root: state.box, rootMargin: "400px" });
  for (const sheet of state.sheets) {
    const natural = sheet.page.getViewport({ scale: 1 });
    const room = state.box.clientWidth - 16;
    sheet.scale = Math.min(room / natural.width, 1.6) * state.zoom;
    const { width, height } = sheet.page.getViewport({ scale: sheet.scale });
    sheet.element.style.width = `${Math.floor(width)}px`;
    sheet.element.style.height = `${Math.floor(height)}px`;
    sheet.element.style.setProperty("--total-scale-factor", sheet.scale);
    state.watcher.observe(sheet.element);
  }
}

function sight(state, { target, isIntersecting }) {
  const sheet = state.sheets[target.dataset.page - 1];
  if (!isIntersecting) {
    if (Math.abs(sheet.n - current(state)) > 6) clear(sheet); // forget pages far away: memory of phones is small
  } else if (sheet.drawn !== sheet.scale) draw(sheet).catch((e) => e.name !== "RenderingCancelledException" && failed(state.view, e));
}

async function draw(sheet) {
  sheet.drawn = sheet.scale;
  sheet.task?.cancel();
  const viewport = sheet.page.getViewport({ scale: sheet.scale });
  const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
  const canvas = make("canvas", { "aria-hidden": "true" });
  canvas.width = Math.floor(viewport.width * ratio);
  canvas.height = Math.floor(viewport.height * ratio);
  sheet.task = sheet.page.render({ canvas, viewport: sheet.page.getViewport({ scale: sheet.scale * ratio }) });
  await sheet.task.promise;
  const text = make("div", { class: "textLayer" });
  sheet.element.replaceChildren(canvas, text);
  await new TextLayer({ textContentSource: sheet.page.streamTextContent(), container: text, viewport }).render();
}

function clear(sheet) {
  sheet.task?.cancel();
  sheet.drawn = 0;
  sheet.element.replaceChildren();
}

function bind(state) {
  const { view, box } = state;
  view.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoom(state, Number(button.dataset.zoom));
  });
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(state, 1);
    else if (event.key === "-") zoom(state, -1);
    else if (event.key === "0") zoom(state, 0);
    else return;
    event.preventDefault();
  });
  box.addEventListener("scroll", () => place(state), { passive: true });
  let width = box.clientWidth;
  new ResizeObserver(() => {
    // a scrollbar that comes is no new width, and a part that was folded away has none
    if (Math.abs(box.clientWidth - width) < 24 || !box.clientWidth) return;
    width = box.clientWidth;
    keepPlace(state, () => lay(state));
  }).observe(box);
}

function zoom(state, step) {
  const at = STEPS.findIndex((s) => s >= state.zoom);
  const next = step === 0 ? 1 : STEPS[Math.min(Math.max(at + step, 0), STEPS.length - 1)];
  if (next === state.zoom) return;
  keepPlace(state, () => { state.zoom = next; lay(state); });
  place(state);
}

function keepPlace({ box }, act) {
  const share = box.scrollTop / box.scrollHeight;
  act();
  box.scrollTop = share * box.scrollHeight;
}

function current({ box, sheets }) {
  const middle = box.scrollTop + box.clientHeight / 2;
  return (sheets.findLast?.((s) => s.element.offsetTop <= middle) ?? sheets[0]).n;
}

function place(state) {
  const words = `Halaman ${current(state)} dari ${state.pdf.numPages}`;
  const where = state.view.querySelector("[data-place]");
  if (where.textContent !== words) where.textContent = words;
}

function failed(view, error) {
  console.warn("pdfview:", error.message);
  const link = make("a", { href: view.dataset.pdf, download: "" }, "Unduh dokumen");
  view.querySelector(".pages").replaceChildren(make("p", { class: "p-3 mb-0" }, "Dokumen ini tidak dapat ditampilkan di sini. ", link, " lalu buka dari perangkat ini."));
}
