// What a spreadsheet puts on the clipboard.

/** Lines of cells. Excel and LibreOffice quote cells that hold tabs, quotes or line ends. */
export function parse(text) {
  const lines = [[]];
  let cell = "", quoted = false, fresh = true;
  const endCell = () => { lines.at(-1).push(cell.trim()); cell = ""; fresh = true; };
  const source = text.replace(/\r\n?/g, "\n");
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') { cell += '"'; i++; }
      else quoted = false;
    } else if (c === '"' && fresh && closes(source, i)) { quoted = true; fresh = false; }
    else if (c === "\t") endCell();
    else if (c === "\n") { endCell(); lines.push([]); }
    else { cell += c; fresh = false; }
  }
  endCell();
  return lines.filter((cells) => cells.some((text) => text !== ""));
}

/** Whether the quote at `at` is the beginning of a quoted cell: its end stands before a tab, a line end or the end. */
function closes(source, at) {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] !== '"') continue;
    if (source[i + 1] === '"') i++;
    else return i + 1 === source.length || source[i + 1] === "\t" || source[i + 1] === "\n";
  }
  return false;
}

/** Whether the clipboard holds a table: tabs, or lines that come from one (Word's paragraphs have neither). */
export function isTable(data, text, target) {
  if (text.includes("\t")) return true;
  if (!text.trim().includes("\n")) return false;
  return target.tagName === "INPUT" || /<table/i.test(data.getData("text/html"));
}
