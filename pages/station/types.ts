// What /api/v1/station answers: messages of proto/quoin/v1/dce.proto as JSON.
import type { Short } from "../lib/show";

export interface Printer { name: string; state: string; message: string }
export interface DeviceState {
  name: string;
  device: { title: string; sign_in: string[]; show_titles: boolean; language: string; register_cards: boolean };
  printers: Printer[];
}
export interface Session {
  person?: { user: string; full_name: string; language: string; preferences?: Preferences };
  until: string;
  longest_until: string;
  ended: boolean;
  why: string;
  card_unknown: boolean;
  pin_needed: boolean;
  released: number;
}
export interface News { what: string; session?: { why: string } }
export interface Preferences { language: string; large_text: boolean; high_contrast: boolean; theme: string }
export interface JobRef { engine: string; id: number }
export interface Job {
  id: number; user: string; document: string; pages: number; color_pages: number; sheets: number; copies: number;
  cost: string; created_at: string; expires_at: string; sides: string; color_mode: string; page_ranges: string; notice: string;
}
export interface HeldJob {
  ref: JobRef; job: Job; whose: string; printable: boolean; why_not: string; can_color: boolean; can_two_sided: boolean;
  price: string; short?: Short[];
}
export interface Change { copies?: number; sides?: string; color_mode?: string; page_ranges?: string }
export interface Wish { ref: JobRef; change?: Change; keep?: boolean }
export interface Quote {
  jobs: { id: number; engine: string; amount: string; pages: number; sheets: number; enough: boolean; text: string }[];
  total: string;
  enough: boolean;
  short: Short[];
}
export interface HeldList { items: HeldJob[]; next?: string; purses?: { available: string }; away?: string[] }
