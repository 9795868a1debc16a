// The draft for those who only read it, and on screens too small to draw on.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { Drawing, filePicker } from "./drawing.js";
import { goTo } from "./looking.js";
import { fillTable } from "./table.js";
import { toolbar } from "./toolbar.js";
import words from "./words/index.js";

export async function open(root, draft) {
  const box = root.querySelector("[data-canvas]");
  box.replaceChildren();
  const viewer = new NavigatedViewer({ container: box, additionalModules: [words], zoomScroll: { enabled: false }, canvas: { deferUpdate: false } });
  const drawing = new Drawing(viewer, root, draft);
  const show = (id) => {
    if (goTo(viewer, id)) root.querySelector(".paper").scrollIntoView({ block: "nearest" });
  };
  toolbar(viewer, root, null);
  filePicker(drawing, () => fillTable(viewer, root, show));
  await drawing.show(draft.main);
  fillTable(viewer, root, show);
  if (draft.element) show(draft.element);
}
