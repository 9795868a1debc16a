// Bundles what pages load into app/web/static/build/: hashed names, a manifest, and a .gz beside what is worth it.
import { build } from "esbuild";
import * as sass from "sass";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const modules = join(root, "node_modules");
const home = resolve(here, "../static/build");
// built beside what is served, then put in its place: a running server never misses its bundle
const out = `${home}.${process.pid}`;
const manifest = {};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const scss = {
  name: "scss",
  setup(b) {
    b.onLoad({ filter: /\.scss$/ }, async ({ path }) => {
      const { css } = await sass.compileAsync(path, {
        loadPaths: [modules],
        importers: [{ findFileUrl: (url) => (url.startsWith("bootstrap/") ? pathToFileURL(join(modules, url)) : null) }],
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      });
      // paper is white: the dark theme is for screens only
      const screen = css.replaceAll("@media (prefers-color-scheme: dark)", "@media screen and (prefers-color-scheme: dark)");
      return { contents: screen, loader: "css", resolveDir: modules };
    });
  },
};

const entries = [
  { in: join(here, "js/app.js"), out: "app" },
  { in: join(here, "app.css"), out: "app" },
  { in: join(here, "js/pdfview.js"), out: "pdfview" },
  { in: join(modules, "pdfjs-dist/legacy/build/pdf.worker.min.mjs"), out: "pdf.worker" },
  { in: join(here, "js/bpmnview.js"), out: "bpmnview" },
  { in: join(here, "js/editor/index.js"), out: "editor" },
];
const result = await build({
  absWorkingDir: root,
  entryPoints: entries,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: out,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: ["chrome100", "firefox102", "safari15.4"],
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "file", ".eot": "empty", ".svg": "dataurl" },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
  plugins: [scss],
});

// pages ask for "app.js" and "bpmnview.css"; the manifest says which file that is today
for (const [file, info] of Object.entries(result.metafile.outputs)) {
  const ours = entries.find((e) => relative(root, e.in) === info.entryPoint);
  if (!ours) continue;
  const entry = ours.out + extname(file);
  manifest[entry] = basename(file);
  if (info.cssBundle) manifest[entry.replace(/\.js$/, ".css")] = basename(info.cssBundle);
}

/** A sprite of the icons in icons.txt, so that a page carries <use> instead of paths. */
async function sprite() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").filter((n) => n && !n.startsWith("#"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(join(modules, "bootstrap-icons/icons", `${name}.svg`), "utf8");
    const inner = svg.replace(/^[^]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`;
  }));
  await emit("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  await emit("favicon.svg", await readFile(join(here, "favicon.svg"), "utf8"));
}

async function emit(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const file = name.replace(/(\.\w+)$/, `-${hash}$1`);
  await writeFile(join(out, file), text);
  manifest[name] = file;
}

/** The fonts that PDFs of the server embed: those named in fonts-pdf.txt, as "<path in node_modules>" one a line. */
async function pdfFonts() {
  const lines = (await readFile(join(here, "fonts-pdf.txt"), "utf8")).split("\n").filter((l) => l && !l.startsWith("#"));
  await mkdir(join(out, "fonts-pdf"), { recursive: true });
  await Promise.all(lines.map((l) => cp(join(modules, l), join(out, "fonts-pdf", basename(l)))));
}

await sprite();
await pdfFonts();
// for PDFs that name Helvetica and the like without carrying them: visible signatures often do
await cp(join(modules, "pdfjs-dist/standard_fonts"), join(out, "standard_fonts"), { recursive: true });

for (const file of await readdir(out)) {
  if (![".js", ".css", ".svg"].includes(extname(file))) continue;
  const bytes = await readFile(join(out, file));
  const packed = gzipSync(bytes, { level: 9 });
  await writeFile(join(out, file + ".gz"), packed);
  if (packed.length > 1000) console.log(`${file.padEnd(26)}${kb(bytes)}${kb(packed)} gz`);
}
// written last: a build that broke off leaves no manifest, and pages say so
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, Object.keys(manifest).sort(), 1) + "\n");
await rm(`${home}.old`, { recursive: true, force: true });
await rename(home, `${home}.old`).catch(() => {});
await rename(out, home);
await rm(`${home}.old`, { recursive: true, force: true });
console.log("->", relative(root, home));

function kb(bytes) {
  return `${(bytes.length / 1000).toFixed(1)} kB`.padStart(11);
}
