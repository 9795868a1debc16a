// A form is sent once, however often the button is pressed, and says that it is being sent.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) return event.preventDefault();
  form.dataset.sending = "1";
  // after this turn: the button's own name and value must still be sent
  setTimeout(() => hold(form, event.submitter));
});

function hold(form, pressed) {
  const buttons = [...form.elements].filter((b) => b.type === "submit" && !b.disabled);
  const words = pressed?.innerHTML;
  for (const button of buttons) button.disabled = true;
  if (pressed) pressed.textContent = pressed.dataset.sending ?? "Mengirim ...";
  const release = () => {
    delete form.dataset.sending;
    for (const button of buttons) button.disabled = false;
    if (pressed) pressed.innerHTML = words;
  };
  // an answer that is a file, or none at all, leaves this page standing
  const later = setTimeout(release, 20_000);
  window.addEventListener("pageshow", (event) => event.persisted && (clearTimeout(later), release()), { once: true });
}
