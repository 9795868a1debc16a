// A text that the engine evaluates: shown as it is written, judged by the server while somebody stands in it.
import { ask } from "../asking.js";
import { fault, node, text } from "./controls.js";

const judged = new Map(); // kind and text -> what the server said

/** Like `text`, and below it what the server says: which data it reads, or why it is not understood. */
export function expression(ctx, { kind, known = null, ...given }) {
  const box = text(ctx.pending, { mono: true, ...given });
  const input = box.querySelector("input, textarea");
  const said = node("div", { class: "form-text mt-0", "data-judgement": "", role: "status" });
  box.append(said);
  let later;
  const look = (wait) => {
    clearTimeout(later);
    later = setTimeout(() => judge(ctx, kind, input.value.trim(), (answer) => tell(input, said, answer, known)), wait);
  };
  input.addEventListener("input", () => look(400));
  input.addEventListener("change", () => look(0));
  if (given.value && !ctx.pending.get(given.key)) look(0);
  return box;
}

async function judge(ctx, kind, words, tell) {
  if (!words || !ctx.urls.expression) return tell(null);
  const key = `${kind} ${words}`;
  if (!judged.has(key)) {
    const { status, body } = await ask(ctx.urls.expression, { kind, text: words });
    if (status !== 200) return tell(null);
    if (judged.size > 500) judged.clear();
    judged.set(key, body);
  }
  tell(judged.get(key));
}

function tell(input, said, answer, known) {
  if (!input.isConnected) return;
  if (!answer) { fault(input, ""); said.textContent = ""; return; }
  fault(input, answer.ok ? "" : answer.message);
  if (!answer.ok) { said.textContent = ""; return; }
  const strange = known ? answer.names.filter((name) => !known.has(name)) : [];
  said.textContent = [
    answer.names.length ? `Membaca: ${answer.names.join(", ")}.` : "",
    answer.sets?.length ? `Mengisi: ${answer.sets.join(", ")}.` : "",
    strange.length ? `Belum diisi langkah sebelum ini: ${strange.join(", ")}.` : "",
  ].filter(Boolean).join(" ");
}
