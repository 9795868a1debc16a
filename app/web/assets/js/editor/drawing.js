// The files of the draft, and which of them is open on the canvas. Decision tables are shown as text.
import { make } from "../dom.js";
import { fit } from "./looking.js";

export class Drawing {
  constructor(viewer, root, draft) {
    Object.assign(this, { viewer, root, files: { ...draft.files }, name: "", stale: false, done: null });
    this.names = Object.keys(this.files);
    this.main = draft.main;
  }

  /** Open a file; a diagram's own changes are kept in `files` first. The import's warnings, in bpmn-js's words. */
  async show(name) {
    await this.take();
    this.name = name;
    const table = name.toLowerCase().endsWith(".dmn");
    this.root.querySelector("[data-canvas]").hidden = table;
    const text = this.root.querySelector("[data-text]");
    text.hidden = !table;
    text.textContent = table ? this.files[name] : "";
    this.root.querySelectorAll("[data-do]").forEach((button) => (button.hidden = table && button.dataset.do !== "save"));
    if (table) return [];
    const { warnings } = await this.viewer.importXML(this.files[name]);
    fit(this.viewer);
    return warnings.map((w) => w.message).filter((m) => !m.startsWith("unknown attribute")); // those are kept
  }

  /** Put what is drawn into `files`. */
  async take() {
    if (!this.stale) return;
    this.stale = false;
    this.files[this.name] = (await this.viewer.saveXML({ format: true })).xml;
  }

  /** All files anew, e.g. those that somebody else saved. */
  async replace(files) {
    this.stale = false;
    this.files = { ...files };
    return this.show(this.name in files ? this.name : this.main);
  }
}

/** A choice of file, where the draft has more than one. */
export function filePicker(drawing, changed) {
  const place = drawing.root.querySelector("[data-files]");
  if (drawing.names.length < 2) return;
  const choice = make("select", { class: "form-select form-select-sm w-auto", id: "berkas", "data-berkas": "" });
  for (const name of drawing.names) choice.append(make("option", { value: name, ...(name === drawing.name && { selected: "" }) }, name));
  choice.addEventListener("change", async () => changed(await drawing.show(choice.value)));
  place.append(make("label", { class: "small text-body-secondary", for: "berkas" }, "Berkas"), choice);
}
