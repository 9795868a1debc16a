// The process itself: what there is one of, how a case is called, and its steps; lanes and pools.
import { button, group, node, para, select, text } from "./controls.js";
import { describe, stagesOf } from "./general.js";
import { extension, is, property } from "./model.js";

const ONE = [["", "Boleh banyak sekaligus"], ["tahun satker", "Satu untuk satker ini per tahun"], ["satker", "Satu untuk satker ini"], ["tahun", "Satu per tahun"]];
const PLACES = ["tahun", "satker", "nama_satker"];

/** The panel of the process `process`, changed by way of the drawn element `element` (the canvas or a pool). */
export function process(ctx, element, bo) {
  const { model, pending } = ctx, set = (name) => (value) => model.setProperties(element, bo, { [name]: value });
  return [
    group(ctx.folds, "Proses", "proses",
      text(pending, { key: "p-name", label: "Nama proses", value: bo.name, set: (v) => model.updateInside(element, bo, { name: v }), check: (v) => (v ? "" : "Nama proses belum diisi. Tulis misalnya Perjanjian Kinerja.") }),
      node("p", { class: "small mb-3" }, node("span", { class: "text-body-secondary" }, "Id proses: "), node("code", {}, bo.id)),
      text(pending, { key: "judul", label: "Judul instans", value: property(bo, "judul"), set: set("judul"), check: wrongTitle, help: "Boleh memuat {tahun}, {satker}, dan {nama_satker}." }),
      select(pending, { key: "unik", label: "Berapa instans", value: property(bo, "unik"), options: ONE, set: set("unik") }),
      text(pending, { key: "p-doc", label: "Keterangan bagi pembaca diagram", value: bo.documentation?.[0]?.text, lines: 2, set: (v) => describe(ctx, element, bo, v.trim()) })),
    group(ctx.folds, "Tahap", "tahapan", ...stages(ctx, element, bo)),
    group(ctx.folds, "Janji proses ini", "janji", ...promises(ctx, element, bo)),
  ];
}

function wrongTitle(words) {
  const unknown = [...words.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1]).filter((name) => !PLACES.includes(name));
  if (unknown.length) return `{${unknown[0]}} tidak dikenal. Pakai {tahun}, {satker}, atau {nama_satker}.`;
  return /[{}]/.test(words.replace(/\{[^{}]*\}/g, "")) ? "Kurung kurawal ini tidak berpasangan. Perbaiki judulnya." : "";
}

function stages(ctx, element, bo) {
  const { model } = ctx, all = stagesOf(bo), put = (list) => model.setProperties(element, bo, { tahapan: list.join(", ") });
  const wrong = (at) => (v) => (!v ? "Tahap ini kosong. Tulis namanya, atau hapus." : v.includes(",") ? "Nama tahap tanpa koma. Perbaiki." : all.some((s, n) => n !== at && s === v) ? "Tahap ini sudah ada. Pakai nama lain." : "");
  const rows = all.map((stage, at) => {
    const moved = (by) => { const list = [...all]; list.splice(at, 1); list.splice(at + by, 0, stage); ctx.focusNext(`tahap-${at + by}-${by < 0 ? "naik" : "turun"}`); put(list); };
    const tool = (words, sign, act, part, disabled = false) => button(`${words} tahap ${stage}`, act, { look: "link text-body-secondary px-1", sign, hidden: true, key: `tahap-${at}-${part}`, title: words, disabled });
    return node("div", { class: "d-flex gap-1" }, node("div", { class: "flex-fill" }, text(ctx.pending, { key: `tahap-${at}`, label: `Tahap ${at + 1}`, hideLabel: true, value: stage, check: wrong(at), set: (v) => rename(ctx, element, bo, all, at, v) })),
      node("span", { class: "text-nowrap" }, tool("Naikkan", "arrow-up", () => moved(-1), "naik", at === 0), tool("Turunkan", "arrow-down", () => moved(1), "turun", at === all.length - 1),
        tool("Hapus", "trash", () => { ctx.focusNext("tahap-tambah"); put(all.filter((_, n) => n !== at)); }, "hapus")));
  });
  const add = () => { let n = all.length + 1; while (all.includes(`Tahap ${n}`)) n += 1; ctx.focusNext(`tahap-${all.length}`); put([...all, `Tahap ${n}`]); };
  return [para("Langkah besar yang dilihat orang di atas tugas dan instansnya, dari awal ke akhir."), ...rows, button("Tambah tahap", add, { look: "outline-primary", sign: "plus-lg", key: "tahap-tambah" })];
}

/** A stage's new name goes to every task that stands in it. */
function rename(ctx, element, bo, all, at, name) {
  const { model } = ctx, old = all[at];
  model.together(() => {
    model.setProperties(element, bo, { tahapan: all.map((s, n) => (n === at ? name : s)).join(", ") });
    for (const shape of model.registry.filter((e) => e.type !== "label" && is(e.businessObject, "Activity") && property(e.businessObject, "tahap") === old)) {
      model.setProperties(shape, shape.businessObject, { tahap: name });
    }
  });
}

const PROMISES = [/^\S.*\s+hanya\s+sesudah\s+\S/, /^\S.*\s+tidak\s+pernah\s+sesudah\s+\S/, /^sesudah\s+\S.*\s+pasti\s+\S/];

/** What must hold on every way through the process (app/engine/invariants.py); the check tries all of them. */
function promises(ctx, element, bo) {
  const all = (extension(bo, "spiffworkflow:Properties")?.properties ?? []).filter((p) => p.name?.startsWith("janji"));
  const set = (name, value) => ctx.model.setProperties(element, bo, { [name]: value });
  const wrong = (v) => (!v ? "Janji ini kosong. Tulis, atau hapus." : PROMISES.some((form) => form.test(v)) ? "" : "Janji ini belum dapat dibaca. Tulis misalnya: arsipkan hanya sesudah tte_kepala dan tte_eselon");
  const rows = all.map((p, at) => node("div", { class: "d-flex gap-1" },
    node("div", { class: "flex-fill" }, text(ctx.pending, { key: p.name, label: `Janji ${at + 1}`, hideLabel: true, value: p.value, lines: 2, check: (v) => wrong(v.trim()), set: (v) => set(p.name, v.replace(/\s+/g, " ").trim()) })),
    button(`Hapus janji ${at + 1}`, () => { ctx.focusNext("janji-tambah"); set(p.name, ""); }, { look: "link text-body-secondary px-1", sign: "trash", hidden: true, key: `${p.name}-hapus`, title: "Hapus" })));
  const add = () => {
    let n = all.length + 1;
    while (all.some((p) => p.name === `janji.${n}`)) n += 1;
    ctx.focusNext(`janji.${n}`);
    const drawn = (kind) => ctx.model.registry.find((e) => e.type === `bpmn:${kind}`)?.id ?? "langkah";
    set(`janji.${n}`, `${drawn("EndEvent")} hanya sesudah ${drawn("UserTask")}`); // to be changed: one that can be read
  };
  return [para("Yang selalu berlaku di setiap jalan proses ini, dengan id langkah atau nama dalam tanda kutip: A hanya sesudah B dan C; A tidak pernah sesudah B; sesudah A pasti B. Pemeriksaan mencobanya pada semua jalan."),
    ...rows, button("Tambah janji", add, { look: "outline-primary", sign: "plus-lg", key: "janji-tambah", disabled: all.length >= 20 })];
}

export function lane(ctx, element) {
  const bo = element.businessObject, roles = [...new Set([...(ctx.vocabulary.roles ?? []), "Sistem"])];
  const inner = bo.childLaneSet?.lanes?.length;
  return [group(ctx.folds, "Jalur", "jalur",
    inner ? text(ctx.pending, { key: "lane", label: "Nama", value: bo.name, set: (v) => ctx.model.update(element, { name: v }), help: "Jalur ini terbagi lagi; peran dibaca dari jalur di dalamnya." })
      : select(ctx.pending, { key: "lane", label: "Peran", value: bo.name ?? "", options: [["", "Pilih peran"], ...roles.map((r) => [r, r])], unknown: `${bo.name} (bukan peran yang dikenal)`, set: (v) => ctx.model.update(element, { name: v }), help: "Nama jalur adalah peran yang mengerjakan tugas di dalamnya. Sistem: tanpa orang." }))];
}
