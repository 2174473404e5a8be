// build.mjs ASSETS.c WORDS.c SIZES.json [DEPFILE RULE] - bundles the pages and writes them, gzipped and named by their hash,
// as a C table (struct web_asset of src/web/asset.h), and the catalogue's words as another (struct web_words
// of src/web/words.h). The same input gives the same bytes.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [assetsOut, wordsOut, sizes, depfile, rule] = process.argv.slice(2);
const types = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
};

async function bundles() {
  const made = await build({
    absWorkingDir: here,
    entryPoints: {
      station: "station/main.tsx",
      admin: "admin/main.tsx",
      person: "person/main.ts",
      "station-style": "style/station.css",
      "admin-style": "style/admin.css",
      "person-style": "style/person.css",
    },
    outdir: "out",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["es2020"],
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  return made.outputFiles.map((file) => ({
    name: file.path.split("/").pop().replace("-style.css", ".css"),
    bytes: Buffer.from(file.contents),
  }));
}

function catalogue() {
  const folder = join(here, "catalogue");
  const languages = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
  const words = new Map(languages.map((name) => [
    name.replace(".json", ""), JSON.parse(readFileSync(join(folder, name), "utf8")),
  ]));
  const english = Object.keys(words.get("en")).sort();
  for (const [language, said] of words) {
    const missing = english.filter((key) => !(key in said));
    const unknown = Object.keys(said).filter((key) => !english.includes(key) && !isPlural(key));
    if (missing.length + unknown.length > 0) {
      throw new Error(`catalogue/${language}.json: missing: ${missing.join(" ")}; nobody says: ${unknown.join(" ")}`);
    }
  }
  return words;

  // A language may have more plural forms than English: "jobs.waiting.few".
  function isPlural(key) {
    return /\.(zero|two|few|many)$/.test(key) && english.includes(key.replace(/\.[a-z]+$/, ".other"));
  }
}

const quote = (text) => `"${[...Buffer.from(text)].map((byte) =>
  byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}`
    : byte >= 0x20 && byte < 0x7f && byte !== 0x3f ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;

function bytesOf(name, bytes) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += 24) {
    rows.push([...bytes.subarray(at, at + 24)].join(","));
  }
  return `static const unsigned char ${name}[] = {\n${rows.join(",\n")}\n};\n`;
}

function assetTable(assets) {
  let text = '#include "web/asset.h"\n\n';
  assets.forEach((asset, index) => { text += bytesOf(`asset_${index}`, asset.gzip); });
  text += "\nconst struct web_asset web_assets[] = {\n";
  assets.forEach((asset, index) => {
    text += `    { ${quote(asset.file)}, ${quote(asset.type)}, ${quote(asset.hash)}, asset_${index}, ` +
      `sizeof(asset_${index}), ${asset.bytes.length} },\n`;
  });
  return `${text}};\nconst size_t web_asset_count = ${assets.length};\n`;
}

function wordTable(words) {
  let text = '#include "web/words.h"\n\n';
  let index = 0;
  for (const said of words.values()) {
    const rows = Object.keys(said).sort((a, b) => (a < b ? -1 : 1))
      .map((key) => `    { ${quote(key)}, ${quote(said[key])} },\n`);
    text += `static const struct web_word words_${index++}[] = {\n${rows.join("")}};\n`;
  }
  text += "const struct web_words web_words[] = {\n";
  index = 0;
  for (const [language, said] of words) {
    text += `    { ${quote(language)}, words_${index++}, ${Object.keys(said).length} },\n`;
  }
  return `${text}};\nconst size_t web_words_count = ${words.size};\n`;
}

const words = catalogue();
const files = await bundles();
for (const [language, said] of words) {
  // What engines tell in sentences is said by the server alone (web_face_told).
  const asked = Object.fromEntries(Object.entries(said).filter(([key]) => !key.startsWith("told.")));
  // Alerts tell the reason of a device as the engine says it: known by its sentence.
  for (const [key, text] of Object.entries(words.get("en"))) {
    if (language !== "en" && /^device\.[a-z-]+$/.test(key)) {
      asked[`said.${text}`] = said[key];
    }
  }
  files.push({ name: `words-${language}.json`, bytes: Buffer.from(JSON.stringify(asked)) });
}
files.push({ name: "icon.svg", bytes: readFileSync(join(here, "style", "icon.svg")) });
const assets = files.map(({ name, bytes }) => {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const [stem, ending] = [name.replace(/\.[a-z]+$/, ""), name.split(".").pop()];
  return { name, bytes, hash, type: types[ending], file: `${stem}-${hash}.${ending}`,
    gzip: gzipSync(bytes, { level: 9 }) };
}).sort((a, b) => (a.file < b.file ? -1 : 1));
writeFileSync(assetsOut, assetTable(assets));
writeFileSync(wordsOut, wordTable(words));
writeFileSync(sizes, JSON.stringify(Object.fromEntries(assets.map(({ name, bytes, gzip }) =>
  [name, { bytes: bytes.length, gzip: gzip.length }])), null, 1));

if (depfile) {
  // What was read, for ninja: everything here but what npm installed.
  const read = readdirSync(here, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules") && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name).replace(/ /g, "\\ ")).sort();
  writeFileSync(depfile, `${rule}: ${read.join(" ")}\n`);
}
