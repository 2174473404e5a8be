// The screens.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { listen, online } from "../lib/live";
import { money, number, priceOf, short, time } from "../lib/show";
import { reasonOf, say, sayCount } from "../lib/words";
import * as state from "./state";
import type { HeldJob, News } from "./types";
import { onCard } from "./wedge";

export function Station({ name }: { name: string }): JSX.Element {
  useEffect(() => {
    void state.act(state.loadDevice).then(state.resume);
    const stop = onCard(state.cardShown);
    const end = listen("/station/events", (kind, data) => heard(kind === "news" ? (data as News) : { what: kind }), ["news"]);
    const clock = setInterval(tick, 1000);
    return () => { stop(); end(); clearInterval(clock); };
  }, []);
  return (
    <>
      <Top name={name} />
      {(!online.value || state.unreachable.value) && <p class="offline" role="alert">{say("station.offline")}</p>}
      <main id="main" aria-busy={state.busy.value} aria-live="polite">
        <Trouble />
        <Screen />
      </main>
    </>
  );
}

function heard({ what, session }: News): void {
  if (what === "ended" && state.session.value !== null) {
    state.reset();
  } else if (what === "jobs" && state.session.value !== null) {
    void state.act(() => state.loadJobs());
  } else if (what === "signed-in" && state.session.value === null) {
    void state.resume();
  } else if ((what === "card-unknown" || what === "pin-needed" || what === "refused") && state.session.value === null) {
    state.cardRead(what, session?.why ?? "");
  } else if (what === "printers" || what === "device" || what === "back") {
    void state.act(state.loadDevice).then(state.resume);
  }
}

function tick(): void {
  if (state.session.value === null) {
    return;
  }
  state.left.value -= 1;
  if (state.left.value <= 0) {
    void state.signOut();
  }
}

function Top({ name }: { name: string }): JSX.Element {
  const root = document.documentElement;
  const flip = (key: "text" | "contrast", on: string): void => {
    if (root.dataset[key] === on) {
      root.removeAttribute(`data-${key}`);
    } else {
      root.dataset[key] = on;
    }
  };
  return (
    <header class="top">
      <h1><bdi>{state.device.value?.device.title || name}</bdi></h1>
      <div class="tools">
        <select aria-label={say("station.language")} value={root.lang} onChange={(event) => void state.speak(event.currentTarget.value)}>
          {[...document.querySelectorAll<HTMLLinkElement>("link[data-language]")].map((link) =>
            <option key={link.href} value={link.dataset.language} lang={link.dataset.language}>{link.dataset.name}</option>)}
        </select>
        <button type="button" onClick={() => flip("text", "large")}>{say("station.large-text")}</button>
        <button type="button" onClick={() => flip("contrast", "more")}>{say("station.contrast")}</button>
        {state.session.value !== null && state.screen.value !== "done" &&
          <button type="button" onClick={() => void state.signOut()}>{say("sign-out")}</button>}
      </div>
    </header>
  );
}

function Trouble(): JSX.Element | null {
  const problem = state.trouble.value?.problem;
  if (problem === undefined) {
    return null;
  }
  const reason = reasonOf(problem);
  return (
    <div class="note bad" role="alert">
      <strong>{reason === undefined ? problem.detail || problem.title : say(`reason.${reason}`)}</strong>
      {problem.short?.map((one) => <p key={one.name}>{short(one)}</p>)}
    </div>
  );
}

function Screen(): JSX.Element {
  switch (state.screen.value) {
    case "idle": return <Idle />;
    case "password": return <Sign fields={["user", "password"]} />;
    case "pin": return state.card.value === "" && !state.byReader.value ? <Sign fields={["user", "pin"]} /> : <Sign fields={["pin"]} />;
    case "ticket": return <Sign fields={["ticket"]} />;
    case "key": return <Sign fields={["release_key"]} />;
    case "register": return <Sign fields={["user", "password"]} registers />;
    case "jobs": return <Jobs />;
    case "done": return <Done />;
  }
}

function Idle(): JSX.Element {
  const ways = state.device.value?.device.sign_in ?? [];
  const takes = (way: string): boolean => (ways.length === 0 ? ["card", "password", "ticket"] : ways).includes(way);
  return (
    <section class="idle">
      <svg class="picture" viewBox="0 0 64 64" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3">
        <rect x="6" y="16" width="38" height="28" rx="4" /><path d="M12 24h14M12 31h20M50 24a12 12 0 0 1 0 14M55 19a20 20 0 0 1 0 24" />
      </svg>
      <h2 class="tap">{say(takes("card") || takes("card+pin") ? "station.tap" : "station.welcome")}</h2>
      <div class="ways">
        {takes("password") && <button type="button" onClick={() => { state.screen.value = "password"; }}>{say("station.by-password")}</button>}
        {takes("pin") && <button type="button" onClick={() => { state.screen.value = "pin"; }}>{say("station.by-pin")}</button>}
        {takes("ticket") && <button type="button" onClick={() => { state.screen.value = "ticket"; }}>{say("station.code")}</button>}
        {takes("release-key") && <button type="button" onClick={() => { state.screen.value = "key"; }}>{say("station.by-key")}</button>}
      </div>
    </section>
  );
}

function Sign({ fields, registers = false }: { fields: string[]; registers?: boolean }): JSX.Element {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>;
    if (registers) {
      void state.register(said.user ?? "", said.password ?? "");
    } else {
      void state.signIn(state.card.value === "" ? said : { ...said, card: state.card.value });
    }
  };
  return (
    <form class="sign card" onSubmit={submit}>
      <h2>{say(registers ? "station.register" : "sign-in")}</h2>
      {registers && <p>{say("station.register-why")}</p>}
      {fields.map((field, index) => (
        <div class="field" key={field}>
          <label for={field}>{say(`field.${field}`)}</label>
          <input id={field} name={field} ref={index === 0 ? first : undefined} required autocomplete="off"
            {...(field === "password" || field === "pin" ? { type: "password" as const } : { type: "text" as const })}
            inputMode={field === "pin" ? "numeric" : "text"} autocapitalize="none" spellcheck={false} />
        </div>
      ))}
      <div class="row">
        <button class="first" disabled={state.busy.value}>{say(registers ? "station.register" : "sign-in")}</button>
        <button type="button" onClick={state.reset}>{say("cancel")}</button>
      </div>
    </form>
  );
}

function Jobs(): JSX.Element {
  const all = state.jobs.value;
  const chosen = state.wanted.value.length;
  return (
    <section class="waiting">
      <div class="row between">
        <h2><bdi>{state.isGuest.value ? say("station.guest") : say("station.hello", { name: state.session.value?.person?.full_name || state.session.value?.person?.user || "" })}</bdi></h2>
        {state.available.value !== null && <p class="soft">{say("balance")}: <span class="money">{money(state.available.value)}</span></p>}
      </div>
      {state.away.value.length > 0 && <p class="note warn">{say("station.away")}</p>}
      <Printers />
      {all.length === 0 && <p class="note">{say("jobs.none")}</p>}
      {all.length > 1 && (
        <p><button type="button" onClick={() => void state.chooseAll(chosen === 0)}>{say(chosen === 0 ? "jobs.choose-all" : "jobs.choose-none")}</button></p>
      )}
      <ul class="jobs">{all.map((job) => <Row key={state.idOf(job)} held={job} />)}</ul>
      <Sum />
    </section>
  );
}

function Printers(): JSX.Element | null {
  const printers = state.device.value?.printers ?? [];
  if (printers.length < 2) {
    return null;
  }
  return (
    <div class="field">
      <label for="printer">{say("printer")}</label>
      <select id="printer" value={state.printer.value} onChange={(event) => void state.toPrinter(event.currentTarget.value)}>
        {printers.map((one) => <option key={one.name} value={one.name}>{one.name}{one.state === "stopped" ? ` (${say("printer.stopped")})` : ""}</option>)}
      </select>
    </div>
  );
}

function Row({ held }: { held: HeldJob }): JSX.Element {
  const { job } = held;
  const on = state.chosen.value.has(state.idOf(held));
  const facts = [
    sayCount("pages", job.pages), job.color_pages > 0 ? sayCount("pages.color", job.color_pages) : say("pages.mono"),
    job.copies > 1 ? sayCount("copies", job.copies) : "", held.whose === "own" ? "" : say(`whose.${held.whose}`, { name: job.user }),
  ];
  return (
    <li data-chosen={on}>
      <label class="job">
        <input type="checkbox" checked={on} disabled={!held.printable || state.busy.value}
          onChange={(event) => void state.choose(held, event.currentTarget.checked)} />
        <span class="what">
          <strong><bdi>{job.document || say("jobs.number", { number: number(job.id) })}</bdi></strong>
          <span class="soft">{facts.filter(Boolean).join(" · ")} · {time(job.created_at)}</span>
          {!held.printable && <span class="state bad">{say(`reason.${held.why_not}`)}</span>}
          {held.short?.map((one) => <span class="soft" key={one.name}>{short(one)}</span>)}
        </span>
        {held.whose !== "release-key" && <span class="money">{money(priceOf(held))}</span>}
      </label>
      {on && held.whose !== "release-key" && <Wishes held={held} />}
    </li>
  );
}

function Wishes({ held }: { held: HeldJob }): JSX.Element {
  const { job } = held;
  const now = state.changes.value.get(state.idOf(held)) ?? {};
  const id = `job-${job.id}-${held.ref.engine}`;
  return (
    <details>
    <summary>{say("jobs.change")}</summary>
    <div class="more">
      <div>
        <label for={`${id}-copies`}>{say("copies.field")}</label>
        <input id={`${id}-copies`} type="number" min={1} max={999} inputMode="numeric" value={now.copies ?? job.copies}
          onChange={(event) => void state.change(held, { copies: Number(event.currentTarget.value) })} />
      </div>
      {held.can_two_sided && (
        <div>
          <label for={`${id}-sides`}>{say("sides")}</label>
          <select id={`${id}-sides`} value={now.sides ?? job.sides} onChange={(event) => void state.change(held, { sides: event.currentTarget.value })}>
            {["one-sided", "two-sided-long-edge", "two-sided-short-edge"].map((sides) => <option key={sides} value={sides}>{say(`sides.${sides}`)}</option>)}
          </select>
        </div>
      )}
      {held.can_color && job.color_pages > 0 && (
        <div>
          <label for={`${id}-color`}>{say("color")}</label>
          <select id={`${id}-color`} value={now.color_mode ?? (job.color_mode === "monochrome" ? "monochrome" : "color")} onChange={(event) => void state.change(held, { color_mode: event.currentTarget.value })}>
            {["color", "monochrome"].map((mode) => <option key={mode} value={mode}>{say(`color.${mode}`)}</option>)}
          </select>
        </div>
      )}
      <div>
        <label for={`${id}-pages`}>{say("page-ranges")}</label>
        <input id={`${id}-pages`} type="text" inputMode="numeric" size={8} placeholder={say("page-ranges.all")} value={now.page_ranges ?? job.page_ranges}
          onChange={(event) => void state.change(held, { page_ranges: event.currentTarget.value || "all" })} />
      </div>
    </div>
    </details>
  );
}

function Sum(): JSX.Element {
  const chosen = state.wanted.value.length;
  const quote = state.quote.value;
  return (
    <div class="sum">
      {quote !== null && !quote.enough && quote.short.map((one) => <p class="note bad" role="alert" key={one.name}>{short(one)}</p>)}
      <div class="row between">
        <span>{sayCount("jobs.chosen", chosen)}{!state.isGuest.value && <> · <strong class="money">{money(quote?.total ?? "0")}</strong></>}</span>
        <span class="row">
          <button type="button" class="danger" disabled={chosen === 0 || state.busy.value} onClick={() => void state.remove()}>{say("jobs.delete")}</button>
          <button type="button" disabled={chosen === 0 || state.busy.value} onClick={() => void state.release(true)}>{say("jobs.print-keep")}</button>
          <button type="button" class="first" disabled={chosen === 0 || state.busy.value || quote?.enough === false} onClick={() => void state.release()}>{say("jobs.print")}</button>
        </span>
      </div>
      <Clock />
    </div>
  );
}

function Clock(): JSX.Element | null {
  const left = state.left.value;
  return left > 20 ? null : (
    <p role="status" class="row between">
      <span>{sayCount("station.ends", left)}</span>
      <button type="button" onClick={() => void state.extend()}>{say("station.stay")}</button>
    </p>
  );
}

function Done(): JSX.Element {
  return (
    <section class="done" role="status">
      <h2 class="big">{sayCount("station.printing", state.printed.value)}</h2>
      <p>{say("station.take", { printer: state.printer.value })}</p>
      <div class="row">
        <button type="button" class="first" onClick={() => void state.signOut()}>{say("sign-out")}</button>
        <button type="button" onClick={() => void state.act(async () => { await state.loadJobs(); state.screen.value = "jobs"; })}>{say("station.more-jobs")}</button>
      </div>
      <p class="soft">{sayCount("station.ends", state.left.value)}</p>
    </section>
  );
}
