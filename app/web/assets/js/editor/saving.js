// Saves while somebody draws: a moment after each change, on Ctrl+S, and on leaving. Every save names the revision it
// was made from; the server refuses one that would overwrite what somebody else saved meanwhile.
import { make } from "../dom.js";
import { say } from "../say.js";
import { ask, renewToken } from "./asking.js";
import { notice, drop, shown } from "./notices.js";

const QUIET = 1500, LONGEST = 8000, RETRY = 4000, KEEPALIVE = 60_000; // ms; bytes that a leaving page may still send

export class Saver {
  constructor(draft, drawing, rescue) {
    Object.assign(this, { draft, drawing, rescue, revision: draft.revision });
    // "" | "conflict" | "expired" | "closed": nothing is sent until that is settled
    Object.assign(this, { dirty: false, changed: new Set(), sending: null, held: "", since: 0, timer: 0, tries: 0 });
    this.status = document.querySelector("[data-saved]");
    this.onConflict = this.onSaved = () => {};
    this.tell(draft);
    window.addEventListener("online", () => this.dirty && this.plan(0));
    window.addEventListener("focus", () => this.held === "expired" && this.comeBack());
    window.addEventListener("beforeunload", (event) => (this.dirty || this.sending) && !this.leaving && event.preventDefault());
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.save({ leaving: true }));
    document.addEventListener("click", (event) => this.beforeLink(event));
  }

  /** Something was drawn. */
  touched() {
    this.drawing.stale = true;
    if (!this.dirty) this.since = Date.now();
    this.dirty = true;
    this.changed.add(this.drawing.name);
    if (this.held === "closed") return;
    this.show("Belum tersimpan");
    this.plan(Math.max(0, Math.min(QUIET, this.since + LONGEST - Date.now())));
  }

  plan(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  /** Save now what is not saved; true when all is. */
  async save({ leaving = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (!this.dirty || this.leaving) return !this.dirty;
    this.sending = this.send(leaving);
    await this.sending;
    this.sending = null;
    if (this.dirty && !this.held && !this.tries) this.plan(QUIET);
    return !this.dirty;
  }

  async send(leaving) {
    const changed = [...this.changed];
    this.dirty = false; // what is drawn from here on is another change
    this.changed.clear();
    await this.drawing.take();
    const files = Object.fromEntries(changed.map((name) => [name, this.drawing.files[name]]));
    this.rescue.keep(this.revision, this.drawing.files, changed);
    if (this.held) return this.again(changed);
    this.show("Menyimpan ...");
    const size = new Blob([JSON.stringify(files)]).size;
    const { status, body } = await ask(this.draft.urls.save, { revision: this.revision, files }, { keepalive: leaving && size < KEEPALIVE });
    if (status === 200) return this.took(body);
    this.again(changed);
    await this.refused(status, body);
  }

  again(changed) {
    this.dirty = true;
    changed.forEach((name) => this.changed.add(name));
  }

  took(body) {
    this.revision = body.revision;
    this.tries = 0;
    this.renewed = false;
    if (!this.dirty) this.rescue.drop();
    drop("simpan");
    this.tell(body);
    this.onSaved(body);
  }

  async refused(status, body) {
    if (status === 401) {
      this.held = "expired";
      this.show("Belum tersimpan: sesi berakhir.", true);
      notice("simpan", "Sesi berakhir. Gambar ini tetap ada di sini; masuk lagi di tab baru, lalu kembali ke tab ini.", [{ label: "Masuk lagi", href: body.login ?? "/", main: true }]);
    } else if (status === 400 && !this.renewed) {
      this.renewed = true; // most likely the token of a session before
      if (await renewToken()) this.plan(0);
    } else if (status === 409 && body.revision) {
      this.held = "conflict";
      this.show("Belum tersimpan: orang lain sudah menyimpan.", true);
      this.onConflict(body);
    } else if (status === 0 || status >= 500 || status === 429) {
      this.show(status ? "Belum tersimpan: ada gangguan. Dicoba lagi dengan sendirinya." : "Belum tersimpan: tidak ada sambungan. Dicoba lagi dengan sendirinya.", true);
      this.plan(Math.min(RETRY * 2 ** this.tries++, 60_000));
    } else {
      this.close(body.message ?? body.error ?? "Draf ini sudah tidak dapat disimpan. Muat ulang halaman.");
    }
  }

  /** Nothing more can be saved here. */
  close(words) {
    this.held = "closed";
    this.show("Tidak tersimpan.", true);
    if (!shown("tutup")) notice("tutup", words, [{ label: "Simpan gambar ini sebagai draf baru", act: () => this.fork() }, { label: "Muat ulang", act: () => this.leave(location.href) }]);
  }

  async comeBack() {
    if (!(await renewToken())) return;
    this.held = "";
    drop("simpan");
    this.plan(0);
  }

  /** A new draft with what is drawn here, and go there. */
  async fork() {
    await this.drawing.take();
    const { status, body } = await ask(this.draft.urls.fork, { files: this.drawing.files });
    if (status !== 200) return notice("salin", body.error ?? "Salinan belum dapat dibuat. Coba lagi sebentar lagi.", [], "danger");
    this.leave(body.url);
    this.rescue.drop();
  }

  /** Take what is saved; what is drawn here and not saved is given up. */
  accept({ revision, saver, saved }) {
    Object.assign(this, { revision, dirty: false, held: "", tries: 0 });
    this.changed.clear();
    clearTimeout(this.timer);
    this.rescue.drop();
    this.tell({ saver, saved });
  }

  /** Go, and save nothing more on the way. */
  leave(url) {
    this.leaving = true;
    if (url === location.href) location.reload();
    else location.assign(url);
  }

  async beforeLink(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || !leaves(link, event) || !this.dirty || this.held) return;
    event.preventDefault();
    if (await this.save()) this.leave(link.href);
    else location.assign(link.href); // the browser asks
  }

  tell({ saved, saver }) {
    if (saved) this.show(`Tersimpan ${saved}${saver ? ` oleh ${saver}` : ""}`);
  }

  show(words, bad = false) {
    if (!this.status || this.status.textContent === words) return;
    this.status.replaceChildren(make("span", { class: bad ? "text-danger-emphasis fw-semibold" : "" }, words));
    if (bad) say(words);
  }
}

/** Whether this click takes the page away for another one of ours. */
function leaves(link, event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return false;
  return link.pathname + link.search !== location.pathname + location.search;
}
