// What the scenes share: the browser, a page that tells every error, accessibility, pictures.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
if (config.pictures !== null) {
  mkdirSync(config.pictures, { recursive: true });
}

export const browser = await chromium.launch({
  executablePath: config.chromium, headless: true,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en-GB"],
});

export function must(truth, what) {
  if (!truth) {
    throw new Error(what);
  }
}

export const troubles = []; // what any page complained of: console errors, CSP reports, dialogs

// Where the time goes: of each kind of look how often, and how long.
const spent = new Map();
const timed = (name, act) => async (...words) => {
  const began = performance.now();
  try {
    return await act(...words);
  } finally {
    const [times, ms] = spent.get(name) ?? [0, 0];
    spent.set(name, [times + 1, ms + performance.now() - began]);
  }
};

let count = 0;
let failed = 0;
/** One scene: TAP on the standard output. What throws fails, and the others go on. */
export async function scene(name, act) {
  const began = Date.now();
  const before = troubles.length;
  let why = "";
  try {
    await act();
  } catch (thrown) {
    why = thrown.message;
  }
  const said = [why, ...troubles.slice(before)].filter(Boolean);
  count += 1;
  failed += said.length > 0 ? 1 : 0;
  console.log(`${said.length > 0 ? "not ok" : "ok"} ${count} - ${name} (${Date.now() - began} ms)`);
  said.forEach((line) => console.log(`# ${line.replaceAll("\n", "\n# ")}`));
}

export async function end() {
  await browser.close();
  console.log(`# ${[...spent].map(([name, [times, ms]]) => `${name}: ${times} in ${(ms / 1000).toFixed(1)} s`).join("; ")}`);
  console.log(`1..${count}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

const allowed = [];
/** From now on no page may be blamed for such lines. */
export const allow = (pattern) => allowed.push(pattern);

/** Answers that a scene asks for on purpose: the browser tells of them on its console. */
export const gone = [/status of 40[0134]/, /status of 409/, /status of 422/, /status of 503/];

/** The administrator's screen is there, with all that it asked for. */
export const settled = (page) => page.waitForFunction(() => document.querySelector("#main h1, .idle, .done, .waiting") !== null &&
  !("loading" in document.documentElement.dataset) && document.querySelector("[aria-busy=true]") === null);

/** A page in a context of its own. expected: console errors that the scene makes on purpose. */
export async function open(options = {}, expected = []) {
  const context = await browser.newContext({
    baseURL: config.base, ignoreHTTPSErrors: true, locale: "en-GB", timezoneId: "UTC", bypassCSP: false,
    viewport: { width: 1280, height: 800 }, ...options,
  });
  context.setDefaultTimeout(20000); // a machine with much else to do
  const page = await context.newPage();
  watch(page, expected);
  return page;
}

export function watch(page, expected = []) {
  const tell = (what) => {
    if (!expected.concat(allowed).some((pattern) => pattern.test(what))) {
      troubles.push(`${page.url()}: ${what}`);
    }
  };
  page.on("console", (message) => { if (message.type() === "error") { tell(`console: ${message.text()}`); } });
  page.on("pageerror", (error) => tell(`error: ${error.message}`));
  page.on("dialog", (dialog) => { tell(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
}

// The session of each person: who has signed in once is not asked again. A password takes a core for a while.
const sessions = new Map();

/** anew: by the form, whoever has a session. */
export const signIn = timed("signIn", async (page, user, anew = false) => {
  const kept = sessions.get(user);
  if (kept !== undefined && !anew) {
    await page.context().addCookies(kept);
    await page.goto("/");
    if (await page.locator("#password").count() === 0) {
      return;
    }
  }
  await page.goto("/sign-in");
  await page.fill("#user", user);
  await page.fill("#password", config.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.click("main button")]);
  sessions.set(user, (await page.context().cookies()).filter((cookie) => cookie.name === "__Host-quoin"));
});

/** axe-core in an isolated world would not see the page's own frames: it is evaluated, not put into the document. */
export const accessible = timed("accessible", async (page, what, rules) => {
  if (!await page.evaluate(() => "axe" in window)) {
    await page.evaluate(`${axe}; 0`);
  }
  const found = await page.evaluate((rules) => window.axe.run(document, {
    runOnly: rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], preload: false,
  }), rules);
  const said = found.violations.map((one) => `${one.id}: ${one.help}\n    ` +
    one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.any.map((any) => any.message).join("; ")}`).join("\n    "));
  must(said.length === 0, `${what}: ${said.join("\n  ")}`);
});

/** Nothing is cut off and nothing scrolls sideways. */
export const fits = timed("fits", async (page, what) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  must(wide <= 1, `${what}: ${wide} px too wide`);
});

export const picture = timed("picture", async (page, name, whole = true) => {
  if (config.pictures === null) { // nobody looks at them
    return;
  }
  await page.screenshot({ path: join(config.pictures, `${name}.png`), fullPage: whole, animations: "disabled" });
});

export const quoin = (...words) =>
  JSON.parse(execFileSync(config.quoin, ["--data", config.data, "--json", ...words], { encoding: "utf8" }));

export function lp(user, title) {
  const file = join(config.folder, title);
  copyFileSync(config.sample, file);
  execFileSync("lp", [...config.lp, "-U", user, "-t", title, file]);
}

export const jobsOf = (user) => quoin("job", "list", "--user", user);

/** The address that makes a browser the station of that device, made by an administrator: on the page, or as it asks. */
export async function pair(admin, name, onPage = false) {
  if (!onPage) {
    return admin.evaluate(async (device) => (await (await fetch(`/api/v1/devices/${device}/pair`, { method: "POST", body: "{}", headers: {
      "content-type": "application/json", "x-csrf-token": document.querySelector("meta[name=csrf]").content } })).json()).url, name);
  }
  await admin.goto("/admin/devices");
  await admin.locator("tr", { has: admin.locator(`td:first-child bdi:text-is("${name}")`) }).getByRole("button").click();
  return admin.locator("a[href*='pair=']").getAttribute("href");
}

/** A station in a browser of its own, idle. */
export async function station(admin, name, expected = gone) {
  const page = await open({ viewport: { width: 1024, height: 768 } }, expected);
  await page.goto(await pair(admin, name));
  await page.waitForSelector(".idle");
  return page;
}

/** A scene at a station of its own. */
export const atStation = (admin, name, what, act, expected) => scene(what, async () => {
  const page = await station(admin, name, expected);
  try {
    await act(page);
  } catch (thrown) {
    throw new Error(`${thrown.message}\nthe screen says: ${await page.locator("body").innerText()}`);
  } finally {
    await page.context().close();
  }
});

/** No name became an element: whoever shows one without care makes an image of nowhere, or a script. */
export const harmless = timed("harmless", async (page, what) => {
  const made = await page.evaluate(() => document.querySelectorAll("img[src='x'], [onerror], script:not([src])").length);
  must(made === 0, `${what}: a name became ${made} elements`);
});

// The sentences of a language as patterns: {values} may be anything.
const catalogues = new Map();
function patternsOf(language) {
  if (!catalogues.has(language)) {
    const words = JSON.parse(readFileSync(join(config.catalogue, `${language}.json`), "utf8"));
    const texts = Object.values(words).filter((text) => /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, "")) || !/\{/.test(text));
    catalogues.set(language, new RegExp(`^(?:${texts.map((text) =>
      text.replace(/[.*+?^$()|[\]\\/]/g, "\\$&").replace(/\{\w+\}/g, ".+?")).join("|")})$`, "us"));
  }
  return catalogues.get(language);
}

/** Everything that people see or hear on the page came from that language's catalogue, but for what stands as data:
 * names in <bdi>, times, money, numbers, code, and what says that it is of another language. */
export const wrapped = timed("wrapped", async (page, what, language) => {
  const texts = await page.evaluate(() => {
    const data = "bdi, time, code, .money, .number, .qr, option, [lang]:not(html), .brand, script, style, noscript, textarea";
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const parent = node.parentElement;
      if (node.textContent.trim() !== "" && parent.closest(data) === null && parent.checkVisibility()) {
        found.push(node.textContent);
      }
    }
    for (const name of ["aria-label", "placeholder", "alt", "title"]) {
      document.querySelectorAll(`[${name}]`).forEach((element) => found.push(element.getAttribute(name)));
    }
    return found;
  });
  const pattern = patternsOf(language);
  const clean = (text) => text.replaceAll(/\s+/g, " ").trim();
  const strange = texts.map(clean)
    .filter((text) => /\p{L}{2}/u.test(text) && !pattern.test(text) && !text.split(/ · |, |: | \(|\)/).map(clean)
      .every((part) => !/\p{L}{2}/u.test(part) || pattern.test(part) || pattern.test(`${part}:`)));
  must(strange.length === 0, `${what} says in no words of ${language}: ${[...new Set(strange)].map((text) => JSON.stringify(text)).join(", ")}`);
});

/** Tab by tab through the whole page: each stop is seen and has a mark, all are reached in the order of the document,
 * and the end of the page is left again. */
export const walkable = timed("walkable", async (page, what) => {
  for (const left of [2, 1, 0]) { // what comes, goes or is busy meanwhile, by itself, makes another page than was counted
    try {
      return await walked(page, what);
    } catch (thrown) {
      if (left === 0) {
        throw thrown;
      }
    }
  }
});

async function walked(page, what) {
  const all = await page.evaluate(() => {
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter((element) => !element.disabled && element.type !== "hidden" && element.checkVisibility({ visibilityProperty: true }));
    stops.forEach((element, index) => { element.dataset.stop = String(index); });
    document.body.tabIndex = -1; // begin at the top
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.scrollTo(0, 0);
    return stops.length;
  });
  const seen = [];
  const parts = await page.locator("input[type='datetime-local']").count() * 8; // of one field, each a stop
  for (let press = 0; press < all + parts + 3; press++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) {
        return null;
      }
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      const middle = document.elementFromPoint(Math.min(Math.max(box.left + Math.min(box.width, 40) / 2, 0), innerWidth - 1),
        Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 0), innerHeight - 1));
      return { index: Number(element.dataset.stop ?? -1), html: element.outerHTML.slice(0, 120), inside, by: middle?.outerHTML.slice(0, 90) ?? "",
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        covered: middle !== null && !element.contains(middle) && !middle.contains(element) };
    });
    if (stop === null || (seen.length > 1 && stop.index === seen[0].index)) {
      break;
    }
    if (seen[seen.length - 1]?.index !== stop.index) {
      seen.push(stop);
    }
  }
  const order = seen.map((stop) => stop.index);
  must(seen.length === all, `${what}: ${seen.length} of ${all} stops are reached: ${order.join(" ")}`);
  must(order.every((index, at) => at === 0 || index > order[at - 1]), `${what}: the order of stops is ${order.join(" ")}`);
  for (const stop of seen) {
    must(stop.marked, `${what}: nobody sees that this has the focus: ${stop.html}`);
    must(stop.inside && !stop.covered, `${what}: the focus is ${stop.covered ? `covered by ${stop.by}` : "outside"}: ${stop.html}`);
  }
}

// All at once and in order, whatever else the machine does: a reader never waits for an answer to a key.
async function swipe(page, number) {
  const keys = await page.context().newCDPSession(page);
  const strokes = [...number, "Enter"].flatMap((key) => ["keyDown", "keyUp"].map((type) => keys.send("Input.dispatchKeyEvent", {
    type, key, windowsVirtualKeyCode: key === "Enter" ? 13 : key.toUpperCase().charCodeAt(0),
    ...(type === "keyDown" ? { text: key === "Enter" ? "\r" : key } : {}) })));
  await Promise.all(strokes);
  await keys.detach();
}

/** What a card reader types, until the screen shows what it should: on a machine that is busy enough keys come as slowly as
 * a person's, and a person holds the card to the reader again. */
export async function card(page, number, shown) {
  for (let turn = 0; turn < 3; turn++) {
    await swipe(page, number);
    if (await page.waitForSelector(shown, { timeout: 8000 }).catch(() => null) !== null) {
      return;
    }
  }
  await page.waitForSelector(shown);
}

export async function until(what, look, limit = 10000) {
  for (const end = Date.now() + limit; Date.now() < end;) {
    const found = await look();
    if (found) {
      return found;
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`not within ${limit} ms: ${what}`);
}
