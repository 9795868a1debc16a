// Events: when a timer fires, which error or message is caught, whether the step at whose edge it is ends.
import { check, group, para, select, text } from "./controls.js";
import { fromWords, toWords } from "./durations.js";
import { expression } from "./expression.js";
import { eventOf, is, operatorOf, property } from "./model.js";
import { knownBefore, namesOf } from "./variables.js";

const TIMES = ["timeDuration", "timeDate", "timeCycle"];
const TAG = { duration: "timeDuration", moment: "timeDate", cycle: "timeCycle", expression: "timeDate" };

export function events(ctx, element) {
  const bo = element.businessObject;
  if (!is(bo, "Event")) return [];
  const at = (kind) => eventOf(bo, kind);
  return [
    at("Timer") && timer(ctx, element, at("Timer")),
    at("Error") && error(ctx, element, bo, at("Error")),
    at("Message") && message(ctx, element, bo, at("Message")),
    at("Conditional") && conditional(ctx, element, bo, at("Conditional")),
    is(bo, "BoundaryEvent") && edge(ctx, element, bo),
  ];
}

function timer(ctx, element, definition) {
  const tag = TIMES.find((t) => definition[t]?.body) ?? "timeDuration", raw = definition[tag]?.body ?? "";
  const set = (words) => {
    const found = fromWords(words), quoted = /^(["']).*\1$/.test(found.text) || found.kind === "expression" || found.text.startsWith("hari_kerja");
    const body = quoted ? found.text : JSON.stringify(found.text);
    ctx.model.updateInside(element, definition, Object.fromEntries(TIMES.map((t) => [t, t === TAG[found.kind] && found.text ? ctx.model.formal(body) : undefined])));
  };
  const words = toWords(raw), plain = words !== raw;
  const given = { key: "timer", label: "Waktu", value: words, set, help: "Tulis misalnya 3 hari kerja, 8 jam, 31 Desember 2026, atau setiap hari, 5 kali.",
    list: ["3 hari kerja", "5 hari kerja", "1 minggu", "setiap hari, 5 kali"], check: (v) => (v ? fromWords(v).error ?? "" : "Waktu belum diisi. Tulis misalnya 3 hari kerja.") };
  return group(ctx.folds, "Waktu", "waktu", plain || !raw ? text(ctx.pending, given) : expression(ctx, { ...given, kind: tag }),
    tag === "timeCycle" ? para("Pengulangan hanya berlaku di tepi langkah yang tidak diputus.") : "");
}

function error(ctx, element, bo, definition) {
  const { model, vocabulary } = ctx, code = definition.errorRef?.errorCode ?? "", host = bo.attachedToRef && operatorOf(bo.attachedToRef);
  const own = vocabulary.operators?.find((o) => o.name === host?.id)?.errors ?? [];
  const codes = own.length ? own : Object.keys(vocabulary.errors ?? {}), throwing = is(bo, "EndEvent");
  const words = (c) => vocabulary.errors?.[c] ?? c;
  const set = (c) => model.together(() => {
    const ref = c ? model.root(element, "bpmn:Error", (e) => e.errorCode === c, { id: `err_${c.toLowerCase()}`, name: words(c), errorCode: c }) : undefined;
    model.updateInside(element, definition, { errorRef: ref });
    if (c && (!bo.name || Object.values(vocabulary.errors ?? {}).includes(bo.name))) model.update(element, { name: words(c) });
  });
  return group(ctx.folds, "Kesalahan", "kesalahan", select(ctx.pending, { key: "error", label: throwing ? "Kesalahan yang dikirim" : "Kesalahan yang ditangkap", value: code, set,
    options: [["", throwing ? "Pilih kesalahan" : "Kesalahan apa pun"], ...codes.map((c) => [c, words(c)])], unknown: `${words(code)} (${code})`,
    help: own.length || throwing ? "" : "Langkah ini tidak memanggil layanan yang dikenal." }));
}

function message(ctx, element, bo, definition) {
  const { model, vocabulary } = ctx, name = definition.messageRef?.name ?? "", names = model.roots(element, "Message").map((m) => m.name).filter(Boolean);
  const set = (v) => model.together(() => {
    const ref = v ? model.root(element, "bpmn:Message", (m) => m.name === v, { id: `msg_${v.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`, name: v }) : undefined;
    model.updateInside(element, definition, { messageRef: ref });
  });
  const catching = !is(bo, "EndEvent", "IntermediateThrowEvent");
  return group(ctx.folds, "Pesan", "pesan",
    text(ctx.pending, { key: "message", label: "Nama pesan", value: name, list: names, set, check: (v) => (!v ? "Pesan belum dinamai. Tulis misalnya tarik_kembali." : v.length > 100 ? "Nama pesan paling panjang 100 huruf. Persingkat." : "") }),
    catching && select(ctx.pending, { key: "peran", label: "Yang boleh mengirim", value: property(bo, "peran"), options: [["", "Peran jalurnya"], ...(vocabulary.roles ?? []).map((r) => [r, r])],
      help: "Orang dengan peran ini melihat tombol bernama seperti kejadian ini.", set: (v) => model.setProperties(element, bo, { peran: v }) }));
}

function conditional(ctx, element, bo, definition) {
  return group(ctx.folds, "Syarat", "syarat", expression(ctx, { kind: "condition", key: "kondisi", label: "Terjadi bila", value: definition.condition?.body ?? "", lines: 2, known: namesOf(knownBefore(bo, ctx.vocabulary)),
    check: (v) => (v ? "" : "Syarat belum diisi. Tulis misalnya jumlah > 3."), set: (v) => ctx.model.updateInside(element, definition, { condition: ctx.model.formal(v) }) }));
}

function edge(ctx, element, bo) {
  if (eventOf(bo, "Error")) return null; // an error always ends the step
  return group(ctx.folds, "Di tepi langkah", "tepi", check(ctx.pending, { key: "interrupt", label: "Mengakhiri langkahnya", value: bo.cancelActivity !== false,
    help: "Bila tidak, langkahnya jalan terus: cocok untuk pengingat.", set: (on) => ctx.model.update(element, { cancelActivity: on }) }));
}
