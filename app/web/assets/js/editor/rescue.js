// What could not be saved stays in this browser until it is, and is offered again when the draft is opened.

export class Rescue {
  constructor(draft) {
    this.key = `alur.draf.${draft.user}.${draft.id}`;
  }

  keep(revision, files, changed) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ revision, files: Object.fromEntries(changed.map((n) => [n, files[n]])), at: Date.now() }));
    } catch {
      // a full or closed store: the page still asks before it is left
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch { /* nothing to drop */ }
  }

  /** {revision, files, at} of what was left behind and differs from `files`, or null. */
  found(files) {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      if (!kept || !Object.entries(kept.files).some(([name, text]) => name in files && files[name] !== text)) return null;
      return kept;
    } catch {
      return null;
    }
  }
}
