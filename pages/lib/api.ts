// Asks /api/v1: JSON, problems of RFC 9457, a key for what changes something, the page's CSRF token.
import type { Short } from "./show";

export interface Problem {
  type?: string; // "/problems/CODE"
  status: number;
  title: string;
  detail: string;
  reasons: string[];
  short?: Short[];
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

const token = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function problemOf(answer: Response): Promise<Problem> {
  const plain = { status: answer.status, title: answer.statusText, detail: "", reasons: [] };
  if (!(answer.headers.get("content-type") ?? "").includes("json")) {
    return plain;
  }
  return { ...plain, ...((await answer.json()) as Partial<Problem>) };
}

// tag: of what was read; the change is made only if it is still so.
async function send(method: string, path: string, body?: unknown, key?: string, tag?: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") {
    headers["x-csrf-token"] = token();
    headers["idempotency-key"] = key ?? newKey();
  }
  if (tag !== undefined) {
    headers["if-match"] = tag;
  }
  if (body !== undefined) {
    headers["content-type"] = "application/json";
  }
  const answer = await fetch(`/api/v1${path}`, {
    method, headers, signal, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Refused(await problemOf(answer));
  }
  return answer;
}

/** Throws Refused for an answer that is a problem, and TypeError where the server cannot be reached. */
export async function ask<T>(method: string, path: string, body?: unknown, key?: string, tag?: string, signal?: AbortSignal): Promise<T> {
  const answer = await send(method, path, body, key, tag, signal);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export interface Tagged<T> { data: T; tag: string }
/** With the tag that a change of it names. */
export async function getTagged<T>(path: string): Promise<Tagged<T>> {
  const answer = await send("GET", path);
  return { data: (await answer.json()) as T, tag: answer.headers.get("etag") ?? "*" };
}

export const get = <T>(path: string): Promise<T> => ask<T>("GET", path);
export const post = <T>(path: string, body: unknown = {}, key?: string): Promise<T> => ask<T>("POST", path, body, key);

export interface Page<T> {
  items: T[];
  next?: string;
  engine?: string; // whose list it is, of a document routing engine
}

const PAGES_MOST = 40;
/** A list whole, page by page; `more` where there is more than we ask for. */
export async function getAll<T>(path: string): Promise<Page<T> & { more: boolean }> {
  let page = await get<Page<T>>(path);
  const whole = { ...page, items: [...page.items] };
  for (let count = 1; (page.next ?? "") !== "" && count < PAGES_MOST; count++) {
    page = await get<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(page.next ?? "")}`);
    whole.items.push(...page.items);
  }
  return { ...whole, more: (page.next ?? "") !== "" };
}
