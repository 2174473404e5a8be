// How the devices are, the worst first; and one of them with all that is known of it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../lib/api";
import type { Page, Problem } from "../../lib/api";
import { Bars, Gauge, Level, day } from "../../lib/chart";
import { fromNow, hour, number, time } from "../../lib/show";
import { say, sayCount, sayIfKnown } from "../../lib/words";
import { lost, useAll, useList, useLoad, useMay } from "../load";
import { forecast, isLow, levelText, reasonDo, reasonText, supplyKind } from "../monitored";
import type { Alert, Fault, Gap, Monitored, Reason, Reconciled, Sample, Supply } from "../monitored";
import { filter, query } from "../router";
import { ChoiceFilter, English, Facts, Name, Section, State, Table, Trouble, When } from "../ui";
import { AlertTable } from "./alerts";

const DAY = 86400000;
const DAYS = 30;
const path = (name: string): string => `/monitored/${encodeURIComponent(name)}`;

export const Why = ({ one }: { one: { keyword: string; text: string } }): JSX.Element => {
  const known = reasonText(one.keyword);
  return known === undefined ? <English text={one.text || one.keyword} /> : <span>{known}</span>;
};

function Reasons({ reasons }: { reasons: Reason[] }): JSX.Element | null {
  return reasons.length === 0 ? null : (
    <ul class="plain reasons">{reasons.map((one) => {
      const what = reasonDo(one.keyword);
      return (
        <li key={one.keyword}><Why one={one} />{what !== undefined ? <> <span class="do">{what}</span></>
          : one.what_to_do !== "" && reasonText(one.keyword) === undefined && <> <span class="do"><English text={one.what_to_do} /></span></>}</li>
      );
    })}</ul>
  );
}

const SupplyName = ({ one }: { one: Supply }): JSX.Element => one.name === "" ? <span>{supplyKind(one.kind)}</span> : <Name text={one.name} />;

function Supplies({ supplies }: { supplies: Supply[] }): JSX.Element {
  return (
    <ul class="plain supplies">{supplies.map((one, at) => (
      <li key={at}><Gauge level={one.level} low={isLow(one)} /> <SupplyName one={one} /> <span class={isLow(one) ? "low number" : "number"}>{levelText(one.level)}</span></li>
    ))}</ul>
  );
}

const Looked = ({ one }: { one: Monitored }): JSX.Element => one.looked_at === null ? <span>{say("monitored.never")}</span>
  : <time dateTime={one.looked_at}>{fromNow(one.looked_at)}</time>;

export function MonitoredList(): JSX.Element {
  const list = useList<Monitored>(`/monitored${query("states", "after")}`, ["monitored"]);
  return (
    <>
      <div class="row filters"><ChoiceFilter name="states" choices={["error", "stopped", "away", "unknown", "printing", "idle"]} /> <a class="button" href="/admin/discover">{say("rail.discover")}</a></div>
      <Table<Monitored> caption="rail.monitored" list={list} none="monitored.none" paged columns={[
        { title: "column.device", show: (one) => <a href={`/admin/monitored/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> },
        { title: "column.state", show: (one) => <><State word={one.state} />{one.flapping && <> <State word="flapping" /></>}</> },
        { title: "column.what-to-do", show: (one) => <Reasons reasons={one.reasons} /> },
        { title: "column.supplies", show: (one) => <Supplies supplies={one.supplies} /> },
        { title: "column.location", show: (one) => <Name text={one.location} /> },
        { title: "column.looked", show: (one) => <Looked one={one} /> },
      ]} />
    </>
  );
}

// --- one ------------------------------------------------------------------------------------------

function PagesADay({ name }: { name: string }): JSX.Element {
  const [from] = useState(Math.floor(Date.now() / DAY) * DAY - (DAYS - 1) * DAY);
  const samples = useList<Sample>(`${path(name)}/samples?series=pages&from=${new Date(from).toISOString()}&step_ms=${DAY}`);
  // The first may be what held before: it is of no count.
  const points = (samples.data?.items ?? []).filter((one) => one.count > 0).map((one) => ({ at: new Date(one.at).getTime(), value: one.sum }));
  const sum = points.reduce((all, one) => all + one.value, 0);
  const most = points.reduce((best, one) => one.value > best.value ? one : best, { at: 0, value: 0 });
  const told = sum === 0 ? say("chart.no-pages", { days: number(DAYS) })
    : say("chart.pages", { pages: sayCount("pages", sum), days: number(DAYS), most: number(most.value), day: day(most.at) });
  return (
    <Section title="chart.pages-a-day">
      <Trouble problem={samples.problem} />
      <Bars points={points} from={from} days={DAYS} told={told} caption={say("chart.pages-a-day")} />
    </Section>
  );
}

function SupplyChart({ name, one }: { name: string; one: Supply }): JSX.Element {
  const [now] = useState(Date.now());
  const series = encodeURIComponent(`supply:${one.name}`);
  const samples = useList<Sample>(one.level < 0 ? null : `${path(name)}/samples?series=${series}&from=${new Date(now - 60 * DAY).toISOString()}&step_ms=${DAY}`);
  const points = (samples.data?.items ?? []).filter((sample) => sample.last >= 0).map((sample) => ({ at: new Date(sample.at).getTime(), value: sample.last }));
  if (one.level >= 0) { // what it is now is the newest
    points.push({ at: now, value: one.level });
  }
  const told = [`${supplyKind(one.kind)}: ${levelText(one.level)}`, forecast(one)].filter(Boolean).join(" · ");
  return (
    <div class="supply">
      <h3><Gauge level={one.level} low={isLow(one)} /> <SupplyName one={one} /></h3>
      {one.level < 0 ? <p>{told}</p> : (
        <Level points={points} until={now} ends={one.runs_out_at === null ? 0 : new Date(one.runs_out_at).getTime()} told={told} caption={say("chart.level")} fills={one.fills} />
      )}
      {one.pages_a_percent > 0 && <p class="soft">{say("supply.rate", { pages: sayCount("pages", Math.round(one.pages_a_percent / 100)) })}</p>}
    </div>
  );
}

function Faults({ name }: { name: string }): JSX.Element {
  const list = useList<Fault>(`${path(name)}/faults?limit=50`, ["monitored"]);
  return (
    <Section title="monitored.faults">
      <Table<Fault> caption="monitored.faults" list={list} none="monitored.no-faults" columns={[
        { title: "column.what", show: (one) => <Why one={one} /> },
        { title: "column.state", show: (one) => <State word={one.ended === null ? "fault-open" : "over"} /> },
        { title: "column.began", show: (one) => <When at={one.began} /> },
        { title: "column.ended", show: (one) => one.ended === null ? say("monitored.lasts") : <When at={one.ended} /> },
        { title: "column.times", show: (one) => number(one.times), number: true },
      ]} />
    </Section>
  );
}

// Jobs are charged a while before or after the meter tells them: so long beside a gap, a job may belong to it.
const NEAR = 15 * 60000;
const jobsNear = (gap: Gap): string => {
  const at = (time: string, by: number): string => new Date(new Date(time).getTime() + by).toISOString();
  return `/admin/works?${new URLSearchParams({ printer: gap.device, since: at(gap.from, -NEAR), until: at(gap.until, NEAR) })}`;
};

/** "35 pages between 09:12 and 09:40 that nobody was charged for". */
function gapText(gap: Gap): string {
  const days = [gap.from, gap.until].map((at) => day(at, true));
  const times = days[0] === days[1] ? { from: `${days[0]}, ${hour(gap.from)}`, until: hour(gap.until) } : { from: time(gap.from), until: time(gap.until) };
  return sayCount(gap.unit === "sheets" ? "gap.sheets" : "gap.pages", gap.untracked, times);
}

function Gaps({ name }: { name: string }): JSX.Element {
  const list = useLoad<Page<Gap> & { devices: Reconciled[] }>(`${path(name)}/gaps?limit=20`, ["monitored"]);
  const [sums] = list.data?.devices ?? [];
  return (
    <Section title="monitored.gaps">
      {list.problem?.status === 501 ? <p>{say("monitored.not-yet")}</p> : (
        <>
          {sums !== undefined && <p>{say("gap.sums", { counted: number(sums.counted), tracked: number(sums.tracked), untracked: number(sums.untracked) })}
            {sums.unexplained_back > 0 && <> {sayCount("gap.back", sums.unexplained_back)}</>}</p>}
          <Table<Gap> caption="monitored.gaps" list={list} none={sums === undefined ? "monitored.nothing-counted" : "monitored.no-gaps"} columns={[
            { title: "column.what", show: (one) => <strong>{gapText(one)}</strong> },
            { title: "column.counted", show: (one) => number(one.counted), number: true },
            { title: "column.tracked", show: (one) => number(one.tracked), number: true },
            { title: "rail.jobs", show: (one) => <a href={jobsNear(one)}>{say("gap.jobs")}<span class="hidden"> {gapText(one)}</span></a> },
          ]} />
        </>
      )}
    </Section>
  );
}

function Parts({ one }: { one: Monitored }): JSX.Element {
  const text = (said: string): JSX.Element => said === "" ? <span>–</span> : <Name text={said} />;
  const still = <T,>(items: T[]): { data: { items: T[] }; problem: null; busy: false; again: () => void } =>
    ({ data: { items }, problem: null, busy: false, again: () => undefined });
  return (
    <div class="halves">
      <Section title="monitored.meters">
        <Table<Monitored["meters"][0]> caption="monitored.meters" list={still(one.meters)} none="monitored.no-meters" columns={[
          { title: "column.kind", show: (meter) => sayIfKnown(`meter.${meter.kind}`, meter.kind) },
          { title: "column.count", show: (meter) => number(meter.count), number: true },
          { title: "column.unit", show: (meter) => sayIfKnown(`unit.${meter.unit}`, meter.unit) },
          { title: "column.source", show: (meter) => <Name text={meter.source.toUpperCase()} /> },
        ]} />
      </Section>
      <Section title="monitored.trays">
        <Table<Monitored["trays"][0]> caption="monitored.trays" list={still(one.trays)} none="monitored.no-trays" columns={[
          { title: "column.name", show: (tray) => <Name text={tray.name} /> },
          { title: "column.media", show: (tray) => <Name text={tray.media} /> },
          { title: "column.sheets", show: (tray) => tray.level < 0 ? levelText(tray.level) : tray.capacity > 0 ? `${number(tray.level)} / ${number(tray.capacity)}` : number(tray.level), number: true },
          { title: "column.state", show: (tray) => sayIfKnown(`tray.${tray.status}`, tray.status) },
        ]} />
        {one.covers.length > 0 && (
          <ul class="plain">{one.covers.map((cover) => <li key={cover.name}><Name text={cover.name} /> <State word={`cover-${cover.status}`} /></li>)}</ul>
        )}
      </Section>
      <Section title="monitored.witnesses">
        {one.disagreements.length > 0 && (
          <div class="note warn"><p>{say("monitored.disagree")}</p><ul>{one.disagreements.map((text) => <li key={text}><English text={text} /></li>)}</ul></div>
        )}
        <Table<Monitored["witnesses"][0]> caption="monitored.witnesses" list={still(one.witnesses)} none="monitored.no-witnesses" columns={[
          { title: "column.source", show: (witness) => <Name text={witness.source.toUpperCase()} /> },
          { title: "column.state", show: (witness) => <><State word={witness.state || "away"} />{witness.trouble !== "" && <span class="block wide"><English text={witness.trouble} /></span>}</> },
          { title: "column.looked", show: (witness) => <When at={witness.looked_at} /> },
        ]} />
      </Section>
      <Section title="monitored.facts">
        <Facts facts={[
          ["fact.model", text(one.make_and_model)], ["fact.serial", text(one.serial)], ["fact.firmware", text(one.firmware)],
          ["fact.address", <code><Name text={one.address} /></code>], ["fact.up-since", <When at={one.up_since} />],
          ["fact.console", text(one.console)], ["fact.answered", <span>{say("fact.milliseconds", { count: number(one.answered_ms) })}</span>],
        ]} />
      </Section>
    </div>
  );
}

export function OneMonitored({ name }: { name: string }): JSX.Element {
  const asked = useLoad<Monitored>(path(name), ["monitored"]);
  const alerts = useList<Alert>(`/alerts?about=${encodeURIComponent(name)}&limit=20`, ["alert"]);
  const may = useMay("administrator", "desk", "device-manager");
  const [problem, setProblem] = useState<Problem | null>(null);
  const one = asked.data;
  if (one === null) {
    return asked.problem === null ? <p aria-busy="true">{say("loading")}</p> : <Trouble problem={asked.problem} />;
  }
  const look = (): void => {
    post(`${path(name)}/look`).then(() => { setProblem(null); asked.again(); }, (thrown: unknown) => setProblem(lost(thrown)));
  };
  return (
    <>
      <Trouble problem={asked.problem ?? problem} />
      <Section title="monitored.now">
        <p class="row"><span class="big"><Name text={one.name} /></span> <State word={one.state} />{one.flapping && <State word="flapping" />}</p>
        {one.state_since !== null && <p class="soft">{say("monitored.since")} <When at={one.state_since} /> · {say("monitored.looked")} <Looked one={one} />{one.location !== "" && <> · <Name text={one.location} /></>}</p>}
        {one.reasons.length > 0 ? <div class={one.severity >= 3 ? "note bad" : "note warn"}><Reasons reasons={one.reasons} /></div>
          : <p class={one.severity === 0 ? "note good" : "note"}>{say(one.severity === 0 && one.state !== "unknown" ? "monitored.well" : "monitored.no-reason")}</p>}
        <div class="row">{may === true && <button type="button" onClick={look}>{say("monitored.look")}</button>} <a class="button" href="/admin/monitored">{say("monitored.all")}</a></div>
      </Section>
      <PagesADay name={name} />
      {one.supplies.length > 0 && <Section title="column.supplies"><div class="charts">{one.supplies.map((supply, at) => <SupplyChart key={at} name={name} one={supply} />)}</div></Section>}
      <Faults name={name} />
      <Section title="rail.alerts">{alerts.problem?.status === 501 ? <p>{say("monitored.not-yet")}</p> : <AlertTable list={alerts} />}</Section>
      <Gaps name={name} />
      <Parts one={one} />
    </>
  );
}

// --- to order --------------------------------------------------------------------------------------

interface Order { device: Monitored; supply: Supply }

function byDay(a: Order, b: Order): number {
  const when = (one: Order): number => one.supply.runs_out_at === null ? Infinity : new Date(one.supply.runs_out_at).getTime();
  return when(a) - when(b) || (a.device.name < b.device.name ? -1 : 1);
}

function groups(orders: Order[], of: (one: Order) => string): [string, Order[]][] {
  const made = new Map<string, Order[]>();
  orders.forEach((one) => made.set(of(one), [...(made.get(of(one)) ?? []), one]));
  return [...made];
}

const OutOn = ({ one }: { one: Supply }): JSX.Element => one.runs_out_at === null ? <span>{say("supplies.no-day")}</span>
  : <>{say(one.fills ? "supplies.full" : "supplies.out")} <time dateTime={one.runs_out_at}>{day(one.runs_out_at, true)}</time></>;

// A cell that begins like a formula would be one in a spreadsheet.
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** The list as a file, for who orders; by day, whatever the page groups by. */
function asFile(orders: Order[]): string {
  const head = ["column.location", "column.device", "fact.model", "fact.serial", "column.supplies", "column.kind", "column.level", "column.out-on"].map((key) => say(key));
  const rows = orders.map(({ device, supply }) => [device.location, device.name, device.make_and_model, device.serial, supply.name, supplyKind(supply.kind),
    supply.level < 0 ? "" : String(supply.level), supply.runs_out_at?.slice(0, 10) ?? ""]);
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

const supplyTitle = (one: Supply): string => one.name || supplyKind(one.kind);

/** The whole list: by place for who carries it there, by supply for who orders it. */
export function SuppliesToOrder(): JSX.Element {
  const list = useAll<Monitored>("/monitored?supplies=true&limit=500", ["monitored"]);
  const bySupply = filter("by") === "supply";
  const orders = (list.data?.items ?? []).flatMap((device) => device.supplies.filter(isLow).map((supply) => ({ device, supply }))).sort(byDay);
  const what = groups(orders, (one) => `${one.device.make_and_model}\u001f${supplyTitle(one.supply)}`);
  const cards = bySupply ? what : groups(orders, (one) => one.device.location);
  const title = (key: string): JSX.Element => bySupply ? <Name text={key.split("\u001f").reverse().filter(Boolean).join(" · ")} />
    : key === "" ? <span>{say("supplies.nowhere")}</span> : <Name text={key} />;
  return (
    <>
      <Trouble problem={list.problem} />
      <p>{say("supplies.how")}</p>
      <div class="row no-print">
        <nav class="tabs" aria-label={say("supplies.by")}><ul>
          <li><a href="/admin/supplies" aria-current={bySupply ? undefined : "true"}>{say("supplies.by-place")}</a></li>
          <li><a href="/admin/supplies?by=supply" aria-current={bySupply ? "true" : undefined}>{say("supplies.by-supply")}</a></li>
        </ul></nav>
        <button type="button" onClick={() => window.print()}>{say("supplies.print")}</button>
        <button type="button" disabled={orders.length === 0} onClick={() => save("supplies.csv", asFile(orders))}>{say("supplies.csv")}</button>
      </div>
      {orders.length === 0 && !list.busy && list.problem === null && <p class="note good">{say("supplies.none")}</p>}
      {orders.length > 0 && !bySupply && (
        <Section title="supplies.what">
          <ul class="plain">{what.map(([key, all]) => (
            <li key={key}><strong class="number">{number(all.length)} ×</strong> <Name text={key.split("\u001f")[1] ?? ""} /> <span class="soft"><Name text={key.split("\u001f")[0] ?? ""} /></span>
              {all[0] !== undefined && <> · <OutOn one={all[0].supply} /></>}</li>
          ))}</ul>
        </Section>
      )}
      <div class="places">{cards.map(([key, all]) => (
        <section class="card" key={key}>
          <h2>{title(key)}{bySupply && <span class="soft number"> × {number(all.length)}</span>}</h2>
          <ul class="plain">{all.map(({ device, supply }) => (
            <li key={device.name + supply.name} class="order">
              <Gauge level={supply.level} low /> {bySupply ? <Name text={device.location || "–"} /> : <SupplyName one={supply} />} <span class="number">{levelText(supply.level)}</span>
              <span class="block"><a href={`/admin/monitored/${encodeURIComponent(device.name)}`}><Name text={device.name} /></a> · <OutOn one={supply} /></span>
            </li>
          ))}</ul>
        </section>
      ))}</div>
    </>
  );
}
