// The pieces that screens are made of.
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Problem } from "../lib/api";
import { money, time } from "../lib/show";
import { language, reasonOf, say, sayIfKnown, words } from "../lib/words";
import { lost } from "./load";
import type { Loaded } from "./load";
import type { Page } from "../lib/api";
import { filter, go, here, withFilter } from "./router";

export function Trouble({ problem }: { problem: Problem | null }): JSX.Element | null {
  if (problem === null) {
    return null;
  }
  const own = problem.reasons.find((keyword) => `reason.${keyword}` in words.value);
  const reason = own ?? reasonOf(problem);
  const detail = problem.detail || (reason === undefined ? problem.title : "");
  return ( // what has no keyword of its own is told in English, too
    <p class="note bad" role="alert">
      {reason !== undefined && (detail === "" || language() !== "en") && say(`reason.${reason}`)}
      {detail !== "" && (language() === "en" || own === undefined) && <> <English text={detail} /></>}
    </p>
  );
}

const good = ["completed", "up", "idle", "charged", "done", "printing", "over", "delivered", "cover-closed"];
const bad = ["aborted", "canceled", "stopped", "denied", "refused", "away", "error", "critical", "not-delivered"];
const between = ["warning", "flapping", "fault-open", "trying", "cover-open"];
export function State({ word }: { word: string }): JSX.Element {
  const kind = good.includes(word) ? "good" : bad.includes(word) ? "bad" : word.startsWith("processing") || word.includes("held") || between.includes(word) ? "warn" : "";
  const sign = { good: "✓", bad: "✕", warn: "●", "": "○" }[kind] ?? "○";
  const said = say(`state.${word}`);
  return <span class={`state ${kind}`}><span aria-hidden="true">{sign}</span>{said === `state.${word}` ? word : said}</span>;
}

export const Money = ({ amount }: { amount: string | undefined }): JSX.Element => <span class="money">{amount === undefined ? "" : money(amount)}</span>;
export const When = ({ at }: { at: string | null | undefined }): JSX.Element =>
  at === undefined || at === null || at === "" ? <span>–</span> : <time dateTime={at}>{time(at)}</time>;
export const Name = ({ text }: { text: string }): JSX.Element => <bdi>{text}</bdi>;

export interface Column<T> {
  title: string; // a key of the catalogue
  show: (row: T) => ComponentChildren;
  number?: boolean;
}

/** A list with its caption, its rows, what stands there where there is none, and the way to the next page. */
export function Table<T>({ caption, list, columns, none, paged = false }: {
  caption: string; list: Loaded<Page<T>>; columns: Column<T>[]; none: string; paged?: boolean;
}): JSX.Element {
  const rows = list.data?.items ?? [];
  return (
    <>
      <Trouble problem={list.problem} />
      <div class="scroll" tabIndex={0} role="region" aria-label={say(caption)}>
        <table aria-busy={list.busy}>
          <caption class="hidden">{say(caption)}</caption>
          <thead><tr>{columns.map((column) => <th key={column.title} scope="col" class={column.number ? "number" : ""}>{say(column.title)}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>{columns.map((column) => <td key={column.title} class={column.number ? "number" : ""}>{column.show(row)}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && !list.busy && list.problem === null && <p class="note">{say(none)}</p>}
      {paged && (filter("after") !== "" || (list.data?.next ?? "") !== "") && (
        <nav class="row" aria-label={`${say("list.pages")}: ${say(caption)}`}>
          {filter("after") !== "" && <a class="button" href={withFilter("after", "")}>{say("list.first")}</a>}
          {list.data?.next !== undefined && list.data.next !== "" &&
            <a class="button" href={nextOf(list.data.next)}>{say("list.next")}</a>}
        </nav>
      )}
    </>
  );
}

function nextOf(cursor: string): string {
  const url = new URL(here.value);
  url.searchParams.set("after", cursor);
  return url.pathname + url.search;
}

/** Filters stand in the address; typing waits a moment. */
export function Filters({ children }: { children: ComponentChildren }): JSX.Element {
  return <form class="filters row" role="search" onSubmit={(event) => event.preventDefault()}>{children}</form>;
}

export function TextFilter({ name }: { name: string }): JSX.Element {
  const timer = useRef(0);
  return (
    <div>
      <label for={`filter-${name}`}>{say(`filter.${name}`)}</label>
      <input id={`filter-${name}`} type="search" defaultValue={filter(name)} onInput={(event) => {
        const value = event.currentTarget.value;
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => go(withFilter(name, value), true), 300);
      }} />
    </div>
  );
}

export function ChoiceFilter({ name, choices }: { name: string; choices: string[] }): JSX.Element {
  return (
    <div>
      <label for={`filter-${name}`}>{say(`filter.${name}`)}</label>
      <select id={`filter-${name}`} value={filter(name)} onChange={(event) => go(withFilter(name, event.currentTarget.value), true)}>
        <option value="">{say("filter.all")}</option>
        {choices.map((choice) => <option key={choice} value={choice}>{say(`state.${choice}`)}</option>)}
      </select>
    </div>
  );
}

export interface FieldOf {
  name: string;
  type?: "text" | "number" | "password" | "checkbox" | "textarea" | "file" | "datetime-local";
  required?: boolean;
  value?: string; // of a checkbox: "true" or ""
  choices?: string[];
  words?: string; // choices are said as WORDS.CHOICE
  many?: boolean; // any number of the choices; value: those that are, a comma between
  least?: number;
  most?: number;
  hint?: string;
}

/** A form: what it asks, then what came of it. `send` gives the sentence that is shown, or throws. */
export function Form({ fields, action, send, danger = false, name = "" }: {
  fields: FieldOf[]; action: string; send: (said: Record<string, string>) => Promise<string>; danger?: boolean; name?: string | number;
}): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState("");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const said = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)]));
    setBusy(true);
    setProblem(null);
    setDone("");
    send(said).then((text) => { setDone(text); form.reset(); }, (thrown: unknown) => setProblem(lost(thrown))).finally(() => setBusy(false));
  };
  return (
    <form class="row end" onSubmit={submit} aria-busy={busy}>
      {fields.map((field) => <Field key={field.name} field={field} action={`${action}-${name}`} />)}
      <button class={danger ? "danger" : "first"} disabled={busy}>{say(action)}</button>
      <div class="whole" role="status">{done !== "" && <p class="note good">{done}</p>}</div>
      <Trouble problem={problem} />
    </form>
  );
}

export function Field({ field, action }: { field: FieldOf; action: string }): JSX.Element {
  const id = `${action}-${field.name}`.replace(/[^a-z0-9-]/g, "-");
  const label = <label for={id}>{say(`field.${field.name}`)}</label>;
  const hint = field.hint === undefined ? null : <span class="hint block" id={`${id}-hint`}>{say(field.hint)}</span>;
  const common = { id, name: field.name, required: field.required, "aria-describedby": hint === null ? undefined : `${id}-hint` };
  const said = (choice: string): string => field.words === undefined ? choice : sayIfKnown(`${field.words}.${choice}`, choice);
  if (field.choices !== undefined && field.many) {
    const chosen = (field.value ?? "").split(",");
    return (
      <fieldset class="whole">
        <legend>{say(`field.${field.name}`)}</legend>
        <div class="row">{field.choices.map((choice) => (
          <label key={choice} class="tick"><input type="checkbox" name={field.name} value={choice} defaultChecked={chosen.includes(choice)} /> <bdi>{said(choice)}</bdi></label>
        ))}</div>
        {hint}
      </fieldset>
    );
  }
  if (field.choices !== undefined) {
    return <div>{label}<select {...common} defaultValue={field.value}>{field.choices.map((choice) => <option key={choice} value={choice} selected={choice === field.value}>{said(choice)}</option>)}</select>{hint}</div>;
  }
  if (field.type === "textarea") {
    return <div class="whole">{label}<textarea {...common} rows={16} spellcheck={false} defaultValue={field.value} />{hint}</div>;
  }
  const value = { defaultValue: field.value };
  return (
    <div>
      {label}
      {field.type === "number" ? <input {...common} {...value} type="number" min={field.least} max={field.most} />
        : field.type === "password" ? <input {...common} type="password" autocomplete="new-password" />
          : field.type === "checkbox" ? <input {...common} type="checkbox" value="true" defaultChecked={field.value === "true"} />
            : field.type === "datetime-local" ? <input {...common} {...value} type="datetime-local" />
              : <input {...common} {...value} type="text" autocomplete="off" />}
      {hint}
    </div>
  );
}

export function Facts({ facts }: { facts: [string, ComponentChildren][] }): JSX.Element {
  return <dl class="facts">{facts.map(([key, value]) => [<dt key={key}>{say(key)}</dt>, <dd key={`${key}-value`}>{value}</dd>])}</dl>;
}

export function Section({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return <section class="card"><h2>{say(title)}</h2>{children}</section>;
}

/** The pages beside this one. */
export function Tabs({ rooms, label }: { rooms: string[]; label: string }): JSX.Element {
  return (
    <nav class="tabs no-print" aria-label={say(label)}>
      <ul>{rooms.map((room) => <li key={room}><a href={`/admin/${room}`} aria-current={here.value.pathname.split("/")[2] === room ? "page" : undefined}>{say(`rail.${room}`)}</a></li>)}</ul>
    </nav>
  );
}

/** What an engine says in English where the catalogue has no words for it. */
export const English = ({ text }: { text: string }): JSX.Element => <span lang="en" dir="auto">{text}</span>;
