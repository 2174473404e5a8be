// Sends a file: how much is sent, then its first page and its price, before anything is printed.
import type { HeldJob, HeldList } from "../station/types";
import type { Problem } from "../lib/api";
import { get, newKey } from "../lib/api";
import { money, priceOf, short } from "../lib/show";
import { loadWords, reasonOf, say } from "../lib/words";

const csrf = (): string => document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

// fetch tells nothing of how far a body went.
function upload(path: string, file: File, told: (part: number) => void): Promise<{ id: number; engine: string }> {
  return new Promise((done, failed) => {
    const ask = new XMLHttpRequest();
    ask.open("POST", `/api/v1${path}`);
    ask.setRequestHeader("content-type", file.type || "application/octet-stream");
    ask.setRequestHeader("accept", "application/json");
    ask.setRequestHeader("x-csrf-token", csrf());
    ask.setRequestHeader("idempotency-key", newKey());
    ask.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    ask.onerror = () => failed(new Error(say("reason.no-connection")));
    ask.onload = () => {
      const answer = JSON.parse(ask.responseText) as { id: number; engine: string } & Problem;
      const reason = ask.status < 300 ? undefined : reasonOf(answer);
      if (ask.status < 300) {
        done(answer);
      } else {
        failed(new Error(reason === undefined ? answer.detail : say(`reason.${reason}`)));
      }
    };
    ask.send(file);
  });
}

// Its pages are counted first; it waits then, or it went on at once where the queue prints directly.
async function waiting(id: number): Promise<HeldJob | undefined> {
  for (let turn = 0; turn < 40; turn += 1) {
    const found = (await get<HeldList>("/me/jobs")).items.find((held) => held.ref.id === id);
    if (found !== undefined) {
      return found;
    }
    await new Promise((go) => setTimeout(go, 250));
  }
  return undefined;
}

function note(kind: string, text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = `note ${kind}`;
  made.textContent = text;
  return made;
}

/** Of some documents (PCL, XPS) there is no picture: that is said where it would stand. Of others it is drawn a moment
 * after the pages are counted: it is asked for again. */
export function mayLack(picture: HTMLImageElement): void {
  let tries = 10;
  const failed = async (): Promise<void> => {
    const why = await fetch(picture.src).then((answer) => answer.status, () => 0); // the element does not tell
    if (why === 400 || why === 422) {
      await loadWords();
      picture.replaceWith(note("", say("reason.preview-not-possible")));
    } else if (tries-- > 0) {
      window.setTimeout(() => { picture.src = picture.src; }, 1000);
    }
  };
  picture.addEventListener("error", () => { void failed(); });
  if (picture.complete && picture.src !== "" && picture.naturalWidth === 0) {
    void failed(); // before this ran
  }
}

function link(where: string, text: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.href = where;
  made.className = "button";
  made.textContent = text;
  return made;
}

// The form of the page of jobs: it is printed as it is, and that page says what became of it.
function printing(held: HeldJob, ...beside: HTMLElement[]): HTMLFormElement {
  const made = document.createElement("form");
  made.method = "post";
  made.action = "/jobs";
  const said = { csrf: csrf(), job: `${held.ref.engine}:${held.ref.id}`, do: "release" };
  for (const [name, value] of Object.entries(said)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    made.append(field);
  }
  const button = document.createElement("button");
  button.className = "first";
  button.textContent = say("jobs.print");
  const row = document.createElement("p");
  row.className = "row";
  row.append(button, ...beside);
  made.append(row);
  return made;
}

function show(held: HeldJob, name: string): HTMLElement[] {
  const picture = document.createElement("img");
  picture.className = "preview";
  picture.alt = say("send.first-page");
  mayLack(picture);
  picture.src = `/api/v1/me/jobs/${encodeURIComponent(held.ref.engine)}/${held.ref.id}/preview`;
  const options = link(`/send/${encodeURIComponent(held.ref.engine)}/${held.ref.id}`, say("send.options"));
  options.classList.add("options");
  const lacks = (held.short ?? []).map((one) => note("warn", short(one)));
  return [note("good", say("send.waits", { name, cost: money(priceOf(held)) })), ...lacks, picture,
    printing(held, options, link("/jobs", say("send.later")))];
}

export function beginSend(form: HTMLFormElement): void {
  const bar = form.querySelector("progress");
  const sent = document.querySelector<HTMLElement>("#sent");
  const button = form.querySelector("button");
  form.hidden = false;
  void loadWords();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const file = said.get("file");
    if (!(file instanceof File) || sent === null || bar === null || button === null) {
      return;
    }
    const query = new URLSearchParams({ queue: String(said.get("queue")), name: file.name, copies: String(said.get("copies")) });
    bar.hidden = false;
    button.disabled = true;
    sent.replaceChildren();
    upload(`/me/files?${query}`, file, (part) => { bar.value = 100 * part; })
      .then(async (job) => {
        const held = await waiting(job.id);
        sent.replaceChildren(...(held === undefined ? [note("good", say("notice.released"))] : show(held, file.name)));
      })
      .catch((thrown: Error) => sent.replaceChildren(note("bad", thrown.message)))
      .finally(() => { bar.hidden = true; button.disabled = false; });
  });
}
