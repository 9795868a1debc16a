// The diagram as a table: for screen readers, for phones, and for finding a step by its name.
import { make } from "../dom.js";
import { kindOf, nameOf } from "./names.js";

const STEPS = /Task$|Event$|Gateway$|Activity$|SubProcess$|Transaction$/;

export function fillTable(viewer, root, show) {
  const body = root.querySelector("[data-elements]");
  const steps = viewer.get("elementRegistry").filter((e) => STEPS.test(e.type) && e.type !== "label" && !e.labelTarget && !e.id.endsWith("_plane"));
  const lanes = lanesOf(viewer);
  root.querySelector("[data-element-count]").textContent = String(steps.length);
  body.replaceChildren(...steps.map((e) => {
    const button = make("button", { type: "button", class: "btn btn-link btn-sm p-0 text-start" }, nameOf(e));
    button.addEventListener("click", () => show(e.id));
    const after = (e.outgoing ?? []).filter((f) => f.type === "bpmn:SequenceFlow").map((f) => (f.businessObject.name ? `${f.businessObject.name}: ` : "") + nameOf(f.target));
    return make("tr", {}, make("td", {}, button), make("td", {}, kindOf(e)), make("td", {}, lanes.get(e.id) ?? ""), make("td", {}, after.join("; ")));
  }));
}

function lanesOf(viewer) {
  const found = new Map();
  for (const lane of viewer.get("elementRegistry").filter((e) => e.type === "bpmn:Lane" && !e.businessObject.childLaneSet)) {
    for (const step of lane.businessObject.flowNodeRef ?? []) found.set(step.id, lane.businessObject.name ?? "");
  }
  return found;
}
