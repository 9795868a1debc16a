// Another picture in its place, so that not even the password is typed again: <div data-captcha="address">.
// Without an answer the button sends the form, as it does without scripts.
import { asScript, on } from "./dom.js";

on("click", "[data-captcha] button[name=baru]", async (event, button) => {
  event.preventDefault();
  const box = button.closest("[data-captcha]"), form = button.form;
  const answer = await fetch(box.dataset.captcha, { headers: asScript({ Accept: "application/json" }) }).catch(() => null);
  const renewed = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!renewed) return form.requestSubmit(button);
  form.elements.token.value = renewed.token;
  box.querySelector("img").src = renewed.picture;
  box.querySelector("audio").src = renewed.voice;
  form.elements.kode.value = "";
  form.elements.kode.focus();
});
