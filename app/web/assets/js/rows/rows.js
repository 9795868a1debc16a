// Rows of a form: add, remove with undo, move by buttons, keys. See macros/rows.html for the marks.
import { make, on } from "../dom.js";
import { say } from "../say.js";
import { addButton, append, changed, inputsOf, listOf, nameOf, renumber, rowOf, rowsOf, sectionOf, shortName, total } from "./model.js";

on("click", "[data-add]", (_event, button) => {
  const section = sectionOf(button);
  const row = append(section);
  renumber(section);
  inputsOf(row)[0]?.focus();
  changed(section);
  say(`${nameOf(section, rowsOf(section).length)} ditambahkan.`);
});

on("click", "[data-up], [data-down]", (_event, button) => {
  const row = rowOf(button), section = sectionOf(button), rows = rowsOf(section);
  const from = rows.indexOf(row), up = button.hasAttribute("data-up");
  const other = rows[from + (up ? -1 : 1)];
  if (!other) return say(up ? "Sudah paling atas." : "Sudah paling bawah.");
  if (up) other.before(row);
  else other.after(row);
  renumber(section);
  button.focus(); // moving an element takes its focus away
  row.scrollIntoView({ block: "nearest" });
  changed(section);
  say(`Sekarang nomor ${rowsOf(section).indexOf(row) + 1} dari ${rows.length}.`);
});

on("click", "[data-remove]", (_event, button) => {
  const row = rowOf(button), section = sectionOf(button);
  const name = nameOf(section, rowsOf(section).indexOf(row) + 1);
  const line = undoLine(section, `${name} dihapus.`, () => {
    line.replaceWith(row);
    renumber(section);
    inputsOf(row)[0]?.focus();
    changed(section);
    say(`${name} dikembalikan.`);
  });
  row.replaceWith(line);
  renumber(section);
  line.querySelector("button").focus();
  changed(section);
  say(`${name} dihapus. Tekan Urungkan untuk mengembalikannya.`);
});

/** A line with a button that takes the last change back; one per list. The caller puts it into the page. */
export function undoLine(section, words, undo) {
  listOf(section).querySelector(":scope > .rows-undo")?.remove();
  const button = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary" }, "Urungkan");
  button.addEventListener("click", undo);
  return make("div", { class: "rows-undo d-flex align-items-center gap-2 py-2 text-body-secondary" }, words, button);
}

document.addEventListener("input", (event) => {
  const section = event.target.closest?.("[data-rows]");
  if (section) total(section);
});

// Enter in a row goes down the column, as in a spreadsheet; it must not send the form
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-row] input") || event.isComposing) return;
  event.preventDefault();
  const row = rowOf(event.target), rows = rowsOf(sectionOf(row));
  const below = rows[rows.indexOf(row) + 1];
  const next = below && inputsOf(below).find((i) => shortName(i) === shortName(event.target));
  if (next) next.focus();
  else addButton(sectionOf(row))?.focus();
});
