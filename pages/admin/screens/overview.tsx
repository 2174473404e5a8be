// Is printing working? What needs somebody? What did this month cost?
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Page, Problem } from "../../lib/api";
import { number, today } from "../../lib/show";
import { say, sayCount } from "../../lib/words";
import { useList, useLoad } from "../load";
import { pagesText } from "../monitored";
import type { Gap, Host, Monitored, Reconciled, Sight } from "../monitored";
import type { Engine, Job, Printer, Refund, Total, Work } from "../types";
import { Money, Name, Section, State, Trouble } from "../ui";
import { WorkTable } from "./jobs";
import { Why } from "./monitored";
import { Verdict, isSilent } from "./ports";

export function Overview(): JSX.Element {
  const engines = useList<Engine>("/engines");
  const printers = useList<Printer>("/printers?limit=500", ["printers"]);
  const month = useLoad<Page<Total> & { all: Total }>(`/totals?period=${thisMonth()}`);
  const last = useList<Work>("/history?limit=10", ["jobs"]);
  const waiting = useList<Job>("/jobs?which=not-completed&limit=500", ["jobs"]);
  const asked = useList<Refund>("/refunds?status=asked", ["jobs"]);
  const stopped = (printers.data?.items ?? []).filter((one) => one.state === "stopped");
  const all = month.data?.all;
  return (
    <>
      <div class="tiles"><HowDevicesAre /><WhatCameOut /><WhoIsOnPorts /></div>
      <div class="tiles">
        <Section title="overview.engines">
          <Trouble problem={engines.problem} />
          <ul class="plain">{(engines.data?.items ?? []).map((one) => <li key={`${one.name}${one.host}`}><State word={one.state} /> <Name text={one.name} /> <span class="soft"><Name text={`${one.host}:${one.port}`} /></span></li>)}</ul>
        </Section>
        <Section title="overview.printers">
          <p class="big">{sayCount("printers", printers.data?.items.length ?? 0)}</p>
          {stopped.length === 0 ? <p>{say("overview.none-stopped")}</p>
            : <ul class="plain">{stopped.map((one) => <li key={one.name}><State word="stopped" /> <Name text={one.name} /> <span class="soft"><Name text={one.message} /></span></li>)}</ul>}
        </Section>
        <Section title="overview.waiting">
          <p class="answer"><a href="/admin/jobs?which=not-completed">{sayCount("jobs.chosen", waiting.data?.items.length ?? 0)}</a></p>
          {(asked.data?.items.length ?? 0) > 0 && <p><a href="/admin/refunds">{say("rail.refunds")}: {number(asked.data?.items.length ?? 0)}</a></p>}
        </Section>
        <Section title="overview.month">
          <Trouble problem={month.problem} />
          {all !== undefined && <><p class="big"><Money amount={all.amount} /></p><p>{sayCount("jobs.chosen", all.works)} · {sayCount("pages", all.pages)} · {number(all.sheets)} {say("sheets")}</p></>}
        </Section>
      </div>
      <Section title="overview.last">
        <WorkTable caption="overview.last" list={last} none="jobs.nothing" />
      </Section>
    </>
  );
}

// --- the three questions ---------------------------------------------------------------------------

const WORST = 3;
const isAbsent = (problem: Problem | null): boolean => problem !== null && [501, 503, 504].includes(problem.status);

/** What only the device monitoring engine knows; where it is away, that. */
function Asked({ problem, busy, children }: { problem: Problem | null; busy: boolean; children: () => JSX.Element }): JSX.Element {
  return isAbsent(problem) ? <p class="note warn">{say("overview.no-dme")}</p> : problem !== null ? <Trouble problem={problem} />
    : busy ? <p aria-busy="true">{say("loading")}</p> : children();
}

function HowDevicesAre(): JSX.Element {
  const list = useList<Monitored>("/monitored?limit=500", ["monitored"]);
  const all = list.data?.items ?? [];
  const more = (list.data?.next ?? "") !== ""; // the worst come first: those that need help are counted, the well ones not all
  const bad = all.filter((one) => one.severity > 1);
  const soon = all.filter((one) => one.severity === 1);
  return (
    <Section title="overview.devices">
      <Asked problem={list.problem} busy={list.data === null}>{() => all.length === 0 ? <p>{say("monitored.none")}</p> : (
        <>
          <p class="answer"><a href="/admin/monitored">{bad.length === 0 ? say(soon.length === 0 ? "overview.all-well" : "overview.no-help") : sayCount(more && bad.length === all.length ? "overview.more-need-help" : "overview.need-help", bad.length)}</a></p>
          {!more && <p>{sayCount("overview.well", all.length - bad.length - soon.length)}{soon.length > 0 && <> {sayCount("overview.soon", soon.length)}</>}</p>}
          <ul class="plain">{[...bad, ...soon].slice(0, WORST).map((one) => (
            <li key={one.name}><State word={one.state} /> <a href={`/admin/monitored/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> {one.reasons[0] !== undefined && <Why one={one.reasons[0]} />}</li>
          ))}</ul>
        </>
      )}</Asked>
    </Section>
  );
}

function WhatCameOut(): JSX.Element {
  const [from] = useState(today());
  const gaps = useLoad<Page<Gap> & { devices: Reconciled[] }>(`/gaps?limit=500&from=${from}`, ["monitored"]);
  const sums = gaps.data?.devices ?? [];
  const of = (what: "counted" | "tracked" | "untracked"): number => sums.reduce((sum, one) => sum + one[what], 0);
  return (
    <Section title="overview.came-out">
      <Asked problem={gaps.problem} busy={gaps.data === null}>{() => (
        <>
          <p class="answer">{sums.length === 0 ? say("overview.nothing-counted") : of("untracked") === 0 ? say("overview.no-gap") : sayCount("overview.gap", of("untracked"))}</p>
          <p>{sums.length > 0 && say("overview.counted", { counted: number(of("counted")), tracked: number(of("tracked")) })}</p>
          <ul class="plain">{sums.filter((one) => one.untracked > 0).sort((a, b) => b.untracked - a.untracked).slice(0, WORST).map((one) => (
            <li key={one.device}><a href={`/admin/monitored/${encodeURIComponent(one.device)}`}><Name text={one.device} /></a>: {pagesText(one.untracked)}</li>
          ))}</ul>
        </>
      )}</Asked>
    </Section>
  );
}

function WhoIsOnPorts(): JSX.Element {
  const list = useLoad<Page<Sight> & { hosts: Host[] }>("/ports?limit=500&deviations=true", ["port"]);
  const hosts = list.data?.hosts ?? [];
  const silent = hosts.filter((one) => isSilent(one)).length;
  const loud = (list.data?.items ?? []).filter((one) => one.severity >= 2).sort((a, b) => b.severity - a.severity);
  return (
    <Section title="overview.ports">
      <Asked problem={list.problem} busy={list.data === null}>{() => hosts.length === 0 ? <p>{say("ports.no-host")}</p> : (
        <>
          <p class="answer"><a href="/admin/ports">{loud.length > 0 ? sayCount("overview.deviations", loud.length) : say(silent === 0 ? "overview.quiet" : "ports.none-of-heard")}</a></p>
          <p>{sayCount("overview.hosts", hosts.length)}{silent > 0 && <> · <span class="state warn"><span aria-hidden="true">▲</span>{sayCount("overview.silent", silent)}</span></>}</p>
          <ul class="plain">{loud.slice(0, WORST).map((one) => (
            <li key={`${one.host}${one.port}${one.transport}`}><a href={`/admin/ports/${encodeURIComponent(one.host)}/${one.port}`}><bdi>{`${one.host}:${one.port}/${one.transport}`}</bdi></a> <Verdict one={one} silent={false} /> <Name text={one.holders[0]?.program ?? ""} /></li>
          ))}</ul>
        </>
      )}</Asked>
    </Section>
  );
}

// By the site's clock.
function thisMonth(): string {
  const zone = document.documentElement.dataset.zone;
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", timeZone: zone || undefined }).formatToParts(new Date());
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}`;
}
