// What the station knows, and what it does: one screen after the other.
import { computed, signal } from "@preact/signals";
import { Refused, ask, get, newKey, post } from "../lib/api";
import { loadWords } from "../lib/words";
import type { Change, DeviceState, HeldJob, HeldList, Quote, Session, Wish } from "./types";

export type Screen = "idle" | "password" | "pin" | "ticket" | "key" | "register" | "jobs" | "done";

export const screen = signal<Screen>("idle");
export const device = signal<DeviceState | null>(null);
export const session = signal<Session | null>(null);
export const jobs = signal<HeldJob[]>([]);
export const available = signal<string | null>(null);
export const away = signal<string[]>([]);
export const printer = signal("");
export const chosen = signal<ReadonlySet<string>>(new Set());
export const changes = signal<ReadonlyMap<string, Change>>(new Map());
export const quote = signal<Quote | null>(null);
export const busy = signal(false);
export const trouble = signal<Refused | null>(null);
export const unreachable = signal(false);
export const printed = signal(0);
export const left = signal(0); // seconds until the session ends by itself
export const card = signal("");
export const byReader = signal(false); // the server has the card that waits for a PIN or a name
const atFirst = document.documentElement.lang; // what the device speaks before anybody signed in

export const idOf = (job: HeldJob): string => `${job.ref.engine}/${job.ref.id}`;
export const wanted = computed(() => jobs.value.filter((job) => chosen.value.has(idOf(job))));

const wishes = (): Wish[] => wanted.value.map((job) => ({ ref: job.ref, change: changes.value.get(idOf(job)) }));

/** Who came with a release key alone: nobody's purse, and the queue pays. */
export const isGuest = computed(() => session.value !== null && !session.value.person?.user);

let next: (() => Promise<void>) | null = null; // a card that was shown while something else was under way

/** One thing at a time; what is refused is told, what does not answer says so. */
export async function act(what: () => Promise<void>): Promise<void> {
  if (busy.value) {
    return;
  }
  busy.value = true;
  trouble.value = null;
  try {
    await what();
    unreachable.value = false;
  } catch (thrown) {
    if (thrown instanceof Refused) {
      trouble.value = thrown;
      if (thrown.problem.status === 401) {
        reset();
        trouble.value = thrown;
      }
    } else {
      unreachable.value = true;
    }
  } finally {
    busy.value = false;
  }
  const waiting = next;
  next = null;
  await waiting?.();
}

/** What a reader beside the device read, and the server could not sign in with. */
export function cardRead(what: string, why: string): void {
  reset();
  byReader.value = true;
  screen.value = what === "card-unknown" ? "register" : what === "pin-needed" ? "pin" : "idle";
  if (what !== "pin-needed") {
    trouble.value = new Refused({ status: 0, title: "", detail: "", reasons: [why || "unknown-card"] });
  }
}

/** A card is never lost: its turn comes when what is under way has ended. */
export function cardShown(card: string): void {
  const show = (): Promise<void> => signIn({ card });
  if (busy.value) {
    next = show;
  } else {
    void show();
  }
}

export function reset(): void {
  session.value = null;
  jobs.value = [];
  chosen.value = new Set();
  changes.value = new Map();
  quote.value = null;
  card.value = "";
  byReader.value = false;
  trouble.value = null;
  screen.value = "idle";
  document.documentElement.removeAttribute("data-contrast");
  document.documentElement.removeAttribute("data-text");
  void speak(atFirst);
}

export async function loadDevice(): Promise<void> {
  device.value = await get<DeviceState>("/station/device");
  printer.value = printer.value || (device.value.printers[0]?.name ?? "");
}

async function taken(signed: Session): Promise<void> {
  session.value = signed;
  left.value = Math.max(0, Math.round((new Date(signed.until).getTime() - Date.now()) / 1000));
  const wants = signed.person?.preferences;
  if (wants?.large_text) {
    document.documentElement.dataset.text = "large";
  }
  if (wants?.high_contrast) {
    document.documentElement.dataset.contrast = "more";
  }
  await speak((wants?.language || signed.person?.language) ?? "");
  printed.value = signed.released;
  await loadJobs(true);
  screen.value = signed.released > 0 && jobs.value.length === 0 ? "done" : "jobs";
}

export const signIn = (proof: Record<string, string>): Promise<void> => act(async () => {
  const signed = await post<Session>("/station/sign-in", proof);
  if (signed.pin_needed) {
    card.value = proof.card ?? "";
    screen.value = "pin";
  } else if (signed.card_unknown) {
    card.value = proof.card ?? "";
    screen.value = device.value?.device.register_cards ? "register" : "idle";
    trouble.value = new Refused({ status: 0, title: "", detail: "", reasons: ["unknown-card"] });
  } else {
    await taken(signed);
  }
});

/** Somebody signed in by a reader beside the device, or this page was loaded again: the server knows who. */
export const resume = (): Promise<void> => act(async () => {
  try {
    const signed = await get<Session | undefined>("/station/session");
    if (signed !== undefined && !signed.ended) {
      await taken(signed);
    } else if (session.value !== null) {
      reset();
    }
  } catch (thrown) {
    if (!(thrown instanceof Refused)) {
      throw thrown;
    }
    if (session.value !== null) { // it ended while nothing was heard
      reset();
    }
  }
});

export async function speak(language: string): Promise<void> {
  const words = document.querySelector<HTMLLinkElement>(`link[data-language="${CSS.escape(language)}"]`);
  if (words !== null) {
    document.documentElement.lang = words.dataset.language ?? "en";
    document.documentElement.dir = words.dataset.direction ?? "ltr";
    await loadWords(words.href);
  }
}

export const register = (user: string, password: string): Promise<void> => act(async () => {
  await taken(await post<Session>("/station/register-card", { user, password }));
});

export async function loadJobs(choose = false): Promise<void> {
  const list = await get<HeldList>(`/station/jobs?printer=${encodeURIComponent(printer.value)}`);
  jobs.value = list.items;
  available.value = list.purses?.available ?? null;
  away.value = list.away ?? [];
  const known = new Set(list.items.filter((job) => job.printable).map(idOf));
  chosen.value = choose ? known : new Set([...chosen.value].filter((id) => known.has(id)));
  await requote();
}

/** The price of what is chosen, as it would come out. */
export async function requote(): Promise<void> {
  quote.value = wanted.value.length === 0 || isGuest.value ? null
    : await post<Quote>("/station/quote", { jobs: wishes(), printer: printer.value });
}

export const choose = (job: HeldJob, on: boolean): Promise<void> => act(async () => {
  const next = new Set(chosen.value);
  next[on ? "add" : "delete"](idOf(job));
  chosen.value = next;
  await requote();
});

export const chooseAll = (on: boolean): Promise<void> => act(async () => {
  chosen.value = new Set(on ? jobs.value.filter((job) => job.printable).map(idOf) : []);
  await requote();
});

export const change = (job: HeldJob, what: Change): Promise<void> => act(async () => {
  changes.value = new Map(changes.value).set(idOf(job), { ...changes.value.get(idOf(job)), ...what });
  await requote();
});

export const toPrinter = (name: string): Promise<void> => act(async () => {
  printer.value = name;
  await loadJobs();
});

let releaseKey = newKey();
export const release = (keep = false): Promise<void> => act(async () => {
  const ask = { jobs: wishes().map((wish) => ({ ...wish, keep })), printer: printer.value };
  try {
    await post("/station/release", ask, releaseKey);
  } catch (thrown) {
    if (thrown instanceof Refused) {
      releaseKey = newKey(); // what was refused is another wish the next time; what got no answer is not
    }
    throw thrown;
  }
  releaseKey = newKey();
  printed.value = ask.jobs.length;
  screen.value = "done";
  left.value = Math.min(left.value, 8);
});

export const remove = (): Promise<void> => act(async () => {
  await post("/station/delete", { jobs: wanted.value.map((job) => job.ref) });
  await loadJobs();
});

export const extend = (): Promise<void> => act(async () => {
  const now = await post<Session>("/station/extend");
  left.value = Math.max(0, Math.round((new Date(now.until).getTime() - Date.now()) / 1000));
});

export const signOut = (): Promise<void> => act(async () => {
  reset();
  await ask("POST", "/station/sign-out", {});
});
