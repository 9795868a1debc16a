// Several views of one process that move together: the same scale, the same place. Where an element was drawn
// elsewhere, the views stay apart by that much after it was centred in both.
import { onTheWay } from "./marks.js";

const groups = new Map();

class Group {
  members = [];
  moving = false;

  /** All at the same place again. */
  align() {
    for (const one of this.members) one.offset = { x: 0, y: 0 };
  }

  /** Bring the others to where `mover` is. */
  follow(mover) {
    if (this.moving) return;
    this.moving = true;
    const { x, y } = centre(mover.canvas), scale = mover.canvas.zoom();
    for (const one of this.members) {
      if (one !== mover) look(one.canvas, { x: x - mover.offset.x + one.offset.x, y: y - mover.offset.y + one.offset.y }, scale);
    }
    this.moving = false;
  }
}

export function join(name, one) {
  const group = groups.get(name) ?? new Group();
  groups.set(name, group);
  one.group = group;
  one.offset = { x: 0, y: 0 };
  group.members.push(one);
  if (group.members.length > 1) group.follow(group.members[0]);
  // the event bus is the canvas's own
  one.canvas._eventBus.on("canvas.viewbox.changed", () => group.follow(one));
}

/** Show the point in the middle. `having`: the views that have the same element, each at a place of its own. */
export function moveTo(one, point, scale, having = [one]) {
  if (one.group && having.length > 1) {
    one.group.moving = true; // each is moved by itself
    const first = having[0];
    if (one === first) first.point = point;
    one.offset = { x: point.x - first.point.x, y: point.y - first.point.y };
    look(one.canvas, point, scale);
    one.group.moving = false;
    return;
  }
  one.group?.align();
  look(one.canvas, point, scale);
}

export function centreOf(element) {
  if (element.waypoints) return onTheWay(element.waypoints);
  return { x: element.x + element.width / 2, y: element.y + element.height / 2 };
}

function centre(canvas) {
  const { x, y, width, height } = canvas.viewbox();
  return { x: x + width / 2, y: y + height / 2 };
}

function look(canvas, point, scale) {
  const { outer } = canvas.viewbox(), width = outer.width / scale, height = outer.height / scale;
  canvas.viewbox({ x: point.x - width / 2, y: point.y - height / 2, width, height });
}
