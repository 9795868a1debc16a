// Rows moved by the mouse, at their handle. Keyboards and fingers have the buttons.
import { on } from "../dom.js";
import { changed, renumber, rowOf, rowsOf, sectionOf } from "./model.js";

let held = null; // { row, section, home }: home is the element after it, to go back to

on("dragstart", "[data-handle]", (event, handle) => {
  const row = rowOf(handle);
  held = { row, section: sectionOf(handle), home: row.nextSibling };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(row, 20, 20);
  setTimeout(() => row.classList.add("dragging"));
});

document.addEventListener("dragover", (event) => {
  if (!held) return;
  const over = rowsOf(held.section).find((row) => row.contains(event.target));
  if (!over) return;
  event.preventDefault();
  if (over === held.row) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(held.row);
  else over.after(held.row);
});

document.addEventListener("drop", (event) => held && event.preventDefault());

document.addEventListener("dragend", (event) => {
  if (!held) return;
  const { row, section, home } = held;
  held = null;
  row.classList.remove("dragging");
  if (event.dataTransfer.dropEffect === "none") section.querySelector("[data-list]").insertBefore(row, home); // Escape
  renumber(section);
  changed(section);
});
