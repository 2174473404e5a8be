// The words of one language, from the catalogue; the page names where they are in
// <html data-words="/a/words-de-….json" lang="de">.
import { signal } from "@preact/signals";

export type Words = Record<string, string>;
export const words = signal<Words>({});

export const language = (): string => document.documentElement.lang || "en";

export async function loadWords(where = document.documentElement.dataset.words): Promise<void> {
  if (where !== undefined) {
    const answer = await fetch(where);
    words.value = (await answer.json()) as Words;
  }
}

/** "{count} jobs": what stands between braces is put in. An unknown key shows itself. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  const text = words.value[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`));
}

/** A word of an engine's, as it is where the catalogue does not know it. */
export const sayIfKnown = (key: string, word: string): string => (key in words.value ? say(key) : word);

/** key.one, key.other, …: by the plural rules of the language. */
export function sayCount(key: string, count: number, values: Record<string, string | number> = {}): string {
  const form = new Intl.PluralRules(language()).select(count);
  const known = `${key}.${form}` in words.value ? `${key}.${form}` : `${key}.other`;
  return say(known, { count: new Intl.NumberFormat(language()).format(count), ...values });
}

/** The keyword of a refusal that the catalogue has: its own, else that of the problem's type. */
export function reasonOf(problem: { type?: string; reasons: string[] }): string | undefined {
  const code = problem.type?.split("/").pop() ?? "";
  return [...problem.reasons, code].find((keyword) => `reason.${keyword}` in words.value);
}
