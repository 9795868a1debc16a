// A service task: what is called, with which values, what becomes of its answer, and of its failures.
import { button, group, icon, node, para, select, text } from "./controls.js";
import { expression } from "./expression.js";
import { eventOf, extension, is, operatorOf, property } from "./model.js";
import { knownBefore, namesOf } from "./variables.js";

const OPERATOR = "spiffworkflow:ServiceTaskOperator";
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

export function serviceTask(ctx, element) {
  const bo = element.businessObject;
  if (!is(bo, "ServiceTask")) return [];
  const operator = operatorOf(bo), known = ctx.vocabulary.operators?.find((o) => o.name === operator?.id);
  return [what(ctx, element, bo, operator, known), operator && again(ctx, element, bo, known), known && failures(ctx, element, bo, known)];
}

function what(ctx, element, bo, operator, known) {
  const { vocabulary, pending } = ctx, set = (values) => put(ctx, element, bo, values);
  const parts = [select(pending, { key: "operator", label: "Layanan", value: operator?.id ?? "", options: [["", "Pilih layanan"], ...(vocabulary.operators ?? []).map((o) => [o.name, o.label])],
    set: (name) => choose(ctx, element, bo, name) })];
  if (!operator) return group(ctx.folds, "Layanan", "layanan", ...parts);
  if (known?.attended) parts.push(para("Memakai passphrase dari formulir tepat sebelumnya, dan dijalankan sekali."));
  const given = paramsOf(operator), names = [...(known?.params ?? []).map((p) => p.name), ...given.map((p) => p.id).filter((id) => !known?.params.some((p) => p.name === id))];
  const seen = namesOf(knownBefore(bo, vocabulary));
  for (const name of names) {
    const about = known?.params.find((p) => p.name === name), value = given.find((p) => p.id === name)?.value ?? "";
    parts.push(expression(ctx, { kind: "value", key: `param-${name}`, label: name, value, known: seen, required: about?.required, list: about?.example ? [about.example] : [],
      help: about ? `${about.meaning}.` : "Layanan ini tidak mengenal parameter ini. Kosongkan untuk menghapusnya.",
      check: (v) => (about?.required && !v ? "Parameter ini wajib. Tulis nilainya." : ""), set: (v) => set({ params: { [name]: v } }) }));
  }
  parts.push(text(pending, { key: "result", label: "Simpan jawaban sebagai", value: operator.resultVariable, mono: true, set: (v) => set({ resultVariable: v }),
    help: known?.result.length ? `Berisi ${known.result.map((r) => r.path).filter((p) => !p.includes(".")).join(", ")}.` : "",
    check: (v) => (v && !NAME.test(v) ? "Pakai huruf a-z, angka, dan _ saja, misalnya lembar." : ctx.taken.has(v) ? "Nama ini sudah dipakai Alur sendiri. Pakai nama lain." : "") }));
  return group(ctx.folds, "Layanan", "layanan", ...parts);
}

const paramsOf = (operator) => operator?.parameterList?.parameters ?? [];

function choose(ctx, element, bo, name) {
  if (!name) return ctx.model.setExtension(element, bo, OPERATOR, () => null);
  const known = ctx.vocabulary.operators.find((o) => o.name === name);
  const params = Object.fromEntries((known?.params ?? []).filter((p) => p.required && p.example).map((p) => [p.name, p.example]));
  put(ctx, element, bo, { id: name, params, fresh: true });
}

/** The operator anew: parameters of the same name keep their value, "" takes one away. */
function put(ctx, element, bo, { id, resultVariable, params = {}, fresh = false }) {
  const { model } = ctx;
  model.setExtension(element, bo, OPERATOR, (old) => {
    const allowed = fresh ? new Set(ctx.vocabulary.operators.find((o) => o.name === id)?.params.map((p) => p.name)) : null;
    const values = new Map(paramsOf(old).filter((p) => !allowed || allowed.has(p.id)).map((p) => [p.id, p.value]));
    for (const [name, value] of Object.entries(params)) {
      if (fresh && values.get(name)) continue;
      if (value) values.set(name, value); else values.delete(name);
    }
    const list = [...values].map(([name, value]) => model.create("spiffworkflow:Parameter", { id: name, type: "any", value }));
    const made = model.create(OPERATOR, {
      id: id ?? old.id, resultVariable: (resultVariable ?? old?.resultVariable) || undefined,
      parameterList: model.group("spiffworkflow:Parameters", "parameters", list, old?.parameterList) ?? model.create("spiffworkflow:Parameters", { parameters: [] }),
      ...(old?.retry ? { retry: old.retry } : {}), ...(old?.others?.length ? { others: old.others } : {}),
    });
    made.parameterList.$parent = made;
    return made;
  });
}

function again(ctx, element, bo, known) {
  if (known?.attended) return null; // one try: the passphrase is forgotten after it
  const most = ctx.vocabulary.limits?.retries ?? 20, set = (name) => (v) => ctx.model.setProperties(element, bo, { [name]: v });
  const whole = (low, high, sentence) => (v) => (v === "" || (/^\d{1,6}$/.test(v) && v >= low && v <= high) ? "" : sentence);
  return group(ctx.folds, "Bila layanan tidak menjawab", "ulang",
    text(ctx.pending, { key: "retries", label: "Coba lagi (kali)", value: property(bo, "retries"), type: "number", min: 0, max: most, check: whole(0, most, `Tulis angka 0 sampai ${most}.`), set: set("retries"), help: "Kosong: 5 kali. Sesudahnya menjadi kendala yang dilihat admin." }),
    text(ctx.pending, { key: "backoff", label: "Jeda pertama (detik)", value: property(bo, "backoff"), type: "number", min: 1, max: 86400, check: whole(1, 86400, "Tulis angka 1 sampai 86.400."), set: set("backoff"), help: "Kosong: 30 detik. Setiap jeda berikutnya dua kali lipat." }));
}

function failures(ctx, element, bo, known) {
  if (!known.errors.length) return null;
  const caught = new Map();
  for (const event of element.attachers ?? []) {
    const definition = eventOf(event.businessObject, "Error");
    if (definition) caught.set(definition.errorRef?.errorCode ?? "", event);
  }
  const rows = known.errors.map((code) => {
    const words = ctx.vocabulary.errors?.[code] ?? code, event = caught.get(code) ?? caught.get("");
    const state = event
      ? button("Lihat jalannya", () => ctx.modeler.get("selection").select(event), { look: "link", key: `gagal-${code}` })
      : button("Tambahkan jalan bila gagal", () => catchIt(ctx, element, code, words), { look: "outline-primary", key: `gagal-${code}` });
    return node("li", { class: "d-flex flex-wrap align-items-center gap-1 mb-2" }, node("span", { class: "me-auto" }, icon(event ? "check-circle" : "exclamation-triangle"), ` ${words}`), state);
  });
  return group(ctx.folds, "Bila layanan gagal", "gagal", para("Tanpa jalan sendiri, kegagalan ini menjadi kendala yang menunggu admin."), node("ul", { class: "list-unstyled mb-0" }, ...rows));
}

/** An error event at the edge of the task, to be connected to where the case goes on. */
function catchIt(ctx, element, code, words) {
  const { model } = ctx, beside = (element.attachers ?? []).length;
  let made;
  model.together(() => {
    const error = model.root(element, "bpmn:Error", (e) => e.errorCode === code, { id: `err_${code.toLowerCase()}`, name: words, errorCode: code });
    const shape = ctx.modeler.get("elementFactory").createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:ErrorEventDefinition" });
    const at = { x: element.x + 20 + ((beside * 40) % Math.max(40, element.width - 20)), y: element.y + element.height };
    made = model.modeling.createShape(shape, at, element, { attach: true });
    model.modeling.updateProperties(made, { name: words });
    model.updateInside(made, eventOf(made.businessObject, "Error"), { errorRef: error });
  });
  ctx.modeler.get("selection").select(made);
}

export { extension };
