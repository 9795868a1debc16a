// Messages above the canvas, each with what can be done about it. One of a kind at a time.
import { make } from "../dom.js";
import { say } from "../say.js";

export function notice(kind, words, actions = [], tone = "warning") {
  const place = document.querySelector("[data-notices]");
  drop(kind);
  const buttons = actions.map(({ label, href, act, main }) => {
    const look = `btn btn-sm ${main ? "btn-primary" : "btn-outline-secondary"}`;
    if (href) return make("a", { class: look, href, ...(act ? {} : { target: "_blank", rel: "opener" }) }, label);
    const button = make("button", { type: "button", class: look }, label);
    button.addEventListener("click", act);
    return button;
  });
  const box = make("div", { class: `alert alert-${tone} d-flex flex-wrap align-items-center gap-2 py-2 mb-2`, "data-notice": kind });
  box.append(make("span", { class: "me-auto" }, words), ...buttons);
  place.append(box);
  say(words);
}

export const drop = (kind) => document.querySelector(`[data-notice="${kind}"]`)?.remove();

export const shown = (kind) => Boolean(document.querySelector(`[data-notice="${kind}"]`));
