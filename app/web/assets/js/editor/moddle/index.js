// What the modeler knows beyond BPMN. A name that a descriptor lacks would be dropped on saving, so every name that
// the files hold is added to it before they are read.
import camunda from "./camunda.json";
import spiffworkflow from "./spiffworkflow.json";

/** The modeler's `moddleExtensions` for the XML texts in `texts`. */
export function extensionsFor(texts) {
  const files = texts.map((text) => new DOMParser().parseFromString(text, "text/xml"));
  return { spiffworkflow: widened(spiffworkflow, files), camunda: widened(camunda, files) };
}

function widened(descriptor, files) {
  const known = new Set(descriptor.types.map((type) => type.name));
  const added = [];
  for (const file of files) {
    for (const { localName } of file.getElementsByTagNameNS(descriptor.uri, "*")) {
      const name = localName.charAt(0).toUpperCase() + localName.slice(1);
      if (known.has(name)) continue;
      known.add(name);
      added.push({ name, superClass: ["Element"], properties: [
        { name: "text", isBody: true, type: "String" },
        { name: "others", isMany: true, type: "Element" },
      ] });
    }
  }
  return { ...descriptor, types: [...descriptor.types, ...added] };
}
