// Scripts, called processes, repetitions, decision tables.
import { group, para, text } from "./controls.js";
import { expression } from "./expression.js";
import { extension, is } from "./model.js";
import { knownBefore, namesOf } from "./variables.js";

export function others(ctx, element) {
  const bo = element.businessObject;
  return [is(bo, "ScriptTask") && script(ctx, element, bo), is(bo, "CallActivity") && called(ctx, element, bo), is(bo, "BusinessRuleTask") && decision(ctx, element, bo),
    is(bo.loopCharacteristics, "MultiInstanceLoopCharacteristics") && several(ctx, element, bo, bo.loopCharacteristics),
    is(bo.loopCharacteristics, "StandardLoopCharacteristics") && loop(ctx, element, bo, bo.loopCharacteristics)];
}

function script(ctx, element, bo) {
  return group(ctx.folds, "Hitungan", "skrip", expression(ctx, { kind: "script", key: "script", label: "Yang diisi", value: bo.script, lines: 5, known: namesOf(knownBefore(bo, ctx.vocabulary)),
    help: "Satu baris satu pengisian, misalnya: perlu_reviu = jumlah > 3", check: (v) => (v.trim() ? "" : "Hitungan ini kosong. Tulis misalnya: nomor = 1"), set: (v) => ctx.model.update(element, { script: v.trim(), scriptFormat: bo.scriptFormat || "python" }) }));
}

function called(ctx, element, bo) {
  return group(ctx.folds, "Proses lain", "panggil", text(ctx.pending, { key: "called", label: "Id proses yang dipanggil", value: bo.calledElement, mono: true, help: "Prosesnya ada di berkas lain dari draf ini.",
    check: (v) => (!v ? "Id prosesnya belum diisi." : /^[A-Za-z_][\w.-]*$/.test(v) ? (ctx.processes().includes(v) ? "Proses tidak dapat memanggil dirinya sendiri. Pilih proses lain." : "") : "Id ini tidak sah. Tulis misalnya reviu_dokumen."), set: (v) => ctx.model.update(element, { calledElement: v }) }));
}

function decision(ctx, element, bo) {
  const TYPE = "spiffworkflow:CalledDecisionId";
  return group(ctx.folds, "Tabel keputusan", "keputusan", text(ctx.pending, { key: "decision", label: "Id tabel keputusan (DMN)", value: extension(bo, TYPE)?.value, mono: true, check: (v) => (v ? "" : "Id tabelnya belum diisi."),
    set: (v) => ctx.model.setExtension(element, bo, TYPE, () => ctx.model.create(TYPE, { value: v })) }));
}

function several(ctx, element, bo, loop_) {
  const { model } = ctx, known = namesOf(knownBefore(bo, ctx.vocabulary));
  const set = (values) => model.updateInside(element, loop_, values);
  // a list is named as BPMN does it where the file does so, else as Camunda does
  const standard = Boolean(loop_.loopDataInputRef), collection = loop_.loopDataInputRef || loop_.get("camunda:collection") || "";
  const list = (v) => (standard ? { loopDataInputRef: v || undefined } : { "camunda:collection": v || undefined });
  const item = (v) => (standard ? { inputDataItem: v ? model.create("bpmn:DataInput", { id: v, name: v }, loop_) : undefined } : { "camunda:elementVariable": v || undefined });
  return group(ctx.folds, "Dikerjakan beberapa kali", "ulangan", para(loop_.isSequential ? "Satu demi satu." : "Semuanya bersamaan."),
    expression(ctx, { kind: "value", key: "cardinality", label: "Berapa kali", value: loop_.loopCardinality?.body ?? "", known, help: "Angka, atau data yang berisi angka. Kosong bila menurut daftar.", check: (v) => (/^(0|-\d+)$/.test(v) ? "Tulis angka 1 atau lebih." : /^\d{4,}$/.test(v) ? "Paling banyak 999 kali. Kurangi." : ""),
      set: (v) => set({ loopCardinality: model.formal(v), ...(v ? list("") : {}) }) }),
    expression(ctx, { kind: "value", key: "collection", label: "Menurut daftar", value: collection, known, help: "Satu kali untuk setiap baris daftar ini, misalnya pk.sasaran.", set: (v) => set({ ...list(v), ...(v ? { loopCardinality: undefined } : {}) }) }),
    collection && text(ctx.pending, { key: "itemvar", label: "Nama barisnya", value: (standard ? loop_.inputDataItem?.name ?? loop_.inputDataItem?.id : loop_.get("camunda:elementVariable")) ?? "", mono: true, check: (v) => (v && !/^[A-Za-z]\w*$/.test(v) ? "Pakai huruf, angka, dan _ saja." : ""), set: (v) => set(item(v)) }));
}

function loop(ctx, element, bo, loop_) {
  return group(ctx.folds, "Diulang", "ulangan", expression(ctx, { kind: "condition", key: "loop", label: "Diulang selama", value: loop_.loopCondition?.body ?? "", known: namesOf(knownBefore(bo, ctx.vocabulary)),
    set: (v) => ctx.model.updateInside(element, loop_, { loopCondition: ctx.model.formal(v) }) }));
}
