// Keeps what is typed: <form data-autosave-url>. Says so beside the button ([data-saved]); never sends a secret.
//
// The address answers 200 {"saved": "10.32"}, 401 {"login": url} when the session has ended, 409 or 404
// {"message": sentence} when the task is gone.
import { asScript, make } from "./dom.js";
import { say } from "./say.js";

const QUIET = 1500, LONGEST = 10_000, RETRY = 4000;

for (const form of document.querySelectorAll("form[data-autosave-url]:not([data-autosave-url=''])")) watch(form);

function watch(form) {
  const state = { dirty: false, sending: false, stopped: false, expired: false, renewed: false, since: 0, timer: 0, tries: 0, sent: null };
  const status = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");

  form.addEventListener("input", (event) => {
    if (isSecret(event.target) || state.stopped) return;
    if (!state.dirty) state.since = Date.now();
    state.dirty = true;
    if (!state.expired) plan(Math.max(0, Math.min(QUIET, state.since + LONGEST - Date.now())));
  });
  form.addEventListener("submit", () => {
    clearTimeout(state.timer);
    state.sent?.abort();
    state.left = true; // the page goes with its text
  });
  window.addEventListener("pageshow", () => (state.left = false));
  window.addEventListener("online", () => state.dirty && plan(0));
  window.addEventListener("focus", () => state.expired && comeBack());
  // a page of the form that is opened by its tab must show what was typed a moment ago
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !leaves(link, event) || !state.dirty || state.expired || state.stopped) return;
    event.preventDefault();
    while (state.sending) await new Promise((done) => setTimeout(done, 50));
    await send();
    location.assign(link.href);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && state.dirty && !state.expired) send(true);
    else if (document.visibilityState === "visible" && state.expired) comeBack();
  });
  window.addEventListener("beforeunload", (event) => {
    if (state.dirty && !state.left && !state.stopped) event.preventDefault();
  });

  function plan(wait) {
    clearTimeout(state.timer);
    state.timer = setTimeout(send, wait);
  }

  async function send(leaving = false) {
    clearTimeout(state.timer);
    if (state.stopped || state.left || (state.sending && leaving !== true)) return;
    state.sending = true;
    state.dirty = false;
    state.sent = new AbortController();
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST", body: typed(form), signal: state.sent.signal, keepalive: leaving === true,
        headers: asScript({ Accept: "application/json" }),
      });
      await judge(answer);
    } catch (error) {
      if (error.name !== "AbortError") retry("Belum tersimpan: tidak ada sambungan. Dicoba lagi dengan sendirinya.");
    }
    state.sending = false;
    if (state.dirty && !state.expired && !state.tries && !state.stopped) plan(QUIET);
  }

  async function judge(answer) {
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) {
      state.tries = 0;
      state.renewed = false;
      show(`Tersimpan ${body.saved ?? clock()}`);
    } else if (answer.status === 401) {
      state.dirty = state.expired = true;
      showLogin(body.login);
    } else if (answer.status === 400 && !state.renewed) {
      state.renewed = true;
      state.dirty = state.expired = true; // most likely the token of a session before: take the present one
      await comeBack();
    } else if (answer.status >= 500 || answer.status === 429) {
      retry("Belum tersimpan: ada gangguan. Dicoba lagi dengan sendirinya.");
    } else {
      state.stopped = true;
      show(body.message ?? "Belum tersimpan: tugas ini sudah berubah. Buka lagi dari Tugas saya.", true);
    }
  }

  function retry(words) {
    state.dirty = true;
    show(words, true);
    plan(Math.min(RETRY * 2 ** state.tries++, 60_000));
  }

  /** After a login in another tab: take the page's new token, then save what stands here. */
  async function comeBack() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector('meta[name="csrf-token"]')?.content;
    if (!token || !page.querySelector("form[data-autosave-url]")) return;
    document.querySelector('meta[name="csrf-token"]').content = token;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
    state.expired = false;
    plan(0);
  }

  function show(words, bad = false) {
    if (!status || status.textContent === words) return;
    status.replaceChildren(words);
    status.classList.toggle("text-danger-emphasis", bad);
    status.classList.toggle("text-body-secondary", !bad);
  }

  function showLogin(login) {
    show("", true);
    const link = make("a", { href: login ?? "/", target: "_blank", rel: "opener" }, "Masuk lagi");
    status?.replaceChildren("Belum tersimpan: sesi berakhir. ", link, " di tab baru, lalu kembali ke sini; isian tetap ada.");
    if (!status) say("Belum tersimpan: sesi berakhir.");
  }
}

function typed(form) {
  const hidden = new Set([...form.elements].filter(isSecret).map((i) => i.name)).add("csrf_token");
  return new URLSearchParams([...new FormData(form)].filter(([name, value]) => !hidden.has(name) && typeof value === "string"));
}

/** Whether this click takes the page away for another one of ours. */
function leaves(link, event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return false;
  return link.pathname + link.search !== location.pathname + location.search;
}

// its type may be "text" while it is shown, so the mark counts too
function isSecret(input) {
  return input.type === "password" || input.hasAttribute?.("data-secret") || false;
}

function clock() {
  return new Date().toTimeString().slice(0, 5).replace(":", ".");
}
