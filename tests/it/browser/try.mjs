import { accessible, browser, card, config, fits, open, picture, signIn, troubles } from "./lib.mjs";
try {
  const page = await open();
  await page.goto("/"); await picture(page, "sign-in"); 
  for (const [user, paths] of [["mary", ["/", "/jobs", "/history", "/send", "/cards", "/help", "/nowhere"]]]) {
    await signIn(page, user);
    for (const path of paths) {
      await page.goto(path);
      try { await accessible(page, path); await fits(page, path); } catch (e) { console.log(e.message); }
      await picture(page, "try-" + user + path.replaceAll("/", "-"));
    }
  }
  const admin = await open();
  await signIn(admin, "root");
  for (const path of ["", "/jobs", "/people", "/printers", "/queues", "/devices", "/prices", "/policies", "/ledger", "/people/mary"]) {
    await admin.goto("/admin" + path);
    await admin.waitForTimeout(600);
    try { await accessible(admin, path); await fits(admin, path); } catch (e) { console.log(e.message); }
    await picture(admin, "try-admin" + path.replaceAll("/", "-"));
  }
  console.log(troubles.join("\n"));
} finally { await browser.close(); }
