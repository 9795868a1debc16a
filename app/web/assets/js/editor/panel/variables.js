// What a case's data hold before a point of the drawing: what forms ask, services answer and scripts set on the ways there.
import { eventOf, extension, fieldsOf, is, operatorOf, property } from "./model.js";

const NAME = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const KINDS = { string: "string", text: "text", long: "long", boolean: "boolean", date: "date", enum: "enum" };

/** Variables {path, label, kind, choices, from} that may be there when `bo` (a node or a flow) is reached. */
export function knownBefore(bo, vocabulary) {
  const found = new Map();
  const add = (variable, from) => { if (NAME.test(variable.path) && !found.has(variable.path)) found.set(variable.path, { ...variable, from }); };
  let failed = false;
  for (const step of before(bo)) {
    for (const variable of writtenBy(step, vocabulary)) add(variable, step.name || step.id);
    failed ||= Boolean(eventOf(step, "Error"));
  }
  if (failed) for (const variable of vocabulary.error ?? []) add(variable, "Kesalahan layanan");
  for (const variable of vocabulary.case ?? []) add(variable, "Instans");
  return [...found.values()];
}

/** The top-level names among them, for judging what an expression reads. */
export const namesOf = (variables) => new Set(variables.map((v) => v.path.split(".")[0]));

/** All nodes on ways that lead to `bo`, the nearest first. */
function before(bo) {
  const seen = new Set(), todo = is(bo, "SequenceFlow") ? [bo.sourceRef] : previous(bo);
  for (let at = 0; at < todo.length; at += 1) {
    const step = todo[at];
    if (!step || seen.has(step)) continue;
    seen.add(step);
    todo.push(...previous(step));
  }
  return seen;
}

function previous(step) {
  const sources = (step.incoming ?? []).map((flow) => flow.sourceRef);
  if (step.attachedToRef) sources.push(...previous(step.attachedToRef), step.attachedToRef);
  if (is(step, "StartEvent") && is(step.$parent, "SubProcess")) sources.push(...previous(step.$parent));
  // what was done inside a subprocess is there after it
  if (is(step, "SubProcess")) sources.push(...(step.flowElements ?? []).filter((inner) => is(inner, "FlowNode")));
  return sources;
}

function writtenBy(step, vocabulary) {
  const form = property(step, "form"), operator = operatorOf(step);
  if (form) return vocabulary.forms?.find((f) => f.name === form)?.variables ?? [];
  if (is(step, "UserTask")) return fieldsOf(step).map(variableOf);
  if (operator?.resultVariable) {
    const parts = vocabulary.operators?.find((o) => o.name === operator.id)?.result ?? [];
    return parts.map((part) => ({ ...part, path: `${operator.resultVariable}.${part.path}` }));
  }
  if (is(step, "ScriptTask")) return [...(step.script ?? "").matchAll(/^\s*([A-Za-z_]\w*)\s*=[^=]/gm)].map((m) => ({ path: m[1], label: m[1], kind: "string", choices: [] }));
  return [];
}

const variableOf = (field) => ({
  path: field.id ?? "", label: field.label || field.id || "", kind: KINDS[field.type] ?? "string",
  choices: (field.values ?? []).map((v) => [v.id ?? "", v.name || v.id || ""]),
});

export { extension };
