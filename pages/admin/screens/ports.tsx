// Who is on our ports: every host's, deviations first; and one port of a host, with who held it when.
import type { JSX } from "preact";
import { Facts, Form, Name, Section, Table, Tabs, Trouble, When } from "../ui";
import { fromNow, instant, number } from "../../lib/show";
import { say, sayIfKnown } from "../../lib/words";
import { useList, useLoad, useMay } from "../load";
import type { Page } from "../../lib/api";
import { filter, go, withFilter } from "../router";
import { portRooms } from "../monitored";
import type { Facts as PortFacts, Holder, Host, PortEvent, Sight } from "../monitored";
import type { Engine } from "../types";
import { expectationOf } from "./expectations";

// Always there, as columns; moved where the site's ports are.
const OURS: [string, number][] = [["cas", 2938], ["dce", 2939], ["dre", 2940], ["spe", 2941], ["dme", 2942], ["web", 8443]];
const SILENT_MS = 180000; // a host reports each minute
const kindOf = ["good", "", "warn", "bad"] as const;
const signOf = { good: "✓", warn: "▲", bad: "✕", "": "○" };
const address = (one: Sight): string => `/admin/ports/${encodeURIComponent(one.host)}/${one.port}`;

/** A verdict is green only where it was looked at lately, and found well. */
export function Verdict({ one, silent }: { one: Sight; silent: boolean }): JSX.Element {
  const well = one.verdict === "ours" || one.verdict === "expected";
  const kind = silent ? "" : one.severity === 0 && !well ? "" : kindOf[one.severity] ?? "bad";
  const words = sayIfKnown(`verdict.${one.verdict}`, one.verdict);
  return <span class={`state ${kind}`}><span aria-hidden="true">{signOf[kind]}</span>{silent ? say("ports.was", { verdict: words }) : words}</span>;
}

export const isSilent = (host: Host | undefined, now = Date.now()): boolean =>
  host === undefined || host.heard_at === null || now - new Date(host.heard_at).getTime() > SILENT_MS;

function Heard({ host }: { host: Host }): JSX.Element {
  return isSilent(host) ? <span class="state warn"><span aria-hidden="true">▲</span>{say("ports.silent")}</span>
    : <span class="state"><span aria-hidden="true">○</span>{say("ports.heard")}</span>;
}

/** What it is, why, and what to do. */
function Because({ one }: { one: Sight }): JSX.Element {
  return (
    <>
      <span>{say(`verdict.${one.verdict}.why`)}</span>
      {one.severity > 0 && <> <span class="do">{say(`verdict.${one.verdict}.do`)}</span></>}
      {one.why !== "" && <details><summary>{say("ports.proof")}</summary><p lang="en" dir="auto">{one.why}</p></details>}
    </>
  );
}

/** Who knows that it belongs there says so in a form that is filled in already. */
function Belongs({ one }: { one: Sight }): JSX.Element | null {
  const may = useMay("administrator");
  const program = one.holders[0]?.program ?? "";
  if (may !== true || program === "" || !["foreign", "held"].includes(one.verdict)) {
    return null;
  }
  const said = new URLSearchParams({ port: String(one.port), transport: one.transport, program: program.split("/").pop() ?? program });
  return <a class="button small" href={`${expectationOf(one.host)}?${said}`}>{say("ports.belongs")}</a>;
}

const Held = ({ holders }: { holders: Holder[] }): JSX.Element => (
  <ul class="plain">{holders.map((one, at) => (
    <li key={at}><Name text={one.program || say("ports.unseen")} />{one.pid > 0 && <> <span class="number">{String(one.pid)}</span></>}{one.user !== "" && <> · <Name text={one.user} /></>}{one.unit !== "" && <> · <Name text={one.unit} /></>}</li>
  ))}</ul>
);

function Grid({ hosts, sights, engines }: { hosts: Host[]; sights: Sight[]; engines: Engine[] }): JSX.Element {
  const known = engines.map((one) => one.port - (OURS.find(([name]) => name === one.name)?.[1] ?? one.port));
  const offset = known.find((by) => by !== 0) ?? 0;
  const ours = OURS.map(([name, port]) => [name, port + offset] as const);
  const ports = [...new Set([...ours.map(([, port]) => port), ...sights.map((one) => one.port)])].sort((a, b) => a - b);
  const at = (host: string, port: number): Sight | undefined => // the worse of TCP and UDP
    sights.filter((one) => one.host === host && one.port === port).sort((a, b) => b.severity - a.severity)[0];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say("ports.grid")}>
      <table>
        <caption class="hidden">{say("ports.grid")}</caption>
        <thead><tr><th scope="col">{say("column.host")}</th><th scope="col">{say("ports.last")}</th>{ports.map((port) => <th scope="col" key={port} class="port"><bdi>{ours.find(([, of]) => of === port)?.[0].toUpperCase()} {String(port)}</bdi></th>)}</tr></thead>
        <tbody>{hosts.map((host) => (
          <tr key={host.host}>
            <th scope="row"><Name text={host.host} /></th>
            <td><Heard host={host} />{host.heard_at !== null && <time class="block" dateTime={host.heard_at}>{fromNow(host.heard_at)}</time>}</td>
            {ports.map((port) => {
              const one = at(host.host, port);
              return <td key={port} class="port">{one === undefined ? <span class="soft">{say("ports.no-data")}</span> : <a href={address(one)}><Verdict one={one} silent={isSilent(host)} /></a>}</td>;
            })}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}

export function Ports(): JSX.Element {
  const list = useLoad<Page<Sight> & { hosts: Host[] }>("/ports?limit=500", ["port"]);
  const engines = useList<Engine>("/engines");
  const sights = list.data?.items ?? [];
  const hosts = list.data?.hosts ?? [];
  const known = [...hosts, ...[...new Set(sights.map((one) => one.host))].filter((name) => !hosts.some((one) => one.host === name))
    .map((host) => ({ host, heard_at: null, blind: [], engines: [], version: "" }))];
  const silent = (one: Sight): boolean => isSilent(hosts.find((host) => host.host === one.host));
  const deviations = { ...list, data: list.data === null ? null : { items: sights.filter((one) => one.severity > 0) } };
  if (list.problem !== null && list.data === null) {
    return list.problem.status === 501 ? <p class="note">{say("monitored.not-yet")}</p> : <Trouble problem={list.problem} />;
  }
  return (
    <>
      <Tabs rooms={portRooms} label="rail.ports" />
      <Section title="ports.deviations">
        <Table<Sight> caption="ports.deviations" list={deviations} none={known.length === 0 ? "ports.no-host" : known.some((host) => isSilent(host)) ? "ports.none-of-heard" : "ports.no-deviations"} columns={[
          { title: "column.host", show: (one) => <Name text={one.host} /> },
          { title: "column.port", show: (one) => <a href={address(one)}><bdi>{`${one.port}/${one.transport}`}</bdi></a> },
          { title: "column.state", show: (one) => <Verdict one={one} silent={silent(one)} /> },
          { title: "column.why-do", show: (one) => <Because one={one} /> },
          { title: "column.holder", show: (one) => <><Held holders={one.holders} /> <Belongs one={one} /></> },
          { title: "column.since", show: (one) => <When at={one.since} /> },
        ]} />
      </Section>
      {known.length > 0 && <Section title="ports.grid"><Grid hosts={known} sights={sights} engines={engines.data?.items ?? []} /></Section>}
      {known.some((host) => host.blind.length > 0) && (
        <Section title="ports.blind">
          <ul>{known.filter((host) => host.blind.length > 0).map((host) => <li key={host.host}><Name text={host.host} />: {host.blind.map((what) => sayIfKnown(`blind.${what}`, what)).join(" · ")}</li>)}</ul>
        </Section>
      )}
      <Section title="ports.history"><AskHistory /></Section>
    </>
  );
}

// --- one -------------------------------------------------------------------------------------------

function AskHistory(): JSX.Element {
  return (
    <Form fields={[{ name: "host", required: true }, { name: "port", type: "number", required: true, value: "2940" }]} action="ports.who" send={async (said) => {
      go(`/admin/ports/${encodeURIComponent(said.host ?? "")}/${said.port ?? ""}`);
      return "";
    }} />
  );
}

function Times(): JSX.Element {
  const field = (name: "from" | "until"): JSX.Element => (
    <div><label for={`time-${name}`}>{say(`filter.${name}`)}</label>
      <input id={`time-${name}`} type="datetime-local" value={filter(name)} onChange={(event) => go(withFilter(name, event.currentTarget.value), true)} /></div>
  );
  return <div class="row filters">{field("from")}{field("until")}</div>;
}

function Registry({ port }: { port: string }): JSX.Element {
  const facts = useLoad<PortFacts>(`/ports/registry/${encodeURIComponent(port)}`);
  return (
    <Section title="ports.registered">
      <Trouble problem={facts.problem} />
      <ul class="plain">{(facts.data?.registered ?? []).map((row, at) => (
        <li key={at}><bdi>{`${port}/${row.transport || "–"}`}</bdi> <code><Name text={row.name} /></code> <Name text={row.description} /> · <Name text={row.assignee || say("ports.not-recorded")} /></li>
      ))}</ul>
      {facts.data?.registered.length === 0 && <p>{say("ports.unregistered")}</p>}
      {(facts.data?.practice ?? []).length > 0 && <><h3>{say("ports.practice")}</h3><ul class="plain" lang="en">{facts.data?.practice.map((row) => <li key={row.use}>{row.use}</li>)}</ul></>}
      {facts.data !== null && facts.data.scanners !== "" && <details><summary>{say("ports.scanners")}</summary><p lang="en" dir="auto">{facts.data.scanners}</p></details>}
    </Section>
  );
}

export function OnePort({ host, port }: { host: string; port: string }): JSX.Element {
  const list = useLoad<Page<Sight> & { hosts: Host[] }>(`/ports?host=${encodeURIComponent(host)}&limit=500`, ["port"]);
  const times = (["from", "until"] as const).filter((name) => filter(name) !== "").map((name) => `&${name}=${encodeURIComponent(instant(filter(name)))}`).join("");
  const after = filter("after") === "" ? "" : `&after=${encodeURIComponent(filter("after"))}`;
  const events = useList<PortEvent>(`/ports/events?host=${encodeURIComponent(host)}&port=${encodeURIComponent(port)}${times}${after}`, ["port"]);
  const mine = (list.data?.items ?? []).filter((one) => one.host === host && String(one.port) === port);
  const silent = isSilent(list.data?.hosts.find((one) => one.host === host));
  const holders = { ...list, data: { items: mine.flatMap((one) => one.holders) } };
  return (
    <>
      <Tabs rooms={portRooms} label="rail.ports" />
      <Section title="ports.now">
        <p class="big"><Name text={`${host}:${port}`} /></p>
        {list.problem !== null && (list.problem.status === 501 ? <p class="note">{say("monitored.not-yet")}</p> : <Trouble problem={list.problem} />)}
        {mine.length === 0 && list.problem === null && !list.busy && <p class="note">{say("ports.no-data")}</p>}
        {mine.map((one) => (
          <div key={one.transport}>
            <p><bdi>{`${one.port}/${one.transport}`}</bdi> <Verdict one={one} silent={silent} /></p>
            <p><Because one={one} /> <Belongs one={one} /></p>
            <Facts facts={[["column.since", <When at={one.since} />], ["column.looked", <When at={one.looked_at} />], ["ports.calls", number(one.calls)]]} />
          </div>
        ))}
        {mine.length > 0 && (
          <Table<Holder> caption="ports.holders" list={{ ...holders, problem: null }} none="ports.nobody" columns={[
            { title: "column.holder", show: (one) => <Name text={one.program || say("ports.unseen")} /> },
            { title: "column.state", show: (one) => sayIfKnown(`socket.${one.state}`, one.state) },
            { title: "column.uri", show: (one) => <code><Name text={one.address} /></code> },
            { title: "column.pid", show: (one) => one.pid > 0 ? String(one.pid) : "", number: true },
            { title: "column.user", show: (one) => <Name text={one.user} /> },
            { title: "column.unit-of", show: (one) => <Name text={[one.unit, one.container, one.package].filter(Boolean).join(" · ")} /> },
            { title: "column.arguments", show: (one) => <code><Name text={one.arguments} /></code> },
            { title: "column.since", show: (one) => <When at={one.since} /> },
          ]} />
        )}
      </Section>
      <Section title="ports.history">
        <Times />
        {events.problem?.status === 501 ? <p>{say("monitored.not-yet")}</p> : <Table<PortEvent> caption="ports.history" list={events} none="ports.no-events" paged columns={[
          { title: "column.when", show: (one) => <When at={one.at} /> },
          { title: "column.until", show: (one) => <When at={one.until} /> },
          { title: "column.what", show: (one) => sayIfKnown(`port-event.${one.what}`, one.what) },
          { title: "column.holder", show: (one) => one.holder === undefined ? <span lang="en" dir="auto">{one.text}</span> : <Held holders={[one.holder]} /> },
          { title: "column.state", show: (one) => one.verdict === "" ? "" : sayIfKnown(`verdict.${one.verdict}`, one.verdict) },
          { title: "column.times", show: (one) => number(one.count), number: true },
        ]} />}
      </Section>
      <Registry port={port} />
      <p><a href="/admin/ports">{say("ports.all")}</a></p>
    </>
  );
}
