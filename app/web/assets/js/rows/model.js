// What rows are made of. A row knows its own prefix ("sasaran-0"); renaming replaces it in every name and id inside,
// so rows in rows need nothing of their own.
import { digitsOf, grouped } from "../rupiah.js";

const CARRIERS = ["name", "id", "for", "aria-describedby", "aria-labelledby", "aria-controls", "data-name", "data-prefix"];
const CARRIED = CARRIERS.map((a) => `[${a}]`).join();

export const listOf = (section) => section.querySelector(":scope > [data-list]");
export const rowsOf = (section) => [...listOf(section).children].filter((e) => e.matches("[data-row]"));
export const sectionOf = (element) => element.closest("[data-rows]");
export const rowOf = (element) => element.closest("[data-row]");
export const inputsOf = (row) => own(row, "input:not([type=hidden]), select, textarea");
export const nestedIn = (row) => own(row, "[data-rows]")[0];
export const shortName = (input) => input.name.slice(input.name.lastIndexOf("-") + 1);
export const most = (section) => Number(section.dataset.atMost);
export const nameOf = (section, n) => `${capital(section.dataset.noun)} ${n}`;

/** Elements of this row, and not of a row inside it. */
export function own(row, selector) {
  return [...row.querySelectorAll(selector)].filter((e) => rowOf(e) === row);
}

/** Elements of this list, and not of a list inside it. */
const ofList = (section, selector) => [...section.querySelectorAll(selector)].find((e) => sectionOf(e) === section);
export const addButton = (section) => ofList(section, "[data-add]");

/** A new empty row at the end, not yet numbered. Rows inside rows borrow the template of the outer blank row. */
export function append(section) {
  const row = blankOf(section).content.firstElementChild.cloneNode(true);
  const last = rowsOf(section).at(-1);
  if (last) last.after(row);
  else listOf(section).append(row);
  return row;
}

function blankOf(section) {
  const mine = section.querySelector(":scope > template[data-blank]");
  if (mine) return mine;
  const short = section.dataset.name.slice(section.dataset.name.lastIndexOf("-") + 1);
  const outer = blankOf(sectionOf(section.parentElement));
  return outer.content.querySelector(`[data-rows][data-name$="-${short}"] > template[data-blank]`);
}

/** Names and numbers by the order of the page. */
export function renumber(section) {
  const rows = rowsOf(section), prefix = (i) => `${section.dataset.name}-${i}`;
  const moved = rows.filter((row, i) => row.dataset.prefix !== prefix(i));
  // radio buttons of two rows must not share a name for a moment, or one of them loses its choice
  if (section.querySelector("input[type=radio]")) moved.forEach((row, i) => rename(row, `${section.dataset.name}-x${i}`));
  rows.forEach((row, i) => {
    rename(row, prefix(i));
    row.setAttribute("aria-label", nameOf(section, i + 1));
    for (const n of own(row, "[data-n]")) n.textContent = i + 1;
  });
  const add = addButton(section);
  if (add) add.disabled = rows.length >= most(section);
  total(section);
}

function rename(row, to) {
  const from = row.dataset.prefix;
  if (from === to) return;
  const renamed = (token) => (token === from || token.startsWith(`${from}-`) ? to + token.slice(from.length) : token);
  for (const element of [row, ...row.querySelectorAll(CARRIED)]) {
    for (const name of CARRIERS) {
      const value = element.getAttribute(name);
      if (value?.includes(from)) element.setAttribute(name, value.split(" ").map(renamed).join(" "));
    }
  }
}

/** The sum under the rows, at once. */
export function total(section) {
  const field = section.dataset.total;
  if (!field) return;
  let sum = 0n; // whole rupiah of a hundred rows may pass what a double holds
  for (const row of rowsOf(section)) {
    const input = inputsOf(row).find((i) => shortName(i) === field);
    sum += BigInt((input && digitsOf(input.value)) || 0);
  }
  ofList(section, "[data-sum]").textContent = `Rp\u00a0${grouped(sum)}`;
}

/** Tell whoever listens (autosave, counters) that something was typed here. */
export function changed(section) {
  section.dispatchEvent(new Event("input", { bubbles: true }));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
