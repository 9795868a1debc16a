// Times as people write them ("3 hari kerja", "31 Desember 2026", "setiap hari, 5 kali") and as a diagram holds them.

const UNITS = [["tahun", "Y", ""], ["bulan", "M", ""], ["minggu", "W", ""], ["hari", "D", ""], ["jam", "H", "T"], ["menit", "M", "T"], ["detik", "S", "T"]];
const MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
const NUMBERS = { se: 1, satu: 1, dua: 2, tiga: 3, empat: 4, lima: 5, enam: 6, tujuh: 7, delapan: 8, sembilan: 9, sepuluh: 10 };
const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;
const PART = /^(se|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|\d{1,4})\s*(tahun|bulan|minggu|hari|jam|menit|detik)(?:\s*(?:,|dan)?\s+|$)/;
export const HOW = "Tulis misalnya 3 hari kerja, 14 hari, 2 minggu, atau 8 jam.";
const HOW_MOMENT = "Tulis misalnya 3 hari kerja, 8 jam, 31 Desember 2026, atau setiap hari, 5 kali.";

const unquoted = (text) => (/^(["']).*\1$/.test(text) ? text.slice(1, -1) : text);

/** "P14D" -> "14 hari"; what is no time that people write comes back as it is. */
export function toWords(raw) {
  const text = unquoted((raw ?? "").trim());
  const days = /^hari_kerja\(\s*(\d+)\s*\)$/.exec(text);
  if (days) return `${days[1]} hari kerja`;
  const cycle = /^R(\d*)\/(P[^/]+)$/i.exec(text);
  if (cycle && isoWords(cycle[2])) return `setiap ${isoWords(cycle[2]).replace(/^1 /, "")}${cycle[1] ? `, ${cycle[1]} kali` : ""}`;
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (date && MONTHS[date[2] - 1]) return `${Number(date[3])} ${MONTHS[date[2] - 1]} ${date[1]}`;
  return isoWords(text) || raw || "";
}

function isoWords(text) {
  const found = ISO.exec(text);
  if (!found || !found.slice(1).some(Boolean)) return "";
  return UNITS.map(([word], at) => (found[at + 1] ? `${Number(found[at + 1])} ${word}` : "")).filter(Boolean).join(" ");
}

/** {kind: duration | moment | cycle | expression | none, text} of what was typed, or {error}. */
export function fromWords(typed) {
  const text = typed.trim(), words = text.toLowerCase().replace(/\s+/g, " ");
  if (!text) return { kind: "none", text: "" };
  const workdays = /^(?:dalam |setelah )?(\w+) ?hari kerja$/.exec(words);
  if (workdays) {
    const count = number(workdays[1]);
    return count >= 1 && count <= 750 ? { kind: "moment", text: `hari_kerja(${count})` } : { error: "Hari kerja dihitung dari 1 sampai 750. Perbaiki angkanya." };
  }
  if (/^(setiap|tiap)\b/.test(words)) return cycle(words);
  const date = dated(words);
  if (date) return date;
  const iso = duration(words.replace(/^(dalam|setelah|selama) /, ""));
  if (iso) return { kind: "duration", text: iso };
  if (ISO.test(text) && /\d/.test(text)) return { kind: "duration", text: text.toUpperCase() };
  if (/^R\d*\//i.test(text)) return { kind: "cycle", text };
  // a word and a number that are nothing of the above were meant as a time, and not as an expression
  return /^[a-z_][\w.]*(\(.*\))?$/i.test(text) || /[=<>("'[+]/.test(text) ? { kind: "expression", text } : { error: "Waktu ini belum dapat dibaca. " + HOW_MOMENT };
}

/** The text of the property `due`, or {error}: no repetition, no quotes. */
export function dueFrom(typed) {
  const found = fromWords(typed);
  if (found.error) return { error: `Tenggat ini belum dapat dibaca. ${HOW}` };
  if (found.kind === "cycle") return { error: `Tenggat tidak berulang. ${HOW}` };
  return found.kind === "moment" && /^\d/.test(found.text) ? { ...found, text: JSON.stringify(found.text) } : found;
}

const number = (word) => NUMBERS[word] ?? (/^\d+$/.test(word) ? Number(word) : NaN);

function duration(words) {
  let rest = words, date = "", time = "", last = -1;
  if (!rest) return "";
  while (rest) {
    const found = PART.exec(rest);
    if (!found) return "";
    const at = UNITS.findIndex(([word]) => word === found[2]);
    if (at <= last) return "";
    last = at;
    const piece = `${number(found[1])}${UNITS[at][1]}`;
    if (UNITS[at][2]) time += piece; else date += piece;
    rest = rest.slice(found[0].length);
  }
  return `P${date}${time && `T${time}`}`;
}

function cycle(words) {
  const found = /^(?:setiap|tiap) (.+?)(?:,? (?:sebanyak )?(\d{1,4}) kali)?$/.exec(words);
  const every = found && (duration(found[1]) || duration(`1 ${found[1]}`));
  if (!every) return { error: "Pengulangan ini belum dapat dibaca. Tulis misalnya setiap hari, 5 kali." };
  if (!found[2]) return { error: "Sebutkan berapa kali berulang, misalnya setiap hari, 5 kali." };
  if (found[2] < 1 || found[2] > 1000) return { error: "Pengulangan paling sedikit 1 dan paling banyak 1.000 kali. Perbaiki angkanya." };
  return { kind: "cycle", text: `R${Number(found[2])}/${every}` };
}

function dated(words) {
  const named = /^(?:tanggal )?(\d{1,2}) ([a-z]+) (\d{4})$/.exec(words);
  const plain = /^(?:tanggal )?(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(words), iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(words);
  let day, month, year;
  if (named) {
    month = MONTHS.findIndex((name) => name.toLowerCase() === named[2] || name.toLowerCase().slice(0, 3) === named[2]) + 1;
    if (!month) return null; // "14 hari 2026" is no date either; the caller says so
    [day, year] = [named[1], named[3]];
  } else if (plain) [day, month, year] = plain.slice(1);
  else if (iso) [year, month, day] = iso.slice(1);
  else return null;
  const at = new Date(Date.UTC(year, month - 1, day));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== Number(day)) return { error: "Tanggal ini tidak ada di kalender. Perbaiki harinya." };
  if (year < 2000 || year > 2099) return { error: "Tahunnya tidak masuk akal. Perbaiki tanggalnya." };
  return { kind: "moment", text: `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` };
}
