// Where the canvas looks: the whole diagram clear of the palette, one element in the middle, larger, smaller.
const READABLE = 0.7, STEP = 1.25, SMALLEST = 0.15, LARGEST = 4, MARGIN = 16, PAD = 64;

/** The whole diagram, beside the palette and not under it. */
export function fit(viewer) {
  const canvas = viewer.get("canvas");
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  if (!(inner.width > 0 && inner.height > 0 && outer.width > 0)) return;
  const palette = canvas.getContainer().querySelector(".djs-palette:not(.hidden)");
  const left = (palette ? palette.offsetLeft + palette.offsetWidth : 0) + MARGIN;
  const right = palette ? PAD : MARGIN; // what can be done with a lane or pool stands at its right
  const width = outer.width - left - right, height = outer.height - 2 * MARGIN;
  const scale = Math.min(width / inner.width, height / inner.height, 1);
  const above = MARGIN + Math.max(0, (height - inner.height * scale) / 2);
  canvas.viewbox({ x: inner.x - left / scale, y: inner.y - above / scale, width: outer.width / scale, height: outer.height / scale });
}

export function zoom(viewer, step) {
  const canvas = viewer.get("canvas");
  canvas.zoom(Math.min(Math.max(canvas.zoom() * STEP ** step, SMALLEST), LARGEST), "auto");
}

/** Bring the element with this id to the middle and select it; false where it isn't drawn in the open file. */
export function goTo(viewer, id) {
  const element = viewer.get("elementRegistry").get(id);
  if (!element) return false;
  const canvas = viewer.get("canvas"), root = canvas.findRoot(element);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
  const { outer } = canvas.viewbox(), scale = Math.max(canvas.zoom(), READABLE), { x, y } = middle(element);
  if (element !== root) canvas.viewbox({ x: x - outer.width / scale / 2, y: y - outer.height / scale / 2, width: outer.width / scale, height: outer.height / scale });
  viewer.get("selection").select(element === root ? [] : element);
  return true;
}

/** Token simulation draws its buttons on large diagrams only: as large as that, with the first start in sight. */
export function showStart(viewer) {
  const canvas = viewer.get("canvas"), start = viewer.get("elementRegistry").find((e) => e.type === "bpmn:StartEvent" && !e.labelTarget);
  if (!start || canvas.zoom() >= READABLE) return;
  const { outer } = canvas.viewbox(), width = outer.width / READABLE, height = outer.height / READABLE, { x, y } = middle(start);
  canvas.viewbox({ x: x - width / 6, y: y - height / 3, width, height });
}

function middle(element) {
  if (!element.waypoints) return { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  return element.waypoints[Math.floor(element.waypoints.length / 2)];
}

/** A lane that was added is the one to name next; bpmn-js leaves its neighbour selected, which would be renamed. */
export function selectNewLanes(modeler) {
  modeler.on("commandStack.lane.add.postExecuted", ({ context }) => {
    setTimeout(() => modeler.get("selection").select(context.newLane)); // a value returned here would end the event
  });
}
