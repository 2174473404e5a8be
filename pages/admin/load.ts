// What a screen shows is asked for when it opens, and again when news of it comes.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { Refused, get, getAll } from "../lib/api";
import type { Page, Problem } from "../lib/api";
import { listen } from "../lib/live";

export interface Loaded<T> {
  data: T | null;
  problem: Problem | null;
  busy: boolean;
  again: () => void;
}

const news = signal({ turn: 0, kinds: new Set<string>() });

/** Begins to listen; several pieces of news at once count as one. */
export function beginNews(): void {
  let timer = 0;
  let kinds = new Set<string>();
  listen("/events", (what) => {
    kinds.add(what === "job" ? "jobs" : what);
    if (what === "lost" || what === "back") {
      kinds = new Set(["jobs", "printers", "monitored", "alert", "port"]); // some were not told
    }
    timer = timer || window.setTimeout(() => {
      timer = 0;
      news.value = { turn: news.value.turn + 1, kinds };
      kinds = new Set();
    }, 400);
  }, ["job", "printers", "monitored", "alert", "port", "lost"]);
}

export const lost = (thrown: unknown): Problem => thrown instanceof Refused ? thrown.problem
  : { status: 0, title: "", detail: "", reasons: ["no-connection"] };

// How many answers are waited for, in <html data-loading>: none, and the screen shows what there is.
let waited = 0;
async function waitFor<T>(answer: Promise<T>): Promise<T> {
  waited += 1;
  document.documentElement.dataset.loading = String(waited);
  try {
    return await answer;
  } finally {
    waited -= 1;
    setTimeout(() => { // once it is shown
      if (waited === 0) {
        delete document.documentElement.dataset.loading;
      }
    });
  }
}

export function useLoad<T>(path: string | null, on: string[] = [], by: (path: string) => Promise<T> = get): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ data: null, problem: null, busy: true });
  const [turn, setTurn] = useState(0);
  const heard = news.value;
  const seen = useRef("");
  useLayoutEffect(() => { // before anybody sees the screen: it never looks as if it were whole
    let gone = false;
    const wanted = `${path} ${turn}`;
    if (path === null || (seen.current === wanted && !on.some((kind) => heard.kinds.has(kind)))) {
      return;
    }
    seen.current = wanted;
    setState((before) => ({ ...before, busy: true }));
    waitFor(by(path)).then(
      (data) => { if (!gone) { setState({ data, problem: null, busy: false }); } },
      (thrown: unknown) => { if (!gone) { setState((before) => ({ data: before.data, problem: lost(thrown), busy: false })); } },
    );
    return () => { gone = true; };
  }, [path, turn, on.length > 0 ? heard.turn : 0]);
  return { ...state, again: () => setTurn((now) => now + 1) };
}

export const useList = <T,>(path: string | null, on: string[] = []): Loaded<Page<T>> => useLoad<Page<T>>(path, on);
/** Not one page of it but all. */
export const useAll = <T,>(path: string | null, on: string[] = []): Loaded<Page<T> & { more: boolean }> => useLoad(path, on, getAll<T>);

// Who is signed in stays so as long as the page does.
const roles = signal<string[] | null>(null);
let asked = false;
/** Whether the person has one of these roles; undefined: not known yet. */
export function useMay(...wanted: string[]): boolean | undefined {
  useLayoutEffect(() => {
    if (!asked) {
      asked = true;
      waitFor(get<{ roles: string[] }>("/me")).then((one) => { roles.value = one.roles; }, () => { asked = false; });
    }
  }, []);
  return roles.value?.some((role) => wanted.includes(role));
}
