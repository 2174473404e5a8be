// check.mjs [SIZES.json] - what people read comes from the catalogue: every key that a source says is there (build.mjs
// looks that no language misses one), no text stands in a source itself, and the first pages are small. Run by
// the tests (tests/meson.build); prints TAP.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const words = JSON.parse(readFileSync(join(here, "catalogue", "en.json"), "utf8"));
const known = (key) => key in words || `${key}.other` in words;
const files = (folder, ending) => readdirSync(folder, { recursive: true }).map(String)
  .filter((name) => ending.test(name) && !name.includes("node_modules")).map((name) => join(folder, name));
let count = 0;
let bad = 0;
function result(good, what, more = []) {
  count += 1;
  bad += good ? 0 : 1;
  console.log(`${good ? "ok" : "not ok"} ${count} - ${what}`);
  more.forEach((line) => console.log(`# ${line}`));
}

const all = (text, pattern) => [...text.matchAll(pattern)].map((found) => found[1]);
// say("key"), title: "column.x", ["person.who", …] of Facts, hint: "hint.x"; fields are named and said as field.NAME.
function keysOfScript(text) {
  const keys = all(text, /\b(?:say|sayCount)\("([^"]+)"/g)
    .concat(all(text, /\b(?:title|hint|caption|none|action)[:=] ?"([a-z][\w.-]*)"/g).filter((key) => key.includes(".") || known(key)))
    .concat(all(text, /\["([a-z-]+\.[a-z-]+)", /g));
  for (const fields of all(text, /fields=\{\[(.*?)\]\}/gs)) {
    keys.push(...all(fields, /name: "(\w+)"/g).map((name) => `field.${name}`));
  }
  return keys.concat(all(text, /<(?:Text|Choice)Filter name="(\w+)"/g).map((name) => `filter.${name}`));
}
const keysOfFace = (text) =>
  all(text, /web_face_(?:say|count)\(face, "([^"]+)"/g).concat(all(text, /FACE_PUT\(\s*face, "([^"]+)"/g))
    .concat(all(text, /web_face_open\(html, face, "([^"]+)"/g)).concat(all(text, /\.(?:key|hint) = "([^"]+)"/g));

const missing = [];
for (const file of files(here, /\.tsx?$/)) {
  keysOfScript(readFileSync(file, "utf8")).filter((key) => !known(key)).forEach((key) => missing.push(`${file}: ${key}`));
}
for (const file of files(join(here, "..", "src", "web"), /^face.*\.c$/)) {
  keysOfFace(readFileSync(file, "utf8")).filter((key) => !known(key)).forEach((key) => missing.push(`${file}: ${key}`));
}
result(missing.length === 0, "every key that is said is in the catalogue", missing);

// Text between tags, or in an attribute that people hear, that came from no catalogue; "Quoin" is a name.
const bare = [];
for (const file of files(here, /\.tsx$/)) {
  const text = readFileSync(file, "utf8");
  all(text, /<[a-z][^<>{}]*>\s*([A-Za-z][a-z]+[^<>{}]*)\s*<\//g).concat(all(text, /\b(?:aria-label|placeholder|alt)="([^"]+)"/g))
    .filter((said) => said.trim() !== "Quoin").forEach((said) => bare.push(`${file}: ${said}`));
}
for (const file of files(join(here, "..", "src", "web"), /^face.*\.c$/)) {
  const text = readFileSync(file, "utf8").replace(/"\s*\n\s*"/g, "");
  all(text, /\\?"?>([A-Z]?[a-z]{2,}[^<>{}"]*)<\//g).filter((said) => said.trim() !== "Quoin").forEach((said) => bare.push(`${file}: ${said}`));
}
result(bare.length === 0, "no source has text of its own", bare);

if (process.argv[2] !== undefined) {
  const sizes = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const largest = Math.max(...Object.entries(sizes).filter(([name]) => name.startsWith("words-")).map(([, size]) => size.gzip));
  const html = 2048;
  for (const [page, limit] of [["station", 60], ["admin", 200]]) {
    const sum = html + sizes[`${page}.js`].gzip + sizes[`${page}.css`].gzip + sizes["icon.svg"].gzip + largest;
    result(sum <= limit * 1024, `the first page of ${page} is ${(sum / 1024).toFixed(1)} KiB compressed, of ${limit}`);
  }
}
console.log(`1..${count}`);
process.exitCode = bad > 0 ? 1 : 0;
