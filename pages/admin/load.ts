// What a screen shows is asked for when it opens, and again when news of it comes.
import { useEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { Refused, get } from "../lib/api";
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

export function useLoad<T>(path: string | null, on: string[] = []): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ data: null, problem: null, busy: true });
  const [turn, setTurn] = useState(0);
  const heard = news.value;
  const seen = useRef("");
  useEffect(() => {
    let gone = false;
    const wanted = `${path} ${turn}`;
    if (path === null || (seen.current === wanted && !on.some((kind) => heard.kinds.has(kind)))) {
      return;
    }
    seen.current = wanted;
    setState((before) => ({ ...before, busy: true }));
    get<T>(path).then(
      (data) => { if (!gone) { setState({ data, problem: null, busy: false }); } },
      (thrown: unknown) => { if (!gone) { setState((before) => ({ data: before.data, problem: lost(thrown), busy: false })); } },
    );
    return () => { gone = true; };
  }, [path, turn, on.length > 0 ? heard.turn : 0]);
  return { ...state, again: () => setTurn((now) => now + 1) };
}

export const useList = <T,>(path: string | null, on: string[] = []): Loaded<Page<T>> => useLoad<Page<T>>(path, on);
