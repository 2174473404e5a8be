// The administrator's application.
import { render } from "preact";
import { loadWords, say } from "../lib/words";

const app = document.getElementById("app");
if (app !== null) {
  void loadWords().then(() => render(<h1>{say("sign-in")}</h1>, app));
}
