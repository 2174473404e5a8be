// One thing of the configuration, in a form. Nothing is put in force unseen: the engine is asked what the change would
// do (a dry run), and what it means now is shown; a change is made of what was read (If-Match), else it is read again.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Refused, ask, get, getTagged } from "../lib/api";
import type { Problem, Tagged } from "../lib/api";
import { say } from "../lib/words";
import { lost, useLoad } from "./load";
import { go } from "./router";
import { English, Field, Name, Trouble } from "./ui";
import type { FieldOf } from "./ui";

export interface Thing<T> { kind: string; name: string; body: T; changed_in: number }
interface Applied { change: number; edits: { remove: boolean; had_old: boolean }[]; warnings: string[] }

export interface EditorOf<T> {
  kind: string;
  name: string; // "": one that is to be
  list: string; // where all of them are: "/admin/alert-rules"
  may: boolean | undefined;
  fresh: Partial<T>; // what one that is not there yet begins with
  isFixed?: boolean; // the name is not asked for: where there is no such thing, saving makes it
  fields: (now: Partial<T>) => FieldOf[];
  more?: (now: Partial<T>) => JSX.Element; // fields that are no FieldOf
  read: (said: FormData) => T; // may throw a Problem
  effect?: (thing: T, name: string) => Promise<ComponentChildren>; // what it would do now
  loses?: (name: string) => Promise<ComponentChildren>; // what its removal would
}

export const texts = (said: FormDataEntryValue | null): string[] => String(said ?? "").split(",").map((one) => one.trim()).filter(Boolean);
export const text = (said: FormData, name: string): string => String(said.get(name) ?? "").trim();
export const count = (said: FormData, name: string): number => Number(said.get(name) || 0);
export const refusal = (reason: string): Refused => new Refused({ status: 400, title: "", detail: "", reasons: [reason] });

type Outcome = { what: "tried" | "saved"; applied: Applied; effect: ComponentChildren } | { what: "removing"; effect: ComponentChildren } | null;

function Told({ outcome }: { outcome: Outcome }): JSX.Element | null {
  if (outcome === null || outcome.what === "removing") {
    return null;
  }
  const edit = outcome.applied.edits[0];
  const key = outcome.what === "saved" ? "thing.saved" : edit === undefined ? "thing.same" : edit.had_old ? "thing.would-change" : "thing.would-add";
  return (
    <div class={outcome.what === "saved" ? "note good" : "note"}>
      <p>{say(key)}</p>
      {outcome.applied.warnings.length > 0 && <ul>{outcome.applied.warnings.map((one) => <li key={one}><English text={one} /></li>)}</ul>}
      {outcome.effect}
    </div>
  );
}

export function Editor<T>(of: EditorOf<T>): JSX.Element {
  const path = (name: string): string => `/config/things/${of.kind}/${encodeURIComponent(name)}`;
  const loaded = useLoad<Tagged<Thing<T>>>(of.name === "" ? null : path(of.name), [], getTagged);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const isNew = of.name === "" || (of.isFixed === true && loaded.problem?.status === 404);
  if (!isNew && loaded.data === null) {
    return loaded.problem === null ? <p aria-busy="true">{say("loading")}</p> : <Trouble problem={loaded.problem} />;
  }
  const tag = isNew ? undefined : loaded.data?.tag;
  const now: Partial<T> = isNew ? of.fresh : loaded.data?.data.body ?? of.fresh;
  const run = (act: () => Promise<Outcome>): void => {
    setBusy(true);
    setProblem(null);
    setOutcome(null);
    act().then(setOutcome, (thrown: unknown) => setProblem(lost(thrown))).finally(() => setBusy(false));
  };

  async function put(said: FormData, dry: boolean): Promise<Outcome> {
    const name = of.name || text(said, "name");
    const thing = of.read(said);
    if (of.name === "" && await get(path(name)).then(() => true, (thrown: unknown) => lost(thrown).status !== 404)) {
      throw refusal("exists");
    }
    const query = new URLSearchParams({ ...(text(said, "why") && { why: text(said, "why") }), ...(dry && { dry_run: "true" }) }).toString();
    const applied = await ask<Applied>("PUT", path(name) + (query && `?${query}`), thing, undefined, tag);
    const effect = dry ? await of.effect?.(thing, name) : null;
    if (!dry) {
      if (of.name === "") {
        go(`${of.list}/of/${encodeURIComponent(name)}`, true);
      }
      loaded.again();
    }
    return { what: dry ? "tried" : "saved", applied, effect };
  }

  async function remove(dry: boolean): Promise<Outcome> {
    await ask("DELETE", path(of.name) + (dry ? "?dry_run=true" : ""), undefined, undefined, tag);
    if (!dry) {
      go(of.list);
      return null;
    }
    return { what: "removing", effect: await of.loses?.(of.name) };
  }

  return (
    <>
      <form key={tag ?? ""} class="row end editor" aria-busy={busy} onSubmit={(event) => {
        event.preventDefault();
        const said = new FormData(event.currentTarget as HTMLFormElement);
        const dry = (event.submitter as HTMLButtonElement | null)?.value !== "save";
        run(() => put(said, dry));
      }}>
        <fieldset class="bare whole row end" disabled={of.may === false}>
          {of.name === "" && <Field field={{ name: "name", required: true }} action={of.kind} />}
          {of.fields(now).map((field) => <Field key={field.name} field={field} action={of.kind} />)}
          {of.more?.(now)}
          <Field field={{ name: "why", hint: "hint.why" }} action={of.kind} />
          {of.may === false ? <p class="note whole">{say("thing.may-not")}</p> : (
            <div class="row whole">
              <button name="do" value="try" disabled={busy}>{say("thing.try")}</button>
              <button class="first" name="do" value="save" disabled={busy}>{say("thing.save")}</button>
              {!isNew && <button type="button" class="danger" disabled={busy} onClick={() => run(() => remove(true))}>{say("thing.remove")}</button>}
            </div>
          )}
        </fieldset>
        <div class="whole" role="status"><Told outcome={outcome} /></div>
        <div class="whole"><Trouble problem={problem} />
          {problem?.status === 412 && <button type="button" onClick={() => { setProblem(null); loaded.again(); }}>{say("thing.read-again")}</button>}</div>
      </form>
      {outcome?.what === "removing" && (
        <div class="note warn" role="alert">
          <p>{say("thing.removing")} <Name text={of.name} /></p>
          {outcome.effect}
          <div class="row">
            <button type="button" class="danger" onClick={() => run(() => remove(false))}>{say("thing.remove-now")}</button>
            <button type="button" onClick={() => setOutcome(null)}>{say("thing.keep")}</button>
          </div>
        </div>
      )}
    </>
  );
}
