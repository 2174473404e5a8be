// Where alerts go: mail, webhooks, the machine's log; each can be tried before it is needed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, get, post } from "../../lib/api";
import type { Page, Problem } from "../../lib/api";
import { say, sayCount, sayIfKnown } from "../../lib/words";
import { Editor, text } from "../editor";
import type { Thing } from "../editor";
import { lost, useAll, useList, useMay } from "../load";
import { alertRooms, stateOf } from "../monitored";
import type { Delivery } from "../monitored";
import { English, Form, Name, Section, State, Table, Tabs, Trouble } from "../ui";
import { DeliveryTable } from "./alerts";
import type { Rule } from "./alert-rules";

interface Target { kind: string; address: string; server: string; from: string; user: string; need_tls: boolean; off: boolean; authority: string }

const AGAIN_MS = 500;
/** The engine hears of a target a moment after it was saved. */
async function soon<T>(act: () => Promise<T>, tries = 10): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (tries === 0 || lost(thrown).status !== 404) {
      throw thrown;
    }
    await new Promise((go) => setTimeout(go, AGAIN_MS));
    return soon(act, tries - 1);
  }
}

/** What came of a delivery: shown as it is, until the other side has answered once or nobody did for a while. */
async function becameOf(target: string, sent: Delivery, show: (one: Delivery) => void, tries = 40): Promise<void> {
  const list = await get<Page<Delivery>>(`/deliveries?limit=20&target=${encodeURIComponent(target)}`);
  const one = list.items.find((delivery) => delivery.id === sent.id);
  if (one !== undefined) {
    show(one);
  }
  if (tries > 0 && (one === undefined || (one.tries === 0 && !one.done))) {
    await new Promise((go) => setTimeout(go, AGAIN_MS));
    await becameOf(target, sent, show, tries - 1);
  }
}

/** Sends something to see that it arrives, and says what was answered. */
function Trial({ target, done }: { target: string; done: () => void }): JSX.Element {
  const [said, setSaid] = useState<Delivery | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const send = (): void => {
    setBusy(true);
    setProblem(null);
    setSaid(null);
    soon(() => post<Delivery>(`/alert-targets/${encodeURIComponent(target)}/test`))
      .then((one) => becameOf(target, one, setSaid)).then(done, (thrown: unknown) => setProblem(lost(thrown))).finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" disabled={busy} onClick={send}>{say("target.test")}<span class="hidden"> <Name text={target} /></span></button>
      <div role="status">{said !== null && <p class="trial"><State word={stateOf(said)} /> <English text={said.answer} /></p>}</div>
      <Trouble problem={problem} />
    </>
  );
}

export function AlertTargets(): JSX.Element {
  const list = useAll<Thing<Target>>("/config/things/alert-target?limit=500");
  const told = useList<Delivery>("/deliveries?limit=100", ["alert"]);
  const isAdmin = useMay("administrator");
  const may = useMay("administrator", "device-manager");
  const last = (name: string): Delivery | undefined => told.data?.items.find((one) => one.target === name);
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      {isAdmin === true && <p><a class="button" href="/admin/alert-targets/new">{say("target.add")}</a></p>}
      <Table<Thing<Target>> caption="rail.alert-targets" list={list} none="target.none" columns={[
        { title: "column.name", show: (one) => <a href={`/admin/alert-targets/of/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> },
        { title: "column.kind", show: (one) => sayIfKnown(`target.${one.body.kind}`, one.body.kind) },
        { title: "column.uri", show: (one) => <code><Name text={one.body.address} /></code> },
        { title: "target.last", show: (one) => {
          const sent = last(one.name);
          return one.body.off ? say("target.is-off") : sent === undefined ? say("target.never") : <State word={stateOf(sent)} />;
        } },
        { title: "column.act", show: (one) => may === true ? <Trial target={one.name} done={told.again} /> : "" },
      ]} />
    </>
  );
}

function Secret({ name, kind }: { name: string; kind: string }): JSX.Element {
  return (
    <Section title="target.secret">
      <p>{say(kind === "webhook" ? "target.secret-of-webhook" : "target.secret-of-mail")}</p>
      <Form fields={[{ name: "secret", type: "password", hint: "hint.secret" }]} action="target.keep-secret" send={(said) =>
        soon(() => ask("PUT", `/alert-targets/${encodeURIComponent(name)}/secret`, { secret: said.secret })).then(() => say("done"))} />
    </Section>
  );
}

export function OneAlertTarget({ name }: { name: string }): JSX.Element {
  const isAdmin = useMay("administrator");
  const may = useMay("administrator", "device-manager");
  const told = useList<Delivery>(name === "" ? null : `/deliveries?target=${encodeURIComponent(name)}&limit=20`, ["alert"]);
  const list = useAll<Thing<Target>>(name === "" ? null : "/config/things/alert-target?limit=500");
  const kind = list.data?.items.find((one) => one.name === name)?.body.kind ?? "";
  const loses = async (): Promise<JSX.Element> => {
    const rules = await get<Page<Thing<Rule>>>("/config/things/alert-rule?limit=500");
    const users = rules.items.filter((one) => [...one.body.targets, ...one.body.escalate_targets].includes(name));
    return <><p>{sayCount("target.rules", users.length)}</p><ul>{users.map((one) => <li key={one.name}><Name text={one.name} /></li>)}</ul></>;
  };
  return (
    <>
      <Tabs rooms={alertRooms} label="rail.alerts" />
      <Section title={name === "" ? "target.add" : "target.one"}>
        {name !== "" && <p class="big"><Name text={name} /></p>}
        <Editor<Target> kind="alert-target" name={name} list="/admin/alert-targets" may={isAdmin} loses={loses} fresh={{ kind: "mail", need_tls: true }} fields={(now) => [
          { name: "kind", choices: ["mail", "webhook", "syslog"], words: "target", value: now.kind, hint: "hint.kind" },
          { name: "address", value: now.address, hint: "hint.target-address" },
          { name: "server", value: now.server, hint: "hint.server" },
          { name: "from", value: now.from, hint: "hint.from" },
          { name: "user_of_server", value: now.user, hint: "hint.user-of-server" },
          { name: "authority", value: now.authority, hint: "hint.authority" },
          { name: "need_tls", type: "checkbox", value: String(now.need_tls ?? false), hint: "hint.need-tls" },
          { name: "off", type: "checkbox", value: String(now.off ?? false), hint: "hint.off" },
        ]} read={(said) => {
          const mail = text(said, "kind") === "mail";
          const ofMail = (field: string): string => mail ? text(said, field) : "";
          return {
            kind: text(said, "kind"), address: text(said, "address"), server: ofMail("server"), from: ofMail("from"), user: ofMail("user_of_server"),
            authority: text(said, "authority"), need_tls: mail && said.has("need_tls"), off: said.has("off"),
          };
        }} />
      </Section>
      {name !== "" && kind !== "syslog" && isAdmin === true && <Secret name={name} kind={kind} />}
      {name !== "" && (
        <Section title="alert.deliveries">
          {may === true && <Trial target={name} done={told.again} />}
          <DeliveryTable list={told} may={may} />
        </Section>
      )}
      <p><a href="/admin/alert-targets">{say("target.all")}</a></p>
    </>
  );
}
