// What a script adds to a person's pages: news without a reload. Without it they work all the same.
import { listen } from "../lib/live";

if (document.documentElement.dataset.live !== undefined) {
  listen("/me/events", () => document.querySelector<HTMLElement>("[data-news]")?.removeAttribute("hidden"), ["jobs"]);
}
