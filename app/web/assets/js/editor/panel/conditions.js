// Conditions as rows of data, comparison and value, and the same as an expression. What has no such form stays a text.

const PATH = "[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*";
const LITERAL = `'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|True|False|true|false`;
const COMPARED = new RegExp(`^(${PATH})\\s*(==|!=|>=|<=|>|<)\\s*(${LITERAL})$`);
const FILLED = new RegExp(`^isi\\((${PATH}),\\s*''\\)\\s*(==|!=)\\s*''$`);
const PLAIN = new RegExp(`^(not\\s+)?(${PATH})$`);
const WORDS = new Set(["and", "or", "not", "in", "is", "if", "else", "None", "True", "False"]);

const YES = [["ya", "ya"], ["tidak", "tidak"]], THERE = [["isi", "terisi"], ["kosong", "kosong"]];
const SAME = [["==", "sama dengan"], ["!=", "bukan"]];
const OPERATORS = {
  boolean: YES,
  enum: [...SAME, ...THERE],
  string: [...SAME, ...THERE],
  text: [...SAME, ...THERE],
  long: [["==", "="], ["!=", "≠"], [">", "lebih dari"], [">=", "paling sedikit"], ["<", "kurang dari"], ["<=", "paling banyak"]],
  date: [["==", "pada"], ["<", "sebelum"], [">", "sesudah"], ["<=", "paling lambat"], [">=", "paling awal"], ...THERE],
  list: [...THERE],
  object: [...THERE],
};

export const operatorsOf = (kind) => OPERATORS[kind] ?? OPERATORS.string;
export const needsValue = (op) => !["ya", "tidak", "isi", "kosong"].includes(op);

/** {joint: "and" | "or", rows: [{path, op, value}]} of an expression, or null where rows can't say the same. */
export function parse(expression) {
  const text = (expression ?? "").trim();
  if (!text) return { joint: "and", rows: [] };
  for (const joint of ["and", "or"]) {
    const rows = split(text, joint).map(row);
    if (rows.every(Boolean)) return { joint, rows };
  }
  return null;
}

/** The expression of rows; `kinds` maps a path to the kind of its data. A row without value is left out. */
export function build({ joint, rows }, kinds) {
  return rows.filter((r) => r.path && (!needsValue(r.op) || r.value !== "")).map((r) => written(r, kinds.get(r.path) ?? "string")).join(` ${joint} `);
}

function written({ path, op, value, number: plain }, kind) {
  if (op === "ya") return path;
  if (op === "tidak") return `not ${path}`;
  if (op === "isi" || op === "kosong") return `isi(${path}, '') ${op === "isi" ? "!=" : "=="} ''`;
  const number = (kind === "long" || plain) && /^-?\d+(\.\d+)?$/.test(value);
  return `${path} ${op} ${number ? value : quoted(value)}`;
}

export const quoted = (value) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replace(/[\r\n]+/g, " ")}'`;

function row(text) {
  const filled = FILLED.exec(text);
  if (filled) return { path: filled[1], op: filled[2] === "!=" ? "isi" : "kosong", value: "" };
  const compared = COMPARED.exec(text);
  if (compared) {
    const truth = /^(true|false)$/i.exec(compared[3]);
    if (truth) {
      if (!["==", "!="].includes(compared[2])) return null;
      return { path: compared[1], op: (truth[1].toLowerCase() === "true") === (compared[2] === "==") ? "ya" : "tidak", value: "" };
    }
    return { path: compared[1], op: compared[2], value: unquoted(compared[3]), ...(/^[-\d]/.test(compared[3]) ? { number: true } : {}) };
  }
  const plain = PLAIN.exec(text);
  return plain && !WORDS.has(plain[2]) ? { path: plain[2], op: plain[1] ? "tidak" : "ya", value: "" } : null;
}

const unquoted = (text) => (/^['"]/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text);

/** The parts around ` and ` (or ` or `) outside of quotes and brackets. */
function split(text, joint) {
  const parts = [];
  let depth = 0, quote = "", from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (quote) { if (c === "\\") at += 1; else if (c === quote) quote = ""; continue; }
    if (c === "'" || c === '"') quote = c;
    else if ("([{".includes(c)) depth += 1;
    else if (")]}".includes(c)) depth -= 1;
    else if (!depth && text.startsWith(` ${joint} `, at)) { parts.push(text.slice(from, at).trim()); at += joint.length + 1; from = at; }
  }
  return [...parts, text.slice(from).trim()];
}
