// What the device monitoring engine tells of devices, alerts and ports: its messages, and their words.
import { number } from "../lib/show";
import { say, sayCount, sayIfKnown, words } from "../lib/words";
import { day } from "../lib/chart";

export interface Reason { keyword: string; text: string; what_to_do: string; severity: number }
export interface Supply { name: string; kind: string; color: string; level: number; pages_a_percent: number; runs_out_at: string | null; fills: boolean }
export interface Fault { id: number; device: string; keyword: string; text: string; severity: number; began: string; ended: string | null; times: number }
export interface Monitored {
  name: string; address: string; state: string; reasons: Reason[]; state_since: string | null; looked_at: string | null; answered_ms: number;
  make_and_model: string; serial: string; firmware: string; location: string; console: string; up_since: string | null; supplies: Supply[];
  trays: { name: string; media: string; level: number; capacity: number; status: string; output: boolean }[];
  covers: { name: string; status: string }[];
  meters: { kind: string; unit: string; count: number; source: string; read_at: string | null }[];
  open_faults: Fault[]; witnesses: { source: string; state: string; looked_at: string | null; trouble: string }[];
  disagreements: string[]; severity: number; can_print: boolean; flapping: boolean;
}
export interface Sample { at: string; least: number; most: number; last: number; sum: number; count: number }
export interface Gap { id: number; device: string; from: string; until: string; counted: number; tracked: number; untracked: number; text: string; unit: string }
export interface Reconciled { device: string; counted: number; tracked: number; untracked: number; unexplained_back: number; unit: string }
export interface Alert {
  id: number; rule: string; about: string; keyword: string; text: string; severity: string; began: string; ended: string | null; times: number;
  acknowledged_by: string; acknowledged_at: string | null; assigned_to: string; muted_until: string | null; note: string;
}
export interface Delivery { id: number; alert: number; target: string; at: string; tries: number; done: boolean; answer: string; next_try: string | null; message_id: string; dropped: boolean }
/** What has not been tried waits for its turn, unless it gave way. */
export const stateOf = (one: Delivery): string =>
  one.done ? "delivered" : one.dropped || (one.next_try === null && one.tries > 0) ? "not-delivered" : "trying";
export interface Holder {
  state: string; address: string; pid: number; program: string; arguments: string; user: string; unit: string; container: string;
  package: string; network_namespace: string; since: string | null;
}
export interface Sight {
  host: string; port: number; transport: string; verdict: string; why: string; holders: Holder[]; since: string | null; severity: number;
  calls: number; looked_at: string | null;
}
export interface Host { host: string; heard_at: string | null; blind: string[]; engines: string[]; version: string }
export interface PortEvent {
  id: number; host: string; at: string; port: number; transport: string; what: string; verdict: string; text: string; count: number;
  until: string | null; holder?: Holder;
}
export interface Facts {
  registry: string; registered: { first?: number; last?: number; transport: string; name: string; description: string; assignee: string; registered: string }[];
  practice: { transport: string; use: string; source: string }[]; scanners: string;
}

/** The screens of alerts, beside each other. */
export const alertRooms = ["alerts", "alert-rules", "alert-targets", "deliveries"];
export const portRooms = ["ports", "expectations"];

/** "toner-low-warning" → "toner-low". */
export const bare = (keyword: string): string => keyword.replace(/-(report|warning|error)$/, "");
/** A reason in the reader's words; undefined: the catalogue does not know it. */
export const reasonText = (keyword: string): string | undefined => words.value[`device.${bare(keyword)}`];
export const reasonDo = (keyword: string): string | undefined => words.value[`device.${bare(keyword)}.do`];

/** A sentence of an engine's about a device: "paper is jammed". */
export const toldText = (text: string): string | undefined => words.value[`said.${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`];

export const supplyKind = (kind: string): string => sayIfKnown(`supply.${kind}`, kind);

/** As engines count it: 15 % left or 85 % full, or three weeks. */
export function isLow(one: Supply): boolean {
  const soon = one.runs_out_at !== null && new Date(one.runs_out_at).getTime() < Date.now() + 21 * 86400000;
  return soon || (one.level >= 0 && (one.fills ? one.level >= 85 : one.level <= 15));
}

/** "15 %", "some is left", "not known". */
export const levelText = (level: number): string =>
  level >= 0 ? `${number(level)} %` : say(level === -2 ? "level.some" : "level.unknown");

/** "runs out on 3 May", "is full on 3 May", or nothing. */
export const forecast = (one: Supply): string =>
  one.runs_out_at === null ? "" : say(one.fills ? "supply.full-on" : "supply.out-on", { day: day(one.runs_out_at) });

export const pagesText = (count: number): string => sayCount("pages", count);
