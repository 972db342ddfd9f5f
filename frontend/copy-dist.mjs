// Copies the few dist files that the pages load from node_modules into the package's static folder,
// and makes one SVG sprite of the icons named in icons.json. Nothing is compiled.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "src", "qingyuan", "ui", "static", "vendor");

const FILES = [
  ["htmx.org/dist/htmx.min.js", "htmx.min.js"],
  ["htmx.org/LICENSE", "licences/htmx.txt"],
  ["@tabler/core/dist/css/tabler.min.css", "tabler.min.css"],
  ["@tabler/core/dist/js/tabler.min.js", "tabler.min.js"],
  ["echarts/dist/echarts.min.js", "echarts.min.js"],
  ["echarts/LICENSE", "licences/echarts.txt"],
  ["@tabler/icons/LICENSE", "licences/tabler-icons.txt"],
  ["@fontsource-variable/noto-sans-sc/LICENSE", "licences/noto-sans-sc.txt"],
  ["@embedpdf/fonts-sc/LICENSE", "licences/noto-sans-hans.txt"],
];

// A reference to a map that is not shipped would make the hashed static storage refuse the file.
const withoutMap = (text) => text.replace(/\/[/*]# sourceMappingURL=[^\n]*/g, "");

function copyFiles() {
  for (const [from, to] of FILES) {
    mkdirSync(dirname(join(target, to)), { recursive: true });
    writeFileSync(join(target, to), withoutMap(readFileSync(join(modules, from), "utf8")));
  }
}

function copyFont() {
  const font = join(modules, "@fontsource-variable", "noto-sans-sc");
  mkdirSync(join(target, "noto-sans-sc", "files"), { recursive: true });
  writeFileSync(join(target, "noto-sans-sc", "index.css"), readFileSync(join(font, "index.css"), "utf8"));
  for (const name of readdirSync(join(font, "files")).filter((n) => n.endsWith("-wght-normal.woff2"))) {
    cpSync(join(font, "files", name), join(target, "noto-sans-sc", "files", name));
  }
}

// For typesetting PDF: typst reads OTF and cannot read the subset web fonts.
function copyPaperFonts() {
  mkdirSync(join(target, "paper-fonts"), { recursive: true });
  for (const weight of ["Regular", "Bold"]) {
    const name = `NotoSansHans-${weight}.otf`;
    cpSync(join(modules, "@embedpdf", "fonts-sc", "fonts", name), join(target, "paper-fonts", name));
  }
}

function sprite() {
  const names = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
  const symbols = names.map((name) => {
    const svg = readFileSync(join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  writeFileSync(join(target, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

rmSync(target, { recursive: true, force: true });
copyFiles();
copyFont();
copyPaperFonts();
sprite();
console.log(`front-end files copied to ${target}`);
