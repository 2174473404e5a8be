// Where people release: stations, panels, readers; and how a tablet becomes one.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, post } from "../../lib/api";
import { say } from "../../lib/words";
import type { Problem } from "../../lib/api";
import { lost, useList } from "../load";
import type { Device } from "../types";
import { Form, Name, Section, State, Table, Trouble, When } from "../ui";

export function Devices(): JSX.Element {
  const list = useList<Device>("/devices");
  const [pairing, setPairing] = useState<{ url: string; svg: string } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  return (
    <>
      <Trouble problem={problem} />
      <Section title="devices.add">
        <Form fields={[{ name: "name", required: true }, { name: "title" }, { name: "printers", hint: "hint.printers" }]} action="devices.add" send={async (said) => {
          await ask("PUT", `/config/things/device/${encodeURIComponent(said.name ?? "")}`, { title: said.title, printers: (said.printers ?? "").split(/[ ,]+/).filter(Boolean) });
          list.again();
          return say("done");
        }} />
      </Section>
      {pairing !== null && (
        <Section title="devices.pair">
          <p>{say("devices.pair-how")}</p>
          <img class="qr" alt={say("devices.qr")} src={`data:image/svg+xml;utf8,${encodeURIComponent(pairing.svg)}`} width="220" height="220" />
          <p><a href={pairing.url}><code>{pairing.url}</code></a></p>
        </Section>
      )}
      <Table<Device> caption="rail.devices" list={list} none="devices.none" columns={[
        { title: "column.name", show: (one) => <Name text={one.name} /> },
        { title: "column.title", show: (one) => <Name text={one.device.title} /> },
        { title: "column.state", show: (one) => <State word={one.is_free ? "idle" : "processing"} /> },
        { title: "rail.printers", show: (one) => <Name text={[...(one.device.printers ?? []), one.device.pull_group].filter(Boolean).join(", ")} /> },
        { title: "column.reader", show: (one) => <When at={one.reader_seen_at} /> },
        { title: "column.act", show: (one) => (
          <button type="button" onClick={() => {
            post<{ url: string; svg: string }>(`/devices/${encodeURIComponent(one.name)}/pair`).then(
              (made) => { setPairing(made); setProblem(null); }, (thrown: unknown) => setProblem(lost(thrown)));
          }}>{say("devices.pair")}</button>
        ) },
      ]} />
    </>
  );
}
