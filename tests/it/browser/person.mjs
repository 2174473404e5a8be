// Scenes on a person's own pages.
import { accessible, fits, gone, must, open, quoin, scene, signIn, until, walkable, wrapped } from "./lib.mjs";

async function own() {
  const page = await open({}, gone);
  await scene("cards, PIN, delegates: added and taken back by the forms of one's own page", async () => {
    await signIn(page, "hana");
    await page.goto("/cards");
    const form = (heading) => page.locator("section", { has: page.getByRole("heading", { name: heading, exact: true }) });
    const act = async (button) => Promise.all([page.waitForLoadState(), button.click()]);
    await page.fill("#pin", "1234");
    await act(page.locator("button[value=pin]"));
    await page.waitForSelector(".note.bad:has-text('That PIN is guessed first')");
    await page.fill("#pin", "12ab");
    await act(page.locator("button[value=pin]"));
    await page.waitForSelector(".note.bad:has-text('A PIN has digits only')");
    await page.fill("#pin", "60274");
    await act(page.locator("button[value=pin]"));
    await page.waitForURL(/done=saved/);
    await page.waitForSelector("text=You have a PIN.");
    await act(page.locator("button[value=make-pin]"));
    must(/^\d{4,}$/.test(await page.locator(".note.good code").innerText()), "a PIN is made, and shown this once");
    await act(page.locator("button[value=drop-pin]"));
    await page.waitForSelector("text=You have no PIN.");
    await page.fill("#delegate", "nobody-here");
    await act(page.locator("button[value=delegate]"));
    await page.waitForSelector(".note.bad:has-text('Nobody of this name')");
    await page.fill("#delegate", "hana");
    await act(page.locator("button[value=delegate]"));
    await page.waitForSelector(".note.bad:has-text('your own jobs')");
    await page.fill("#delegate", "ben");
    await act(page.locator("button[value=delegate]"));
    await page.waitForSelector("li:has-text('ben')");
    await accessible(page, "own page with a delegate");
    await act(page.locator("button[value=drop-delegate]"));
    await page.waitForURL(/done=saved/);
    must(await page.locator("li:has-text('ben')").count() === 0, "taken back");
    must(await form("Cards").locator("li").count() === 2, "the lasting card and the temporary one");
    must((await form("Cards").innerText()).includes("Ends "), "the temporary card says until when");
    await act(form("Cards").locator("li", { hasText: "guest badge" }).locator("button[value=drop-card]"));
    await page.waitForURL(/done=saved/);
    must(await form("Cards").locator("li").count() === 1, "the card is gone at once");
    must(quoin("card", "list", "hana").length === 1, "and everywhere");
    await walkable(page, "own page");
  });
  await page.context().close();
}

async function refund() {
  await scene("a refund is asked for, denied with a reason, and its answer stands on the page, in German", async () => {
    const page = await open({ locale: "de-DE" }, gone);
    await signIn(page, "iris");
    await page.goto("/jobs");
    await page.click("button[value=release]");
    await page.waitForURL(/done=released/);
    await until("it is charged", () => quoin("history", "list", "--user", "iris").length === 1, 20000);
    await page.goto("/history");
    await page.locator("tbody a").first().click();
    await page.waitForURL(/history\/\d+$/);
    await page.fill("#reason", "Zu blass");
    await page.locator("textarea + *, form[action^='/history'] button").last().click();
    await page.waitForURL(/done=refund-asked/);
    await page.waitForSelector(".note.warn:has-text('noch nicht entschieden')");
    await page.goto(page.url().replace(/\?.*/, ""));
    await page.fill("#reason", "Noch einmal");
    await page.locator("form[action^='/history'] button").click();
    await page.waitForSelector("[role=alert]:has-text('schon eine Erstattung beantragt')");
    const [asked] = quoin("refund", "list", "--user", "iris");
    quoin("refund", "deny", String(asked.id), "--why", "Das Papier war gut");
    await page.goBack();
    await page.reload();
    const said = await page.locator("main").innerText();
    for (const word of ["Erstattung: abgelehnt.", "Das Papier war gut", "Das Dokument hat 4 Seiten", "freigegeben", "Quoin zählte", "der Drucker sagt", "0,37"]) {
      must(said.includes(word), `die Seite sagt „${word}“: ${said}`);
    }
    await accessible(page, "why, in German");
    await fits(page, "why, in German");
    await wrapped(page, "why, in German", "de");
    await page.context().close();
  });
}

export async function personScenes() {
  await own();
  await refund();
}
