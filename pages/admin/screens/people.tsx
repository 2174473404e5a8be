// People, and one person: balance, last works, cards, and the acts of a help desk.
import type { JSX } from "preact";
import { ask, post } from "../../lib/api";
import { instant, money, number, time } from "../../lib/show";
import { say } from "../../lib/words";
import { useList, useLoad } from "../load";
import { here } from "../router";
import type { Person, Work } from "../types";
import { Facts, Filters, Form, Money, Name, Section, State, Table, TextFilter, Trouble, When } from "../ui";

export function People(): JSX.Element {
  const list = useList<Person>(`/people${here.value.search}`);
  return (
    <>
      <Filters><TextFilter name="query" /><TextFilter name="department" /><TextFilter name="group" /></Filters>
      <Section title="people.add">
        <Form fields={[{ name: "user", required: true }, { name: "full_name" }, { name: "balance" }]} action="people.add" send={async (said) => {
          await post("/people", { name: said.user, full_name: said.full_name, balance: said.balance || "0" });
          list.again();
          return say("people.added", { name: said.user ?? "" });
        }} />
      </Section>
      <Table<Person> caption="rail.people" list={list} none="people.none" paged columns={[
        { title: "column.user", show: (one) => <a href={`/admin/people/${encodeURIComponent(one.name)}`}><Name text={one.name} /></a> },
        { title: "column.full-name", show: (one) => <Name text={one.full_name} /> },
        { title: "column.department", show: (one) => <Name text={one.department} /> },
        { title: "column.state", show: (one) => one.locked ? <State word="locked" /> : one.removed ? <State word="removed" /> : <State word="open" /> },
        { title: "balance", show: (one) => <Money amount={one.balance} />, number: true },
        { title: "column.available", show: (one) => <Money amount={one.available} />, number: true },
      ]} />
    </>
  );
}

interface Card { id: number; hint: string; title: string; valid_until: string | null; used_at: string | null }
interface Credentials { has_password: boolean; has_pin: boolean; roles: string[]; locked_until: string; cards: Card[] }

export function OnePerson({ name }: { name: string }): JSX.Element {
  const path = `/people/${encodeURIComponent(name)}`;
  const person = useLoad<Person>(path);
  const works = useList<Work>(`/history?user=${encodeURIComponent(name)}&limit=20`, ["jobs"]);
  const proof = useLoad<Credentials>(`${path}/credentials`);
  if (person.data === null) {
    return <Trouble problem={person.problem} />;
  }
  const one = person.data;
  return (
    <>
      <div class="tiles">
        <Section title="person.who">
          <Facts facts={[
            ["column.user", <Name text={one.name} />], ["column.full-name", <Name text={one.full_name} />], ["person.email", <Name text={one.email} />],
            ["column.department", <Name text={one.department} />], ["person.groups", <Name text={(one.groups ?? []).join(", ")} />],
          ]} />
        </Section>
        <Section title="balance">
          <p class="big"><Money amount={one.balance} /></p>
          <p>{say("person.reserved")}: <Money amount={one.reserved} /> · {say("column.available")}: {one.unlimited ? say("unlimited") : <Money amount={one.available} />}</p>
          <Form fields={[{ name: "amount", required: true, hint: "hint.amount" }, { name: "why", required: true }]} action="person.adjust" send={async (said) => {
            await post("/ledger/deposit", { name, amount: said.amount, why: said.why });
            person.again();
            return say("person.adjusted", { amount: money(said.amount ?? "0") });
          }} />
        </Section>
        <Section title="person.proofs">
          <Trouble problem={proof.problem} />
          {proof.data !== null && (
            <Facts facts={[
              ["field.password", say(proof.data.has_password ? "yes" : "no")], ["field.pin", say(proof.data.has_pin ? "yes" : "no")],
              ["person.roles", (proof.data.roles ?? []).join(", ") || "–"],
            ]} />
          )}
          <h3>{say("person.cards")}</h3>
          <ul class="plain">{(proof.data?.cards ?? []).map((card) => (
            <li key={card.id} class="row between">
              <span><Name text={`${card.title} …${card.hint}`.trim()} />{card.valid_until && <> <span class="soft">{say("home.expires", { when: time(card.valid_until) })}</span></>}</span>
              <Form fields={[]} name={card.id} action="own.drop-card" danger send={async () => { await ask("DELETE", `/cards/${card.id}`); proof.again(); return say("done"); }} />
            </li>
          ))}</ul>
          <Form fields={[{ name: "number", required: true }, { name: "title" }, { name: "valid_until", type: "datetime-local", hint: "hint.valid-until" }]} action="person.give-card" send={async (said) => {
            await post("/cards", { user: name, number: said.number, title: said.title, ...(said.valid_until ? { valid_until: instant(said.valid_until) } : {}) });
            proof.again();
            return say("done");
          }} />
          <div class="row">
            <Form fields={[]} action="person.unlock" send={async () => { await post("/unlock", { user: name }); proof.again(); return say("done"); }} />
            <Form fields={[{ name: "password", type: "password", required: true }]} action="person.set-password" send={async (said) => {
              await ask("PUT", `${path}/secret`, { kind: "password", secret: said.password, must_change: true });
              proof.again();
              return say("done");
            }} />
          </div>
        </Section>
      </div>
      <Section title="person.works">
        <Table<Work> caption="person.works" list={works} none="jobs.nothing" columns={[
          { title: "column.when", show: (work) => <When at={work.at} /> },
          { title: "column.state", show: (work) => <State word={work.outcome} /> },
          { title: "printer", show: (work) => <Name text={work.printer} /> },
          { title: "column.pages", show: (work) => number(work.pages), number: true },
          { title: "column.cost", show: (work) => <Money amount={work.amount} />, number: true },
        ]} />
      </Section>
    </>
  );
}
