// A task of a person: what it asks, until when, and whose it is.
import { check, group, node, para, radios, select, text } from "./controls.js";
import { dueFrom, HOW, toWords } from "./durations.js";
import { Fields, plainFields } from "./fields.js";
import { fieldsOf, is, laneOf, property } from "./model.js";
import { preview } from "./preview.js";

export function userTask(ctx, element) {
  const bo = element.businessObject;
  if (!is(bo, "UserTask", "ManualTask")) return [];
  return [is(bo, "UserTask") && form(ctx, element, bo), due(ctx, element, bo), role(ctx, element, bo)];
}

function form(ctx, element, bo) {
  const { model, vocabulary } = ctx, name = property(bo, "form"), declared = fieldsOf(bo).length > 0, fields = new Fields(ctx, element);
  const kind = ctx.choosing.get(bo.id) ?? (name ? "ada" : declared ? "sendiri" : "tanpa");
  const drop = () => model.setExtension(element, bo, "camunda:FormData", () => null);
  const choose = (next) => {
    ctx.choosing.delete(bo.id);
    if (next === "sendiri" && !declared) return fields.begin();
    if (next === "tanpa" && (name || declared)) return model.together(() => { model.setProperties(element, bo, { form: "" }); drop(); });
    if (next === "ada" && !name) ctx.choosing.set(bo.id, next); // until one is picked, nothing changes
    ctx.redraw();
  };
  const pick = (form_) => model.together(() => {
    ctx.choosing.delete(bo.id);
    model.setProperties(element, bo, { form: form_ });
    if (form_) drop();
  });
  const known = vocabulary.forms?.find((f) => f.name === name);
  const parts = [radios({ key: "formulir", label: "Yang ditanyakan", value: kind, set: choose, options: [["ada", "Formulir yang sudah ada"], ["sendiri", "Isian sendiri"], ["tanpa", "Tanpa formulir: orang menandai selesai"]] })];
  if (kind === "ada") {
    parts.push(select(ctx.pending, { key: "form", label: "Formulir", value: name, options: [["", "Pilih formulir"], ...(vocabulary.forms ?? []).map((f) => [f.name, f.title])], set: pick }));
    if (known) parts.push(para(`Menanyakan: ${(known.pages.length ? known.pages : known.asks).join(", ")}.${known.secret ? " Meminta passphrase, jadi layanan tanda tangan langsung sesudahnya." : ""}`));
    if (known?.secret) parts.push(check(ctx.pending, { key: "tanda_tangan", label: "Cukup persetujuan, tanpa tanda tangan", value: property(bo, "tanda_tangan") === "tidak", set: (on) => model.setProperties(element, bo, { tanda_tangan: on ? "tidak" : "" }) }));
    if (known) parts.push(preview(ctx, { form: name }));
  }
  if (kind === "sendiri") parts.push(...fields.draw(), preview(ctx, { fields: plainFields(bo), name: bo.name ?? "" }));
  return group(ctx.folds, "Formulir", "formulir", ...parts);
}

function due(ctx, element, bo) {
  const set = (words) => ctx.model.setProperties(element, bo, { due: dueFrom(words).text });
  return group(ctx.folds, "Tenggat", "tenggat", text(ctx.pending, {
    key: "due", label: "Selesai dalam", value: toWords(property(bo, "due")), help: `${HOW} Dihitung sejak tugas terbuka.`, list: ["3 hari kerja", "5 hari kerja", "14 hari", "2 minggu"],
    check: (v) => dueFrom(v).error ?? "", set,
  }));
}

function role(ctx, element, bo) {
  const lane = laneOf(bo), lanes = ctx.model.registry.filter((e) => is(e.businessObject, "Lane") && e.businessObject.name && !e.businessObject.childLaneSet);
  const own = lane && lanes.find((e) => e.businessObject === lane);
  const parts = [];
  if (lanes.length) {
    parts.push(select(ctx.pending, { key: "role", label: "Peran (jalur)", value: own?.id ?? "", options: [...(own ? [] : [["", lane?.name || "Belum di jalur mana pun"]]), ...lanes.map((e) => [e.id, e.businessObject.name])],
      help: "Jalur adalah peran: memilih peran lain memindahkan tugas ini ke jalurnya.", set: (id) => id && move(ctx, element, own, lanes.find((e) => e.id === id)) }));
  } else parts.push(para("Diagram ini belum punya jalur. Tambahkan kolam dan jalur dari palet; nama jalur adalah perannya."));
  if (lane?.name === "Sistem") parts.push(node("p", { class: "small text-danger-emphasis" }, "Jalur Sistem tidak punya orang. Pilih peran yang mengerjakan tugas ini."));
  return group(ctx.folds, "Siapa", "siapa", ...parts);
}

/** To the same place in the other lane, as far from its top as before. */
function move(ctx, element, from, to) {
  if (!to || to === from) return;
  const offset = from ? element.y - from.y : (to.height - element.height) / 2;
  const y = to.y + Math.max(10, Math.min(offset, to.height - element.height - 10));
  ctx.model.modeling.moveElements([element], { x: 0, y: Math.round(y - element.y) }, element.parent);
}
