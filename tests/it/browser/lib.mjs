// What the scenes share: the browser, a page that tells every error, accessibility, pictures.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(config.pictures, { recursive: true });

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

/** A page in a context of its own. expected: console errors that the scene makes on purpose. */
export async function open(options = {}, expected = []) {
  const context = await browser.newContext({
    baseURL: config.base, ignoreHTTPSErrors: true, locale: "en-GB", timezoneId: "UTC", bypassCSP: false,
    viewport: { width: 1280, height: 800 }, ...options,
  });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  watch(page, expected);
  return page;
}

export function watch(page, expected = []) {
  const tell = (what) => {
    if (!expected.some((pattern) => pattern.test(what))) {
      troubles.push(`${page.url()}: ${what}`);
    }
  };
  page.on("console", (message) => { if (message.type() === "error") { tell(`console: ${message.text()}`); } });
  page.on("pageerror", (error) => tell(`error: ${error.message}`));
  page.on("dialog", (dialog) => { tell(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
}

export async function signIn(page, user) {
  await page.goto("/sign-in");
  await page.fill("#user", user);
  await page.fill("#password", config.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.click("main button")]);
}

/** axe-core in an isolated world would not see the page's own frames: it is evaluated, not put into the document. */
export async function accessible(page, what, rules) {
  await page.evaluate(`if (!window.axe) { ${axe} }`);
  const found = await page.evaluate((rules) => window.axe.run(document, {
    runOnly: rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }), rules);
  const said = found.violations.map((one) => `${one.id}: ${one.help}\n    ` +
    one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.any.map((any) => any.message).join("; ")}`).join("\n    "));
  must(said.length === 0, `${what}: ${said.join("\n  ")}`);
}

/** Nothing is cut off and nothing scrolls sideways. */
export async function fits(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  must(wide <= 1, `${what}: ${wide} px too wide`);
}

export async function picture(page, name, whole = true) {
  await page.screenshot({ path: join(config.pictures, `${name}.png`), fullPage: whole, animations: "disabled" });
}

export const quoin = (...words) =>
  JSON.parse(execFileSync(config.quoin, ["--data", config.data, "--json", ...words], { encoding: "utf8" }));

export function lp(user, title) {
  const file = join(config.pictures, "..", title);
  copyFileSync(config.sample, file);
  execFileSync("lp", [...config.lp, "-U", user, "-t", title, file]);
}

/** What a card reader types: every key at once, then Enter. */
export async function card(page, number) {
  await page.keyboard.type(number, { delay: 0 });
  await page.keyboard.press("Enter");
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
