// The release station: idle, jobs, done. At most three taps from the card to the paper.
import { render } from "preact";
import { Station } from "./station";
import { loadWords } from "../lib/words";

const app = document.getElementById("app");
if (app !== null) {
  void loadWords().then(() => render(<Station name={document.documentElement.dataset.device ?? ""} />, app));
}
