// The panel's controls: plain elements with Bootstrap's classes, each with a label, a help line and an error line.
import { make } from "../../dom.js";

export const node = make;

/** Every control is called with this: what is waiting to be put right survives a new drawing of the panel. */
export class Pending {
  constructor() { this.wrong = new Map(); }
  keep(key, value, message) { this.wrong.set(key, { value, message }); }
  drop(key) { this.wrong.delete(key); }
  get(key) { return this.wrong.get(key); }
  clear() { this.wrong.clear(); }
}

export function icon(name) {
  const sprite = document.querySelector('use[href*="icons"]')?.getAttribute("href").split("#")[0] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function button(words, act, { look = "outline-secondary", sign = "", key = "", hidden = false, title = "", disabled = false } = {}) {
  const made = make("button", { type: "button", class: `btn btn-sm btn-${look}`, ...(key ? { "data-key": key } : {}), ...(title ? { title } : {}) });
  if (disabled) made.disabled = true;
  if (sign) made.append(icon(sign), hidden ? "" : " ");
  made.append(hidden ? make("span", { class: "visually-hidden" }, words) : words);
  made.addEventListener("click", act);
  return made;
}

export const para = (words, look = "form-text mt-0 mb-2") => make("p", { class: look }, words);

/** A folding group. `folds` remembers which are open. */
export function group(folds, title, key, ...children) {
  const inside = children.flat().filter(Boolean);
  if (!inside.length) return null;
  const box = make("details", { class: "border-bottom py-2", "data-group": key });
  box.open = folds.get(key) ?? true;
  box.addEventListener("toggle", () => folds.set(key, box.open));
  box.append(make("summary", { class: "fw-semibold py-1", "data-key": `kelompok-${key}` }, title), make("div", { class: "pt-2" }, ...inside));
  return box;
}

/** Text. `set(value)` is called when it was changed and `check(value)` gives no sentence. */
export function text(pending, { key, label, value = "", help = "", check, set, list = [], lines = 0, type = "text", mono = false, hideLabel = false, min, max, required = false }) {
  const id = `panel-${key}`;
  const input = make(lines ? "textarea" : "input", { id, class: `form-control form-control-sm${mono ? " font-monospace" : ""}`, "data-key": key, autocomplete: "off", ...(lines ? { rows: String(lines) } : { type }), ...(min !== undefined ? { min: String(min) } : {}), ...(max !== undefined ? { max: String(max) } : {}) });
  if (mono) { input.spellcheck = false; input.setAttribute("autocapitalize", "none"); }
  let current = value ?? "";
  input.value = current;
  const box = field(input, { id, label, help, hideLabel, required });
  if (list.length) {
    input.setAttribute("list", `${id}-list`);
    box.append(make("datalist", { id: `${id}-list` }, ...list.map((word) => make("option", { value: word }))));
  }
  input.addEventListener("change", () => {
    const typed = lines ? input.value : input.value.trim(), wrong = check?.(typed) ?? "";
    fault(input, wrong);
    if (wrong) return pending.keep(key, typed, wrong);
    pending.drop(key);
    if (typed === current) return;
    current = typed;
    set(typed);
  });
  recall(pending, key, input);
  return box;
}

export function select(pending, { key, label, value = "", options, set, help = "", unknown = "", hideLabel = false, required = false }) {
  const id = `panel-${key}`, input = make("select", { id, class: "form-select form-select-sm", "data-key": key });
  const known = options.some(([v]) => v === value);
  for (const [v, words] of known || value === "" ? options : [[value, unknown || `${value} (tidak dikenal)`], ...options]) {
    const option = make("option", { value: v }, words);
    option.selected = v === value;
    input.append(option);
  }
  changed(input, () => input.value, set);
  return field(input, { id, label, help, hideLabel, required });
}

export function check(_pending, { key, label, value, set, help = "" }) {
  const id = `panel-${key}`, input = make("input", { id, type: "checkbox", class: "form-check-input", "data-key": key });
  input.checked = Boolean(value);
  if (help) input.setAttribute("aria-describedby", `${id}-help`);
  changed(input, () => input.checked, set);
  return make("div", { class: "form-check small mb-3" }, input, make("label", { class: "form-check-label", for: id }, label),
    ...(help ? [make("div", { class: "form-text mt-0", id: `${id}-help` }, help)] : []));
}

/** Saving tells the control in hand that it changed, which may be no news: only news are set. */
function changed(input, read, set) {
  let current = read();
  input.addEventListener("change", () => {
    if (read() === current) return;
    current = read();
    set(current);
  });
}

/** Radio buttons; options are [value, words, help?]. */
export function radios({ key, label, value, options, set }) {
  const box = make("fieldset", { class: "mb-3" }, make("legend", { class: "form-label small mb-1" }, label));
  for (const [v, words] of options) {
    const id = `panel-${key}-${v}`, input = make("input", { id, type: "radio", class: "form-check-input", name: `panel-${key}`, value: v, "data-key": `${key}-${v}` });
    input.checked = v === value;
    changed(input, () => input.checked, (on) => on && set(v));
    box.append(make("div", { class: "form-check small" }, input, make("label", { class: "form-check-label", for: id }, words)));
  }
  return box;
}

export function field(input, { id, label, help = "", hideLabel = false, required = false }) {
  const words = make("label", { class: `form-label small mb-1${hideLabel ? " visually-hidden" : ""}`, for: id }, label);
  if (required) words.append(make("span", { class: "text-danger-emphasis", "aria-hidden": "true" }, " *"));
  const box = make("div", { class: "mb-3", "data-control": "" }, words);
  const error = make("div", { class: "small text-danger-emphasis", id: `${id}-error`, "data-error": "", role: "alert" });
  box.append(input, error);
  const described = [`${id}-error`];
  if (help) {
    box.append(make("div", { class: "form-text mt-0", id: `${id}-help` }, help));
    described.push(`${id}-help`);
  }
  input.setAttribute("aria-describedby", described.join(" "));
  return box;
}

/** Say what is wrong at a control, or that nothing is. */
export function fault(input, words) {
  const place = document.getElementById(`${input.id}-error`) ?? input.closest("[data-control]")?.querySelector("[data-error]");
  input.classList.toggle("is-invalid", Boolean(words));
  if (words) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  if (place) place.replaceChildren(...(words ? [icon("exclamation-circle"), ` ${words}`] : []));
}

function recall(pending, key, input) {
  const kept = pending.get(key);
  if (!kept) return;
  input.value = kept.value;
  // the error line is in the page only after this drawing
  queueMicrotask(() => fault(input, kept.message));
}
