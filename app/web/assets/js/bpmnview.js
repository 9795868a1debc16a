// Diagrams in the page, fetched when one comes into sight; and the buttons that point at their elements.
import "./bpmn/viewer.css";
import { on, whenSeen } from "./dom.js";

const opening = new Map();

function open(view) {
  if (!opening.has(view)) opening.set(view, import("./bpmn/viewer.js").then(({ show }) => show(view)));
  return opening.get(view);
}

for (const view of document.querySelectorAll("[data-bpmn]")) whenSeen(view, () => open(view));

on("click", "[data-element]", async (event, button) => {
  const views = [...document.querySelectorAll("[data-bpmn]")];
  if (!views.length) return;
  await Promise.all(views.map(open));
  const { focus } = await import("./bpmn/viewer.js");
  const [first] = focus(button.dataset.element, button.dataset.was);
  if (!first) return;
  for (const other of document.querySelectorAll("[data-element][aria-current]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  first.scrollIntoView({ block: "nearest" });
});
