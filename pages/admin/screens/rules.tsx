// Prices and policy, each with what it would have done: nothing is put in force unseen.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, post } from "../../lib/api";
import { money, number } from "../../lib/show";
import { say, sayCount } from "../../lib/words";
import { useList, useLoad } from "../load";
import type { PolicySet, PriceList, Tried } from "../types";
import { Form, Money, Name, Section, Table, Trouble, When } from "../ui";

interface WhatIf { works: number; before: string; after: string; changed: number; people_changed: number; departments: { name: string; works: number; before: string; after: string }[] }
const monthAgo = (): string => new Date(Date.now() - 30 * 86400 * 1000).toISOString();

/** The standard book with these prices in place of its own. */
const asBook = (said: Record<string, string>): object => ({
  name: "base",
  book: { pages: sizes.flatMap((size) => [["mono", said.mono], ["color", said.color]].map(([ink, price]) =>
    ({ name: `page.${size}.${ink}`, ink: [ink], sizes: [size], price }))) },
});
const sizes = ["small", "normal", "large", "huge"];

export function Prices(): JSX.Element {
  const list = useLoad<PriceList>("/price-list");
  const [seen, setSeen] = useState<WhatIf | null>(null);
  const prices = list.data;
  return (
    <>
      <Trouble problem={list.problem} />
      {prices !== null && (
        <Section title="prices.now">
          <div class="scroll" tabIndex={0} role="region" aria-label={say("prices.now")}>
            <table>
              <thead><tr><th scope="col">{say("prices.size")}</th><th scope="col" class="number">{say("color.monochrome")}</th><th scope="col" class="number">{say("color.color")}</th></tr></thead>
              <tbody>{sizes.map((size, index) => (
                <tr key={size}><th scope="row">{say(`size.${size}`)}</th><td class="number"><Money amount={prices.page_mono[index]} /></td><td class="number"><Money amount={prices.page_color[index]} /></td></tr>
              ))}</tbody>
            </table>
          </div>
          <p class="soft">{say("prices.version", { version: prices.version, by: prices.set_by })} <When at={prices.set_at} /></p>
        </Section>
      )}
      <Section title="prices.try">
        <p>{say("prices.try-why")}</p>
        <Form fields={[{ name: "mono", required: true }, { name: "color", required: true }]} action="prices.what-if" send={async (said) => {
          setSeen(await post<WhatIf>("/prices/what-if", { since: monthAgo(), books: [asBook(said)] }));
          return "";
        }} />
        {seen !== null && (
          <div role="status">
            <p class="big">{money(seen.before)} → {money(seen.after)}</p>
            <p>{sayCount("prices.changed", seen.changed)} · {sayCount("people.count", seen.people_changed)}</p>
            <ul class="plain">{(seen.departments ?? []).map((one) => <li key={one.name}><Name text={one.name || "–"} />: <Money amount={one.before} /> → <Money amount={one.after} /></li>)}</ul>
          </div>
        )}
      </Section>
      <Section title="prices.set">
        <Form fields={[{ name: "mono", required: true }, { name: "color", required: true }]} action="prices.set" send={async (said) => {
          await ask("PUT", "/price-list", {
            page_mono: sizes.map(() => said.mono), page_color: sizes.map(() => said.color),
            duplex_percent: prices?.duplex_percent ?? 100, per_job: prices?.per_job ?? "0",
          });
          list.again();
          return say("done");
        }} danger />
      </Section>
    </>
  );
}

export function Policies({ name }: { name: string }): JSX.Element {
  const list = useList<PolicySet>("/policies");
  return (
    <>
      <Table<PolicySet> caption="rail.policies" list={list} none="policies.none" columns={[
        { title: "column.name", show: (one) => <a href={`/admin/policies/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> },
        { title: "column.queues", show: (one) => <Name text={(one.queues ?? []).join(", ") || say("filter.all")} /> },
        { title: "policies.rules", show: (one) => number(one.rules), number: true },
        { title: "column.version", show: (one) => number(one.version), number: true },
        { title: "column.when", show: (one) => <When at={one.set_at} /> },
      ]} />
      <Editor key={name} name={name} saved={list.again} />
    </>
  );
}

function Editor({ name, saved }: { name: string; saved: () => void }): JSX.Element {
  const loaded = useLoad<PolicySet>(name === "" ? null : `/policies/${encodeURIComponent(name)}`);
  const [tried, setTried] = useState<Tried | null>(null);
  if (name !== "" && loaded.data === null) {
    return <Trouble problem={loaded.problem} />;
  }
  const text = loaded.data?.text ?? "";
  return (
    <>
      <Section title="policies.try">
        <p>{say("policies.try-why")}</p>
        <Form fields={[{ name: "rules", type: "textarea", required: true, value: text }]} action="policies.dry-run" send={async (said) => {
          setTried(await post<Tried>("/policies/try", { text: said.rules, file: `${name || "new"}.rules`, since: monthAgo() }));
          return "";
        }} />
        {tried !== null && <Outcome tried={tried} />}
      </Section>
      <Section title="policies.set">
        <Form fields={[{ name: "name", required: true, value: name }, { name: "why", required: true }, { name: "rules", type: "textarea", required: true, value: text }]} action="policies.set" send={async (said) => {
          await ask("PUT", `/policies/${encodeURIComponent(said.name ?? "")}?why=${encodeURIComponent(said.why ?? "")}`, { text: said.rules, file: `${said.name}.rules` });
          saved();
          return say("done");
        }} danger />
      </Section>
    </>
  );
}

function Outcome({ tried }: { tried: Tried }): JSX.Element {
  return (
    <div role="status">
      <p class="big">{say("policies.outcome", { tried: number(tried.tried), denied: number(tried.denied), saved: money(tried.saved), people: number(tried.people) })}</p>
      <ul class="plain">{(tried.persons ?? []).map((one) => <li key={one.name}><Name text={one.name} />: {number(one.works)} · <Money amount={one.amount} /></li>)}</ul>
      <ol>{(tried.rules ?? []).map((one) => <li key={one.rule}><code>{one.source}</code> {number(one.met)}</li>)}</ol>
    </div>
  );
}
