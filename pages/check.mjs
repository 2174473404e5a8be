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

// Keywords of refusals, states and events, wherever a C source makes one: tables, errors with a keyword, lists of
// one, and the calls that refuse. Each has its words, for whoever stands at a device or looks at a page.
const patterns = {
  reason: [
    [/\/dre\/reason\.tbl\.h$/, /^REASON\(\w+, "([a-z-]+)"/gm],
    [/\/base\/err\.c$/, /case ERR_\w+: return "([a-z-]+)";/g],
    [/\.c$/, /\berr_why\([^;]*?ERR_\w+,\s*(?:\w+ \? "([a-z-]+)" : )?"([a-z-]+)"/g],
    [/\/(cas|dce|dre|web)\/\w+\.c$/, /\[\] = \{ "([a-z]+(?:-[a-z]+)+)", NULL \}/g],
    [/\/(cas|dce|dre|web)\/\w+\.c$/, /\(const char \*const\[\]\)\{ "([a-z-]+)", NULL \}/g],
    [/\/dce\/\w+\.c$/, /\b(?:dce_op_deny|signing_deny|refuse)\(\w+, ERR_\w+,\s*"([a-z-]+)"/g],
    [/\/dce\/\w+\.c$/, /\bdce_items_fail\([^;"]*"([a-z-]+)"/g],
    [/\/dce\/view\.c$/, /\{ "[a-z-]+", "([a-z-]+)" \}(?!;)/g],
    [/\/dce\/view\.c$/, /return (?:[^;"]*\? )?"([a-z-]+)"(?: : "([a-z-]+)")?;/g, /--- why not[\s\S]*?--- shown/],
    [/\/dre\/\w+\.c$/, /\*reason = (?:[^;"]*\? )?(?:NULL : )?"([a-z-]+)"/g],
    [/\/dre\/\w+\.c$/, /\blacks\(err, reason, "([a-z-]+)"/g],
    [/\/web\/\w+\.c$/, /\bweb_problem\(\w+, \d+, "([a-z-]+)"/g],
    [/\/web\/upload\.c$/, /\bfail\(\s*upload, \d+, "([a-z-]+)"/g],
    [/\/dre\/\w+\.c$/, /\bdre_call_refuse_why\(\s*call, ERR_\w+, "([a-z-]+)"/g],
  ],
  event: [
    [/\/dre\/\w+\.c$/, /\bdre_tell\([^;"]*?, "([a-z-]+)",/g],
    [/\/dre\/job\.c$/, /\[JOB_[A-Z]+\] = "([a-z]+)"/g],
  ],
  entry: [[/\/ledger\/ledger\.c$/, /case LEDGER_[A-Z]+: return "([a-z]+)";/g]],
};
const sources = files(join(here, "..", "src"), /\.(c|tbl\.h)$/).map((file) => [file, readFileSync(file, "utf8")]);
for (const [kind, rows] of Object.entries(patterns)) {
  const found = new Set();
  for (const [where, pattern, part] of rows) {
    const before = found.size;
    let hits = 0;
    for (const [file, text] of sources.filter(([name]) => where.test(name))) {
      for (const hit of (part === undefined ? text : part.exec(text)?.[0] ?? "").matchAll(pattern)) {
        hits += 1;
        hit.slice(1).filter(Boolean).forEach((word) => found.add(word));
      }
    }
    result(hits > 0, `${kind}: ${where} has ${hits} (${found.size - before} new)`);
  }
  const wordless = [...found].filter((word) => !known(`${kind}.${word}`)).sort();
  result(wordless.length === 0, `every ${kind} of the C sources has its words (${found.size})`, wordless);
}

// Why devices do not print and what to do, and what is found of ports: tables of the engines, read as they are.
const table = (ending, pattern) => sources.filter(([file]) => file.endsWith(ending))
  .flatMap(([, text]) => [...text.replace(/"\s*\n\s*"/g, "").matchAll(pattern)].map((found) => found.slice(1)));
const same = (said, text) => said?.toLowerCase().replace(/\.$/, "") === text.toLowerCase().replace(/\.$/, "");
const causes = table("/device/reason.tbl.h", /^REASON\("([a-z-]+)", \w+, \w+,\s*"([^"]*)",\s*"([^"]*)"\)/gm);
const causeless = causes.filter(([keyword, text, act]) => !same(words[`device.${keyword}`], text) || (act !== "" && !same(words[`device.${keyword}.do`], act)));
result(causes.length > 80 && causeless.length === 0, `every reason of a device has its words, and what to do (${causes.length})`, causeless.map(String));
const verdicts = table("/ports/verdict.tbl.h", /^PORTS_VERDICT\(\w+, "([a-z-]+)"/gm).map(([word]) => `verdict.${word}`)
  .flatMap((key) => [key, `${key}.why`, `${key}.do`]).concat(table("/ports/blind.tbl.h", /^PORTS_BLIND\(\w+, "([a-z-]+)"/gm).map(([word]) => `blind.${word}`))
  .concat(table("/device/sight.c", /^    \{ "\w+", "([a-z-]+)" \},$/gm).map(([word]) => `supply.${word}`));
const unsaid = verdicts.filter((key) => !known(key));
result(verdicts.length > 70 && unsaid.length === 0, `every verdict on a port and every kind of supply has its words (${verdicts.length})`, unsaid);

// What engines tell in English sentences: those of the tables are in the catalogue word for word.
const told = new Set(Object.entries(words).filter(([key]) => key.startsWith("told.")).map(([, text]) => text));
const sentences = sources.filter(([file]) => /\/dre\/reason\.tbl\.h$/.test(file))
  .flatMap(([, text]) => all(text, /^REASON\(\w+, "[a-z-]+",\s*"([^"]+)"\)/gm));
const untold = sentences.filter((text) => !told.has(text));
result(sentences.length > 30 && untold.length === 0, `every sentence of a job's state has its words (${sentences.length})`, untold);

// And of how a plan was reached: those that the plans' own tests want are all known, whatever their numbers.
const shapes = [...told].map((text) => new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "\\d+")}$`));
const plans = readFileSync(join(here, "..", "tests", "unit", "plan", "test_plan.c"), "utf8").replace(/"\s*\n\s*"/g, "");
const steps = [...new Set(all(plans, /"((?:\d+ |[A-Z])[^"%\n]* [^"%\n]*\.)"/g))];
const strange = steps.filter((text) => !shapes.some((shape) => shape.test(text)));
result(steps.length > 20 && strange.length === 0, `every sentence of a plan has its words (${steps.length})`, strange);
const formats = all(readFileSync(join(here, "..", "src", "plan", "plan_say.c"), "utf8").replace(/"\s*(?:PRIu64)?\s*\n?\s*"/g, ""), /"([^"\n]{12,})"/g).length;
const planned = Object.keys(words).filter((key) => key.startsWith("told.plan.")).length;
result(planned >= formats, `told.plan has ${planned} sentences for the ${formats} of the source`);

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
