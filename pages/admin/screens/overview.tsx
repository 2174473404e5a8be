// Is printing working? What needs somebody? What did this month cost?
import type { JSX } from "preact";
import type { Page } from "../../lib/api";
import { number } from "../../lib/show";
import { say, sayCount } from "../../lib/words";
import { useList, useLoad } from "../load";
import type { Engine, Job, Printer, Refund, Total, Work } from "../types";
import { Money, Name, Section, State, Table, Trouble, When } from "../ui";

export function Overview(): JSX.Element {
  const engines = useList<Engine>("/engines");
  const printers = useList<Printer>("/printers?limit=500", ["printers"]);
  const month = useLoad<Page<Total> & { all: Total }>(`/totals?period=${thisMonth()}`);
  const last = useList<Work>("/history?limit=10", ["jobs"]);
  const waiting = useList<Job>("/jobs?which=not-completed&limit=500", ["jobs"]);
  const asked = useList<Refund>("/refunds?status=asked", ["jobs"]);
  const stopped = (printers.data?.items ?? []).filter((one) => one.state === "stopped");
  const all = month.data?.all;
  return (
    <>
      <div class="tiles">
        <Section title="overview.engines">
          <Trouble problem={engines.problem} />
          <ul class="plain">{(engines.data?.items ?? []).map((one) => <li key={`${one.name}${one.host}`}><State word={one.state} /> <Name text={one.name} /> <span class="soft"><Name text={`${one.host}:${one.port}`} /></span></li>)}</ul>
        </Section>
        <Section title="overview.printers">
          <p class="big">{sayCount("printers", printers.data?.items.length ?? 0)}</p>
          {stopped.length === 0 ? <p>{say("overview.none-stopped")}</p>
            : <ul class="plain">{stopped.map((one) => <li key={one.name}><State word="stopped" /> <Name text={one.name} /> <span class="soft"><Name text={one.message} /></span></li>)}</ul>}
        </Section>
        <Section title="overview.waiting">
          <p class="big"><a href="/admin/jobs?which=not-completed">{sayCount("jobs.chosen", waiting.data?.items.length ?? 0)}</a></p>
          {(asked.data?.items.length ?? 0) > 0 && <p><a href="/admin/refunds">{say("rail.refunds")}: {number(asked.data?.items.length ?? 0)}</a></p>}
        </Section>
        <Section title="overview.month">
          <Trouble problem={month.problem} />
          {all !== undefined && <><p class="big"><Money amount={all.amount} /></p><p>{sayCount("jobs.chosen", all.works)} · {sayCount("pages", all.pages)} · {number(all.sheets)} {say("sheets")}</p></>}
        </Section>
      </div>
      <Section title="overview.last">
        <Table<Work> caption="overview.last" list={last} none="jobs.nothing" columns={[
          { title: "column.job", show: (work) => <a href={`/admin/jobs/-/${encodeURIComponent(work.job)}`}>{work.job}</a> },
          { title: "column.when", show: (work) => <When at={work.at} /> },
          { title: "column.user", show: (work) => <a href={`/admin/people/${encodeURIComponent(work.user)}`}><Name text={work.user} /></a> },
          { title: "printer", show: (work) => <Name text={work.printer} /> },
          { title: "column.state", show: (work) => <State word={work.outcome} /> },
          { title: "column.pages", show: (work) => number(work.pages), number: true },
          { title: "column.cost", show: (work) => <Money amount={work.amount} />, number: true },
        ]} />
      </Section>
    </>
  );
}

// By the site's clock.
function thisMonth(): string {
  const zone = document.documentElement.dataset.zone;
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", timeZone: zone || undefined }).formatToParts(new Date());
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}`;
}
