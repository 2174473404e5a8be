// What happened, what is stuck; and of one job everything: who, what, why this price.
import type { JSX } from "preact";
import { post } from "../../lib/api";
import type { Page } from "../../lib/api";
import { instant, local, number } from "../../lib/show";
import { say, sayCount, sayIfKnown } from "../../lib/words";
import { useList, useLoad } from "../load";
import type { Loaded } from "../load";
import { filter, go, here, query, withFilter } from "../router";
import type { Job, JobDetail, Line, Work } from "../types";
import { ChoiceFilter, Facts, Filters, Form, Money, Name, Section, State, Table, TextFilter, Trouble, When } from "../ui";

const address = (job: Job, engine = "-"): string => `/admin/jobs/${encodeURIComponent(engine)}/${job.id}`;

export function Jobs(): JSX.Element {
  const list = useList<Job>(`/jobs${here.value.search}`, ["jobs"]);
  return (
    <>
      <Filters>
        <TextFilter name="user" />
        <TextFilter name="queue" />
        <ChoiceFilter name="which" choices={["not-completed", "completed"]} />
      </Filters>
      <Table<Job> caption="rail.jobs" list={list} none="jobs.nothing" paged columns={[
        { title: "column.job", show: (job) => <a href={address(job, list.data?.engine)}>{job.id}</a> },
        { title: "column.when", show: (job) => <When at={job.created_at} /> },
        { title: "column.user", show: (job) => <a href={`/admin/people/${encodeURIComponent(job.user)}`}><Name text={job.user} /></a> },
        { title: "column.document", show: (job) => <Name text={job.document} /> },
        { title: "column.queue", show: (job) => <Name text={job.queue} /> },
        { title: "column.state", show: (job) => <State word={job.state} /> },
        { title: "column.pages", show: (job) => number(job.pages), number: true },
        { title: "column.cost", show: (job) => <Money amount={job.cost} />, number: true },
      ]} />
    </>
  );
}

/** What a printer did between two times, also where nobody was charged. */
export function Works(): JSX.Element {
  const list = useList<Work>(`/history${query("printer", "user", "since", "until", "after")}`, ["jobs"]);
  const time = (name: "since" | "until"): JSX.Element => (
    <div><label for={`time-${name}`}>{say(name === "since" ? "filter.from" : "filter.until")}</label>
      <input id={`time-${name}`} type="datetime-local" defaultValue={filter(name) === "" ? "" : local(filter(name))}
        onChange={(event) => go(withFilter(name, event.currentTarget.value === "" ? "" : instant(event.currentTarget.value)), true)} /></div>
  );
  return (
    <>
      <Filters><TextFilter name="printer" /><TextFilter name="user" />{time("since")}{time("until")}</Filters>
      <WorkTable list={list} none="jobs.none-then" caption="rail.works" paged />
    </>
  );
}

export function WorkTable({ list, caption, none, paged = false }: { list: Loaded<Page<Work>>; caption: string; none: string; paged?: boolean }): JSX.Element {
  return (
    <Table<Work> caption={caption} list={list} none={none} paged={paged} columns={[
      { title: "column.job", show: (work) => <a href={`/admin/jobs/-/${encodeURIComponent(work.job)}`}>{work.job}</a> },
      { title: "column.when", show: (work) => <When at={work.at} /> },
      { title: "column.user", show: (work) => <a href={`/admin/people/${encodeURIComponent(work.user)}`}><Name text={work.user} /></a> },
      { title: "printer", show: (work) => <Name text={work.printer} /> },
      { title: "column.state", show: (work) => <State word={work.outcome} /> },
      { title: "column.pages", show: (work) => number(work.pages), number: true },
      { title: "column.cost", show: (work) => <Money amount={work.amount} />, number: true },
    ]} />
  );
}

function Lines({ lines, total }: { lines: Line[]; total: string }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say("job.price")}>
      <table>
        <thead><tr>{["column.what", "column.rule", "column.quantity", "column.each", "column.amount"].map((key, index) => <th key={key} scope="col" class={index > 1 ? "number" : ""}>{say(key)}</th>)}</tr></thead>
        <tbody>{lines.map((line, index) => (
          <tr key={index}><td>{line.what}</td><td><code>{line.rule}</code></td><td class="number">{number(line.quantity)}</td><td class="number"><Money amount={line.each} /></td><td class="number"><Money amount={line.amount} /></td></tr>
        ))}</tbody>
        <tfoot><tr><th scope="row" colSpan={4}>{say("total")}</th><td class="number"><strong><Money amount={total} /></strong></td></tr></tfoot>
      </table>
    </div>
  );
}

export function OneJob({ engine, id }: { engine: string; id: string }): JSX.Element {
  const path = `/jobs/${encodeURIComponent(engine)}/${encodeURIComponent(id)}`;
  const loaded = useLoad<JobDetail>(path, ["jobs"]);
  const detail = loaded.data;
  if (detail === null) {
    return <Trouble problem={loaded.problem} />;
  }
  const { job } = detail;
  const paid = detail.settlement ?? detail.reservation;
  const act = (what: string) => async (): Promise<string> => {
    await post(`${path}/${what}`);
    loaded.again();
    return say("done");
  };
  const waits = job.state === "pending-held";
  const released = job.released_by || (job.device === "" ? "" : job.user);
  return (
    <>
      <h2>{say("jobs.number", { number: number(job.id) })}{job.document !== "" && <>: <Name text={job.document} /></>}</h2>
      <p class="row"><State word={job.state} /> <Name text={job.message} /></p>
      <div class="row">
        {waits && <Form fields={[]} action="jobs.release" send={act("release")} />}
        {job.completed_at === "" || job.completed_at === null ? <Form fields={[]} action="jobs.cancel" send={act("cancel")} danger /> : null}
      </div>
      <Section title="job.facts">
        <Facts facts={[
          ["column.user", <a href={`/admin/people/${encodeURIComponent(job.user)}`}><Name text={job.user} /></a>],
          ["job.identity", [detail.identity, detail.from].filter(Boolean).join(", ") || "–"],
          ["column.document", <Name text={job.document} />],
          ["column.queue", <Name text={job.queue} />],
          ["printer", <Name text={detail.printer} />],
          ["column.pages", `${sayCount("pages", job.pages)}, ${sayCount("pages.color", job.color_pages)}, ${sayCount("copies", job.copies)}`],
          ["job.counts", say("job.three-counts", { claimed: detail.claimed > 0 ? detail.claimed : "–", computed: detail.computed, observed: detail.observed_known ? detail.observed : "–" })],
          ["column.when", <When at={job.created_at} />],
          ["job.released-by", released === "" ? "–" : <Name text={job.device === "" ? released : `${released} (${job.device})`} />],
        ]} />
      </Section>
      {detail.decision && (
        <Section title="job.decision">
          <p><strong>{say(`verdict.${detail.decision.verdict || "allow"}`)}</strong> {detail.decision.rule !== "" && <code>{detail.decision.rule}</code>} <Name text={detail.decision.text} /></p>
          <ol class="plain story">{(detail.decision.steps ?? []).map((step, index) => (
            <li key={index}><code>{step.source}</code> <span class="soft">{step.values.map((one) => `${one.name} = ${one.value}`).join(", ")}</span></li>
          ))}</ol>
        </Section>
      )}
      {detail.refusal !== "" && <p class="note bad"><Name text={detail.refusal} /></p>}
      {paid && (
        <Section title="job.price">
          <Lines lines={paid.lines ?? []} total={job.cost} />
          <h3>{say("job.payers")}</h3>
          <ul class="plain">{(paid.legs ?? []).map((leg) => <li key={leg.account}><Name text={leg.account} />: <Money amount={leg.amount} /></li>)}</ul>
          {detail.settlement && <p>{say("job.given-back")}: <Money amount={detail.settlement.given_back} /></p>}
        </Section>
      )}
      <Section title="job.plan"><ol>{(detail.plan ?? []).map((step, index) => <li key={index}><Name text={step} /></li>)}</ol></Section>
      <Section title="job.story">
        <ol class="plain story">{(detail.events ?? []).map((event, index) => <li key={index}><When at={event.at} /> <strong>{sayIfKnown(`event.${event.what}`, event.what)}</strong> <Name text={event.detail} /></li>)}</ol>
      </Section>
    </>
  );
}
