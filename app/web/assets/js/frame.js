// Menus, the folded navigation, messages, dialogs, and where the focus starts.
import { on } from "./dom.js";
import { say } from "./say.js";

// a menu closes when the eye goes elsewhere
document.addEventListener("click", (event) => closeMenus((menu) => !menu.contains(event.target)));
document.addEventListener("focusin", (event) => closeMenus((menu) => !menu.contains(event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  closeMenus(() => true);
  menu?.querySelector("summary").focus();
});

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (which(menu)) menu.open = false;
}

on("click", "[data-unfold]", (_event, button) => {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("folded", !open);
});

on("click", "[data-dialog]", (_event, button) => document.getElementById(button.dataset.dialog).showModal());
on("click", "[data-close]", (_event, button) => {
  const dialog = button.closest("dialog");
  if (dialog) dialog.close();
  else {
    button.closest("[data-flash]")?.remove();
    document.getElementById("isi")?.focus();
  }
});

// a passphrase is shown only while the button is pressed in
on("click", "[data-reveal]", (_event, button) => {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", String(show));
  button.querySelector("span").textContent = show ? "Sembunyikan" : "Lihat";
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, show ? "#eye-slash" : "#eye"));
});
// it must not be offered by the browser as typed text when it is sent
document.addEventListener("submit", (event) => {
  for (const input of event.target.querySelectorAll("[data-secret]")) input.type = "password";
});

// a link to a field leads into the field, also where the id is a group
on("click", 'a[href^="#"]', (event, link) => {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target || target.id === "isi") return;
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  (target.matches("input, select, textarea, [tabindex]") ? target : target.querySelector("input, select, textarea"))?.focus();
});

const first = document.querySelector("[data-focus]");
first?.focus();
// messages that came with the page are not changes: say them once
const flashed = [...document.querySelectorAll("[data-flash] > .flex-fill")].map((m) => m.textContent.trim());
if (flashed.length && !first) say(flashed.join(" "));
