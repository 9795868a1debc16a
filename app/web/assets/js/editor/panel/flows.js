// Arrows behind a gateway: when they are taken, by data, comparison and value, with the expression in sight.
import { button, check, fault, field, group, icon, node, para } from "./controls.js";
import { build, needsValue, operatorsOf, parse } from "./conditions.js";
import { expression } from "./expression.js";
import { is, property } from "./model.js";
import { knownBefore, namesOf } from "./variables.js";

const chooses = (bo) => is(bo, "ExclusiveGateway", "InclusiveGateway", "ComplexGateway");

export function sequenceFlow(ctx, element) {
  const bo = element.businessObject;
  if (!is(bo, "SequenceFlow")) return [];
  const text = bo.conditionExpression?.body ?? "";
  if (!chooses(bo.sourceRef)) {
    if (!text) return [];
    return [group(ctx.folds, "Syarat", "syarat", para("Syarat pada panah ini diabaikan mesin: panah ini tidak keluar dari gateway pilihan."), button("Hapus syarat", () => ctx.model.update(element, { conditionExpression: undefined }), { sign: "trash", key: "syarat-hapus" }))];
  }
  if ((bo.sourceRef.outgoing ?? []).length < 2) return [group(ctx.folds, "Syarat", "syarat", para("Hanya ada satu panah keluar, jadi tidak perlu syarat."))];
  return [group(ctx.folds, "Syarat", "syarat", ...condition(ctx, element, bo, text))];
}

function condition(ctx, element, bo, text) {
  const { model } = ctx, gateway = model.registry.get(bo.sourceRef.id), usual = bo.sourceRef.default === bo;
  const set = (words) => model.update(element, { conditionExpression: model.formal(words) });
  const asDefault = check(ctx.pending, { key: "default", label: "Jalan bawaan: dipakai bila tidak ada syarat lain yang terpenuhi", value: usual, set: (on) => model.together(() => {
    model.update(gateway, { default: on ? bo : undefined });
    if (on && text) model.update(element, { conditionExpression: undefined });
  }) });
  if (usual) return [asDefault];
  const variables = knownBefore(bo, ctx.vocabulary);
  return [asDefault, ...rows(ctx, bo, text, variables, set),
    expression(ctx, { kind: "condition", key: "condition", label: "Sebagai ekspresi", value: text, lines: 2, known: namesOf(variables), set: (v) => set(v.trim()) })];
}

function rows(ctx, bo, text, variables, set) {
  const kinds = new Map(variables.map((v) => [v.path, v.kind]));
  const kept = ctx.rows.get(bo), state = kept && kept.text === text ? kept : { ...parse(text), text };
  if (!state.rows) return [para("Syarat ini lebih dari yang dapat disusun di sini. Ubah ekspresinya di bawah.")];
  if (!state.rows.length) state.rows = [{ path: "", op: "", value: "" }];
  const change = (next) => {
    const words = build(next, kinds);
    ctx.rows.set(bo, { ...next, text: words });
    if (words !== text) set(words); else ctx.redraw();
  };
  const put = (at, values) => change({ ...state, rows: state.rows.map((r, n) => (n === at ? { ...r, ...values } : r)) });
  const several = state.rows.length > 1;
  return [
    several ? joint(state, (word) => change({ ...state, joint: word })) : "",
    ...state.rows.map((r, at) => row(r, at, variables, (values) => put(at, values), several ? () => change({ ...state, rows: state.rows.filter((_, n) => n !== at) }) : null)),
    button("Tambah syarat", () => { ctx.focusNext(`syarat-${state.rows.length}-data`); change({ ...state, rows: [...state.rows, { path: "", op: "", value: "" }] }); }, { sign: "plus-lg", key: "syarat-tambah" }),
    node("div", { class: "mb-3" }),
  ];
}

function joint(state, set) {
  const input = node("select", { id: "panel-joint", class: "form-select form-select-sm", "data-key": "joint" });
  for (const [value, words] of [["and", "semua syarat ini terpenuhi (dan)"], ["or", "salah satu syarat ini terpenuhi (atau)"]]) {
    const option = node("option", { value }, words);
    option.selected = state.joint === value;
    input.append(option);
  }
  input.addEventListener("change", () => set(input.value));
  return field(input, { id: "panel-joint", label: "Dipakai bila" });
}

function row(r, at, variables, put, drop) {
  const key = `syarat-${at}`, variable = variables.find((v) => v.path === r.path), kind = variable?.kind ?? "string";
  const data = node("select", { id: `panel-${key}-data`, class: "form-select form-select-sm", "data-key": `${key}-data` }, node("option", { value: "" }, "Pilih data"));
  const groups = new Map();
  for (const v of variables) groups.set(v.from, [...(groups.get(v.from) ?? []), v]);
  for (const [from, list] of groups) {
    const box = node("optgroup", { label: from });
    for (const v of list) box.append(option(v.path, v.label, v.path === r.path));
    data.append(box);
  }
  if (r.path && !variable) data.append(option(r.path, `${r.path} (belum diisi sebelum ini)`, true));
  data.addEventListener("change", () => put(begun(variables.find((v) => v.path === data.value), data.value)));
  const operators = operatorsOf(kind), op = r.op || operators[0][0];
  const compared = node("select", { id: `panel-${key}-op`, class: "form-select form-select-sm", "data-key": `${key}-op` });
  for (const [value, words] of operators.some(([o]) => o === op) ? operators : [...operators, [op, op]]) compared.append(option(value, words, value === op));
  compared.addEventListener("change", () => put({ op: compared.value }));
  const box = node("div", { class: "border rounded p-2 mb-2", role: "group", "aria-label": `Syarat ${at + 1}` }, field(data, { id: `panel-${key}-data`, label: "Data" }));
  if (r.path) {
    box.append(field(compared, { id: `panel-${key}-op`, label: "Pembanding", hideLabel: true }));
    if (needsValue(op)) box.append(valueOf(r, key, kind, variable, (value) => put({ op, value, number: undefined })));
  }
  if (drop) box.append(button(`Hapus syarat ${at + 1}`, drop, { look: "link p-0", sign: "trash", key: `${key}-hapus` }));
  return box;
}

function begun(variable, path) {
  const op = operatorsOf(variable?.kind)[0][0];
  return { path, op: path ? op : "", value: variable?.kind === "enum" ? variable.choices[0]?.[0] ?? "" : "", number: undefined };
}

function option(value, words, chosen) {
  const made = node("option", { value }, words);
  made.selected = chosen;
  return made;
}

function valueOf(r, key, kind, variable, set) {
  const id = `panel-${key}-nilai`, label = "Nilai";
  if (kind === "enum" && variable.choices.length) {
    const input = node("select", { id, class: "form-select form-select-sm", "data-key": `${key}-nilai` });
    const known = variable.choices.some(([v]) => v === r.value);
    if (!known) input.append(option(r.value, r.value ? `${r.value} (bukan pilihan)` : "Pilih nilai", true));
    for (const [v, words] of variable.choices) input.append(option(v, words || v, v === r.value));
    input.addEventListener("change", () => set(input.value));
    return field(input, { id, label });
  }
  const input = node("input", { id, class: "form-control form-control-sm", type: kind === "date" ? "date" : "text", autocomplete: "off", "data-key": `${key}-nilai`, ...(kind === "long" ? { inputmode: "numeric" } : {}) });
  input.value = r.value;
  input.addEventListener("change", () => {
    const typed = input.value.trim(), wrong = kind === "long" && !/^-?\d{1,15}$/.test(typed) ? "Data ini angka. Tulis misalnya 10." : "";
    fault(input, wrong);
    if (!wrong) set(typed);
  });
  return field(input, { id, label, help: r.value === "" ? "Syarat ini dipakai setelah nilainya diisi." : "" });
}

/** A gateway: its ways at a glance, each with its condition. */
export function gateway(ctx, element) {
  const bo = element.businessObject, flows = bo.outgoing ?? [];
  if (!chooses(bo) || flows.length < 2) return [];
  const rows_ = flows.map((flow) => {
    const words = bo.default === flow ? "jalan bawaan" : flow.conditionExpression?.body || "belum ada syarat";
    const missing = bo.default !== flow && !flow.conditionExpression?.body;
    const open = button(flow.name || `ke ${flow.targetRef?.name || flow.targetRef?.id || "?"}`, () => ctx.modeler.get("selection").select(ctx.model.registry.get(flow.id)), { look: "link p-0 text-start", key: `cabang-${flow.id}` });
    return node("li", { class: "mb-2" }, open, node("div", { class: missing ? "small text-danger-emphasis" : "small font-monospace text-break" }, ...(missing ? [icon("exclamation-circle"), " "] : []), words));
  });
  return [group(ctx.folds, "Cabang", "cabang", node("ul", { class: "list-unstyled mb-0" }, ...rows_), bo.default ? "" : para("Belum ada jalan bawaan: bila tidak ada syarat yang terpenuhi, instans berhenti."))];
}

export { property };
