// Who belongs on a host's ports: which of our engines, and which programs of others; and what that makes of what is there now.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getAll } from "../../lib/api";
import { instant, local } from "../../lib/show";
import { say } from "../../lib/words";
import { Editor, refusal, texts } from "../editor";
import type { Thing } from "../editor";
import { useAll, useLoad, useMay } from "../load";
import type { Page } from "../../lib/api";
import { portRooms } from "../monitored";
import type { Host, Sight } from "../monitored";
import { filter, go } from "../router";
import { Form, Name, Section, Table, Tabs, Trouble, When } from "../ui";

interface Allowed { first: number; last: number; transport: string; program: string; why: string; until: string | null }
export interface Expectation { engines: string[]; allowed: Allowed[] }

const engines = ["cas", "dre", "dce", "spe", "dme", "web"];
export const expectationOf = (host: string): string => `/admin/expectations/of/${encodeURIComponent(host)}`;
const range = (one: Allowed): string => one.last > one.first ? `${one.first}-${one.last}` : String(one.first);
const hostName = (host: string): JSX.Element => host === "*" ? <span>{say("expectation.every-host")}</span> : <Name text={host} />;

function AllowedList({ allowed }: { allowed: Allowed[] }): JSX.Element {
  return (
    <ul class="plain">{allowed.map((one, at) => (
      <li key={at}><bdi>{range(one)}{one.transport === "" ? "" : `/${one.transport}`}</bdi> {one.program === "*" ? say("expectation.anybody") : <code><Name text={one.program} /></code>}
        {one.why !== "" && <> · <Name text={one.why} /></>}{one.until !== null && <> · {say("filter.until")} <When at={one.until} /></>}</li>
    ))}</ul>
  );
}

export function Expectations(): JSX.Element {
  const list = useAll<Thing<Expectation>>("/config/things/expectation?limit=500");
  const fleet = useLoad<Page<Sight> & { hosts: Host[] }>("/ports?limit=1", ["port"]);
  const isAdmin = useMay("administrator");
  const named = (list.data?.items ?? []).map((one) => one.name);
  const others = ["*", ...(fleet.data?.hosts ?? []).map((one) => one.host)].filter((host) => !named.includes(host));
  return (
    <>
      <Tabs rooms={portRooms} label="rail.ports" />
      <p>{say("expectation.how")}</p>
      <Table<Thing<Expectation>> caption="rail.expectations" list={list} none="expectation.none" columns={[
        { title: "column.host", show: (one) => <a href={expectationOf(one.name)}>{hostName(one.name)}</a> },
        { title: "field.engines", show: (one) => <bdi>{one.body.engines.join(", ") || "–"}</bdi> },
        { title: "field.allowed", show: (one) => <AllowedList allowed={one.body.allowed} /> },
      ]} />
      {isAdmin === true && (
        <Section title="expectation.add">
          <ul class="row plain">{others.map((host) => <li key={host}><a class="button" href={expectationOf(host)}>{hostName(host)}</a></li>)}</ul>
          <Form fields={[{ name: "host", required: true }]} action="expectation.of-host" send={async (said) => {
            go(expectationOf(said.host ?? ""));
            return "";
          }} />
        </Section>
      )}
    </>
  );
}

// --- one -------------------------------------------------------------------------------------------

function Row({ one, nth, drop }: { one: Partial<Allowed>; nth: number; drop: () => void }): JSX.Element {
  const id = (name: string): string => `allowed-${nth}-${name}`;
  return (
    <fieldset class="whole row end allowed">
      <legend class="hidden">{say("expectation.port")}</legend>
      <div><label for={id("ports")}>{say("field.ports")}</label>
        <input id={id("ports")} name="ports" required inputmode="numeric" pattern="\d+(-\d+)?" size={11} defaultValue={one.first === undefined ? "" : range(one as Allowed)} /></div>
      <div><label for={id("transport")}>{say("field.transport")}</label>
        <select id={id("transport")} name="transport">{["", "tcp", "udp"].map((word) => <option key={word} value={word} selected={word === (one.transport ?? "")}>{word === "" ? say("expectation.both") : word.toUpperCase()}</option>)}</select></div>
      <div><label for={id("program")}>{say("field.program")}</label>
        <input id={id("program")} name="program" required defaultValue={one.program} autocapitalize="none" autocomplete="off" /></div>
      <div><label for={id("because")}>{say("field.why")}</label><input id={id("because")} name="because" defaultValue={one.why} /></div>
      <div><label for={id("until")}>{say("filter.until")}</label>
        <input id={id("until")} name="until" type="datetime-local" defaultValue={one.until == null ? "" : local(one.until)} /></div>
      <button type="button" onClick={drop}>{say("expectation.drop")}</button>
    </fieldset>
  );
}

function Rows({ begin }: { begin: Partial<Allowed>[] }): JSX.Element {
  const [rows, setRows] = useState(begin.map((one, at) => ({ one, at })));
  const [next, setNext] = useState(begin.length);
  return (
    <>
      <h3 class="whole">{say("field.allowed")}</h3>
      <p class="hint whole">{say("hint.program")}</p>
      {rows.map(({ one, at }) => <Row key={at} one={one} nth={at} drop={() => setRows(rows.filter((row) => row.at !== at))} />)}
      <div class="whole"><button type="button" onClick={() => { setRows([...rows, { one: {}, at: next }]); setNext(next + 1); }}>{say("expectation.add-port")}</button></div>
    </>
  );
}

function readAllowed(said: FormData): Allowed[] {
  const column = (name: string): string[] => said.getAll(name).map((value) => String(value).trim());
  const [ports, transport, program, because, until] = ["ports", "transport", "program", "because", "until"].map(column) as [string[], string[], string[], string[], string[]];
  return ports.map((text, at) => {
    const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
    if (found === null) {
      throw refusal("ports");
    }
    return {
      first: Number(found[1]), last: Number(found[2] ?? 0), transport: transport[at] ?? "", program: program[at] ?? "", why: because[at] ?? "",
      until: until[at] === "" || until[at] === undefined ? null : instant(until[at]),
    };
  });
}

/** What it makes of what is there now, as far as the page can tell: the watch decides. */
async function becomes(wanted: Expectation, host: string): Promise<JSX.Element> {
  const sights = (await getAll<Sight>(`/ports?limit=500${host === "*" ? "" : `&host=${encodeURIComponent(host)}`}`)).items;
  const base = (path: string): string => path.split("/").pop() ?? path;
  const fits = (one: Allowed, sight: Sight): boolean => sight.port >= one.first && sight.port <= Math.max(one.first, one.last) &&
    (one.transport === "" || one.transport === sight.transport);
  const strangers = sights.filter((one) => one.holders.length > 0 && !one.verdict.startsWith("ours"));
  const lines = strangers.flatMap((sight) => {
    const rows = wanted.allowed.filter((one) => fits(one, sight));
    const good = rows.some((row) => sight.holders.every((holder) => row.program === "*" || row.program === holder.program || row.program === base(holder.program)));
    return rows.length === 0 ? [] : [<li key={`${sight.host}:${sight.port}/${sight.transport}`}>
      <bdi>{`${sight.host}:${sight.port}/${sight.transport}`}</bdi> <Name text={sight.holders.map((one) => one.program).join(", ")} />: {say(good ? "expectation.is-expected" : "expectation.is-not")}</li>];
  });
  return lines.length === 0 ? <p>{say("expectation.nothing-now")}</p> : <ul>{lines}</ul>;
}

export function OneExpectation({ host }: { host: string }): JSX.Element {
  const isAdmin = useMay("administrator");
  const all = useAll<Thing<Expectation>>("/config/things/expectation?limit=500");
  if (all.data === null) {
    return all.problem === null ? <p aria-busy="true">{say("loading")}</p> : <Trouble problem={all.problem} />;
  }
  // A host's own takes the place of what is said of every host: it begins with that.
  const every = all.data.items.find((one) => one.name === "*")?.body ?? { engines: [], allowed: [] };
  const asked: Partial<Allowed>[] = filter("port") === "" ? [] : [{ first: Number(filter("port")), last: 0, transport: filter("transport"), program: filter("program") }];
  const begin = (now: Partial<Expectation>): Partial<Allowed>[] =>
    [...(now.allowed ?? []), ...asked.filter((one) => !(now.allowed ?? []).some((row) => row.first === one.first && row.program === one.program))];
  return (
    <>
      <Tabs rooms={portRooms} label="rail.ports" />
      <Section title="expectation.one">
        <p class="big">{hostName(host)}</p>
        {host !== "*" && every.engines.length + every.allowed.length > 0 && <p class="soft">{say("expectation.instead")}</p>}
        <Editor<Expectation> kind="expectation" name={host} list="/admin/expectations" may={isAdmin} isFixed fresh={every} effect={becomes}
          fields={(now) => [{ name: "engines", choices: engines, many: true, words: "engine", value: (now.engines ?? []).join(","), hint: "hint.engines" }]}
          more={(now) => <Rows key={JSON.stringify(now)} begin={begin(now)} />}
          read={(said) => ({ engines: texts(said.getAll("engines").join(",")), allowed: readAllowed(said) })} />
      </Section>
      <p><a href="/admin/expectations">{say("expectation.all")}</a> · <a href="/admin/ports">{say("ports.all")}</a></p>
    </>
  );
}
