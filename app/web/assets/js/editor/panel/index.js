// The properties panel: one group of controls for each thing that Alur reads at the selected element.
//
// `vocabulary` is what app/web/editor_vocabulary.py gives; `options.urls` may name `preview` and `expression`, which
// otherwise stand below the draft's own address. The panel changes the drawing by commands of its undo stack only, and
// draws itself anew after each of them; what is being typed and where the focus stands outlive that.
import { kindOf } from "../names.js";
import { Pending, node, para } from "./controls.js";
import { events } from "./events.js";
import { gateway, sequenceFlow } from "./flows.js";
import { general, naming, shown } from "./general.js";
import { kinds } from "./kinds.js";
import { Model, is } from "./model.js";
import { others } from "./others.js";
import { lane, process } from "./process.js";
import { serviceTask } from "./service.js";
import { userTask } from "./usertask.js";
import "./panel.css";

export function mountPanel(modeler, container, vocabulary, options = {}) {
  const panel = new Panel(modeler, container, vocabulary ?? {}, options);
  panel.redraw();
  return panel;
}

class Panel {
  constructor(modeler, container, vocabulary, options) {
    const base = location.pathname.match(/^.*\/draf\/\d+/)?.[0] ?? "";
    Object.assign(this, { modeler, container, vocabulary, model: new Model(modeler), pending: new Pending(), element: null });
    this.urls = { preview: `${base}/pratinjau`, expression: `${base}/ekspresi`, ...options.urls };
    this.folds = new Map();
    this.opened = new WeakSet(); // fields that are unfolded
    this.choosing = new Map(); // user tasks whose form is about to be picked
    this.rows = new WeakMap(); // conditions that are not complete yet
    this.numbers = new WeakMap();
    this.taken = new Set([...(vocabulary.taken ?? []), ...(vocabulary.functions ?? [])]);
    this.next = "";
    this.listen();
  }

  listen() {
    let pressed = false;
    const later = ({ trigger } = {}) => {
      if (trigger === "undo" || trigger === "redo") this.pending.clear(); // what was wrong is gone with what came after it
      if (pressed) this.waiting = true; else this.plan();
    };
    // a click that begins in the panel must find its button again when the mouse is let go
    this.container.addEventListener("pointerdown", () => { pressed = true; });
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => setTimeout(() => { pressed = false; if (this.waiting) this.plan(); }));
    }
    this.modeler.on("selection.changed", ({ newSelection }) => this.show(newSelection));
    this.modeler.on("commandStack.changed", later);
    this.modeler.on("import.done", () => { this.folds.clear(); this.show([]); });
  }

  show(selection) {
    const one = selection.length === 1 ? (selection[0].labelTarget ?? selection[0]) : null;
    this.commit();
    this.pending.clear();
    this.many = selection.length > 1;
    this.element = one;
    this.plan();
  }

  /** What is typed and not left yet counts, also when somebody clicks into the drawing. */
  commit() {
    const active = document.activeElement;
    if (this.container.contains(active) && active.matches("input, textarea")) active.blur();
  }

  plan() {
    this.waiting = false;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.redraw());
  }

  number(thing) {
    if (!this.numbers.has(thing)) this.numbers.set(thing, (this.count = (this.count ?? 0) + 1));
    return this.numbers.get(thing);
  }

  /** Where the focus goes after the next drawing. */
  focusNext(key) { this.next = key; }

  processes() { return this.model.registry.filter((e) => is(e.businessObject, "Process") || e.businessObject?.processRef).map((e) => (e.businessObject.processRef ?? e.businessObject).id); }

  redraw() {
    const { container } = this, active = container.contains(document.activeElement) ? document.activeElement : null;
    const had = active && { key: active.dataset.key, value: active.value, from: active.selectionStart, to: active.selectionEnd, typed: active.defaultValue !== undefined && this.drawn?.get(active) !== active.value };
    const top = container.scrollTop;
    if (this.element && !this.model.registry.get(this.element.id)) this.element = null;
    container.replaceChildren(node("div", { class: "p-3" }, ...this.content()));
    container.scrollTop = top;
    this.drawn = new WeakMap([...container.querySelectorAll("input, textarea")].map((input) => [input, input.value]));
    this.refocus(had);
    container.dispatchEvent(new CustomEvent("panel:drawn", { bubbles: true }));
  }

  refocus(had) {
    const key = this.next || had?.key, target = key && this.container.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (target && (this.next || had)) {
      if (had?.typed && !this.next && target.matches("input:not([type=checkbox]):not([type=radio]), textarea")) target.value = had.value;
      target.focus({ preventScroll: !this.next });
      if (this.next && target.select) target.select();
      else if (had?.from !== null && had?.from !== undefined && target.setSelectionRange && target.type !== "number" && target.type !== "date") {
        try { target.setSelectionRange(had.from, had.to); } catch { /* not a text */ }
      }
    }
    this.next = "";
  }

  content() {
    if (this.many) return [para("Beberapa bagian dipilih. Pilih satu untuk mengubah sifatnya.", "text-body-secondary p-2")];
    const element = this.element ?? this.modeler.get("canvas").getRootElement();
    if (!element?.businessObject) return [];
    const bo = element.businessObject, head = (words, name) => node("div", { class: "pb-2 mb-2 border-bottom", "data-panel-of": bo.id ?? "" }, node("div", { class: "small text-body-secondary" }, words), node("div", { class: "fw-semibold text-break" }, name || "Belum bernama"));
    const whole = this.processHere(element);
    if (whole) return [head("Proses", whole.bo.name), ...process(this, whole.element, whole.bo)].filter(Boolean);
    if (is(bo, "Collaboration")) return [para("Pilih kolam proses untuk mengubah sifatnya.", "text-body-secondary p-2")];
    const parts = is(bo, "Lane") ? [...lane(this, element), general(this, element)]
      : [naming(this, element), kinds(this, element), ...userTask(this, element), ...serviceTask(this, element), ...events(this, element), ...sequenceFlow(this, element), ...gateway(this, element), ...others(this, element), shown(this, element), general(this, element)];
    const kind = kindOf(element);
    return [head(kind.charAt(0).toUpperCase() + kind.slice(1), bo.name), ...parts].filter(Boolean);
  }

  /** The process to show when nothing, or its pool, is selected. */
  processHere(element) {
    const bo = element.businessObject;
    if (is(bo, "Process")) return { element, bo };
    if (is(bo, "Participant") && bo.processRef) return { element, bo: bo.processRef };
    if (!is(bo, "Collaboration")) return null;
    const pools = this.model.registry.filter((e) => is(e.businessObject, "Participant") && e.businessObject.processRef && e.type !== "label");
    return pools.length === 1 ? { element: pools[0], bo: pools[0].businessObject.processRef } : null;
  }
}
