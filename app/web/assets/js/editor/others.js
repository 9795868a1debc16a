// Others at the same draft: told of a save by somebody else before much is drawn, and asked when both have drawn.
import { asScript, make } from "../dom.js";
import { drop, notice } from "./notices.js";

const FIRST = 1000, LEAST = 8000, MOST = 60_000; // ms until the first look, and between two

export function watchOthers(draft, drawing, saver, reload) {
  let wait = LEAST, etag = "", timer = 0, told = 0;

  async function look() {
    clearTimeout(timer);
    if (!document.hidden && !saver.sending && !saver.held) await once().catch(() => (wait = MOST));
    timer = setTimeout(look, document.hidden ? MOST : wait);
  }

  async function once() {
    const answer = await fetch(draft.urls.state, { headers: asScript({ Accept: "application/json", ...(etag && { "If-None-Match": etag }) }), cache: "no-store" });
    wait = Math.min(wait * 1.3, MOST);
    if (answer.status !== 200) return;
    etag = answer.headers.get("ETag") ?? "";
    wait = LEAST;
    const now = await answer.json();
    if (now.state !== "open") return saver.close(now.words);
    if (now.revision <= saver.revision || now.revision === told || saver.sending) return;
    // what this account sent while it left the page a moment ago came after the page was made
    if (now.mine && !saver.dirty && !saver.held) return void (await reload());
    told = now.revision;
    const words = `${now.mine ? "Jendela lain dengan akun ini" : now.saver} menyimpan draf ini pukul ${now.saved}. Muat yang terbaru sebelum menggambar lagi.`;
    notice("lain", words, [{ label: "Muat yang terbaru", main: true, act: () => reload() }, { label: "Lihat bedanya", href: `${draft.urls.difference}?a=${saver.revision}&b=${now.revision}` }], "info");
  }

  document.addEventListener("visibilitychange", () => !document.hidden && look());
  timer = setTimeout(look, FIRST);
  saver.onSaved = ((before) => (body) => { drop("lain"); wait = LEAST; before(body); })(saver.onSaved);
}

/** Two drew on the same revision: the dialog that asks which drawing goes on. */
export function askWhose(saver, reload) {
  const dialog = document.getElementById("bentrok");
  let theirs = null;
  saver.onConflict = (body) => {
    theirs = body;
    dialog.querySelector("[data-who]").textContent = `${body.mine ? "Jendela lain dengan akun ini" : body.saver} menyimpan draf ini pukul ${body.saved}.`;
    const link = dialog.querySelector("[data-difference]");
    link.hidden = !body.difference_url;
    if (body.difference_url) link.href = body.difference_url;
    const list = dialog.querySelector("[data-words]");
    list.querySelector("ul").replaceChildren(...(body.words ?? []).map((words) => make("li", {}, words)));
    list.hidden = !body.words?.length;
    drop("bentrok");
    if (!dialog.open) dialog.showModal();
  };
  // put off, not settled: nothing is saved until it is
  dialog.addEventListener("close", () => {
    if (saver.held === "conflict") notice("bentrok", `Gambar ini belum tersimpan, karena ${theirs.saver} sudah menyimpan lebih dulu.`, [{ label: "Pilih yang dipakai", main: true, act: () => dialog.showModal() }]);
  });
  dialog.querySelector("[data-fork]").addEventListener("click", () => saver.fork());
  const sure = dialog.querySelector("[data-sure]");
  dialog.querySelector("[data-theirs]").addEventListener("click", () => { sure.hidden = false; sure.querySelector("button").focus(); });
  sure.querySelector("[data-yes]").addEventListener("click", async () => {
    sure.hidden = true;
    await reload();
    drop("bentrok");
    dialog.close();
  });
}

/** The draft as it is saved now, with its files; null where it can't be had. */
export async function reloaded(draft) {
  const answer = await fetch(`${draft.urls.state}?isi=1`, { headers: asScript({ Accept: "application/json" }), cache: "no-store" }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}
