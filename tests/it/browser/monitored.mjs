// monitored.mjs CONFIG.json - the scenes of devices, supplies, alerts and ports, with a real device monitoring engine and
// real printers; the site is made by tests/it/test_browser_monitored.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, config, end, fits, gone, harmless, must, open, picture, quoin, scene, settled, signIn, until, walkable, wrapped } from "./lib.mjs";

const absent = gone.concat([/status of 501/, /status of 412/]); // 412: somebody else changed it
const pages = ["", "/monitored", "/monitored/hall", "/monitored/cellar", "/supplies", "/supplies?by=supply", "/discover", "/works", "/alerts", "/alert-rules", "/alert-rules/new", "/alert-rules/of/broken",
  "/alert-targets", "/alert-targets/of/technician", "/deliveries", "/ports", "/ports/kiosk/2940", "/expectations", `/expectations/of/${encodeURIComponent(config.host)}`];
const name = (path) => path.replace(encodeURIComponent(config.host), "host").replaceAll(/[/?=]/g, "-").slice(1) || "overview";
const words = (language) => JSON.parse(readFileSync(join(config.catalogue, `${language}.json`), "utf8"));

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
    const toner = admin.locator(".supply", { hasText: "Black Toner" });
    await toner.locator("summary").click();
    must((await toner.locator("details[open] tbody").innerText()).includes("75 %"), "the chart's numbers are a table, too");
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

  await scene("devices are looked for: what would be asked, then what is found", async () => {
    await admin.goto("/admin/discover");
    await settled(admin);
    await admin.locator("input[name=dnssd]").uncheck();
    await admin.fill("input[name=ranges]", "10.1.0.0/8");
    await admin.getByRole("button", { name: "What would it do?" }).click();
    await admin.waitForSelector("main [role=alert]");
    await admin.fill("input[name=ranges]", "192.0.2.1");
    await admin.getByRole("button", { name: "What would it do?" }).click();
    await admin.waitForSelector("text=One address is asked");
    await admin.getByRole("main").getByRole("button", { name: "Look for devices" }).click();
    await admin.waitForSelector("text=No device answered.");
    await accessible(admin, "devices that were looked for");
  });

  await scene("a gap stands in a sentence, and leads to the jobs of its time", async () => {
    const gap = { id: 1, device: "hall", from: "2026-11-22T09:12:00Z", until: "2026-11-22T09:40:00Z", counted: 40, tracked: 5, untracked: 35, text: "", unit: "impressions" };
    await admin.route(/\/monitored\/hall\/gaps/, (route) => route.fulfill({ json: { items: [gap], devices: [{ ...gap, unexplained_back: 2 }] } })); // a real one takes minutes: tests/it/test_meters.py
    await admin.goto("/admin/monitored/hall");
    await settled(admin);
    const said = await admin.locator("section", { hasText: "Pages that nobody was charged for" }).innerText();
    must(/35 pages between .*9:12.* and .*9:40.* that nobody was charged for/.test(said) && said.includes("2 pages were charged that the meter did not count"), said);
    await admin.unroute(/\/monitored\/hall\/gaps/);
    await admin.getByRole("link", { name: "Jobs of that time" }).click();
    await admin.waitForURL(/works\?printer=hall&since=2026-11-22T08%3A57/);
    await settled(admin);
    must(await admin.locator("main [role=alert]").count() === 0, await admin.locator("main").innerText());
    must(await admin.inputValue("#time-since") === "2026-11-22T08:57", "by the site's clock");
    await admin.waitForSelector("text=Nothing was printed then");
  });

  await scene("what is to be ordered is a file, too, and no name in it is a formula", async () => {
    const listed = { items: [{ name: "=cmd()", location: "Hall \"A\"", make_and_model: "-1", serial: "", supplies: [{ name: "Black", kind: "toner", color: "", level: 5, pages_a_percent: 0, runs_out_at: null, fills: false }] }] };
    await admin.route(/\/monitored\?supplies/, (route) => route.fulfill({ json: listed }));
    await admin.goto("/admin/supplies?by=supply");
    await settled(admin);
    const [download] = await Promise.all([admin.waitForEvent("download"), admin.getByRole("button", { name: "As a file" }).click()]);
    const text = readFileSync(await download.path(), "utf8");
    must(text.includes('"Hall ""A""","\'=cmd()","\'-1","","Black","toner","5",""\r\n'), text);
    await admin.unroute(/\/monitored\?supplies/);
  });

  await scene("a rule is tried, saved, changed by nobody unseen, and removed with what that would end", async () => {
    await admin.goto("/admin/alert-rules/new");
    await settled(admin);
    await admin.fill("input[name=name]", "empty toner");
    await admin.selectOption("select[name=when]", "supply-below");
    await admin.fill("input[name=threshold]", "30");
    await admin.fill("input[name=for_seconds]", "0");
    await admin.fill("input[name=quiet_hours]", "22-6");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForSelector("[role=alert]:has-text('22:00-06:00')");
    await admin.fill("input[name=quiet_hours]", "22:00-06:00");
    await admin.locator("input[name=targets][value=technician]").check();
    await admin.getByRole("button", { name: "What would it do?" }).click();
    await admin.waitForSelector("[role=status]:has-text('It would be added')");
    await admin.waitForSelector("[role=status] li:has-text('Black Toner')");
    must(quoin("alert-rule", "list").every((one) => one.name !== "empty toner"), "nothing is saved yet");
    await picture(admin, "admin-alert-rule-tried");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForURL(/alert-rules\/of\/empty%20toner$/);
    await admin.waitForSelector("button:has-text('Remove')");
    const kept = quoin("alert-rule", "list").find((one) => one.name === "empty toner");
    must(kept.threshold === 30 && kept.quiet_hours === "22:00-06:00" && kept.targets[0] === "technician", JSON.stringify(kept));
    await until("the rule tells", () => { quoin("device", "look", "hall"); return quoin("alert", "list").some((one) => one.rule === "empty toner"); });
    quoin("alert-rule", "set", "empty toner", "--threshold", "40"); // somebody else, meanwhile
    await admin.fill("input[name=threshold]", "20");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.getByRole("button", { name: "Read it again" }).click();
    await admin.waitForFunction(() => document.querySelector("input[name=threshold]").value === "40");
    must(quoin("alert-rule", "list").find((one) => one.name === "empty toner").threshold === 40, "the other's change stays");
    await admin.getByRole("button", { name: "Remove" }).click();
    await admin.waitForSelector("[role=alert]:has-text('would be over')");
    must(quoin("alert-rule", "list").some((one) => one.name === "empty toner"), "it is still there");
    await accessible(admin, "a rule that may be removed");
    await picture(admin, "admin-alert-rule-removing");
    await admin.getByRole("button", { name: "Yes, remove it" }).click();
    await admin.waitForURL(/alert-rules$/);
    must(quoin("alert-rule", "list").every((one) => one.name !== "empty toner"), "it is gone");
  });

  await scene("a target is added and tried; what was sent is sent again", async () => {
    await admin.goto("/admin/alert-targets/new");
    await settled(admin);
    await admin.fill("input[name=name]", "operators");
    await admin.selectOption("select[name=kind]", "webhook");
    await admin.fill("input[name=address]", "ftp://nowhere");
    await admin.getByRole("button", { name: "What would it do?" }).click();
    await admin.waitForSelector("[role=alert]:has-text(\"a webhook's address is https\")");
    await admin.fill("input[name=address]", config.hook);
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForURL(/alert-targets\/of\/operators$/);
    await admin.fill("input[name=secret]", "a secret of more than 24 letters");
    await admin.getByRole("button", { name: "Keep it" }).click();
    await admin.waitForSelector(".note.good:has-text('Done.')");
    must(!(await admin.content()).includes("a secret of more"), "it is not shown again");
    await until("the engine knows the target", () => { try { return quoin("alert", "test", "operators").done; } catch { return false; } });
    await admin.getByRole("button", { name: "Send a trial" }).click();
    await admin.waitForSelector(".trial .state.good");
    await admin.goto("/admin/deliveries?target=operators");
    await settled(admin);
    const rows = await admin.locator("tbody tr").count();
    must(rows >= 2 && await admin.locator("tbody tr", { hasText: "a trial" }).count() === rows, `${rows} trials`);
    await admin.getByRole("button", { name: "Send again" }).first().click();
    await settled(admin);
    must(await admin.locator("main [role=alert]").count() === 0, "it was sent again");
  });

  await scene("a stranger on a quiet port is seen, expected by a form, and an impostor where an engine should be", async () => {
    await admin.goto("/admin/ports");
    await admin.waitForSelector(`tr:has-text('${config.spe}/tcp') .state:has-text('foreign')`, { timeout: 15000 });
    const row = admin.locator("tr", { hasText: `${config.spe}/tcp` });
    must((await row.innerText()).includes("python3"), "by whom it is held");
    await picture(admin, "admin-ports-foreign");
    await row.getByRole("link", { name: "It belongs there" }).click();
    await admin.waitForSelector(`input[name=ports][value='${config.spe}']`);
    await admin.locator("input[name=because]").fill("a test <b>of ours</b>");
    await admin.getByRole("button", { name: "What would it do?" }).click();
    await admin.waitForSelector("[role=status]:has-text('becomes expected')");
    await picture(admin, "admin-expectation-tried");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForSelector(".note.good");
    await admin.goto(`/admin/ports/${encodeURIComponent(config.host)}/${config.spe}`);
    await admin.waitForSelector(".state.good:has-text('expected')", { timeout: 15000 });
    await admin.goto(`/admin/expectations/of/${encodeURIComponent(config.host)}`);
    await settled(admin);
    await admin.getByRole("button", { name: "Take it out" }).click();
    await admin.locator("input[name=engines][value=spe]").check();
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.waitForSelector(".note.good");
    await admin.goto("/admin");
    await admin.waitForSelector("section:has-text('Who is on our ports?') .state.bad", { timeout: 15000 });
    await picture(admin, "admin-overview-impostor");
    await admin.goto(`/admin/ports/${encodeURIComponent(config.host)}/${config.spe}`);
    await admin.waitForSelector(".state.bad:has-text('impostor')");
    await settled(admin);
    await harmless(admin, "an impostor's page");
    await accessible(admin, "an impostor");
    await picture(admin, "admin-port-impostor");
  });

  const inEnglish = async () => {
    const page = await open({}, absent);
    await signIn(page, "root");
    for (const path of pages) {
      await scene(`/admin${path} is accessible in light and dark, by the keyboard alone, and at 320 px`, async () => {
        await page.goto(`/admin${path}`);
        await settled(page);
        await accessible(page, `${path} light`);
        await walkable(page, path);
        await harmless(page, path);
        await picture(page, `admin-${name(path)}-light`);
        await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
        await accessible(page, `${path} dark`, ["color-contrast"]);
        await picture(page, `admin-${name(path)}-dark`);
        await page.emulateMedia({ colorScheme: "light", forcedColors: "active", reducedMotion: "no-preference" });
        await picture(page, `admin-${name(path)}-forced`);
        await page.emulateMedia({ forcedColors: "none" });
        await page.setViewportSize({ width: 320, height: 640 });
        await fits(page, `${path} at 320 px`);
        await accessible(page, `${path} at 320 px`, ["target-size", "scrollable-region-focusable"]);
        await picture(page, `admin-${name(path)}-320`);
        await page.setViewportSize({ width: 1280, height: 800 });
      });
    }
    await page.context().close();
  };
  const inOther = async (language) => {
    const page = await open({ colorScheme: "dark" }, absent);
    await signIn(page, "root");
    for (const path of pages) {
      await scene(`/admin${path} speaks ${language}${language === "ar" ? ", accessible from right to left" : ""}`, async () => {
        await page.goto(`/admin${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
        await settled(page);
        must(path !== "/alerts" || await page.locator("td [lang=en]").count() === 0, `what it is about is said in ${language}`);
        await page.waitForFunction((title) => document.querySelector("#main h1").innerText === title, words(language)[`rail.${path.split(/[/?]/)[1] || "overview"}`]);
        await wrapped(page, path, language);
        await fits(page, `${path} in ${language}`);
        if (language === "ar") {
          await accessible(page, `${path} from right to left`);
          await picture(page, `admin-${name(path)}-ar`);
        }
      });
    }
    await page.context().close();
  };
  await Promise.all([inEnglish(), inOther("de").then(() => inOther("ar"))]);

  await scene("the desk reads, and changes nothing", async () => {
    const desk = await open({}, absent);
    await signIn(desk, "desk");
    await desk.goto("/admin/alerts");
    await settled(desk);
    must(await desk.getByRole("button", { name: "I look after it" }).count() === 0, "nothing to press that would be refused");
    await desk.goto("/admin/alert-rules/of/broken");
    await settled(desk);
    must(await desk.locator("input[name=threshold]").isDisabled() && await desk.getByText("You may look at this").count() === 1, "a rule is only read");
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
