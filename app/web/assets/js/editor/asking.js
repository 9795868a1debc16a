// Talking to the server: JSON there and back, with what went wrong as a value.
import { asScript } from "../dom.js";

/** {status, body}; status 0 where nothing came back. */
export async function ask(url, body, more = {}) {
  try {
    const answer = await fetch(url, {
      method: "POST", body: JSON.stringify(body), ...more,
      headers: asScript({ Accept: "application/json", "Content-Type": "application/json" }),
    });
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { status: 0, body: {} };
  }
}

/** After a login in another tab, the page's token is an old one: take the present one. True when somebody is signed in. */
export async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector('meta[name="csrf-token"]')?.content;
  if (!token || !page.querySelector("[data-editor]")) return false;
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
  return true;
}
