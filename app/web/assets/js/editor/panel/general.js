// What every element has: a name, an id, words for people, the status and the step that a case shows from here on.
import { check, group, para, select, text } from "./controls.js";
import { is, processOf, property } from "./model.js";

const RESERVED = ["End", "Start", "Root"];

export function naming(ctx, element) {
  const bo = element.businessObject;
  if (is(bo, "TextAnnotation", "Group", "Association", "Lane")) return null;
  return text(ctx.pending, { key: "name", label: is(bo, "SequenceFlow") ? "Nama (tulisan pada panah)" : "Nama", value: bo.name, set: (v) => ctx.model.update(element, { name: v }) });
}

export function general(ctx, element) {
  const bo = element.businessObject;
  if (!ctx.folds.has("umum")) ctx.folds.set("umum", false);
  return group(ctx.folds, "Id dan keterangan", "umum", idField(ctx, element, bo),
    text(ctx.pending, { key: "documentation", label: "Keterangan bagi pembaca diagram", value: bo.documentation?.[0]?.text, lines: 2, set: (v) => describe(ctx, element, bo, v.trim()) }));
}

export function idField(ctx, element, bo) {
  return text(ctx.pending, { key: "id", label: "Id", value: bo.id, mono: true, check: (v) => wrongId(ctx, v, bo), set: (id) => ctx.model.update(element, { id }) });
}

export function wrongId(ctx, id, bo) {
  if (!id) return "Id belum diisi. Tulis misalnya reviu_biro.";
  if (RESERVED.includes(id)) return `Id '${id}' dipakai mesin sendiri. Pakai id lain.`;
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(id) || id.length > 100) return "Id diawali huruf, lalu huruf, angka, _, - atau titik, tanpa spasi. Perbaiki.";
  return ctx.model.idTaken(id, bo) ? "Bagian lain sudah memakai id ini. Pakai id lain." : "";
}

export function describe(ctx, element, bo, words) {
  const rest = (bo.documentation ?? []).slice(1);
  ctx.model.updateInside(element, bo, { documentation: words ? [ctx.model.create("bpmn:Documentation", { text: words }, bo), ...rest] : rest });
}

/** Status, step and notice: what people see when a case comes by. */
export function shown(ctx, element) {
  const bo = element.businessObject, { model, pending, vocabulary } = ctx;
  if (!is(bo, "Activity", "Event", "Gateway")) return null;
  const set = (name) => (value) => model.setProperties(element, bo, { [name]: value.trim() });
  const stages = stagesOf(processOf(bo)), stage = property(bo, "tahap"), notice = property(bo, "notice");
  const controls = [text(pending, { key: "status", label: "Status sesudah langkah ini", value: property(bo, "status"), list: vocabulary.statuses ?? [], help: "Kata yang dibaca orang di daftar begitu langkah ini selesai. Kosong: status tidak berubah. Selama langkah menunggu, daftar juga menyebut siapa yang ditunggu.", set: set("status"), check: (v) => (v.length > 100 ? "Status paling panjang 100 huruf. Persingkat." : "") })];
  if (is(bo, "Activity")) {
    controls.push(stages.length || stage
      ? select(pending, { key: "tahap", label: "Tahap", value: stage, options: [["", "Tanpa tahap"], ...stages.map((s) => [s, s])], unknown: `${stage} (bukan tahap proses ini)`, help: "Tahap proses diatur pada prosesnya: klik bidang kosong.", set: set("tahap") })
      : para("Belum ada tahap. Klik bidang kosong diagram untuk menulis tahap prosesnya."));
  }
  if (is(bo, "Event")) {
    controls.push(text(pending, { key: "notice", label: "Pemberitahuan", value: notice, lines: 2, help: "Dikirim saat kejadian ini dilewati. Kosong: tidak ada.", set: set("notice") }));
    if (notice) controls.push(select(pending, { key: "notice_lane", label: "Pemberitahuan untuk", value: property(bo, "notice_lane"), options: [["", "Peran jalurnya"], ...(vocabulary.roles ?? []).map((r) => [r, r])], set: set("notice_lane") }));
    controls.push(check(pending, { key: "dokumen", label: "Lembar yang sudah dibuat tidak berlaku lagi", value: property(bo, "dokumen") === "batal", set: (on) => set("dokumen")(on ? "batal" : "") }));
  }
  return group(ctx.folds, "Yang dibaca orang", "terbaca", ...controls);
}

export const stagesOf = (process) => (process ? property(process, "tahapan") : "").split(",").map((s) => s.trim()).filter(Boolean);
