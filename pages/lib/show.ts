// Money, times and numbers as people of a language read them. Money comes as a decimal string and stays
// one: no sum is ever made of floating point.
import { language, say, sayCount } from "./words";

const data = (): DOMStringMap => document.documentElement.dataset;

/** "12.5" in the site's currency: digits are the site's own count, or more where the amount is finer. */
export function money(amount: string): string {
  const least = Number(data().decimals ?? "2");
  const most = Math.max(least, (amount.split(".")[1] ?? "").length);
  const style: Intl.NumberFormatOptions = { minimumFractionDigits: least, maximumFractionDigits: most };
  const currency = data().currency;
  if (currency !== undefined && currency !== "") {
    Object.assign(style, { style: "currency", currency });
  }
  // A decimal string is formatted as it is, digit by digit (ECMA-402, Intl.NumberFormat v3).
  return new Intl.NumberFormat(language(), style).format(amount as unknown as number);
}

export interface Short { what: string; unit: string; name: string; need: string | number; have: string | number }

function amount(unit: string, value: string | number): string {
  switch (unit) {
    case "pages": return sayCount("pages", Number(value));
    case "color-pages": return sayCount("pages.color", Number(value));
    case "sheets": return sayCount("sheets.count", Number(value));
    case "area": return `${new Intl.NumberFormat(language(), { maximumFractionDigits: 2 }).format(Number(value) / 1e6)} m²`;
    default: return money(String(value));
  }
}

/** What is short of what is wished, and how much. */
export const short = (one: Short): string =>
  say(`short.${one.what}`, { name: one.name, need: amount(one.unit, one.need), have: amount(one.unit, one.have) });

/** Of a job that waits: what it costs, or would cost where nothing could be set aside for it. */
export const priceOf = (held: { price: string; job: { cost: string } }): string =>
  Number(held.price) === 0 ? held.job.cost : held.price;

export function time(at: string): string {
  const style: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };
  const zone = data().zone;
  return new Intl.DateTimeFormat(language(), zone ? { ...style, timeZone: zone } : style).format(new Date(at));
}

export const number = (value: number): string => new Intl.NumberFormat(language()).format(value);

/** "in 3 hours", "2 days ago". */
export function fromNow(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

// What the site's clock shows at an instant, as if that were UTC.
function shownAt(at: Date): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: data().zone || undefined,
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? "0");
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

/** "2026-05-03T22:00" by the site's clock, as an instant. */
export function instant(said: string): string {
  const guess = new Date(`${said}Z`).getTime();
  const first = guess * 2 - shownAt(new Date(guess));
  const off = guess - shownAt(new Date(first)); // the clock may change between the two
  return new Date(first + off).toISOString();
}

/** And back: what a field for a day and a time shows of an instant. */
export const local = (at: string | number): string => new Date(shownAt(new Date(at))).toISOString().slice(0, 16);

/** The begin of the site's today. */
export const today = (): string => instant(`${local(Date.now()).slice(0, 10)}T00:00`);

/** "09:12", by the site's clock. */
export const hour = (at: string): string =>
  new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", timeZone: data().zone || undefined }).format(new Date(at));
