// The page of one draft: drawn upon by Biro Perencanaan, read by everyone else and on phones. What either needs is
// fetched once it is known which it is.
import "./editor.css";

const root = document.querySelector("[data-editor]");
if (root) start();

async function start() {
  const draft = JSON.parse(document.getElementById("draf").textContent);
  const small = matchMedia("(max-width: 767.98px)").matches;
  const drawing = draft.mode === "edit" && !small;
  root.dataset.mode = drawing ? "edit" : "read";
  if (small) root.querySelector("[data-element-part]").open = true; // there it says more than the drawing
  try {
    const { open } = drawing ? await import("./edit.js") : await import("./read.js");
    await open(root, draft);
    root.dataset.ready = String(Math.round(performance.now()));
  } catch (error) {
    console.warn("editor:", error.message);
    const words = document.createElement("p");
    words.className = "p-3 mb-0 text-dark";
    words.textContent = "Diagram ini tidak dapat dibuka. Masalahnya tertulis di halaman Periksa; perbaiki berkasnya, lalu unggah lagi.";
    root.querySelector("[data-canvas]").replaceChildren(words);
    root.dataset.failed = "1";
  }
}
