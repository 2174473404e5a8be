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
