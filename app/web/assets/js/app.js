// What every page loads. Everything listens on the document, so that parts swapped in later work too.
import "./frame.js";
import "./counter.js";
import "./rupiah.js";
import "./rows/rows.js";
import "./rows/paste.js";
import "./rows/drag.js";
import "./captcha.js";
import "./autosave.js";
import "./print.js";
import "./confirm.js"; // before whatever sends
import "./follow.js"; // before once.js: what it sends itself is not once.js's matter
import "./once.js";
