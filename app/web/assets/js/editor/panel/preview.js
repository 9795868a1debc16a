// How a form will look: drawn by the server with the macros of the real page, renewed as the form changes.
import { asScript } from "../../dom.js";
import { button, node } from "./controls.js";

const shown = new Map(); // question -> HTML of the last few

/** A box with the preview of `question` ({form} or {fields, name}) and a button for a larger one. */
export function preview(ctx, question) {
  const place = node("div", { "data-preview-place": "", tabindex: "0", role: "region", "aria-label": "Pratinjau formulir" });
  const key = JSON.stringify(question);
  if (shown.has(key)) place.innerHTML = shown.get(key);
  else {
    place.innerHTML = ctx.lastPreview ?? "";
    clearTimeout(ctx.previewLater);
    ctx.previewLater = setTimeout(async () => {
      const html = await fetched(ctx, question);
      if (shown.size > 30) shown.clear();
      shown.set(key, html);
      ctx.lastPreview = html;
      if (place.isConnected) place.innerHTML = html; // the server's own words, escaped there
    }, 250);
  }
  return node("section", { class: "mt-3", "aria-label": "Pratinjau" },
    node("div", { class: "d-flex align-items-center justify-content-between mb-1" }, node("span", { class: "fw-semibold small" }, "Pratinjau"),
      button("Perbesar", (event) => enlarge(ctx, question, event.currentTarget), { sign: "fullscreen", key: "pratinjau-perbesar" })),
    place);
}

async function fetched(ctx, question) {
  try {
    const answer = await fetch(ctx.urls.preview, { method: "POST", body: JSON.stringify(question), headers: asScript({ "Content-Type": "application/json" }) });
    if (answer.ok) return await answer.text();
    return sentence((await answer.json().catch(() => ({}))).error ?? "Pratinjau belum dapat dimuat. Coba lagi sebentar lagi.");
  } catch {
    return sentence("Pratinjau belum dapat dimuat. Periksa sambungan.");
  }
}

function sentence(words) {
  const said = node("p", { class: "text-body-secondary mb-0" }, words);
  return said.outerHTML;
}

async function enlarge(ctx, question, from) {
  const place = node("div", {}, node("p", {}, "Memuat ..."));
  const close = button("Tutup", () => dialog.close());
  const dialog = node("dialog", { "aria-label": "Pratinjau formulir", class: "w-100", "data-preview-dialog": "" }, place, node("div", { class: "mt-3" }, close));
  dialog.addEventListener("close", () => { dialog.remove(); from?.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  place.innerHTML = await fetched(ctx, { ...question, large: true });
}
