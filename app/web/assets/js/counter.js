// Letters left under long fields, digits typed under NIK and NIP. Nothing is cut: what is too long is said.
import { say } from "./say.js";
import { grouped } from "./rupiah.js";

document.addEventListener("input", (event) => update(event.target));
for (const counter of document.querySelectorAll("[data-count], [data-digits]")) {
  const input = document.getElementById(counter.id.replace(/-count$/, ""));
  if (input?.value) update(input);
}

function update(input) {
  const counter = input.id && document.getElementById(`${input.id}-count`);
  if (!counter) return;
  if (counter.dataset.digits) return digits(input, counter);
  const limit = Number(counter.dataset.count), left = limit - input.value.length;
  const text = left < 0 ? `Terlalu panjang ${grouped(-left)} huruf` : `Sisa ${grouped(left)} huruf`;
  counter.textContent = input.value ? text : `Paling banyak ${grouped(limit)} huruf`;
  counter.classList.toggle("text-danger-emphasis", left < 0);
  // in rows it stays out of the way until the end is near
  if (counter.hasAttribute("data-quiet")) counter.hidden = left > limit / 5;
  const over = left < 0;
  if (over && counter.dataset.over !== "1") say(text);
  counter.dataset.over = over ? "1" : "";
}

function digits(input, counter) {
  const typed = input.value.replace(/\D/g, "").length, wanted = Number(counter.dataset.digits);
  counter.textContent = typed ? `${typed} dari ${wanted} angka` : `${wanted} angka`;
  counter.classList.toggle("text-danger-emphasis", typed > wanted);
  counter.classList.toggle("text-success-emphasis", typed === wanted);
}
