// Paste from a spreadsheet into any cell: it fills this row and the rows below, and can be undone.
import { on } from "../dom.js";
import { tidy } from "../rupiah.js";
import { say } from "../say.js";
import { append, changed, inputsOf, listOf, most, nestedIn, renumber, rowOf, rowsOf, sectionOf, shortName } from "./model.js";
import { undoLine } from "./rows.js";
import { isTable, parse } from "./tsv.js";

on("paste", "[data-row] input, [data-row] textarea", (event, target) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const section = sectionOf(target), row = rowOf(target);
  const columns = columnsOf(section, row), start = columns.indexOf(shortName(target));
  if (start < 0 || !isTable(event.clipboardData, text, target)) return;
  event.preventDefault();
  fill(section, row, columns.slice(start), withoutNumbers(parse(text), columns.length - start), start);
});

/** The columns of a spreadsheet: those of the row, then those of the rows inside it. */
function columnsOf(section, row) {
  const nested = nestedIn(row);
  return `${section.dataset.paste} ${nested ? nested.dataset.paste : ""}`.trim().split(/\s+/);
}

/** Lines without the column "No" that stands first in most tables. */
function withoutNumbers(lines, room) {
  const numbered = lines.every((cells) => cells.length > room && /^\d{0,3}[.)]?$/.test(cells[0]));
  return numbered ? lines.map((cells) => cells.slice(1)) : lines;
}

function fill(section, row, columns, lines, start) {
  const outer = Math.max(0, section.dataset.paste.split(" ").length - start); // how many columns are the row's own
  const change = { written: [], added: [] };
  let current = row, inside = 0, done = 0;
  for (const [i, cells] of lines.entries()) {
    const mine = cells.slice(0, outer), theirs = cells.slice(outer, columns.length);
    const continued = i > 0 && !mine.some(Boolean) && theirs.some(Boolean); // a merged cell: still the same sasaran
    if (i > 0 && !continued) {
      current = next(section, current, change);
      inside = 0;
      if (!current) break;
    }
    if (!continued) mine.forEach((text, c) => put(current, columns[c], text, change));
    const nested = theirs.some(Boolean) && nestedIn(current);
    if (nested) {
      const line = rowsOf(nested)[inside] ?? add(nested, change);
      inside++;
      if (line) theirs.forEach((text, c) => put(line, columns[outer + c], text, change));
    }
    done++;
  }
  finish(section, change, done, lines.length);
}

const next = (section, row, change) => rowsOf(section)[rowsOf(section).indexOf(row) + 1] ?? add(section, change);

function add(section, change) {
  if (rowsOf(section).length >= most(section)) return null;
  const row = append(section);
  // at once: the rows inside find their template by the name of this one
  renumber(section);
  change.added.push({ row, section });
  return row;
}

function put(row, name, text, change) {
  const input = inputsOf(row).find((i) => shortName(i) === name);
  if (input) write(input, text, change.written);
}

function write(input, text, written) {
  written.push({ input, before: input.value });
  if (input.tagName === "SELECT") {
    const option = [...input.options].find((o) => [o.text, o.value].some((t) => t.trim().toLowerCase() === text.toLowerCase()));
    if (option) input.value = option.value;
  } else input.value = input.matches("[data-rupiah]") ? tidy(text) : text.replace(/\s*\n\s*/g, " ");
}

function finish(section, change, done, wanted) {
  const left = wanted - done ? ` ${wanted - done} baris tidak muat: paling banyak ${most(section)}.` : "";
  const words = `${done} baris ditempel.${left}`;
  const line = undoLine(section, words, () => {
    for (const { input, before } of change.written.reverse()) input.value = before;
    for (const added of change.added.reverse()) { added.row.remove(); renumber(added.section); }
    line.remove();
    renumber(section);
    changed(section);
    change.written.at(-1)?.input.focus();
    say("Tempelan diurungkan.");
  });
  listOf(section).append(line);
  for (const { input } of change.written) input.dispatchEvent(new Event("input")); // counters; it does not bubble
  renumber(section);
  changed(section);
  say(words);
}
