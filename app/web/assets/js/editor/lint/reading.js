// Reading a diagram's elements: by BPMN's words, and what they carry in their extensions.

export const is = (node, ...kinds) => kinds.some((kind) => node?.$instanceOf?.(`bpmn:${kind}`));

export const extension = (node, type) => (node.extensionElements?.values ?? []).find((value) => value.$type === type);

export const operatorOf = (node) => extension(node, "spiffworkflow:ServiceTaskOperator");

export const fieldsOf = (node) => extension(node, "camunda:FormData")?.fields ?? [];

export function property(node, name) {
  const found = extension(node, "spiffworkflow:Properties")?.properties?.find((p) => p.name === name);
  return found?.value ?? found?.text ?? "";
}
