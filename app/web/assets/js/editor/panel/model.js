// Reading and changing the drawn elements. Every change is one command that undo takes back; nothing is set directly.
import { extension } from "../lint/reading.js";

export { extension, fieldsOf, operatorOf, property } from "../lint/reading.js";

export const is = (bo, ...kinds) => kinds.some((kind) => bo?.$instanceOf?.(`bpmn:${kind}`));

const SEVERAL = "panel.several";

/** Makes several commands one step of undo. */
class Several {
  preExecute({ act }) { act(); }
}

export class Model {
  constructor(modeler) {
    this.modeler = modeler;
    this.modeling = modeler.get("modeling");
    this.registry = modeler.get("elementRegistry");
    this.factory = modeler.get("bpmnFactory");
    this.stack = modeler.get("commandStack");
    try { this.stack.registerHandler(SEVERAL, Several); } catch { /* a panel before this one did */ }
  }

  create(type, values = {}, parent = null) {
    const made = this.factory.create(type, values);
    if (parent) made.$parent = parent;
    return made;
  }

  /** Everything that `act` does becomes one step of undo. */
  together(act) { this.stack.execute(SEVERAL, { act }); }

  /** Attributes of the element itself: names, ids, references. */
  update(element, values) { this.modeling.updateProperties(element, values); }

  /** Attributes of something inside of the element: an event definition, the process of a pool. */
  updateInside(element, inner, values) { this.modeling.updateModdleProperties(element, inner, values); }

  /** The part `type` of the extension elements becomes `make(old)`; null takes it away. */
  setExtension(element, bo, type, make) {
    const holder = bo.extensionElements, old = extension(bo, type), next = make(old);
    if (next === (old ?? null)) return;
    if (next) next.$parent = holder ?? bo;
    const rest = (holder?.values ?? []).filter((value) => value !== old);
    const values = !next ? rest : old ? holder.values.map((value) => (value === old ? next : value)) : [...rest, next];
    if (holder && values.length) return this.updateInside(element, holder, { values });
    if (!values.length) return holder && this.updateInside(element, bo, { extensionElements: undefined });
    const made = this.create("bpmn:ExtensionElements", { values }, bo);
    next.$parent = made;
    this.updateInside(element, bo, { extensionElements: made });
  }

  /** One or more of `spiffworkflow:properties`; "" takes one away. */
  setProperties(element, bo, values) {
    this.setExtension(element, bo, "spiffworkflow:Properties", (old) => {
      const kept = (old?.properties ?? []).filter((p) => values[p.name] === undefined || values[p.name] !== "")
        .map((p) => (values[p.name] === undefined ? p : this.create("spiffworkflow:Property", { name: p.name, value: values[p.name] })));
      const known = new Set(kept.map((p) => p.name));
      const added = Object.entries(values).filter(([name, value]) => value && !known.has(name))
        .map(([name, value]) => this.create("spiffworkflow:Property", { name, value }));
      return this.group("spiffworkflow:Properties", "properties", [...kept, ...added], old);
    });
  }

  /** A container with these children, or null for none; what else the old one held stays. */
  group(type, key, children, old) {
    if (!children.length && !old?.others?.length) return null;
    const made = this.create(type, { [key]: children, ...(old?.others?.length ? { others: old.others } : {}) });
    for (const child of children) child.$parent = made;
    return made;
  }

  formal(text) { return text ? this.create("bpmn:FormalExpression", { body: text }) : undefined; }

  /** The root element of a kind (bpmn:Error, bpmn:Message) for which `fits` is true; made if there is none. */
  root(element, type, fits, values) {
    const definitions = definitionsOf(element.businessObject);
    const found = definitions.rootElements.find((r) => is(r, type.slice(5)) && fits(r));
    if (found) return found;
    const made = this.create(type, { ...values, id: this.freeId(values.id) }, definitions);
    this.updateInside(element, definitions, { rootElements: [...definitions.rootElements, made] });
    return made;
  }

  roots(element, kind) { return definitionsOf(element.businessObject).rootElements.filter((r) => is(r, kind)); }

  freeId(wish) {
    const ids = this.modeler.get("moddle").ids;
    let id = wish;
    for (let n = 2; ids?.assigned(id) || this.registry.get(id); n += 1) id = `${wish}_${n}`;
    return id;
  }

  idTaken(id, bo) {
    const owner = this.modeler.get("moddle").ids?.assigned(id);
    const drawn = this.registry.get(id)?.businessObject;
    return Boolean((owner && owner !== true && owner !== bo) || (drawn && drawn !== bo));
  }
}

export function definitionsOf(bo) {
  let at = bo;
  while (at && at.$type !== "bpmn:Definitions") at = at.$parent;
  return at;
}

/** The process (or subprocess) that `bo` stands in. */
export function processOf(bo) {
  let at = bo;
  while (at && at.$type !== "bpmn:Process") at = at.$parent;
  return at ?? null;
}

/** The name of the innermost lane that holds `bo`: its role. */
export function laneOf(bo) {
  const process = processOf(bo);
  const inside = (sets) => {
    for (const lane of sets.flatMap((set) => set?.lanes ?? [])) {
      if (!(lane.flowNodeRef ?? []).includes(bo)) continue;
      return inside([lane.childLaneSet].filter(Boolean)) ?? lane;
    }
    return null;
  };
  const own = process ? inside(process.laneSets ?? []) : null;
  if (own || !bo.$parent) return own;
  if (bo.attachedToRef) return laneOf(bo.attachedToRef);
  return is(bo.$parent, "SubProcess") ? laneOf(bo.$parent) : null;
}

export const eventOf = (bo, kind) => (bo.eventDefinitions ?? []).find((d) => is(d, `${kind}EventDefinition`));

/** "Catatan reviu!" -> "catatan_reviu" */
export function slug(label, taken) {
  const plain = label.normalize("NFKD").replace(/[^\x20-\x7e]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40);
  const wish = /^[a-z]/.test(plain) ? plain : plain ? `isian_${plain}` : "isian";
  let id = wish;
  for (let n = 2; taken(id); n += 1) id = `${wish}_${n}`;
  return id;
}
