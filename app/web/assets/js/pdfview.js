// PDFs in the page. Half a megabyte of pdf.js is fetched only when one comes into sight.
import "./pdf/viewer.css";
import { whenSeen } from "./dom.js";

for (const view of document.querySelectorAll("[data-pdf]")) {
  whenSeen(view, async () => (await import("./pdf/viewer.js")).show(view));
}
