// The server's check, a moment after the last change: all problems of all files, and whether every case can end.
import { ask } from "./asking.js";

const QUIET = 900;
const BUSY = 5000;

export class Check {
  constructor(draft, drawing, told, refresh) {
    Object.assign(this, { draft, drawing, told, refresh, timer: 0, running: null, last: "", executed: [] });
    this.status = document.querySelector("[data-check-status]");
  }

  /** The diagram is another one than what the server spoke of. */
  touched() {
    this.told.fresh = false;
    this.told.all = this.told.all.filter((p) => p.from !== "alur");
    if (this.result) this.result.textContent = "";
    this.say("Memeriksa ..."); // what was said before is about another drawing
    this.plan(QUIET);
  }

  plan(wait = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run().catch(() => {}), wait);
  }

  async run() {
    await this.drawing.take();
    const files = this.drawing.files, now = JSON.stringify(files);
    if (now === this.last && this.told.fresh) return;
    this.running?.abort();
    const mine = (this.running = new AbortController());
    this.say("Memeriksa ...");
    const { status, body } = await ask(this.draft.urls.check, { files }, { signal: mine.signal });
    if (mine !== this.running) return;
    this.running = null;
    if (status === 503) {
      this.plan(BUSY);
      return this.say("Beberapa diagram lain sedang diperiksa; dicoba lagi sebentar lagi.");
    }
    if (status !== 200) return this.say(status === 401 ? "" : "Pemeriksaan belum berhasil; dicoba lagi setelah perubahan berikutnya.");
    if (this.drawing.stale) return this.plan(QUIET); // drawn upon meanwhile
    this.last = now;
    this.executed = body.executed ?? [];
    this.take(body.problems, "server");
    this.say(body.ok ? "Diperiksa: dapat diterbitkan." : "Diperiksa: belum dapat diterbitkan.");
  }

  /** Put problems in the place of those that came from the same check before. */
  take(problems, from) {
    const others = this.told.all.filter((p) => p.from !== from);
    this.told.all = [...others, ...problems.map((p) => ({ ...p, from }))];
    this.told.fresh = true;
    this.spread();
  }

  /** Tell the canvas what concerns the open file; the rest is only listed. */
  spread() {
    const name = this.drawing.name;
    this.told.problems = this.told.all.filter((p) => !p.file || p.file === name);
    this.told.elsewhere = this.told.all.filter((p) => p.file && p.file !== name);
    this.refresh();
  }

  say(words) {
    if (this.status && this.status.textContent !== words) this.status.textContent = words;
  }
}

/** "Periksa alur": explores where cases can go, in the background. */
export function soundness(check, button, result) {
  if (!button) return;
  check.result = result;
  button.addEventListener("click", async () => {
    button.disabled = true;
    result.textContent = "Menelusuri semua jalan yang mungkin ...";
    await check.drawing.take();
    const { status, body } = await ask(check.draft.urls.soundness, { files: check.drawing.files });
    button.disabled = false;
    if (status !== 200) return (result.textContent = body.error ?? "Penelusuran belum berhasil. Coba lagi.");
    check.take(body.problems ?? [], "alur");
    result.textContent = [...(body.facts ?? []), body.problems?.length ? "" : "Tidak ada masalah pada alur."].filter(Boolean).join(" ");
  });
}
