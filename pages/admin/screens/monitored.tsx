// How the devices are, the worst first; and one of them with all that is known of it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../lib/api";
import type { Problem } from "../../lib/api";
import { Bars, Gauge, Level, day } from "../../lib/chart";
import { fromNow, number } from "../../lib/show";
import { say, sayCount, sayIfKnown } from "../../lib/words";
import { lost, useList, useLoad } from "../load";
import { forecast, isLow, levelText, reasonDo, reasonText, supplyKind } from "../monitored";
import type { Alert, Fault, Gap, Monitored, Reason, Sample, Supply } from "../monitored";
import { query } from "../router";
import { ChoiceFilter, Facts, Name, Section, State, Table, Trouble, When } from "../ui";
import { AlertTable } from "./alerts";

const DAY = 86400000;
const DAYS = 30;
const path = (name: string): string => `/monitored/${encodeURIComponent(name)}`;

/** What an engine says in English where the catalogue has no words for it. */
const Foreign = ({ text }: { text: string }): JSX.Element => <span lang="en" dir="auto">{text}</span>;

const Why = ({ one }: { one: { keyword: string; text: string } }): JSX.Element => {
  const known = reasonText(one.keyword);
  return known === undefined ? <Foreign text={one.text || one.keyword} /> : <span>{known}</span>;
};

function Reasons({ reasons }: { reasons: Reason[] }): JSX.Element | null {
  return reasons.length === 0 ? null : (
    <ul class="plain reasons">{reasons.map((one) => {
      const what = reasonDo(one.keyword);
      return (
        <li key={one.keyword}><Why one={one} />{what !== undefined ? <> <span class="do">{what}</span></>
          : one.what_to_do !== "" && reasonText(one.keyword) === undefined && <> <span class="do"><Foreign text={one.what_to_do} /></span></>}</li>
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
      <div class="row filters"><ChoiceFilter name="states" choices={["error", "stopped", "away", "unknown", "printing", "idle"]} /></div>
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

function Gaps({ name }: { name: string }): JSX.Element {
  const list = useList<Gap>(`${path(name)}/gaps?limit=20`);
  const absent = list.problem?.status === 501;
  return (
    <Section title="monitored.gaps">
      {absent ? <p>{say("monitored.not-yet")}</p> : (
        <Table<Gap> caption="monitored.gaps" list={list} none="monitored.no-gaps" columns={[
          { title: "column.from", show: (one) => <When at={one.from} /> },
          { title: "column.until", show: (one) => <When at={one.until} /> },
          { title: "column.counted", show: (one) => number(one.counted), number: true },
          { title: "column.tracked", show: (one) => number(one.tracked), number: true },
          { title: "column.untracked", show: (one) => number(one.untracked), number: true },
        ]} />
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
          <div class="note warn"><p>{say("monitored.disagree")}</p><ul>{one.disagreements.map((text) => <li key={text}><Foreign text={text} /></li>)}</ul></div>
        )}
        <Table<Monitored["witnesses"][0]> caption="monitored.witnesses" list={still(one.witnesses)} none="monitored.no-witnesses" columns={[
          { title: "column.source", show: (witness) => <Name text={witness.source.toUpperCase()} /> },
          { title: "column.state", show: (witness) => witness.state === "" ? <State word="away" /> : <State word={witness.state} /> },
          { title: "column.looked", show: (witness) => <When at={witness.looked_at} /> },
          { title: "column.why", show: (witness) => witness.trouble === "" ? "" : <Foreign text={witness.trouble} /> },
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
        <div class="row"><button type="button" onClick={look}>{say("monitored.look")}</button> <a class="button" href="/admin/monitored">{say("monitored.all")}</a></div>
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

export function SuppliesToOrder(): JSX.Element {
  const list = useList<Monitored>("/monitored?supplies=true&limit=500", ["monitored"]);
  const orders = (list.data?.items ?? []).flatMap((device) => device.supplies.filter(isLow).map((supply) => ({ device, supply }))).sort(byDay);
  const places = groups(orders, (one) => one.device.location);
  const what = groups(orders, (one) => `${one.device.make_and_model}\u001f${one.supply.name}`);
  return (
    <>
      <Trouble problem={list.problem} />
      <div class="row no-print"><p>{say("supplies.how")}</p><button type="button" onClick={() => window.print()}>{say("supplies.print")}</button></div>
      {orders.length === 0 && !list.busy && list.problem === null && <p class="note good">{say("supplies.none")}</p>}
      {orders.length > 0 && (
        <Section title="supplies.what">
          <ul class="plain">{what.map(([key, all]) => {
            const [model, name] = key.split("\u001f");
            return <li key={key}><strong class="number">{number(all.length)} ×</strong> <Name text={name || say(`supply.${all[0]?.supply.kind ?? ""}`)} /> <span class="soft"><Name text={model ?? ""} /></span></li>;
          })}</ul>
        </Section>
      )}
      <div class="places">{places.map(([place, all]) => (
        <section class="card" key={place}>
          <h2>{place === "" ? say("supplies.nowhere") : <Name text={place} />}</h2>
          <ul class="plain">{all.map(({ device, supply }) => (
            <li key={device.name + supply.name} class="order">
              <Gauge level={supply.level} low /> <SupplyName one={supply} /> <span class="number">{levelText(supply.level)}</span>
              <span class="block"><a href={`/admin/monitored/${encodeURIComponent(device.name)}`}><Name text={device.name} /></a> · <OutOn one={supply} /></span>
            </li>
          ))}</ul>
        </section>
      ))}</div>
    </>
  );
}
