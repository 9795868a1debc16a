// The draft in the hands of somebody who may change it: canvas, panel, problems, saving.
import { askWhose, reloaded, watchOthers } from "./others.js";
import { Check, soundness } from "./check.js";
import { Drawing, filePicker } from "./drawing.js";
import { dropOnFlows } from "./dropping.js";
import { fillTable } from "./table.js";
import { goTo, selectNewLanes } from "./looking.js";
import { createModeler } from "./modeler.js";
import { drop, notice } from "./notices.js";
import { mountPanel } from "./panel/index.js";
import { Problems } from "./problems.js";
import { Rescue } from "./rescue.js";
import { Saver } from "./saving.js";
import { toolbar } from "./toolbar.js";

export async function open(root, draft) {
  const vocabulary = JSON.parse(document.getElementById("kosakata")?.textContent || "{}");
  const told = { all: [], problems: [], elsewhere: [], fresh: false };
  const box = root.querySelector("[data-canvas]");
  box.replaceChildren();
  const modeler = createModeler(box, Object.values(draft.files), vocabulary, told);
  const drawing = new Drawing(modeler, root, draft), rescue = new Rescue(draft);
  const saver = new Saver(draft, drawing, rescue);
  const check = new Check(draft, drawing, told, () => modeler.get("linting").update());
  const show = {
    element: (id) => { if (goTo(modeler, id)) root.querySelector("[data-panel]").scrollIntoView({ block: "nearest" }); },
    file: async (name) => opened(await drawing.show(name)),
  };
  const problems = new Problems(modeler, root, drawing, told, show);

  function opened(warnings) {
    told.fresh = false;
    fillTable(modeler, root, show.element);
    check.spread();
    check.plan();
    if (warnings.length) notice("impor", `Sebagian isi berkas tidak dikenal dan akan hilang bila disimpan: ${warnings[0].split("\n")[0]}`, [], "warning");
    else drop("impor");
  }

  async function reload() {
    const now = await reloaded(draft);
    if (!now) return notice("muat", "Yang tersimpan belum dapat dimuat. Coba lagi.", [], "danger");
    saver.accept(now);
    drop("lain");
    opened(await drawing.replace(now.files));
  }

  modeler.on("linting.completed", ({ issues }) => problems.take(issues));
  modeler.on("commandStack.changed", ({ trigger }) => {
    if (trigger === "clear") return; // another file was opened
    saver.touched();
    check.touched();
    problems.forget();
    clearTimeout(show.later);
    show.later = setTimeout(() => fillTable(modeler, root, show.element), 400);
  });
  selectNewLanes(modeler);
  dropOnFlows(modeler);
  toolbar(modeler, root, saver);
  mountPanel(modeler, root.querySelector("[data-panel]"), vocabulary, { draft, saver, urls: draft.urls });
  askWhose(saver, reload);
  watchOthers(draft, drawing, saver, reload);
  soundness(check, root.querySelector("[data-soundness]"), root.querySelector("[data-soundness-result]"));
  filePicker(drawing, opened);
  opened(await drawing.show(draft.main));
  if (draft.element) show.element(draft.element);
  offer(rescue.found(drawing.files), saver, drawing, rescue, opened);
}

/** What an earlier visit could not save. */
function offer(kept, saver, drawing, rescue, opened) {
  if (!kept) return;
  const at = new Date(kept.at).toTimeString().slice(0, 5).replace(":", ".");
  const newer = kept.revision !== saver.revision ? " Sejak itu ada yang menyimpan; memulihkan berarti memilih antara keduanya." : "";
  notice("pulih", `Ada perubahan Anda dari pukul ${at} yang belum tersimpan.${newer}`, [
    { label: "Pulihkan", main: true, act: async () => {
      drop("pulih");
      saver.revision = kept.revision; // the server says if that is no longer the newest
      opened(await drawing.replace({ ...drawing.files, ...kept.files }));
      Object.keys(kept.files).forEach((name) => saver.changed.add(name));
      saver.dirty = true;
      saver.plan(0);
    } },
    { label: "Buang", act: () => { rescue.drop(); drop("pulih"); } },
  ]);
}
