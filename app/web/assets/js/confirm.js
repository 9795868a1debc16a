// <form data-confirm="Buang draf ini?">: asks before it is sent. The button keeps its name, so that the answer repeats it.
import { make } from "./dom.js";

document.addEventListener("submit", (event) => {
  const form = event.target, pressed = event.submitter;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopPropagation();
  ask(form.dataset.confirm, pressed?.textContent.trim() || "Lanjutkan", () => {
    form.dataset.confirmed = "1";
    form.requestSubmit(pressed);
    delete form.dataset.confirmed;
  }, () => pressed?.focus());
}, true); // while it comes down: nobody else has heard of it yet

function ask(question, yes, agreed, declined) {
  const words = make("p", { id: "tanya" }, question);
  const go = make("button", { type: "button", class: "btn btn-primary" }, yes);
  const stay = make("button", { type: "button", class: "btn btn-outline-secondary" }, "Batal");
  const dialog = make("dialog", { "aria-labelledby": "tanya" }, words, make("div", { class: "d-flex flex-wrap gap-2" }, go, stay));
  let sure = false;
  go.addEventListener("click", () => { sure = true; dialog.close(); });
  stay.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); (sure ? agreed : declined)(); });
  document.body.append(dialog);
  dialog.showModal();
}
