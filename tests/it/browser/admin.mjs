// Scenes of the administration.
import { config, harmless, jobsOf, must, open, gone, quoin, scene, settled, signIn } from "./lib.mjs";

export async function adminScenes(admin) {
  await scene("the list of jobs tells by itself what becomes of one", async () => {
    await admin.goto("/admin/jobs?user=jack");
    await admin.waitForSelector("tbody tr");
    await admin.evaluate(() => { window.notLoadedAgain = true; });
    const [job] = jobsOf("jack");
    must((await admin.locator("tbody tr").first().innerText()).includes("held"), "it waits");
    quoin("job", "release", String(job.id));
    await admin.waitForSelector("tbody tr .state.good:has-text('printed')", { timeout: 20000 });
    must(await admin.evaluate(() => window.notLoadedAgain === true), "without being loaded again");
  });

  await scene("rules are tried on the jobs of last month before they count: how many would have been refused", async () => {
    await admin.goto("/admin/policies");
    const form = admin.locator("section", { hasText: "Try first" });
    await form.locator("textarea").fill('rule "No colour"\nwhen color then deny "No colour."\n');
    await form.getByRole("button").click();
    await admin.waitForSelector("text=it would have denied");
    const [tried, denied] = (await admin.locator("text=it would have denied").innerText()).match(/\d+/g).map(Number);
    must(tried > 0 && denied > 0 && denied <= tried, `${denied} of ${tried}`);
    must(quoin("policy", "list").length === 0, "and nothing is in force");
    await form.locator("textarea").fill("when then");
    await form.getByRole("button").click();
    await admin.waitForSelector("[role=alert]");
  });

  await scene("a person is given a card for a day, and it is taken back", async () => {
    await admin.goto("/admin/people/jack");
    await settled(admin);
    const form = admin.locator("form", { has: admin.getByRole("button", { name: "Give this card" }) });
    await form.locator("[name=number]").fill("04A1B2C3F9");
    await form.locator("[name=title]").fill("visitor");
    const tomorrow = new Date(Date.now() + 86400000 - new Date().getTimezoneOffset() * 60000);
    await form.locator("[name=valid_until]").fill(tomorrow.toISOString().slice(0, 16));
    await form.getByRole("button").click();
    const row = admin.locator("li", { hasText: "visitor" });
    await row.waitFor();
    const [had] = quoin("card", "list", "jack");
    const hours = (new Date(had.valid_until) - Date.now()) / 3600000;
    must(hours > 23 && hours < 25, `it ends in a day: ${JSON.stringify(had)}`);
    await row.getByRole("button").click();
    await row.waitFor({ state: "detached" });
    must(quoin("card", "list", "jack").length === 0, "it is gone");
  });

  await scene("names of people, departments, devices and documents are only names wherever they stand", async () => {
    const page = await open({}, gone);
    await signIn(page, "root");
    const seen = new Set();
    const paths = ["", "/jobs", "/people", `/people/${encodeURIComponent(config.evil.user)}`, "/printers", "/queues", "/devices", "/ledger", "/refunds", "/prices"];
    for (const path of paths) {
      await page.goto(`/admin${path}`);
      await settled(page);
      await harmless(page, `/admin${path}`);
      const text = await page.evaluate(() => document.body.textContent);
      Object.values(config.evil).filter((name) => text.includes(name)).forEach((name) => seen.add(name));
    }
    for (const [what, name] of Object.entries(config.evil)) {
      must(seen.has(name), `the ${what} ${name} was looked at, as it is`);
    }
    const [job] = jobsOf("eve");
    await page.goto(`/admin/jobs/-/${job.id}`);
    await page.waitForSelector("main section");
    await harmless(page, "a job's page");
    await page.context().close();
    const own = await open({}, gone);
    await signIn(own, "eve");
    for (const path of ["/", "/jobs", "/history", "/cards", "/send"]) {
      await own.goto(path);
      await harmless(own, path);
    }
    await own.context().close();
  });
}
