// Who asks for money back, and the decision.
import type { JSX } from "preact";
import { post } from "../../lib/api";
import { say } from "../../lib/words";
import { useList } from "../load";
import { here } from "../router";
import type { Refund } from "../types";
import { ChoiceFilter, Filters, Form, Money, Name, State, Table, When } from "../ui";

export function Refunds(): JSX.Element {
  const list = useList<Refund>(`/refunds${here.value.search}`, ["jobs"]);
  const decide = (id: number, approve: boolean) => async (said: Record<string, string>): Promise<string> => {
    await post(`/refunds/${id}`, { approve, why: said.why ?? "" });
    list.again();
    return say("done");
  };
  return (
    <>
      <Filters><ChoiceFilter name="status" choices={["asked", "approved", "denied"]} /></Filters>
      <Table<Refund> caption="rail.refunds" list={list} none="refunds.none" paged columns={[
        { title: "column.when", show: (one) => <When at={one.asked_at} /> },
        { title: "column.user", show: (one) => <a href={`/admin/people/${encodeURIComponent(one.user)}`}><Name text={one.user} /></a> },
        { title: "column.job", show: (one) => <a href={`/admin/jobs/-/${encodeURIComponent(one.job)}`}>{one.job}</a> },
        { title: "column.why", show: (one) => <Name text={one.reason} /> },
        { title: "column.amount", show: (one) => <Money amount={one.status === "approved" ? one.amount : one.asked} />, number: true },
        { title: "column.state", show: (one) => <State word={one.status} /> },
        { title: "column.act", show: (one) => one.status === "asked" ? (
          <>
            <Form fields={[]} action="refunds.approve" name={one.id} send={decide(one.id, true)} />
            <Form fields={[{ name: "why", required: true }]} action="refunds.deny" name={one.id} send={decide(one.id, false)} danger />
          </>
        ) : <Name text={one.why} /> },
      ]} />
    </>
  );
}
