// monitored.mjs CONFIG.json - the scenes of devices, supplies, alerts and ports, with a real device monitoring engine and
// real printers; the site is made by tests/it/test_browser_monitored.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, config, end, fits, gone, harmless, must, open, picture, quoin, scene, signIn, walkable, wrapped } from "./lib.mjs";

const absent = gone.concat([/status of 501/]);
const pages = ["/monitored", "/monitored/hall", "/monitored/cellar", "/supplies", "/alerts", "/ports", "/ports/kiosk/2940"];
const name = (path) => path.replaceAll("/", "-").slice(1);
const words = (language) => JSON.parse(readFileSync(join(config.catalogue, `${language}.json`), "utf8"));

async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#main h1") !== null && document.querySelector("[aria-busy=true]") === null);
}

/** The printer's own page for its trays and supplies: as if somebody used them. */
const atPrinter = (page, query) => fetch(`http://localhost:${config.printer}/${page}?${query}`);
/** What the scripted printer says from now on. */
const cellar = (state, ...reasons) => fetch(`${config.cellar}/say?state=${state}&reasons=${reasons.join(",")}`);

try {
  const admin = await open({}, absent);
  await scene("the devices are listed, the worst first, with what to do", async () => {
    await admin.goto(config.setup);
    await admin.fill("#user", "root");
    await admin.fill("#full_name", "Anna Admin");
    await admin.fill("#password", config.password);
    await Promise.all([admin.waitForURL(/\/admin$/), admin.click("main button")]);
    await admin.goto("/admin/monitored");
    await admin.waitForSelector("tbody tr:nth-child(2)");
    await admin.waitForSelector("tr:has-text('hall') .state.good");
    const row = await admin.locator("tr", { hasText: "hall" }).innerText();
    must(row.includes("Black Toner") && row.includes("75 %"), `its supplies: ${row}`);
  });

  await scene("a printer's state changes before one's eyes, within 2 seconds and without loading again", async () => {
    await admin.evaluate(() => { window.notLoadedAgain = true; });
    quoin("device", "look", "cellar");
    await cellar(5, "media-jam-error", "toner-low-warning");
    const began = Date.now();
    quoin("device", "look", "cellar");
    await admin.waitForSelector("tbody tr:first-child .state.bad:has-text('error')", { timeout: 2000 });
    const took = Date.now() - began;
    must(took < 2000, `it took ${took} ms`);
    const row = await admin.locator("tbody tr").first().innerText();
    for (const said of ["cellar", "Paper is jammed.", "take the paper out", "Toner is low."]) {
      must(row.includes(said), `it says ${said}: ${row}`);
    }
    must(await admin.evaluate(() => window.notLoadedAgain === true), "without being loaded again");
    console.log(`# ${took} ms`);
  });

  await scene("a device has a page: what to do, its faults, witnesses, supplies and pages", async () => {
    await admin.getByRole("link", { name: "cellar" }).first().click();
    await admin.waitForURL(/monitored\/cellar$/);
    await admin.waitForSelector(".note.bad:has-text('Paper is jammed.')");
    await admin.waitForSelector("section:has-text('Faults') tbody tr .state:has-text('lasts')");
    await cellar(3, "none");
    quoin("device", "look", "cellar");
    await admin.waitForSelector(".note.good", { timeout: 4000 });
    await admin.goto("/admin/monitored/hall");
    await settled(admin);
    must(await admin.locator("figure.chart svg[role=img]").count() >= 2, "charts");
    await admin.locator("figure.chart summary").nth(1).click();
    must((await admin.locator("figure.chart details[open] tbody").innerText()).includes("75 %"), "the chart's numbers are a table, too");
    await admin.getByRole("button", { name: "Look now" }).click();
    await settled(admin);
    must(await admin.locator("main [role=alert]").count() === 0, "it was looked at");
  });

  await scene("what is to be ordered, where, and by when", async () => {
    await admin.goto("/admin/supplies");
    await settled(admin);
    await atPrinter("supplies", "supply0=25&supply1=9");
    quoin("device", "look", "hall");
    await admin.waitForSelector(".order:has-text('Black Toner')");
    const said = await admin.locator("main").innerText();
    for (const word of ["What to order", "1 × Black Toner", "Library <ground> floor", "9 %", "hall"]) {
      must(said.includes(word), `it says ${word}: ${said}`);
    }
    await admin.emulateMedia({ media: "print" });
    must(!(await admin.locator(".rail").isVisible()) && await admin.locator(".order").first().isVisible(), "printed, it is the list alone");
    await picture(admin, "admin-supplies-print");
    await admin.emulateMedia({ media: null });
  });

  await scene("an alert is acknowledged, assigned and muted, and what was sent is shown", async () => {
    await cellar(5, "cover-open-error");
    quoin("device", "look", "cellar");
    await admin.goto("/admin/alerts");
    const row = admin.locator("section", { hasText: "Open" }).locator("tbody tr", { hasText: "cellar" }).first();
    await row.waitFor({ timeout: 15000 });
    await row.getByRole("button", { name: "I look after it" }).click();
    await admin.waitForSelector("tbody tr:has-text('cellar'):has-text('Seen by root')");
    const known = quoin("alert", "list").find((one) => one.about === "cellar");
    must(known.acknowledged_by === "root", `the engine knows it: ${JSON.stringify(known)}`);
    await admin.goto(`/admin/alerts/${known.id}`);
    await admin.waitForSelector("input[name=assign]");
    await admin.fill("input[name=assign]", "mary");
    await admin.fill("input[name=note]", "<b>spare part</b> ordered");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForSelector("dd:has-text('With mary')");
    await admin.getByRole("button", { name: "Mute for 8 h" }).click();
    await admin.waitForSelector("dd:has-text('Mute until')");
    await harmless(admin, "an alert's page");
    await accessible(admin, "an alert");
    await fits(admin, "an alert");
    await picture(admin, "admin-alert");
    must(quoin("alert", "list").find((one) => one.about === "cellar").assigned_to === "mary", "the engine knows that, too");
    await admin.waitForSelector("section:has-text('To whom it was told') tbody tr");
    await admin.getByRole("button", { name: "Send again" }).first().click();
    await admin.waitForFunction(() => document.querySelectorAll("section:last-of-type tbody tr").length >= 1);
  });

  await scene("ports: nothing is green of which nothing is known", async () => {
    await admin.goto("/admin/ports");
    await settled(admin);
    const hosts = await admin.evaluate(async () => { const got = await fetch("/api/v1/ports"); return got.ok ? (await got.json()).hosts : null; });
    if (hosts === null || hosts.length === 0) {
      must(await admin.locator("main .state.good").count() === 0, "nobody has told anything, and nothing is green");
    }
    await admin.goto("/admin/ports/kiosk/2940");
    await admin.waitForSelector("text=sm-pas-3");
    must(await admin.locator("main .state.good").count() === 0, "a host that nobody heard is not green");
    must((await admin.locator("main").innerText()).includes("Quoin"), "what the port is used for");
  });

  for (const path of pages) {
    await scene(`/admin${path} is accessible in light and dark, at 320 px, from right to left and in another language`, async () => {
      for (const scheme of ["light", "dark"]) {
        await admin.emulateMedia({ colorScheme: scheme, reducedMotion: scheme === "dark" ? "reduce" : "no-preference" });
        await admin.goto(`/admin${path}`);
        await settled(admin);
        await accessible(admin, `${path} ${scheme}`);
        if (scheme === "light") {
          await walkable(admin, path);
        }
        await harmless(admin, path);
        await picture(admin, `admin-${name(path)}-${scheme}`);
      }
      await admin.emulateMedia({ colorScheme: "light", forcedColors: "active" });
      await picture(admin, `admin-${name(path)}-forced`);
      await admin.emulateMedia({ forcedColors: "none", reducedMotion: "no-preference" });
      await admin.setViewportSize({ width: 320, height: 640 });
      await fits(admin, `${path} at 320 px`);
      await picture(admin, `admin-${name(path)}-320`);
      await admin.setViewportSize({ width: 1280, height: 800 });
      for (const language of ["de", "ar"]) {
        await admin.goto(`/admin${path}?lang=${language}`);
        await settled(admin);
        must(path !== "/alerts" || await admin.locator("td [lang=en]").count() === 0, `what it is about is said in ${language}`);
        await admin.waitForFunction((title) => document.querySelector("#main h1").innerText === title, words(language)[`rail.${path.split("/")[1]}`]);
        await wrapped(admin, path, language);
      }
      await accessible(admin, `${path} from right to left`);
      await fits(admin, `${path} from right to left`);
      await picture(admin, `admin-${name(path)}-ar`);
      await admin.goto(`/admin${path}?lang=en`);
    });
  }

  await scene("the desk reads, and changes nothing", async () => {
    const desk = await open({}, absent);
    await signIn(desk, "desk");
    await desk.goto("/admin/alerts");
    await settled(desk);
    await desk.getByRole("link", { name: "Devices", exact: true }).click();
    await desk.waitForSelector("tbody tr:nth-child(2)");
    const answer = await desk.evaluate(async () => (await fetch("/api/v1/alerts/1", { method: "POST", headers: {
      "content-type": "application/json", "x-csrf-token": document.querySelector("meta[name=csrf]").content }, body: '{"acknowledge":true}' })).status);
    must(answer === 403, `refused: ${answer}`);
    await desk.context().close();
  });
  } finally {
  await end();
}
