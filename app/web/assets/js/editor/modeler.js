// The modeler with all its parts, in Indonesian.
import Modeler from "bpmn-js/lib/Modeler";
import Colours from "bpmn-js-color-picker";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import Lint from "bpmn-js-bpmnlint";
import Simulation from "bpmn-js-token-simulation";
import Minimap from "diagram-js-minimap";
import { lintConfig } from "./lint/index.js";
import { extensionsFor } from "./moddle/index.js";
import { keepLoopNames } from "./moddle/loops.js";
import words, { watchWords } from "./words/index.js";

export function createModeler(container, texts, vocabulary, told) {
  const modeler = new Modeler({
    container,
    additionalModules: [Simulation, Minimap, CreateAppendAnythingModule, Colours, Lint, words],
    moddleExtensions: extensionsFor(texts),
    linting: { active: true, bpmnlint: lintConfig(vocabulary, told) },
    canvas: { deferUpdate: false },
  });
  keepLoopNames(modeler.get("moddle"));
  watchWords(container);
  return modeler;
}
