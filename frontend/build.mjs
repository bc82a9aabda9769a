// Makes static/build/ from npm's packages and our own sources: one style sheet, the fonts, one sprite of icons.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as sass from "sass";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const LIBRARY = join(ROOT, "node_modules", "bootstrap-italia");
const TARGET = join(ROOT, "static", "build");
// Made beside and moved at the end: a portal that runs meanwhile never finds half a build.
const BUILD = join(ROOT, "static", `.build-${process.pid}`);
const OLD = join(ROOT, "static", `.old-${process.pid}`);
// Our name of a font → the library's. The pages use the upright ones, the writer of PDF all of them.
const FONTS = { 400: "regular", "400-italic": "italic", 600: "600", 700: "700" };
const UPRIGHT = ["400", "600", "700"];
// The library still speaks the old Sass; what it says about itself is not for us to mend.
const OLD_SASS = ["import", "global-builtin", "color-functions", "if-function", "slash-div"];

function write(path, text) {
  const target = join(BUILD, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  const compressed = gzipSync(text, { level: 9 }).length;
  console.log(`${path}  ${text.length} bytes, ${compressed} gzip`);
}

function styles() {
  const known = OLD_SASS.filter((name) => name in sass.deprecations);
  const { css } = sass.compile(join(HERE, "scss", "main.scss"), {
    loadPaths: [join(LIBRARY, "src", "scss")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: known,
  });
  write("css/osservatorio.css", css.replace(/\/\*#\s*sourceMappingURL=.*?\*\//gs, ""));
}

function fonts() {
  const source = join(LIBRARY, "dist", "fonts", "Titillium_Web");
  for (const [ours, theirs] of Object.entries(FONTS)) {
    const file = join(source, `titillium-web-v10-latin-ext_latin-${theirs}`);
    if (UPRIGHT.includes(ours)) cpSync(`${file}.woff2`, join(BUILD, "fonts", `titillium-web-${ours}.woff2`));
    // The writer of PDF reads no woff2.
    cpSync(`${file}.ttf`, join(BUILD, "fonts", `titillium-web-${ours}.ttf`));
  }
  cpSync(join(source, "OFL.txt"), join(BUILD, "fonts", "OFL.txt"));
}

function symbolOf(name, library) {
  const found = library.match(new RegExp(`<symbol[^>]*id="${name}"[^>]*>.*?</symbol>`, "s"));
  if (!found) throw new Error(`The library has no icon ${name}`);
  return found[0];
}

function sprite() {
  const library = readFileSync(join(LIBRARY, "dist", "svg", "sprites.svg"), "utf8");
  const theirs = JSON.parse(readFileSync(join(HERE, "icons.json"), "utf8")).map((name) => symbolOf(name, library));
  const files = readdirSync(join(HERE, "icons")).sort();
  const ours = files.map((file) => {
    const svg = readFileSync(join(HERE, "icons", file), "utf8").trim();
    const symbol = svg.replace(' xmlns="http://www.w3.org/2000/svg"', ` id="${basename(file, ".svg")}"`);
    return symbol.replace("<svg", "<symbol").replace("</svg>", "</symbol>");
  });
  write("img/sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${[...theirs, ...ours].join("")}</svg>`);
}

// Only the page of the map asks for it.
function leaflet() {
  const source = join(ROOT, "node_modules", "leaflet", "dist");
  const script = readFileSync(join(source, "leaflet.js"), "utf8");
  write("leaflet/leaflet.js", script.replace(/\/\/#\s*sourceMappingURL=.*/g, ""));
  write("leaflet/leaflet.css", readFileSync(join(source, "leaflet.css"), "utf8"));
  cpSync(join(source, "images"), join(BUILD, "leaflet", "images"), { recursive: true });
}

try {
  fonts();
  leaflet();
  sprite();
  styles();
  if (existsSync(TARGET)) renameSync(TARGET, OLD);
  renameSync(BUILD, TARGET);
} finally {
  for (const rest of [BUILD, OLD]) rmSync(rest, { recursive: true, force: true });
}
