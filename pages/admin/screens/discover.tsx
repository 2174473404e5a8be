// Looking for devices: what would be asked, how far it is, what was found, and adding it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, post } from "../../lib/api";
import type { Page, Problem } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayCount } from "../../lib/words";
import { text, texts } from "../editor";
import { lost, useMay } from "../load";
import { English, Field, Name, Section, Table, Trouble } from "../ui";

interface Found {
  what: string; text: string; of: number; probes: number; seconds: number; address: string; name: string; make_and_model: string; serial: string; uri: string;
  known_as: string; known_kind: string; witnesses: { source: string }[]; disagreements: string[];
}

/** How far it is, by the time that it takes at most: the answer comes when it is over. */
function Progress({ plan, stop }: { plan: Found; stop: () => void }): JSX.Element {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setPassed((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div role="status">
      <label for="discover-progress">{say("discover.running")}</label>
      <progress id="discover-progress" max={Math.max(1, plan.seconds)} value={Math.min(passed, plan.seconds)} />
      <div class="row"><button type="button" onClick={stop}>{say("discover.stop")}</button></div>
    </div>
  );
}

const Plan = ({ plan }: { plan: Found }): JSX.Element =>
  <p class="note">{sayCount("discover.plan", plan.of, { probes: number(plan.probes), seconds: number(plan.seconds) })}</p>;

function Add({ one, done }: { one: Found; done: () => void }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = (act: Promise<unknown>): void => { act.then(done, (thrown: unknown) => setProblem(lost(thrown))); };
  return (
    <>
      <div class="row">
        {one.uri !== "" && <button type="button" onClick={() => run(post("/printers", { name: one.name, uri: one.uri }))}>{say("discover.add-printer")}<span class="hidden"> <Name text={one.name} /></span></button>}
        <button type="button" onClick={() => run(ask("PUT", `/config/things/monitor/${encodeURIComponent(one.name)}`, { address: one.address }))}>{say("discover.add-monitor")}<span class="hidden"> <Name text={one.name} /></span></button>
      </div>
      <Trouble problem={problem} />
    </>
  );
}

function FoundTable({ items, added, add }: { items: Found[]; added: string[]; add: (name: string) => void }): JSX.Element {
  const knownAs = (one: Found): string => one.known_as || (added.includes(one.address) ? one.name : "");
  return (
    <Table<Found> caption="discover.found" list={{ data: { items }, problem: null, busy: false, again: () => undefined }} none="discover.none" columns={[
      { title: "column.device", show: (one) => <><Name text={one.make_and_model || one.name} />{one.disagreements.length > 0 && <ul class="plain">{one.disagreements.map((said) => <li key={said}><English text={said} /></li>)}</ul>}</> },
      { title: "column.uri", show: (one) => <code><Name text={one.uri || one.address} /></code> },
      { title: "fact.serial", show: (one) => <Name text={one.serial || "–"} /> },
      { title: "column.source", show: (one) => <bdi>{[...new Set(one.witnesses.map((witness) => witness.source.toUpperCase()))].join(", ")}</bdi> },
      { title: "discover.here", show: (one) => knownAs(one) === "" ? <Add one={one} done={() => add(one.address)} />
        : one.known_kind === "queue" ? <Name text={knownAs(one)} /> : <a href={`/admin/monitored/${encodeURIComponent(knownAs(one))}`}><Name text={knownAs(one)} /></a> },
    ]} />
  );
}

export function Discover(): JSX.Element {
  const may = useMay("administrator", "device-manager");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [plan, setPlan] = useState<Found | null>(null);
  const [items, setItems] = useState<Found[] | null>(null);
  const [running, setRunning] = useState(false);
  const [added, setAdded] = useState<string[]>([]);
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []); // who leaves has it end

  async function look(said: FormData, dry: boolean): Promise<void> {
    const asked = { ranges: texts(said.get("ranges")), dnssd: said.has("dnssd"), cups: texts(said.get("cups")), snmp_version: text(said, "snmp_version") };
    const stop = new AbortController();
    stopping.current = stop;
    const found = (dry_run: boolean): Promise<Page<Found>> => ask("POST", "/discover", { ...asked, dry_run }, undefined, undefined, stop.signal);
    setPlan((await found(true)).items.find((one) => one.what === "plan") ?? null);
    if (!dry) {
      setItems((await found(false)).items.filter((one) => one.what !== "plan" && one.what !== "progress"));
    }
  }

  return (
    <>
      <Section title="discover.where">
        <p>{say("discover.how")}</p>
        <form class="row end editor" onSubmit={(event) => {
          event.preventDefault();
          const dry = (event.submitter as HTMLButtonElement | null)?.value !== "look";
          const said = new FormData(event.currentTarget as HTMLFormElement);
          setProblem(null);
          setPlan(null);
          setItems(null);
          setRunning(true);
          look(said, dry).catch((thrown: unknown) => { if (!stopping.current?.signal.aborted) { setProblem(lost(thrown)); } }).finally(() => setRunning(false));
        }}>
          <fieldset class="bare whole row end" disabled={may !== true || running}>
            <Field field={{ name: "ranges", hint: "hint.ranges" }} action="discover" />
            <Field field={{ name: "cups", hint: "hint.cups" }} action="discover" />
            <Field field={{ name: "snmp_version", choices: ["2c", "1"] }} action="discover" />
            <Field field={{ name: "dnssd", type: "checkbox", value: "true", hint: "hint.dnssd" }} action="discover" />
            <div class="row whole"><button name="do" value="dry">{say("thing.try")}</button><button class="first" name="do" value="look">{say("discover.look")}</button></div>
          </fieldset>
        </form>
        <Trouble problem={problem} />
        {plan !== null && <Plan plan={plan} />}
        {plan !== null && running && <Progress plan={plan} stop={() => stopping.current?.abort()} />}
      </Section>
      {items !== null && (
        <Section title="discover.found">
          <ul class="plain">{items.filter((one) => one.what === "note").map((one) => <li key={one.text}><English text={one.text} /></li>)}</ul>
          <FoundTable items={items.filter((one) => one.what === "device")} added={added} add={(address) => setAdded([...added, address])} />
        </Section>
      )}
      <p><a href="/admin/monitored">{say("monitored.all")}</a></p>
    </>
  );
}
