// What /api/v1 answers, as far as the screens show it: messages of proto/quoin/v1 as JSON.
export interface Job {
  id: number; engine: string; queue: string; user: string; document: string; state: string; reasons: string[]; pages: number;
  color_pages: number; sheets: number; copies: number; cost: string; created_at: string; completed_at: string; message: string;
  account: string; notice: string; printer: string; identity: string; expires_at: string; released_by: string; device: string;
}
export interface Line { what: string; quantity: number; each: string; amount: string; rule: string }
export interface Step { rule: string; source: string; values: { name: string; value: string }[] }
export interface JobDetail {
  job: Job; uuid: string; claimed_user: string; identity: string; from: string; plan: string[]; printer: string; refusal: string;
  claimed: number; computed: number; observed: number; observed_known: boolean;
  facts?: { format: string; certainty?: string; reasons?: string[] };
  reservation?: { amount: string; lines: Line[]; legs: { account: string; amount: string }[]; balance: string };
  price_version?: number; settlement?: { charged: string; given_back: string; lines: Line[]; legs: { account: string; amount: string }[] };
  decision?: { verdict: string; text: string; set: string; version: number; rule: string; steps: Step[] };
  events: { at: string; what: string; detail: string }[];
}
export interface Person {
  name: string; full_name: string; email: string; department: string; groups: string[]; balance: string; reserved: string; available: string;
  locked: boolean; removed: boolean; unlimited: boolean; created_at: string; aliases: string[];
}
export interface Printer { name: string; uri: string; state: string; message: string; delivered: number; pull_group: string; finishings: string[] }
export interface Queue { name: string; mode: string; printer: string; held: number; active: number; uri: string; short_of_money: string; expire_hours: number; trust: string; announce: boolean }
export interface Engine { name: string; state: string; host: string; port: number; version: string; started_at: string }
export interface Total { name: string; works: number; pages: number; color_pages: number; sheets: number; amount: string }
export interface Entry { sequence: number; at: string; debit: string; credit: string; amount: string; kind: string; why: string; reference: string }
export interface Balance { account: string; balance: string; reserved: string }
export interface PolicySet { name: string; text: string; file: string; queues: string[]; order: number; version: number; set_at: string; set_by: string; why: string; rules: number; examples: number }
export interface Tried {
  tried: number; denied: number; held: number; asked: number; routed: number; sides_set: number; color_set: number; saved: string; more_charged: string;
  people: number; persons: { name: string; works: number; amount: string }[]; rules: { rule: string; source: string; met: number }[];
}
export interface PriceList { version: number; page_mono: string[]; page_color: string[]; duplex_percent: number; per_job: string; set_at: string; set_by: string }
export interface Device { name: string; device: { title: string; printers: string[]; pull_group: string; location: string }; is_free: boolean; reader_seen_at: string }
export interface Work { number: number; at: string; user: string; job: string; outcome: string; printer: string; pages: number; amount: string; why: string }
export interface Refund { id: number; job: string; user: string; status: string; reason: string; asked: string; asked_at: string; amount: string; decided_by: string; why: string }
