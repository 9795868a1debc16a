// Diagrams in the page, fetched when one comes into sight.
import "./bpmn/viewer.css";
import { whenSeen } from "./dom.js";

for (const view of document.querySelectorAll("[data-bpmn]")) {
  whenSeen(view, async () => (await import("./bpmn/viewer.js")).show(view));
}
