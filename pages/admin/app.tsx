// The frame: the rail, the screen that the address names, whether news still comes.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { online } from "../lib/live";
import { say } from "../lib/words";
import { go, parts } from "./router";
import { AlertRules, OneAlertRule } from "./screens/alert-rules";
import { AlertTargets, OneAlertTarget } from "./screens/alert-targets";
import { Alerts, Deliveries, OneAlert } from "./screens/alerts";
import { Devices } from "./screens/devices";
import { Discover } from "./screens/discover";
import { Expectations, OneExpectation } from "./screens/expectations";
import { Jobs, OneJob, Works } from "./screens/jobs";
import { Ledger } from "./screens/ledger";
import { MonitoredList, OneMonitored, SuppliesToOrder } from "./screens/monitored";
import { Overview } from "./screens/overview";
import { People, OnePerson } from "./screens/people";
import { OnePort, Ports } from "./screens/ports";
import { Policies, Prices } from "./screens/rules";
import { Refunds } from "./screens/refunds";
import { Printers, Queues } from "./screens/printers";

const rail = ["", "jobs", "people", "printers", "queues", "monitored", "supplies", "alerts", "ports", "devices", "prices", "policies", "ledger", "refunds"] as const;
// Rooms beside one of the rail's.
const beside: Record<string, string> = { "alert-rules": "alerts", "alert-targets": "alerts", "deliveries": "alerts", "expectations": "ports", "works": "jobs", "discover": "monitored" };

/** "new" is one that is to be, "of/NAME" is one that is. */
const chosen = (rest: string[]): string | undefined => rest[0] === "new" ? "" : rest[0] === "of" ? rest[1] : undefined;

function Screen(): JSX.Element {
  const [room = "", ...rest] = parts();
  const name = chosen(rest);
  switch (room) {
    case "": return <Overview />;
    case "jobs": return rest.length === 2 ? <OneJob engine={rest[0] ?? ""} id={rest[1] ?? ""} /> : <Jobs />;
    case "people": return rest[0] === undefined ? <People /> : <OnePerson name={rest[0]} />;
    case "printers": return <Printers />;
    case "queues": return <Queues />;
    case "monitored": return rest[0] === undefined ? <MonitoredList /> : <OneMonitored key={rest[0]} name={rest[0]} />;
    case "supplies": return <SuppliesToOrder />;
    case "alerts": return rest[0] === undefined ? <Alerts /> : <OneAlert key={rest[0]} id={rest[0]} />;
    case "alert-rules": return name === undefined ? <AlertRules /> : <OneAlertRule key={name} name={name} />;
    case "alert-targets": return name === undefined ? <AlertTargets /> : <OneAlertTarget key={name} name={name} />;
    case "discover": return <Discover />;
    case "deliveries": return <Deliveries />;
    case "expectations": return name === undefined ? <Expectations /> : <OneExpectation key={name} host={name} />;
    case "works": return <Works />;
    case "ports": return rest.length === 2 ? <OnePort key={rest.join(" ")} host={rest[0] ?? ""} port={rest[1] ?? ""} /> : <Ports />;
    case "devices": return <Devices />;
    case "prices": return <Prices />;
    case "policies": return <Policies name={rest[0] ?? ""} />;
    case "ledger": return <Ledger />;
    case "refunds": return <Refunds />;
    default: return <p class="note">{say("page.unknown")}</p>;
  }
}

/** "/" goes to it: a job by its number, else people by name. */
function Search(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const typing = (event.target as Element).closest("input, textarea, select") !== null;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
  return (
    <form role="search" aria-label={say("search")} onSubmit={(event) => {
      event.preventDefault();
      const said = field.current?.value.trim() ?? "";
      go(/^\d+$/.test(said) ? `/admin/jobs/-/${said}` : `/admin/people?query=${encodeURIComponent(said)}`);
    }}>
      <input ref={field} type="search" aria-label={say("search")} placeholder={say("search.how")} aria-keyshortcuts="/" />
    </form>
  );
}

export function App(): JSX.Element {
  const [room = ""] = parts();
  const title = say(`rail.${room || "overview"}`);
  useEffect(() => { document.title = `${title} – Quoin`; }, [title]);
  return (
    <>
      <a class="skip" href="#main">{say("skip")}</a>
      <header class="bar row between">
        <a class="brand" href="/admin">Quoin</a>
        {!online.value && <span class="state bad" role="status">{say("live.lost")}</span>}
        <Search />
        <a class="button" href="/">{say("rail.mine")}</a>
      </header>
      <div class="frame">
        <nav class="rail" aria-label={say("rail")}>
          <ul>{rail.map((one) => (
            <li key={one}><a href={`/admin/${one}`.replace(/\/$/, "")} aria-current={one === (beside[room] ?? room) ? "page" : undefined}>{say(`rail.${one || "overview"}`)}</a></li>
          ))}</ul>
        </nav>
        <main id="main" tabIndex={-1}>
          <h1>{title}</h1>
          <Screen />
        </main>
      </div>
    </>
  );
}
