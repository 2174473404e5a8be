// The administrator's application.
import { render } from "preact";
import { loadWords } from "../lib/words";
import { App } from "./app";
import { beginNews } from "./load";
import { begin } from "./router";

const app = document.getElementById("app");
if (app !== null) {
  begin();
  beginNews();
  void loadWords().then(() => render(<App />, app));
}
