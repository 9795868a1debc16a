// Amounts of money: grouped by points while they are typed. What is not plainly a number is left as typed; the
// server says what to do about it ("1,5 miliar" must not become 15).

const PLAIN = /^\s*(?:Rp\.?)?[\s\d.]*(?:,[-\d]{0,2})?\s*$/i;
const ENGLISH = /^\d{1,3}(?:,\d{3}){2,}(?:\.00?)?$/; // what a spreadsheet in English hands over

/** 1250000 as "1.250.000"; takes digits as text too. */
export function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ".");
}

/** The digits of an amount, "" for none, null for what is not an amount. */
export function digitsOf(text) {
  const bare = text.replace(/Rp\.?|\s/gi, "");
  if (ENGLISH.test(bare)) return bare.replace(/\.00?$/, "").replace(/,/g, "");
  if (!PLAIN.test(text) || /,\d*[1-9]/.test(text)) return null;
  return bare.replace(/,.*$/, "").replace(/\./g, "").replace(/^0+(?=\d)/, "");
}

/** An amount from elsewhere as it stands in the field. "1250000.00" is how programs write it. */
export function tidy(text) {
  const digits = digitsOf(text.trim().replace(/^(\d+)\.00?$/, "$1"));
  return digits === null ? text.trim() : grouped(digits);
}

function whileTyping(input) {
  const { value, selectionEnd } = input;
  if (!PLAIN.test(value) || value.includes(",")) return;
  const digits = digitsOf(value);
  const before = value.slice(0, selectionEnd).replace(/\D/g, "").length;
  const zeros = value.replace(/\D/g, "").length - digits.length; // leading ones that fell away
  const text = grouped(digits);
  if (text === value) return;
  input.value = text;
  let at = 0;
  for (let seen = 0; seen < before - zeros && at < text.length; at++) if (text[at] !== ".") seen++;
  input.setSelectionRange(at, at);
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-rupiah]") && !event.isComposing) whileTyping(event.target);
}, true);
// one amount, in whatever form it was copied; tables are the matter of rows/paste.js
document.addEventListener("paste", (event) => {
  const input = event.target, text = event.clipboardData?.getData("text/plain") ?? "";
  if (!input.matches?.("[data-rupiah]") || /[\t\n]/.test(text.trim())) return;
  if (input.selectionEnd - input.selectionStart < input.value.length) return; // into the midst of another number
  event.preventDefault();
  input.value = tidy(text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-rupiah]")) event.target.value = tidy(event.target.value);
}, true);
