// files.mjs CONFIG.json - a file is sent in a real browser, with a script and without one: its first page and its
// price come before anything is printed. As TAP; see lib.mjs and tests/it/test_browser_files.py.
import { accessible, browser, config, fits, gone, must, open, picture, signIn, troubles, until } from "./lib.mjs";

let count = 0;
let failed = 0;
async function scene(name, act) {
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
  console.log(`${said.length > 0 ? "not ok" : "ok"} ${count} - ${name}`);
  said.forEach((line) => console.log(`# ${line.replaceAll("\n", "\n# ")}`));
}

const drawn = (page, where) => page.waitForFunction((one) => document.querySelector(one)?.naturalWidth > 0, where);

try {
  await scene("without JavaScript: sent, seen, priced, changed, printed", async () => {
    const page = await open({ javaScriptEnabled: false });
    await signIn(page, "mary");
    await page.goto("/send");
    await page.setInputFiles("#file", config.sample);
    await page.click("#send button");
    await page.waitForURL(/\/send\/[^/]+\/\d+/);
    await page.waitForSelector("img.preview", { timeout: 20000 }); // the page comes again by itself
    await until("the first page is there", async () => (await page.locator("img.preview").boundingBox())?.height > 100);
    must((await page.locator("main").innerText()).includes("€0.37"), "its price");
    await picture(page, "send-plain");
    await page.locator("summary").first().click();
    await page.locator("input[name^=copies]").first().fill("2");
    await page.locator("button[value=quote]").click();
    await page.waitForSelector(".note.good:has-text('€0.74')");
    await picture(page, "send-plain-quote");
    await page.locator("button[value=release]").click();
    await page.waitForURL(/done=released/);
    await page.context().close();
  });

  await scene("with JavaScript: progress, first page and price on the same page; its own page is accessible", async () => {
    const page = await open({}, gone); // 409: its first page is not drawn yet, and asked for again
    await signIn(page, "mary");
    await page.goto("/send");
    await accessible(page, "the form");
    await page.setInputFiles("#file", config.image);
    await page.click("#send button");
    await page.waitForSelector("#sent .note.good:has-text('€')");
    await drawn(page, "#sent img");
    await accessible(page, "a picture that was sent");
    must(await page.textContent("#sent button.first") === "Print", "it is printed from here");
    await picture(page, "send-image");
    await page.click("#sent a.options");
    await page.waitForURL(/\/send\/[^/]+\/\d+/);
    await drawn(page, "img.preview");
    await accessible(page, "the page of a file");
    await page.setViewportSize({ width: 320, height: 640 });
    await fits(page, "the page of a file at 320 px");
    await picture(page, "send-320");
    await page.locator("button[value=delete]").click();
    await page.waitForURL(/done=deleted/);
    await page.context().close();
  });
} finally {
  await browser.close();
}
console.log(`1..${count}`);
process.exit(failed > 0 ? 1 : 0);
