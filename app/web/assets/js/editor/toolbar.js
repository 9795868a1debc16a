// The buttons above the canvas, and the keys that work on the whole page. The canvas has keys of its own (bpmn-js).
import { goTo, fit, showStart, zoom } from "./looking.js";

const TYPING = "input, textarea, select, [contenteditable=true], [contenteditable='']";

export function toolbar(viewer, root, saver) {
  const get = (name) => viewer.get(name, false), stack = get("commandStack");
  const acts = {
    undo: () => !simulating(root) && stack?.canUndo() && stack.undo(), redo: () => !simulating(root) && stack?.canRedo() && stack.redo(),
    "zoom-in": () => zoom(viewer, 1), "zoom-out": () => zoom(viewer, -1), fit: () => fit(viewer),
    // a moment later: the click that opens the search would reach the page next, and close it
    search: () => get("searchPad") && setTimeout(() => viewer.get("editorActions").trigger("find")),
    simulate: () => get("toggleMode")?.toggleMode(), minimap: () => get("minimap")?.toggle(),
    save: () => {
      get("directEditing")?.complete();
      // what is typed in the panel and not left yet counts too
      document.activeElement?.matches("input, textarea, select") && document.activeElement.dispatchEvent(new Event("change", { bubbles: true }));
      saver?.save();
    },
    keys: () => document.getElementById("tombol").showModal(),
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do]?.();
  });
  viewer.on(["commandStack.changed", "import.done"], () => {
    for (const [name, can] of [["undo", stack?.canUndo()], ["redo", stack?.canRedo()]]) {
      // aria-disabled, so that the focus stays on the button whose last press emptied the stack
      root.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-disabled", String(!can));
    }
  });
  viewer.on("tokenSimulation.toggleMode", ({ active }) => {
    root.querySelector('[data-do="simulate"]')?.setAttribute("aria-pressed", String(active));
    root.classList.toggle("simulating", active);
    root.querySelector("[data-simulation-help]").hidden = !active;
    if (active) showStart(viewer);
  });
  keys(viewer, root, acts);
}

const simulating = (root) => root.classList.contains("simulating");

function keys(viewer, root, acts) {
  const parts = () => ["[data-canvas] svg[tabindex]", "[data-panel]", "[data-problem-part]", ".toolbar"].map((s) => root.querySelector(s)).filter((p) => p && !p.closest("[hidden]"));
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.(TYPING), cmd = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    const act = cmd && key === "s" ? acts.save
      : event.key === "F6" ? () => move(parts(), event.shiftKey ? -1 : 1)
      : typing || event.defaultPrevented ? null
      : event.key === "?" ? acts.keys
      : cmd && key === "z" ? (event.shiftKey ? acts.redo : acts.undo)
      : cmd && key === "y" ? acts.redo
      : cmd && key === "f" ? acts.search
      : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** The focus to the next part of the page: canvas, panel, problems, buttons. */
function move(parts, step) {
  const now = parts.findIndex((p) => p.contains(document.activeElement));
  const next = parts[(now < 0 ? (step > 0 ? 0 : parts.length - 1) : now + step + parts.length) % parts.length];
  const first = next?.matches("[tabindex]") ? next : next?.querySelector("button:not(:disabled), input, select, textarea, a[href]");
  first?.focus();
}

export { goTo };
