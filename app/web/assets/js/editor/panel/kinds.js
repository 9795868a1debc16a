// What was drawn without a kind: a plain task, which the engine passes by, and an event that waits for nothing. The kinds
// that processes here need stand in the panel; the wrench beside the element has them all.
import { button, group, node, para } from "./controls.js";

const TASKS = [["Orang", "bpmn:UserTask"], ["Layanan (program)", "bpmn:ServiceTask"], ["Hitungan", "bpmn:ScriptTask"]];
const WAITS = [["Waktu", "Timer"], ["Pesan", "Message"]];
const EDGES = [["Pengingat: waktu, langkah jalan terus", "Timer", false], ["Batas waktu: langkah berakhir", "Timer", true], ["Pesan dari orang", "Message", true], ["Kesalahan layanan", "Error", true]];

export function kinds(ctx, element) {
  const bo = element.businessObject, open = bo.eventDefinitions?.length;
  if (bo.$type === "bpmn:Task") return choice(ctx, element, "Siapa yang mengerjakan", "Tugas ini belum berjenis, jadi dilewati begitu saja.", TASKS.map(([words, type]) => [words, { type }]));
  if (bo.$type === "bpmn:BoundaryEvent" && !open) return choice(ctx, element, "Apa yang ditunggu", "", EDGES.map(([words, kind, ends]) => [words, { type: bo.$type, eventDefinitionType: `bpmn:${kind}EventDefinition`, cancelActivity: ends, host: element.host }]));
  if (bo.$type === "bpmn:IntermediateThrowEvent" && !open) return choice(ctx, element, "Apa yang ditunggu", "Kejadian ini dilewati tanpa menunggu: ia hanya mengubah status dan memberi tahu.", WAITS.map(([words, kind]) => [words, { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: `bpmn:${kind}EventDefinition` }]));
  return null;
}

function choice(ctx, element, title, words, options) {
  const become = (target) => ctx.modeler.get("selection").select(ctx.modeler.get("bpmnReplace").replaceElement(element, target));
  return group(ctx.folds, title, "jenis", words ? para(words) : "",
    node("div", { class: "d-flex flex-wrap gap-2" }, ...options.map(([label, target], n) => button(label, () => become(target), { key: `jenis-${n}` }))));
}
