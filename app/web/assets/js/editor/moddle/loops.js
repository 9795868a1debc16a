// A repeated step names its list in loopDataInputRef. BPMN means the id of a data object there; SpiffWorkflow reads the
// name of a variable, which moddle finds nowhere and would drop on saving. Here both references are plain texts.

export function keepLoopNames(moddle) {
  for (const property of moddle.registry.typeMap["bpmn:MultiInstanceLoopCharacteristics"].properties) {
    if (!/loopData(In|Out)putRef$/.test(property.name)) continue;
    delete property.isReference;
    property.type = "String";
  }
}
