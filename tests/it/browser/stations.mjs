// Scenes at the station; each has a device, a person and jobs of its own (stage() of tests/it/test_browser.py).
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { accessible, allow, atStation, card, config, gone, jobsOf, must, picture, quoin, scene, signIn, open, until, walkable } from "./lib.mjs";

const crc = (bytes) => {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
};

/** What a reader on the network sends (docs/devices.md): its name, and a card. */
function frame(kind, name, number = "") {
  const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([0, number.length]), Buffer.from(number)]);
  const head = Buffer.concat([Buffer.from("QB"), Buffer.from([1, kind, 0, body.length]), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(head));
  return Buffer.concat([head, sum]);
}

const showReader = (name, number) => new Promise((done, failed) => {
  const reader = connect(config.reader, "127.0.0.1", () => reader.write(Buffer.concat([frame(1, name), frame(2, name, number)])));
  reader.on("data", () => done(reader)).on("error", failed);
});

async function byPassword(page, user) {
  await page.getByRole("button", { name: "User name and password" }).click();
  await page.fill("#user", user);
  await page.fill("#password", config.password);
  await page.locator("form.sign button.first").click();
  await page.waitForSelector("ul.jobs li");
}

async function timeOut(admin) {
  await atStation(admin, "quick", "a station that is left signed in: idle by itself, no job in the page, nothing behind the back button", async (page) => {
    await byPassword(page, "ann");
    must((await page.content()).includes("Ann’s secret"), "this screen shows names");
    await page.waitForSelector("text=Signs out in");
    await page.waitForSelector(".idle", { timeout: 15000 });
    must(!(await page.content()).includes("Ann"), "nothing of her is in the page");
    const again = await page.evaluate(async () => (await fetch("/api/v1/station/jobs")).status);
    must(again === 401, `the server knows that nobody is signed in: ${again}`);
    await page.goBack().catch(() => null);
    await page.goForward().catch(() => null);
    must(!(await page.content()).includes("Ann"), "nor is there anything behind the back button");
  });
}

async function cards(admin) {
  await atStation(admin, "lab", "an unknown card is registered once with the password, and signs in from then on", async (page) => {
    await card(page, config.cards.new, "text=This card is new here");
    await accessible(page, "registering a card");
    await page.fill("#user", "cora");
    await page.fill("#password", "not her password");
    await page.locator("form.sign button.first").click();
    await page.waitForSelector(".note.bad:has-text('That is not right')");
    await page.getByRole("button", { name: "Cancel" }).click();
    await card(page, config.cards.new, "#user");
    await page.fill("#user", "cora");
    await page.fill("#password", config.password);
    await picture(page, "station-register");
    await page.locator("form.sign button.first").click();
    await page.waitForSelector("text=Hello, Cora");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
    await card(page, config.cards.new, "text=Hello, Cora");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
  });

  await atStation(admin, "lab", "a release key prints a guest's job, and shows nothing else", async (page) => {
    await page.getByRole("button", { name: "Release key" }).click();
    await page.fill("#release_key", "22222222");
    await page.locator("form.sign button.first").click();
    await page.waitForSelector(".note.bad:has-text('No job waits for this key')");
    await page.fill("#release_key", config.guest.key.toLowerCase());
    await accessible(page, "release key");
    await page.locator("form.sign button.first").click();
    await page.waitForSelector("ul.jobs li");
    must(await page.locator("ul.jobs li").count() === 1, "the one job of the key");
    must(await page.locator("text=Balance").count() === 0, "and nobody's balance");
    await picture(page, "station-guest");
    await page.click(".sum .first");
    await page.waitForSelector(".done");
    await until("the guest's job is printed", () => quoin("job", "show", String(config.guest.id)).state === "completed", 20000);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
  });
}

async function cardAndPin(admin) {
  await atStation(admin, "safe", "a card with its PIN: the card alone opens nothing, a wrong PIN says so", async (page) => {
    await card(page, config.cards.ben, "#pin");
    must(await page.locator("ul.jobs").count() === 0, "nothing is shown before the PIN");
    await accessible(page, "card and PIN");
    await page.fill("#pin", "80351");
    await page.locator("form.sign button.first").click();
    await page.waitForSelector(".note.bad:has-text('That is not right')");
    await page.getByRole("button", { name: "Cancel" }).click();
    await card(page, config.cards.ben, "#pin");
    await page.locator("#pin").pressSequentially("73914", { delay: 60 });
    await picture(page, "station-pin");
    await page.keyboard.press("Enter");
    await page.waitForSelector("ul.jobs li");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
  });
}

async function reader(admin) {
  await atStation(admin, "desk", "a reader on the network signs a person in on its station, which nobody touched", async (page) => {
    const line = await showReader("desk-1", config.cards.dan);
    await page.waitForSelector("text=Hello, Dan");
    await page.waitForSelector("ul.jobs li");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
    line.destroy();
    (await showReader("desk-1", "0A0B0C0D0E")).destroy();
    await page.waitForSelector(".note.bad:has-text('This card is not known here')");
  });
}

async function changes(admin) {
  await atStation(admin, "office", "sides, copies and pages are changed at the station, and the new price stands there before anything is printed", async (page) => {
    await byPassword(page, "gus");
    const sum = page.locator(".sum strong");
    const becomes = async (wanted) => page.waitForFunction((text) => document.querySelector(".sum strong").innerText === text && document.querySelector("[aria-busy=true]") === null, wanted);
    await becomes("€0.37");
    await page.locator("summary").first().click();
    const more = page.locator(".more");
    await more.locator("input[type=number]").fill("2");
    await more.locator("input[type=number]").blur();
    await becomes("€0.74");
    await more.getByLabel("Sides").selectOption("two-sided-long-edge");
    await page.waitForFunction(() => document.querySelector(".sum strong").innerText !== "€0.74");
    await more.getByLabel("Colour").selectOption("monochrome");
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    await more.getByLabel("Pages").fill("1-2");
    await more.getByLabel("Pages").blur();
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    await until("two pages twice in black", async () => parseFloat((await sum.innerText()).slice(1)) < 0.2);
    const price = await sum.innerText();
    await accessible(page, "changed at the station");
    await more.getByLabel("Pages").fill("9-1");
    await more.getByLabel("Pages").blur();
    await page.waitForSelector(".note.bad:has-text('Say pages like 1-3,7')");
    await more.getByLabel("Pages").fill("1-2");
    await more.getByLabel("Pages").blur();
    await page.waitForFunction(() => document.querySelector(".note.bad") === null && document.querySelector("[aria-busy=true]") === null);
    await walkable(page, "jobs at the station");
    await page.click(".sum .first");
    await page.waitForSelector(".done");
    await until("it is printed", () => jobsOf("gus").every((job) => job.state === "completed"), 20000);
    const [work] = quoin("history", "list", "--user", "gus");
    must(Number(price.slice(1)) === Number(work.amount), `charged as shown: ${price}, ${work.amount}`);
  });
}

export async function comesBack(admin) {
  allow(/Failed to load|ERR_|net::|status of/);
  await atStation(admin, "hall", "the server is killed: the station says so and comes back by itself", async (page) => {
    await page.evaluate(() => { window.notLoadedAgain = true; });
    const pid = () => Number(readFileSync(join(config.data, "run", "web.pid"), "utf8"));
    const before = pid();
    process.kill(before, "SIGKILL");
    await page.waitForSelector(".offline");
    await accessible(page, "offline");
    await picture(page, "station-offline");
    await until("another one serves", () => { try { return pid() !== before && pid() > 0; } catch { return false; } });
    await page.waitForFunction(() => document.querySelector(".offline") === null, undefined, { timeout: 15000 });
    must(await page.evaluate(() => window.notLoadedAgain === true), "without being loaded again");
    await card(page, config.cards.mary, "text=Hello, Mary");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector(".idle");
  });
}

async function twoTabs() {
  await scene("two tabs release one job at once: one of them prints it", async () => {
    const first = await open({}, gone);
    await signIn(first, "finn");
    const second = await first.context().newPage();
    await Promise.all([first, second].map((page) => page.goto("/jobs")));
    await Promise.all([first, second].map((page) => page.click("button[value=release]")));
    await Promise.all([first, second].map((page) => page.waitForLoadState()));
    await until("it is printed", () => jobsOf("finn").every((job) => job.state === "completed"), 20000);
    await until("it is charged once", () => quoin("history", "list", "--user", "finn").length === 1);
    must(quoin("user", "show", "finn").balance === "4.63", "and only once");
    const told = await Promise.all([first, second].map((page) => page.locator(".note").allInnerTexts()));
    must(told.flat().some((text) => text.includes("being printed")), `one tab says that it is printed: ${told}`);
    await first.context().close();
  });
}

/** Each has a device and a person of its own: they wait beside each other. */
export const stationScenes = (admin) => Promise.all([[timeOut], [twoTabs, cards], [cardAndPin, reader, changes]].map(async (acts) => {
  for (const act of acts) {
    await act(admin);
  }
}));
