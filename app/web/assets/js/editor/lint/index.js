// bpmnlint with rules of our own. The problems that the server found join as one rule more, so that both are marked
// on the diagram and listed in the same way.
import { RULES } from "./rules.js";

const CATEGORY = { error: "error", warning: "warn", repair: "info" };

/** `told` holds what the server found in the diagram that is open: {problems, fresh}. */
export function lintConfig(vocabulary, told) {
  const known = { roles: rolesOf(vocabulary) };
  const rules = Object.fromEntries(Object.entries(RULES).map(([name, [category]]) => [`alur/${name}`, category]));
  for (const level of Object.keys(CATEGORY)) rules[`alur/periksa-${level}`] = CATEGORY[level];
  return { config: { rules }, resolver: { resolveRule: (_, name) => () => ruleFor(name, known, told) } };
}

function ruleFor(name, known, told) {
  const meta = { documentation: {} };
  const level = name.startsWith("periksa-") && name.slice("periksa-".length);
  if (level) return { meta, check: (node, reporter) => served(node, reporter, told, level) };
  const [category, look] = RULES[name];
  // of errors the server has the last word: it repairs some, and says so
  const silent = (id) => told.fresh && (category === "error" || told.problems.some((p) => p.element === id));
  return { meta, check: (node, reporter) => look(node, (message, at = node) => {
    if (!silent(at.id)) reporter.report(at.id, message);
  }, known) };
}

function served(node, reporter, told, level) {
  if (node.$type !== "bpmn:Definitions") return;
  for (const p of told.problems) {
    if (p.level === level) reporter.report(p.element || node.id, p.message, { line: p.line, way: p.path, whole: !p.element });
  }
}

function rolesOf({ roles } = {}) {
  return Array.isArray(roles) ? roles.map((role) => role.name ?? role.id ?? role.value ?? role) : null;
}
