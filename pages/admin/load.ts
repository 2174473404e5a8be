// What a screen shows is asked for when it opens, and again when news of it comes.
import { useEffect, useState } from "preact/hooks";
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

const news = signal(0);
let kinds = new Set<string>();

/** Begins to listen; several pieces of news at once count as one. */
export function beginNews(): void {
  let timer = 0;
  listen("/events", (what) => {
    kinds.add(what);
    timer = timer || window.setTimeout(() => { timer = 0; news.value += 1; }, 400);
  }, ["jobs", "printers"]);
}

export const lost = (thrown: unknown): Problem => thrown instanceof Refused ? thrown.problem
  : { status: 0, title: "", detail: "", reasons: ["no-connection"] };

export function useLoad<T>(path: string | null, on: string[] = []): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ data: null, problem: null, busy: true });
  const [turn, setTurn] = useState(0);
  const heard = news.value;
  useEffect(() => {
    let gone = false;
    if (path === null || (heard > 0 && turn === 0 && on.length > 0 && state.data !== null && !on.some((kind) => kinds.has(kind)))) {
      return;
    }
    setState((before) => ({ ...before, busy: true }));
    get<T>(path).then(
      (data) => { if (!gone) { setState({ data, problem: null, busy: false }); } },
      (thrown: unknown) => { if (!gone) { setState((before) => ({ data: before.data, problem: lost(thrown), busy: false })); } },
    );
    return () => { gone = true; };
  }, [path, turn, on.length > 0 ? heard : 0]);
  return { ...state, again: () => { kinds = new Set(); setTurn(turn + 1); } };
}

export const useList = <T,>(path: string | null, on: string[] = []): Loaded<Page<T>> => useLoad<Page<T>>(path, on);
