// Does it tie out? Entries, balances, and the proof.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayIfKnown } from "../../lib/words";
import { useList } from "../load";
import { here } from "../router";
import type { Balance, Entry } from "../types";
import { Filters, Form, Money, Name, Section, Table, TextFilter, When } from "../ui";

export function Ledger(): JSX.Element {
  const entries = useList<Entry>(`/ledger/entries${here.value.search}`, ["jobs"]);
  const balances = useList<Balance>("/ledger/balances?limit=50");
  const [proof, setProof] = useState<{ good: boolean; total: number; finding: string } | null>(null);
  return (
    <>
      <Section title="ledger.proof">
        <p>{say("ledger.proof-why")}</p>
        <Form fields={[]} action="ledger.verify" send={async () => {
          setProof(await post("/ledger/verify"));
          return "";
        }} />
        {proof !== null && <p class={`note ${proof.good ? "good" : "bad"}`} role="status">{proof.good ? say("ledger.good", { count: number(proof.total) }) : proof.finding}</p>}
      </Section>
      <Section title="ledger.entries">
        <Filters><TextFilter name="account" /></Filters>
        <Table<Entry> caption="ledger.entries" list={entries} none="ledger.none" paged columns={[
          { title: "column.number", show: (one) => number(one.sequence), number: true },
          { title: "column.when", show: (one) => <When at={one.at} /> },
          { title: "ledger.debit", show: (one) => <Name text={one.debit} /> },
          { title: "ledger.credit", show: (one) => <Name text={one.credit} /> },
          { title: "column.kind", show: (one) => sayIfKnown(`entry.${one.kind}`, one.kind) },
          { title: "column.why", show: (one) => <Name text={one.why} /> },
          { title: "column.amount", show: (one) => <Money amount={one.amount} />, number: true },
        ]} />
      </Section>
      <Section title="ledger.balances">
        <Table<Balance> caption="ledger.balances" list={balances} none="ledger.none" columns={[
          { title: "column.account", show: (one) => <Name text={one.account} /> },
          { title: "balance", show: (one) => <Money amount={one.balance} />, number: true },
          { title: "person.reserved", show: (one) => <Money amount={one.reserved} />, number: true },
        ]} />
      </Section>
    </>
  );
}
