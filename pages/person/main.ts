// What a script adds to a person's pages: news without a reload. Without it they work all the same.
import { listen } from "../lib/live";
import { beginSend, mayLack } from "./send";

const news = document.querySelector<HTMLElement>("[data-news]");
if (news !== null) {
  listen("/me/events", () => news.removeAttribute("hidden"), ["job", "lost"]);
}
const form = document.querySelector<HTMLFormElement>("#send");
if (form !== null) {
  beginSend(form);
}
for (const picture of document.querySelectorAll<HTMLImageElement>("img.preview")) {
  mayLack(picture);
}
