// When people are told: the rules of alerts, each with what it would tell now.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, get, getAll } from "../../lib/api";
import type { Page, Problem } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayCount, sayIfKnown } from "../../lib/words";
import { Editor, count, refusal, text, texts } from "../editor";
import type { Thing } from "../editor";
import { lost, useAll, useList, useMay } from "../load";
import { alertRooms } from "../monitored";
import type { Alert, Gap, Monitored, Sight } from "../monitored";
import type { Engine } from "../types";
import { Name, Section, State, Table, Tabs, Trouble } from "../ui";
import { About, AlertTold } from "./alerts";

export interface Rule {
  when: string; names: string[]; reasons: string[]; threshold: number; for_seconds: number; clear_seconds: number; severity: string; targets: string[];
  quiet_hours: string; escalate_seconds: number; escalate_targets: string[]; again_seconds: number;
}
interface Found { about: string; keyword: string; text: string }

const whens = ["device-error", "device-away", "supply-below", "fault", "meter-gap", "port", "engine-away"];
const severities = ["information", "warning", "critical"];
const bare: Rule = {
  when: "device-error", names: [], reasons: [], threshold: 0, for_seconds: 60, clear_seconds: 60, severity: "warning", targets: [], quiet_hours: "",
  escalate_seconds: 0, escalate_targets: [], again_seconds: 0,
};
// What holds without any rule of one's own (docs/alerts.md).
const usual: [string, Partial<Rule>][] = [
  ["device-error", {}], ["device-away", { for_seconds: 180 }], ["supply-low", { when: "supply-below", severity: "information", for_seconds: 0, clear_seconds: 600, threshold: 10 }],
  ["port", { severity: "critical", for_seconds: 0 }], ["meter-gap", { for_seconds: 0, clear_seconds: 0, threshold: 20 }],
  ["engine-away", { severity: "critical", for_seconds: 30, clear_seconds: 30 }],
];

/** What the engine would have an alert of now, but for how long it must hold. */
async function findings(rule: Rule): Promise<Found[]> {
  const meant = (one: Found): boolean => (rule.names.length === 0 || rule.names.includes(one.about) || rule.names.includes(one.about.split(":")[0] ?? "")) &&
    (rule.reasons.length === 0 || rule.reasons.includes(one.keyword));
  const devices = async (of: (one: Monitored) => Found[]): Promise<Found[]> => (await getAll<Monitored>("/monitored?limit=500")).items.flatMap(of);
  const inState = (...states: string[]) => (one: Monitored): Found[] =>
    states.includes(one.state) ? [{ about: one.name, keyword: "", text: one.reasons[0]?.text ?? say(`state.${one.state}`) }] : [];
  const kinds: Record<string, () => Promise<Found[]>> = {
    "device-error": () => devices(inState("error", "stopped")),
    "device-away": () => devices(inState("away")),
    "supply-below": () => devices((one) => one.supplies.filter((supply) => supply.level >= 0 && (supply.fills ? 100 - supply.level : supply.level) < rule.threshold)
      .map((supply) => ({ about: one.name, keyword: supply.name, text: `${supply.name} has ${supply.level} % left.` }))),
    "fault": () => devices((one) => one.open_faults.map((fault) => ({ about: one.name, keyword: fault.keyword, text: fault.text }))),
    "meter-gap": async () => (await get<Page<Gap>>(`/gaps?limit=500&from=${new Date(Date.now() - 3600000).toISOString()}`)).items
      .filter((gap) => gap.untracked >= rule.threshold).map((gap) => ({ about: gap.device, keyword: "meter-gap", text: gap.text })),
    "port": async () => (await getAll<Sight>("/ports?limit=500&deviations=true")).items.filter((one) => one.severity >= 2)
      .map((one) => ({ about: `${one.host}:${one.port}/${one.transport}`, keyword: one.verdict, text: sayIfKnown(`verdict.${one.verdict}`, one.verdict) })),
    "engine-away": async () => (await get<Page<Engine>>("/engines")).items.filter((one) => one.state !== "up" && one.name === "dre")
      .map((one) => ({ about: `${one.host}:${one.port}`, keyword: one.name, text: say(`state.${one.state}`) })),
  };
  return (await kinds[rule.when]?.() ?? []).filter(meant);
}

const SHOWN = 8;
export async function wouldTell(rule: Rule): Promise<JSX.Element> {
  const found = await findings(rule);
  return (
    <>
      <p>{found.length === 0 ? say("rule.nothing-now") : sayCount("rule.now", found.length)}</p>
      <ul>{found.slice(0, SHOWN).map((one, at) => <li key={at}><About about={one.about} />: <AlertTold one={one} /></li>)}</ul>
      {rule.targets.length === 0 && <p>{say("rule.to-nobody")}</p>}
    </>
  );
}

function Conditions({ rule }: { rule: Rule }): JSX.Element {
  return (
    <ul class="plain">
      {rule.threshold > 0 && <li>{say(rule.when === "supply-below" ? "rule.below" : "rule.from-pages", { count: number(rule.threshold) })}</li>}
      {rule.for_seconds > 0 && <li>{say("rule.for", { seconds: number(rule.for_seconds) })}</li>}
      {rule.names.length > 0 && <li>{say("rule.only")} <Name text={rule.names.join(", ")} /></li>}
      {rule.reasons.length > 0 && <li>{say("rule.because")} <Name text={rule.reasons.join(", ")} /></li>}
      {rule.quiet_hours !== "" && <li>{say("field.quiet_hours")} <bdi>{rule.quiet_hours}</bdi></li>}
      {rule.escalate_seconds > 0 && <li>{say("rule.escalates", { seconds: number(rule.escalate_seconds) })} <Name text={rule.escalate_targets.join(", ")} /></li>}
    </ul>
  );
}

function Usual({ may, done }: { may: boolean | undefined; done: () => void }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const take = async (): Promise<void> => {
    for (const [name, rule] of usual) {
      await ask("PUT", `/config/things/alert-rule/${name}`, { ...bare, when: name, ...rule });
    }
  };
  return (
    <div class="note">
      <p>{say("rule.usual")}</p>
      <Trouble problem={problem} />
      {may === true && <button type="button" onClick={() => { take().then(done, (thrown: unknown) => setProblem(lost(thrown))); }}>{say("rule.take-usual")}</button>}
    </div>
  );
}

export function AlertRules(): JSX.Element {
  const list = useAll<Thing<Rule>>("/config/things/alert-rule?limit=500");
  const open = useList<Alert>("/alerts?open_only=true&limit=500", ["alert"]);
  const may = useMay("administrator", "device-manager");
  const openOf = (name: string): number => (open.data?.items ?? []).filter((one) => one.rule === name).length;
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      {list.data?.items.length === 0 && <Usual may={may} done={list.again} />}
      {may === true && <p><a class="button" href="/admin/alert-rules/new">{say("rule.add")}</a></p>}
      <Table<Thing<Rule>> caption="rail.alert-rules" list={list} none="rule.none" columns={[
        { title: "column.name", show: (one) => <a href={`/admin/alert-rules/of/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> },
        { title: "field.when", show: (one) => sayIfKnown(`when.${one.body.when}`, one.body.when) },
        { title: "field.conditions", show: (one) => <Conditions rule={one.body} /> },
        { title: "column.severity", show: (one) => <State word={one.body.severity || "warning"} /> },
        { title: "column.target", show: (one) => <Name text={one.body.targets.join(", ") || "–"} /> },
        { title: "alert.open", show: (one) => <a href="/admin/alerts">{number(openOf(one.name))}</a>, number: true },
      ]} />
    </>
  );
}

const hours = (said: string): string => {
  if (said !== "" && !/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/.test(said)) {
    throw refusal("quiet-hours");
  }
  return said;
};

export function OneAlertRule({ name }: { name: string }): JSX.Element {
  const targets = useAll<Thing<unknown>>("/config/things/alert-target?limit=500");
  const may = useMay("administrator", "device-manager");
  const where = (targets.data?.items ?? []).map((one) => one.name);
  if (targets.data === null && targets.problem === null) {
    return <p aria-busy="true">{say("loading")}</p>;
  }
  const loses = async (): Promise<JSX.Element> => {
    const [alerts, rules] = await Promise.all([get<Page<Alert>>("/alerts?open_only=true&limit=500"), getAll<Thing<Rule>>("/config/things/alert-rule?limit=500")]);
    return (
      <>
        <p>{sayCount("rule.ends", alerts.items.filter((one) => one.rule === name).length)}</p>
        {rules.items.length <= 1 && <p>{say("rule.usual-again")}</p>}
      </>
    );
  };
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      <Section title={name === "" ? "rule.add" : "rule.one"}>
        {name !== "" && <p class="big"><Name text={name} /></p>}
        <Editor<Rule> kind="alert-rule" name={name} list="/admin/alert-rules" may={may} fresh={bare} effect={wouldTell} loses={loses} fields={(now) => [
          { name: "when", choices: whens, words: "when", value: now.when },
          { name: "severity", choices: severities, words: "state", value: now.severity || "warning" },
          { name: "threshold", type: "number", least: 0, value: String(now.threshold ?? 0), hint: "hint.threshold" },
          { name: "names", value: (now.names ?? []).join(", "), hint: "hint.names" },
          { name: "reasons", value: (now.reasons ?? []).join(", "), hint: "hint.reasons" },
          { name: "for_seconds", type: "number", least: 0, most: 86400, value: String(now.for_seconds ?? 0), hint: "hint.for" },
          { name: "clear_seconds", type: "number", least: 0, most: 86400, value: String(now.clear_seconds ?? 0), hint: "hint.clear" },
          { name: "quiet_hours", value: now.quiet_hours, hint: "hint.quiet" },
          { name: "again_seconds", type: "number", least: 0, value: String(now.again_seconds ?? 0), hint: "hint.again" },
          { name: "targets", choices: known(where, now.targets), many: true, value: (now.targets ?? []).join(","), hint: where.length === 0 ? "hint.no-targets" : "hint.targets" },
          { name: "escalate_seconds", type: "number", least: 0, value: String(now.escalate_seconds ?? 0), hint: "hint.escalate" },
          { name: "escalate_targets", choices: known(where, now.escalate_targets), many: true, value: (now.escalate_targets ?? []).join(",") },
        ]} read={(said) => ({
          when: text(said, "when"), severity: text(said, "severity"), threshold: count(said, "threshold"), names: texts(said.get("names")), reasons: texts(said.get("reasons")),
          for_seconds: count(said, "for_seconds"), clear_seconds: count(said, "clear_seconds"), quiet_hours: hours(text(said, "quiet_hours")), again_seconds: count(said, "again_seconds"),
          targets: said.getAll("targets").map(String), escalate_seconds: count(said, "escalate_seconds"), escalate_targets: said.getAll("escalate_targets").map(String),
        })} />
      </Section>
      <p><a href="/admin/alert-rules">{say("rule.all")}</a></p>
    </>
  );
}

// Also those that are named and are not there any more.
const known = (there: string[], named: string[] | undefined): string[] => [...new Set([...there, ...(named ?? [])])];
