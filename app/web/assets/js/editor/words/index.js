// The modeler speaks Indonesian. What has no translation yet is shown as it is and noted in `missing`.
import { INDONESIAN, PATTERNS, WRITTEN } from "./indonesian.js";

export const missing = new Set();

function translate(template, values = {}) {
  const words = INDONESIAN[template];
  if (words === undefined && /[a-z]{2}/i.test(template) && !Object.values(INDONESIAN).includes(template)) note(template);
  return (words ?? template).replace(/{([^}]+)}/g, (_, name) => values[name] ?? `{${name}}`);
}

function note(template) {
  missing.add(template);
  document.documentElement.dataset.untranslated = JSON.stringify([...missing]);
}

export default { translate: ["value", translate] };

/** Put into Indonesian what parts write into the canvas without asking. */
export function watchWords(container) {
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return reword(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.namespaceURI.endsWith("/svg")) return;
    for (const name of ["title", "aria-label"]) {
      const now = node.getAttribute(name), words = now && inIndonesian(now);
      if (words && words !== now) node.setAttribute(name, words);
    }
    // the palette says what its signs mean to screen readers only
    if (node.matches(".djs-palette .entry[aria-label]:not([title])")) node.setAttribute("title", node.getAttribute("aria-label"));
    node.childNodes.forEach(look);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(look);
      else if (change.type === "attributes") look(change.target);
    }
  }).observe(container, { subtree: true, childList: true, attributes: true, attributeFilter: ["title", "aria-label"] });
  look(container);
}

// names that people gave to elements are never touched: only these parts write words of their own
const OWN = ".bts-toggle-mode, .bts-log, .bts-palette, .bts-notifications, .bts-context-pad, .bts-element-notification, .djs-popup";

function reword(text) {
  const now = text.data.trim();
  if (!now || !text.parentElement?.closest(OWN)) return;
  const words = inIndonesian(now);
  if (words !== now) text.data = text.data.replace(now, words);
}

function inIndonesian(now) {
  if (now in WRITTEN) return WRITTEN[now];
  for (const [pattern, words] of PATTERNS) if (pattern.test(now)) return now.replace(pattern, words);
  return now;
}
