// All problems in one list: what the rules see while one draws, and what the server found. A click shows the element.
import { clearMarks, drawPath } from "../bpmn/marks.js";
import { make } from "../dom.js";
import { nameOf } from "./names.js";

const ORDER = ["error", "rule-error", "warn", "info"];
const LEVELS = { error: ["Kesalahan", "danger"], "rule-error": ["Kesalahan", "danger"], warn: ["Peringatan", "warning"], info: ["Perbaikan otomatis", "info"] };
const OF_SERVER = { error: "error", warning: "warn", repair: "info" };

export class Problems {
  constructor(viewer, root, drawing, told, show) {
    Object.assign(this, { viewer, root, drawing, told, show, issues: [] });
    this.list = root.querySelector("[data-problems]");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-nth]");
      if (button) this.open(this.items[Number(button.dataset.nth)]);
    });
    this.view = { canvas: viewer.get("canvas"), registry: viewer.get("elementRegistry"), overlays: viewer.get("overlays") };
  }

  /** What linting found, by the element that shows it. */
  take(issues) {
    this.issues = Object.values(issues).flat().map((i) => ({
      level: i.category, element: i.actualElementId ?? i.id, shown: i.id, message: i.message, line: i.line, path: i.way ?? [], whole: i.whole,
    }));
    this.draw();
  }

  draw() {
    const elsewhere = (this.told.elsewhere ?? []).map((p) => ({ ...p, level: OF_SERVER[p.level], path: p.path ?? [] }));
    this.items = [...this.issues, ...elsewhere].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
    const count = (...levels) => this.items.filter((i) => levels.includes(i.level)).length;
    const errors = count("error", "rule-error"), warnings = count("warn");
    this.root.querySelector("[data-problem-count]").textContent = this.items.length ? `${errors} kesalahan, ${warnings} peringatan` : "tidak ada";
    const html = this.items.map((item, n) => this.row(item, n));
    this.list.replaceChildren(...(html.length ? html : [make("li", { class: "list-group-item text-body-secondary" }, "Belum ada masalah yang terlihat.")]));
  }

  row(item, n) {
    const [word, colour] = LEVELS[item.level] ?? LEVELS.info;
    const element = this.view.registry.get(item.element), place = item.file && item.file !== this.drawing.name ? item.file : "";
    const name = item.whole ? "" : element ? nameOf(element) : item.name || item.element;
    const where = [name, place, item.line ? `baris ${item.line}` : ""].filter(Boolean).join(", ");
    const button = make("button", { type: "button", class: "problem", "data-nth": String(n) },
      make("span", { class: `badge bg-${colour}-subtle text-${colour}-emphasis border border-${colour}-subtle` }, word), " ",
      make("strong", {}, where), where ? ": " : "", item.message);
    if (item.path.length) button.append(" ", make("span", { class: "link" }, "Tampilkan jalannya"));
    return make("li", { class: "list-group-item p-0" }, button);
  }

  /** Take a drawn path away. */
  forget() {
    if (this.drawn) clearMarks(this.view);
    this.drawn = false;
  }

  async open(item) {
    if (item.file && item.file !== this.drawing.name && item.file in this.drawing.files) await this.show.file(item.file);
    this.forget();
    if (item.path.length) drawPath(this.view, item.path);
    this.drawn = item.path.length > 0;
    if (!item.whole) this.show.element(item.shown && !this.view.registry.get(item.element) ? item.shown : item.element);
  }
}
