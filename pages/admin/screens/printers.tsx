// Printers and queues.
import type { JSX } from "preact";
import { post } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayIfKnown } from "../../lib/words";
import { useList } from "../load";
import { here } from "../router";
import type { Printer, Queue } from "../types";
import { Form, Name, Section, State, Table } from "../ui";

export function Printers(): JSX.Element {
  const list = useList<Printer>(`/printers${here.value.search}`, ["printers"]);
  return (
    <>
      <Section title="printers.add">
        <Form fields={[{ name: "name", required: true }, { name: "uri", required: true, hint: "hint.uri" }, { name: "pull_group" }]} action="printers.add" send={async (said) => {
          await post("/printers", said);
          list.again();
          return say("done");
        }} />
      </Section>
      <Table<Printer> caption="rail.printers" list={list} none="printers.none" columns={[
        { title: "column.name", show: (one) => <Name text={one.name} /> },
        { title: "column.state", show: (one) => <><State word={one.state} /> <Name text={one.message} /></> },
        { title: "column.pull-group", show: (one) => <Name text={one.pull_group} /> },
        { title: "column.uri", show: (one) => <code><Name text={one.uri} /></code> },
        { title: "column.delivered", show: (one) => number(one.delivered), number: true },
      ]} />
    </>
  );
}

export function Queues(): JSX.Element {
  const list = useList<Queue>(`/queues${here.value.search}`, ["jobs"]);
  return (
    <>
      <Section title="queues.add">
        <Form fields={[{ name: "name", required: true }, { name: "printer", required: true }, { name: "mode", choices: ["hold", "direct"] }]} action="queues.add" send={async (said) => {
          await post("/queues", said);
          list.again();
          return say("done");
        }} />
      </Section>
      <Table<Queue> caption="rail.queues" list={list} none="queues.none" columns={[
        { title: "column.name", show: (one) => <Name text={one.name} /> },
        { title: "column.mode", show: (one) => sayIfKnown(`mode.${one.mode}`, one.mode) },
        { title: "printer", show: (one) => <Name text={one.printer} /> },
        { title: "column.held", show: (one) => number(one.held), number: true },
        { title: "column.active", show: (one) => number(one.active), number: true },
        { title: "column.uri", show: (one) => <code><Name text={one.uri} /></code> },
      ]} />
    </>
  );
}
