// suite.mjs CONFIG.json - the scenes, one after the other, as TAP; a scene that throws fails, and the others go
// on. The file names the site that tests/it/test_browser.py made; see lib.mjs.
import { accessible, card, config, end, fits, gone, harmless, jobsOf, lp, must, open, pair, picture, quoin, scene, settled, signIn, station, until, walkable, wrapped } from "./lib.mjs";
import { adminScenes } from "./admin.mjs";
import { personScenes } from "./person.mjs";
import { comesBack, stationScenes } from "./stations.mjs";

const personal = ["/", "/jobs", "/history", "/send", "/cards", "/addresses", "/password", "/help"];
const screens = ["", "/jobs", "/people", "/people/mary", "/printers", "/queues", "/devices", "/prices", "/policies", "/ledger", "/refunds"];
const name = (path) => path.replaceAll("/", "-").replace(/-+$/, "") || "-home";

try {
  const admin = await open({}, gone);
  let kiosk;

  await scene("the first administrator is made with the token of the console, once", async () => {
    await admin.goto("/setup?token=wrong");
    await admin.fill("#user", "eve");
    await admin.fill("#password", config.password);
    await admin.click("main button");
    await admin.waitForSelector("[role=alert], .note.bad");
    await admin.goto(config.setup);
    await accessible(admin, "set-up");
    await fits(admin, "set-up");
    await walkable(admin, "set-up");
    await picture(admin, "setup");
    await admin.fill("#user", "root");
    await admin.fill("#full_name", "Anna Admin");
    await admin.fill("#password", "short");
    await admin.click("main button");
    await admin.waitForSelector(".note.bad");
    await admin.fill("#password", config.password);
    await Promise.all([admin.waitForURL(/\/admin$/), admin.click("main button")]);
    await settled(admin);
    const other = await open({}, gone);
    must((await other.goto(config.setup)).status() === 404, "the page is gone");
    must(!(await other.content()).includes("token"), "and asks for nothing");
    await other.context().close();
    await admin.context().clearCookies();
  });

  await scene("the administrator signs in and pairs a tablet by its QR code", async () => {
    await admin.goto("/");
    await accessible(admin, "sign-in");
    await picture(admin, "sign-in");
    await signIn(admin, "root");
    const address = await pair(admin, "hall", true);
    await admin.waitForFunction(() => document.querySelector("img.qr")?.naturalWidth > 0);
    await picture(admin, "admin-pair");
    kiosk = await open({ viewport: { width: 1024, height: 768 } }, gone);
    await kiosk.goto(address);
    await kiosk.waitForSelector(".idle");
    await accessible(kiosk, "idle");
    await picture(kiosk, "station-idle");
  });

  await scene("printed with lp, released at the station by card with one tap, on paper, and charged", async () => {
    lp("mary", "Lecture notes");
    const waiting = jobsOf("mary").filter((job) => job.state === "pending-held").length;
    await card(kiosk, config.cards.mary, "ul.jobs li");
    must(await kiosk.locator("ul.jobs li").count() === waiting, "all her jobs are on the screen");
    must(!(await kiosk.locator("main").innerText()).includes("Thesis"), "no titles on this screen");
    await kiosk.waitForFunction(() => !document.querySelector(".sum .first").disabled);
    await accessible(kiosk, "jobs at the station");
    await picture(kiosk, "station-jobs", false);
    await kiosk.click(".sum .first");
    await kiosk.waitForSelector(".done");
    await accessible(kiosk, "done at the station");
    await picture(kiosk, "station-done");
    await until("her jobs are printed", () => jobsOf("mary").every((job) => job.state === "completed"), 20000);
    await kiosk.getByRole("button", { name: "Sign out" }).click();
    await kiosk.waitForSelector(".idle");
  });

  const mary = await open({}, gone);
  await scene("she sees on her own page what it cost and why, and asks for a refund", async () => {
    await signIn(mary, "mary");
    await mary.goto("/history");
    await accessible(mary, "history");
    must(await mary.locator("tbody tr").count() === 3, "three works");
    must((await mary.locator("tbody tr").first().innerText()).includes("€0.37"), "at their price");
    await picture(mary, "history");
    await mary.locator("tbody a").first().click();
    await mary.waitForURL(/history\/\d+$/);
    const said = await mary.locator("main").innerText();
    for (const word of ["The document has 4 pages", "Quoin counted", "4 impressions", "the printer says", "released", "Page · Normal (A4) · Colour", "€0.25", "user:mary", "ledger", "4 impressions"]) {
      must(said.includes(word), `it says ${word}: ${said}`);
    }
    await accessible(mary, "why");
    await picture(mary, "why");
    await mary.fill("#reason", "The last page was torn");
    await mary.getByRole("button", { name: "refund" }).click();
    await mary.waitForURL(/done=refund-asked/);
    must(await mary.locator(".note.good").count() === 1, "it says that it was asked");
  });

  await scene("the administrator sees the whole explanation, and gives the money back", async () => {
    await admin.goto("/admin");
    await settled(admin);
    await picture(admin, "admin-overview");
    await admin.keyboard.press("/");
    await admin.keyboard.type("1");
    await admin.keyboard.press("Enter");
    await admin.waitForSelector("text=base.page.normal.color");
    const said = await admin.locator("main").innerText();
    for (const word of ["Thesis, chapter 3", "base.page.normal.color", "€0.25", "user:mary", "mary (hall)", "printer 4", "completed"]) {
      must(said.includes(word), `it says ${word}: ${said}`);
    }
    await accessible(admin, "a job");
    await picture(admin, "admin-job");
    await admin.goto("/admin/refunds?status=asked");
    await admin.getByRole("button", { name: "Give it back" }).click();
    await until("it is decided", async () => quoin("refund", "list").some((refund) => refund.status === "approved"));
  });

  await scene("prices and rules are tried before they count", async () => {
    await admin.goto("/admin/prices");
    const form = admin.locator("section", { hasText: "What if" }).locator("form");
    await form.locator("input[name=mono]").fill("0.08");
    await form.locator("input[name=color]").fill("0.50");
    await form.getByRole("button").click();
    await admin.waitForSelector(".big:has-text('→')");
    const outcome = await admin.locator(".big:has-text('→')").innerText();
    must(outcome.includes("€2.22"), `twice the price is twice the money: ${outcome}`);
    await accessible(admin, "what if");
    await picture(admin, "admin-prices");
    await admin.goto("/admin/policies");
    const rules = admin.locator("section", { hasText: "Try first" }).locator("textarea");
    await rules.fill('rule "No colour"\nwhen color then deny "No colour."\n');
    await admin.locator("section", { hasText: "Try first" }).getByRole("button").click();
    await admin.waitForSelector(".big, .note.bad");
    must(await admin.locator(".note.bad").count() === 0, await admin.locator("main").innerText());
    await picture(admin, "admin-policies");
  });

  await scene("news come by themselves, and filters are in the address", async () => {
    await admin.goto("/admin/jobs?which=not-completed&user=mary");
    await settled(admin);
    must(await admin.locator("tbody tr").count() === 0, "she has none");
    lp("mary", "News");
    await admin.waitForSelector("tbody tr:has-text('News')");
    must(await admin.inputValue("#filter-user") === "mary", "the filter shows what the address says");
  });

  await scene("at the station: all or none, with what is short", async () => {
    await card(kiosk, config.cards.poor, "ul.jobs li");
    await kiosk.locator("summary").first().click();
    await kiosk.locator("input[type=number]").fill("3");
    await kiosk.locator("input[type=number]").blur();
    await kiosk.waitForSelector(".note.bad:has-text('1.11')");
    must(await kiosk.locator(".sum .first").isDisabled(), "it cannot be printed");
    await accessible(kiosk, "short at the station");
    await picture(kiosk, "station-short");
    await kiosk.getByRole("button", { name: "Sign out" }).click();
    await kiosk.waitForSelector(".idle");
  });

  await scene("a card is read whatever has the focus, and a fast hand keeps its letters", async () => {
    await kiosk.getByRole("button", { name: "User name and password" }).click();
    await kiosk.waitForSelector("#user");
    await kiosk.locator("#user").pressSequentially("quickly", { delay: 5 });
    await kiosk.waitForFunction(() => document.querySelector("#user").value === "quickly");
    await kiosk.locator("#user").fill("");
    await new Promise((go) => setTimeout(go, 100));
    await card(kiosk, config.cards.mary, "ul.jobs li");
    await kiosk.getByRole("button", { name: "Sign out" }).click();
    await kiosk.waitForSelector(".idle");
  });

  await scene("with the keyboard alone: sign in by password, sides changed, price shown anew", async () => {
    await kiosk.getByRole("button", { name: "User name and password" }).focus();
    await kiosk.keyboard.press("Enter");
    await kiosk.waitForFunction(() => document.activeElement?.id === "user");
    await kiosk.locator(":focus").pressSequentially("mary", { delay: 60 });
    await kiosk.keyboard.press("Tab");
    await kiosk.locator(":focus").pressSequentially(config.password, { delay: 60 });
    await kiosk.keyboard.press("Enter");
    await kiosk.waitForSelector("ul.jobs li");
    const before = await kiosk.locator(".sum strong").innerText();
    await kiosk.locator("summary").first().focus();
    await kiosk.keyboard.press("Enter");
    await kiosk.keyboard.press("Tab");
    must((await kiosk.evaluate(() => document.activeElement.type)) === "number", "copies have the focus");
    await kiosk.keyboard.press("ArrowUp");
    await kiosk.keyboard.press("Tab");
    await kiosk.waitForFunction((was) => document.querySelector(".sum strong").innerText !== was, before);
    must((await kiosk.locator(".sum strong").innerText()).includes("0.74"), "two copies cost twice");
    await accessible(kiosk, "changes at the station");
    await picture(kiosk, "station-change");
  });

  await scene("large text, high contrast, another language at the station", async () => {
    await kiosk.getByRole("button", { name: "Large text" }).click();
    await kiosk.getByRole("button", { name: "High contrast" }).click();
    await kiosk.locator(".tools select").selectOption("ar");
    await kiosk.waitForFunction(() => document.documentElement.dir === "rtl");
    await accessible(kiosk, "station in Arabic");
    await fits(kiosk, "station in Arabic");
    await picture(kiosk, "station-ar-large", false);
    await kiosk.setViewportSize({ width: 320, height: 640 });
    await fits(kiosk, "station at 320 px");
    await picture(kiosk, "station-ar-320");
    await kiosk.setViewportSize({ width: 1024, height: 768 });
    await kiosk.locator(".tools button").last().click();
    await kiosk.waitForSelector(".idle");
    await kiosk.waitForFunction(() => document.documentElement.lang === "en");
  });

  await scene("the server goes away: the station says so, and comes back by itself", async () => {
    const quiet = await open({ viewport: { width: 1024, height: 768 } }, [/Failed to load|ERR_|net::/]);
    await quiet.goto(await pair(admin, "office"));
    await quiet.waitForSelector(".idle");
    await quiet.context().setOffline(true);
    await card(quiet, config.cards.mary, ".offline");
    await accessible(quiet, "offline");
    await picture(quiet, "station-offline");
    await quiet.context().setOffline(false);
    await card(quiet, config.cards.eve, "ul.jobs li");
    await quiet.waitForFunction(() => document.querySelector(".offline") === null, undefined, { timeout: 8000 });
    const text = await quiet.locator("main").innerText();
    must(text.includes(config.hostile[0]), "titles are shown where the device may, as they are");
    await accessible(quiet, "hostile names at the station");
    await picture(quiet, "station-hostile");
    await quiet.getByRole("button", { name: "Sign out" }).click();
    await quiet.waitForSelector(".idle");
    await quiet.context().close();
  });

  await scene("a file is sent from the browser: its first page and its price come before anything is printed", async () => {
    await mary.goto("/send");
    await mary.setInputFiles("#file", config.sample);
    await mary.click("#send button");
    await mary.waitForSelector("#sent .note.good:has-text('€0.37')");
    await mary.waitForFunction(() => document.querySelector("#sent img")?.naturalWidth > 0);
    await accessible(mary, "a file that was sent");
    await picture(mary, "send");
  });

  await scene("without JavaScript: balance, release, history, preferences", async () => {
    const plain = await open({ javaScriptEnabled: false });
    await signIn(plain, "mary", true);
    must((await plain.locator("#balance").innerText()).startsWith("€"), "the balance is there");
    await plain.goto("/jobs");
    await plain.locator("summary").first().click();
    await plain.locator("select[name^=color]").first().selectOption("monochrome");
    await plain.locator("button[value=release]").click();
    await plain.waitForURL(/done=released/);
    await until("it is printed", () => jobsOf("mary").every((job) => job.state === "completed"), 20000);
    await plain.goto("/history");
    must(await plain.locator("tbody tr").count() >= 4, "it is in the history");
    await plain.goto("/cards");
    await plain.locator("button[value=ticket]").click();
    await plain.waitForSelector("img.qr");
    await plain.selectOption("#language", "de");
    await plain.locator("button[value=preferences]").click();
    await plain.waitForURL(/done=saved/);
    must((await plain.locator("h1").innerText()).startsWith("Karten"), "it speaks German now");
    await plain.selectOption("#language", "");
    await plain.locator("button[value=preferences]").click();
    await plain.context().close();
  });

  await scene("refused without JavaScript: what is short is said, in the person's language", async () => {
    const plain = await open({ javaScriptEnabled: false, locale: "de-DE" }, gone);
    await signIn(plain, "poor");
    await plain.goto("/jobs");
    must((await plain.locator("main").innerText()).includes("0,37"), "the price, as Germans write it");
    await plain.locator("summary").first().click();
    await plain.locator("input[name^=copies]").fill("3");
    await plain.locator("button[value=release]").click();
    await plain.waitForSelector("[role=alert]");
    const said = await plain.locator("[role=alert]").innerText();
    must(said.includes("1,11") && said.includes("0,50"), `what is short: ${said}`);
    await picture(plain, "short-de");
    await plain.context().close();
  });

  await Promise.all([stationScenes(admin), personScenes()]);
  await adminScenes(admin);

  // Every page: in light and English, in dark and Arabic, and at 320 px with the longest names. A screen of the
  // administration is the same document in a narrow window: it is looked at where it stands.
  const narrow = ["target-size", "scrollable-region-focusable"]; // colours are the same
  const people = (look, options, language, user) => scene(`a person's pages, ${look}: WCAG 2.2 AA, nothing cut off, hostile names are only names`, async () => {
    const page = await open(options, gone);
    for (const path of ["/sign-in", "/help", "/nowhere"].concat(personal)) {
      if (path === personal[0]) {
        await signIn(page, user);
      }
      await page.goto(path);
      must(await page.evaluate(() => document.documentElement.lang) === language, `${path} speaks ${language}`);
      await accessible(page, `${path} ${look}`, look === "320" ? narrow : undefined);
      await fits(page, `${path} ${look}`);
      await harmless(page, `${path} ${look}`);
      await picture(page, `page-${look}${name(path)}`);
      if (look !== "320") {
        await wrapped(page, `${path} ${look}`, language);
      }
      if (look !== "ar" && personal.includes(path)) {
        await walkable(page, `${path} ${look}`);
      }
    }
    await page.context().close();
  });
  const screensOf = (look, options, language) => scene(`the administrator's screens, ${look}: WCAG 2.2 AA, nothing cut off`, async () => {
    const page = await open(options, gone);
    await signIn(page, "root");
    for (const path of screens) {
      await page.goto(`/admin${path}`);
      await settled(page);
      await accessible(page, `/admin${path} ${look}`);
      await fits(page, `/admin${path} ${look}`);
      await harmless(page, `/admin${path} ${look}`);
      await picture(page, `admin-${look}${name(path)}`);
      await wrapped(page, `/admin${path} ${look}`, language);
      if (look === "light") {
        await walkable(page, `/admin${path} ${look}`);
        await page.setViewportSize({ width: 320, height: 640 });
        await accessible(page, `/admin${path} 320`, narrow);
        await fits(page, `/admin${path} 320`);
        await picture(page, `admin-320${name(path)}`);
        await page.setViewportSize({ width: 1280, height: 800 });
      }
    }
    await page.context().close();
  });
  const dark = { colorScheme: "dark", locale: "ar" };
  await Promise.all([screensOf("light", { colorScheme: "light" }, "en").then(() => screensOf("ar", dark, "ar")), people("light", { colorScheme: "light" }, "en", "mary")
    .then(() => people("320", { viewport: { width: 320, height: 640 }, colorScheme: "light" }, "en", "bob")).then(() => people("ar", dark, "ar", "eve"))]);

  await scene("dark and light are the same whether the system or the person says so", async () => {
    const colours = async (options, theme) => {
      const page = await open(options, gone);
      await page.goto("/sign-in");
      const found = await page.evaluate((wanted) => {
        document.documentElement.dataset.theme = wanted;
        const style = getComputedStyle(document.documentElement);
        return ["ground", "sheet", "ink", "ink-soft", "line", "accent", "good", "warn-soft", "bad", "focus", "shadow"]
          .map((token) => `${token}: ${style.getPropertyValue(`--${token}`).trim()}`).concat(style.colorScheme, style.backgroundColor);
      }, theme);
      await page.context().close();
      return JSON.stringify(found);
    };
    const [light, dark] = [await colours({ colorScheme: "light" }, ""), await colours({ colorScheme: "dark" }, "")];
    must(light !== dark, "they differ");
    must(light === await colours({ colorScheme: "dark" }, "light"), "light by wish");
    must(dark === await colours({ colorScheme: "light" }, "dark"), `dark by wish: ${dark}`);
  });

  await scene("forced colours, no motion, large text, more contrast: all is there, nothing is cut off", async () => {
    const paths = ["/", "/jobs", "/history", "/cards"];
    const forced = await open({ forcedColors: "active", colorScheme: "dark" }, gone);
    await signIn(forced, "eve");
    const page = await open({ reducedMotion: "reduce" }, gone);
    await signIn(page, "mary");
    for (const path of paths) {
      await forced.goto(path);
      await fits(forced, `${path} forced`);
      await accessible(forced, `${path} forced`, ["wcag2a"]);
      await picture(forced, `page-forced${name(path)}`);
    }
    for (const path of paths.concat("/history/1")) {
      await page.goto(path);
      for (const [look, width, mark] of [["large", 1280, { text: "large" }], ["large-320", 320, { text: "large" }], ["contrast", 1280, { text: "", contrast: "more", theme: "dark" }]]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ contrast: look === "contrast" ? "more" : "no-preference" });
        await page.evaluate((wanted) => Object.assign(document.documentElement.dataset, wanted), mark);
        await fits(page, `${path} ${look}`);
        await accessible(page, `${path} ${look}`, [look === "contrast" ? "color-contrast" : "target-size"]);
        await picture(page, `page-${look}${name(path)}`);
      }
      const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return parseFloat(style.transitionDuration) > 0.001 || parseFloat(style.animationDuration) > 0.001;
      }).length);
      must(moving === 0, `${path}: ${moving} elements move`);
    }
    await forced.context().close();
    await page.context().close();
  });

  await comesBack(admin);
} finally {
  await end();
}
