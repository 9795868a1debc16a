// A part of the page that renews itself: <div data-follow-url="..." [data-follow-min] [data-follow-max]>.
//
// The address answers the part's inner HTML with an ETag (304 when nothing is new). It goes elsewhere by a header
// X-Location or JSON {"location": url}, and ends by 204 or by an element [data-follow-end] inside.
// An element [data-announce] inside is said aloud when its text changes. <form data-swap="id"> posts and swaps likewise.
import { asScript } from "./dom.js";
import { say } from "./say.js";

for (const part of document.querySelectorAll("[data-follow-url]")) follow(part);

function follow(part) {
  const least = Number(part.dataset.followMin ?? 700), most = Number(part.dataset.followMax ?? 5000);
  let wait = least, etag = "", timer = 0, failures = 0, news = Date.now();

  async function look() {
    clearTimeout(timer);
    try {
      const headers = { ...asScript({ Accept: "text/html, application/json" }), ...(etag && { "If-None-Match": etag }) };
      const answer = await fetch(part.dataset.followUrl, { headers, cache: "no-store" });
      failures = 0;
      if (answer.status === 204 || answer.status === 401 || answer.status === 404) return;
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") ?? "";
        wait = least;
        news = Date.now();
        if (await take(part, answer)) return;
      } else wait = Math.min(wait * 1.4, most);
    } catch {
      wait = Math.min(least * 2 ** ++failures, 30_000);
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    // nobody looks at a hidden tab, and where nothing came for minutes little will: others are faster for it
    const rest = document.hidden ? Math.max(wait * 6, 30_000) : Date.now() - news > 180_000 ? wait * 4 : wait;
    timer = setTimeout(look, rest);
  }

  document.addEventListener("visibilitychange", () => !document.hidden && part.isConnected && timer && look());
  plan();
}

/** Put an answer into the part. True when there is nothing more to follow. */
async function take(part, answer) {
  const elsewhere = answer.headers.get("X-Location");
  const json = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  if (elsewhere || json?.location) {
    location.assign(elsewhere || json.location);
    return true;
  }
  if (json) return false;
  swap(part, await answer.text());
  return Boolean(part.querySelector("[data-follow-end]"));
}

function swap(part, html) {
  const words = () => part.querySelector("[data-announce]")?.textContent.trim() ?? "";
  const before = words(), focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus();
  if (words() && words() !== before) say(words());
}

document.addEventListener("submit", async (event) => {
  const form = event.target, part = document.getElementById(form.dataset.swap ?? "");
  if (!part || form.dataset.plain) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body, headers: asScript({ Accept: "text/html" }) }).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    await take(part, answer);
    delete form.dataset.sending; // it may stand outside of the part
    return;
  }
  // whatever went wrong, the page itself can say it
  form.dataset.plain = "1";
  delete form.dataset.sending;
  form.requestSubmit(event.submitter);
});
