// Is printing working? What needs somebody? What did this month cost?
import type { JSX } from "preact";
import type { Page } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayCount } from "../../lib/words";
import { useList, useLoad } from "../load";
import type { Engine, Job, Printer, Total } from "../types";
import { Money, Name, Section, State, Table, Trouble, When } from "../ui";

export function Overview(): JSX.Element {
  const engines = useList<Engine>("/engines");
  const printers = useList<Printer>("/printers?limit=500", ["printers"]);
  const month = useLoad<Page<Total> & { all: Total }>("/totals?period=month");
  const last = useList<Job>("/jobs?limit=10&order=newest", ["jobs"]);
  const stopped = (printers.data?.items ?? []).filter((one) => one.state === "stopped");
  const all = month.data?.all;
  return (
    <>
      <div class="tiles">
        <Section title="overview.engines">
          <Trouble problem={engines.problem} />
          <ul class="plain">{(engines.data?.items ?? []).map((one) => <li key={`${one.name}${one.host}`}><State word={one.state} /> {one.name} <span class="soft">{one.host}:{one.port}</span></li>)}</ul>
        </Section>
        <Section title="overview.printers">
          <p class="big">{sayCount("printers", printers.data?.items.length ?? 0)}</p>
          {stopped.length === 0 ? <p>{say("overview.none-stopped")}</p>
            : <ul class="plain">{stopped.map((one) => <li key={one.name}><State word="stopped" /> <Name text={one.name} /> <span class="soft"><Name text={one.message} /></span></li>)}</ul>}
        </Section>
        <Section title="overview.month">
          <Trouble problem={month.problem} />
          {all !== undefined && <><p class="big"><Money amount={all.amount} /></p><p>{sayCount("jobs.chosen", all.works)} · {sayCount("pages", all.pages)} · {number(all.sheets)} {say("sheets")}</p></>}
        </Section>
      </div>
      <Section title="overview.last">
        <Table<Job> caption="overview.last" list={last} none="jobs.nothing" columns={[
          { title: "column.job", show: (job) => <a href={`/admin/jobs/${encodeURIComponent(job.engine)}/${job.id}`}>{job.id}</a> },
          { title: "column.when", show: (job) => <When at={job.created_at} /> },
          { title: "column.user", show: (job) => <a href={`/admin/people/${encodeURIComponent(job.user)}`}><Name text={job.user} /></a> },
          { title: "column.state", show: (job) => <State word={job.state} /> },
          { title: "column.pages", show: (job) => number(job.pages), number: true },
          { title: "column.cost", show: (job) => <Money amount={job.cost} />, number: true },
        ]} />
      </Section>
    </>
  );
}
