// Alerts, the open ones first: who looks after one, whether it is told on, and to whom it was told.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../lib/api";
import type { Page, Problem } from "../../lib/api";
import { fromNow, number } from "../../lib/show";
import { say } from "../../lib/words";
import { lost, useList, useMay } from "../load";
import type { Loaded } from "../load";
import { alertRooms, levelText, reasonText, stateOf, toldText } from "../monitored";
import type { Alert, Delivery } from "../monitored";
import { query } from "../router";
import { English, Facts, Filters, Form, Name, Section, State, Table, Tabs, TextFilter, Trouble, When } from "../ui";

// "kiosk:2940/tcp" is of a port; else it is of a device or an engine.
export function About({ about }: { about: string }): JSX.Element {
  const port = /^(.+):(\d+)\/(\w+)$/.exec(about);
  return port === null ? <a href={`/admin/monitored/${encodeURIComponent(about)}`}><Name text={about} /></a>
    : <a href={`/admin/ports/${encodeURIComponent(port[1] ?? "")}/${port[2]}`}><Name text={about} /></a>;
}

/** What it is about: by its keyword where the catalogue has it, else as the engine says it. */
export function AlertTold({ one }: { one: { keyword: string; text: string } }): JSX.Element {
  const low = /^(.+) has (\d+) % left\.$/.exec(one.text);
  const known = (one.keyword === "" ? undefined : reasonText(one.keyword)) ?? toldText(one.text);
  if (low !== null) {
    return <><Name text={low[1] ?? ""} />: {levelText(Number(low[2]))}</>;
  }
  return known !== undefined ? <span>{known}</span> : <English text={one.text} />;
}

const isMuted = (one: Alert): boolean => one.muted_until !== null && new Date(one.muted_until).getTime() > Date.now();

const Who = ({ one }: { one: Alert }): JSX.Element => (
  <ul class="plain">
    {one.acknowledged_by !== "" && <li>{say("alert.seen-by")} <Name text={one.acknowledged_by} /></li>}
    {one.assigned_to !== "" && <li>{say("alert.with")} <Name text={one.assigned_to} /></li>}
    {isMuted(one) && <li>{say("alert.muted")} <When at={one.muted_until} /></li>}
    {one.note !== "" && <li><Name text={one.note} /></li>}
  </ul>
);

export function AlertTable({ list, caption = "rail.alerts", paged = false, act }: {
  list: Loaded<Page<Alert>>; caption?: string; paged?: boolean; act?: (one: Alert) => JSX.Element;
}): JSX.Element {
  return (
    <Table<Alert> caption={caption} list={list} none="alert.none" paged={paged} columns={[
      { title: "column.severity", show: (one) => <State word={one.ended === null ? one.severity : "over"} /> },
      { title: "column.about", show: (one) => <About about={one.about} /> },
      { title: "column.what", show: (one) => <a href={`/admin/alerts/${one.id}`}><AlertTold one={one} /></a> },
      { title: "column.began", show: (one) => <time dateTime={one.began}>{fromNow(one.began)}</time> },
      { title: "column.times", show: (one) => number(one.times), number: true },
      { title: "column.who", show: (one) => <Who one={one} /> },
      ...(act === undefined ? [] : [{ title: "column.act", show: act }]),
    ]} />
  );
}

export function Alerts(): JSX.Element {
  const open = useList<Alert>("/alerts?open_only=true&limit=200", ["alert"]);
  const all = useList<Alert>(`/alerts${query("after")}`, ["alert"]);
  const may = useMay("administrator", "device-manager");
  const [problem, setProblem] = useState<Problem | null>(null);
  const acknowledge = (one: Alert): void => {
    post(`/alerts/${one.id}`, { acknowledge: true }).then(() => { setProblem(null); open.again(); all.again(); }, (thrown: unknown) => setProblem(lost(thrown)));
  };
  const over: Loaded<Page<Alert>> = { ...all, data: all.data === null ? null : { ...all.data, items: all.data.items.filter((one) => one.ended !== null) } };
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      <Trouble problem={problem} />
      <Section title="alert.open">
        <AlertTable caption="alert.open" list={open} act={(one) => one.acknowledged_by !== "" ? <span>{say("alert.acknowledged")}</span> : may !== true ? <span>{say("alert.nobody")}</span>
          : <button type="button" onClick={() => acknowledge(one)}>{say("alert.acknowledge")}<span class="hidden"> <Name text={one.about} /></span></button>} />
      </Section>
      <Section title="alert.before"><AlertTable caption="alert.before" list={over} paged /></Section>
    </>
  );
}

const ANSWERED_MS = 2000; // most have answered by then

/** To whom it was told and what was answered; whoever may sends it again. */
export function DeliveryTable({ list, may, paged = false, alerts = false }: { list: Loaded<Page<Delivery>>; may: boolean | undefined; paged?: boolean; alerts?: boolean }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const replay = (delivery: Delivery): void => {
    post(`/deliveries/${delivery.id}/replay`).then(() => { setProblem(null); list.again(); setTimeout(list.again, ANSWERED_MS); }, (thrown: unknown) => setProblem(lost(thrown)));
  };
  return (
    <>
      <Trouble problem={problem} />
      <Table<Delivery> caption="alert.deliveries" list={list} none="alert.untold" paged={paged} columns={[
        { title: "column.target", show: (delivery) => <Name text={delivery.target} /> },
        { title: "column.when", show: (delivery) => <When at={delivery.at} /> },
        ...(alerts ? [{ title: "column.about", show: (delivery: Delivery) => delivery.alert === 0 ? <span>{say("target.trial")}</span>
          : <a href={`/admin/alerts/${delivery.alert}`}>{say("alert.number", { id: String(delivery.alert) })}</a> }] : []),
        { title: "column.state", show: (delivery) => <State word={stateOf(delivery)} /> },
        { title: "column.tries", show: (delivery) => number(delivery.tries), number: true },
        { title: "column.answer", show: (delivery) => <English text={delivery.answer} /> },
        ...(may === true ? [{ title: "column.act", show: (delivery: Delivery) =>
          <button type="button" onClick={() => replay(delivery)}>{say("alert.replay")}<span class="hidden"> <Name text={delivery.target} /></span></button> }] : []),
      ]} />
    </>
  );
}

export function Deliveries(): JSX.Element {
  const may = useMay("administrator", "device-manager");
  const list = useList<Delivery>(`/deliveries${query("target", "after")}`, ["alert"]);
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      <Filters><TextFilter name="target" /></Filters>
      <DeliveryTable list={list} may={may} paged alerts />
    </>
  );
}

// A list goes on behind an id: so the one with this id is the first behind the next.
const cursor = (id: number): string => btoa(String(id)).replace(/=+$/, "");

export function OneAlert({ id }: { id: string }): JSX.Element {
  const list = useList<Alert>(`/alerts?limit=1&after=${cursor(Number(id) + 1)}`, ["alert"]);
  const told = useList<Delivery>(`/alerts/${encodeURIComponent(id)}/deliveries`, ["alert"]);
  const may = useMay("administrator", "device-manager");
  const [problem, setProblem] = useState<Problem | null>(null);
  const one = list.data?.items.find((alert) => String(alert.id) === id);
  if (one === undefined) {
    return list.busy ? <p aria-busy="true">{say("loading")}</p> : list.problem !== null ? <Trouble problem={list.problem} /> : <p class="note">{say("alert.gone")}</p>;
  }
  const change = (what: object): Promise<string> => post(`/alerts/${id}`, what).then(() => { list.again(); return say("done"); });
  const press = (what: object): void => { change(what).then(() => setProblem(null), (thrown: unknown) => setProblem(lost(thrown))); };
  const mute = (hours: number): object => ({ mute_until: new Date(Date.now() + hours * 3600000).toISOString() });
  return (
    <>
      <Trouble problem={problem ?? list.problem} />
      <Section title="alert.one">
        <p class="row"><State word={one.ended === null ? one.severity : "over"} /> <span class="big"><AlertTold one={one} /></span></p>
        <Facts facts={[
          ["column.about", <About about={one.about} />], ["column.began", <When at={one.began} />], ["column.ended", one.ended === null ? say("monitored.lasts") : <When at={one.ended} />],
          ["column.times", number(one.times)], ["column.rule", <Name text={one.rule} />], ["column.who", <Who one={one} />],
        ]} />
        {may === true && one.ended === null && <div class="row">
          {one.acknowledged_by === "" && one.ended === null && <button type="button" class="first" onClick={() => press({ acknowledge: true })}>{say("alert.acknowledge")}</button>}
          {isMuted(one) ? <button type="button" onClick={() => press({ unmute: true })}>{say("alert.unmute")}</button>
            : [1, 8, 24].map((hours) => <button type="button" key={hours} onClick={() => press(mute(hours))}>{say("alert.mute", { hours: number(hours) })}</button>)}
          {one.assigned_to !== "" && <button type="button" onClick={() => press({ unassign: true })}>{say("alert.unassign")}</button>}
        </div>}
        {may === true && one.ended === null && <Form fields={[{ name: "assign", value: one.assigned_to }, { name: "note", value: one.note }]} action="alert.keep" send={(said) =>
          change({ ...(said.assign ? { assign: said.assign } : {}), ...(said.note ? { note: said.note } : {}) })} />}
      </Section>
      <Section title="alert.deliveries">
        <DeliveryTable list={told} may={may} />
      </Section>
    </>
  );
}
