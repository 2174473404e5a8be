// Charts of our own, small: bars a day and a line with its forecast. SVG that takes its colours from the
// page, so that light, dark and forced colours hold; the numbers stand beside it as a table for whoever reads those.
import type { JSX } from "preact";
import { number } from "./show";
import { say } from "./words";

export interface Point { at: number; value: number }

const WIDE = 420;
const HIGH = 150;
const LEFT = 52;
const BELOW = 24;
const TOP = 10;
const DAY = 86400000;

const zone = (): string | undefined => document.documentElement.dataset.zone || undefined;
const language = (): string => document.documentElement.lang || "en";
/** A day as its language writes it, by the site's clock. */
export const day = (at: number | string, year = false): string =>
  new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", year: year ? "numeric" : undefined, timeZone: zone() }).format(new Date(at));

// Time goes the way the language is read.
const across = (share: number): number => {
  const x = LEFT + share * (WIDE - LEFT - 8);
  return document.documentElement.dir === "rtl" ? WIDE - x : x;
};
const up = (share: number): number => HIGH - BELOW - share * (HIGH - BELOW - TOP);

// 0, a middle and a top that are round.
function steps(most: number): number[] {
  const size = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const top = [1, 2, 4, 5, 10].map((one) => one * size).find((one) => one >= most) ?? most;
  return top < 2 ? [0, top] : [0, top / 2, top];
}

function Grid({ marks, unit }: { marks: number[]; unit: string }): JSX.Element {
  const top = marks[marks.length - 1] || 1;
  const start = document.documentElement.dir === "rtl" ? WIDE - LEFT + 6 : LEFT - 6;
  return (
    <g class="grid">
      {marks.map((mark) => (
        <g key={mark}>
          <line x1={across(0)} x2={across(1)} y1={up(mark / top)} y2={up(mark / top)} />
          <text class="number" x={start} y={up(mark / top) + 4} text-anchor={document.documentElement.dir === "rtl" ? "start" : "end"} direction="ltr">{number(mark)}{unit}</text>
        </g>
      ))}
    </g>
  );
}

const Days = ({ days }: { days: [number, number][] }): JSX.Element => (
  <g class="grid">{days.map(([at, share]) => <text key={at} class="number" x={across(share)} y={HIGH - 6} text-anchor="middle" direction={document.documentElement.dir || "ltr"}>{day(at)}</text>)}</g>
);

function Numbers({ caption, rows, unit }: { caption: string; rows: Point[]; unit: string }): JSX.Element {
  return (
    <details>
      <summary>{say("chart.numbers")}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption class="hidden">{caption}</caption>
          <thead><tr><th scope="col">{say("chart.day")}</th><th scope="col" class="number">{say("chart.value")}</th></tr></thead>
          <tbody>{rows.map((one) => <tr key={one.at}><td><time dateTime={new Date(one.at).toISOString()}>{day(one.at, true)}</time></td><td class="number">{number(one.value)}{unit}</td></tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}

/** One bar a day; days without a point are days of nothing. `told` is the whole in a sentence. */
export function Bars({ points, from, days, told, caption }: { points: Point[]; from: number; days: number; told: string; caption: string }): JSX.Element {
  const marks = steps(Math.max(0, ...points.map((one) => one.value)));
  const top = marks[marks.length - 1] || 1;
  const wide = (WIDE - LEFT - 8) / days;
  const place = (at: number): number => Math.min(days - 1, Math.max(0, Math.floor((at - from) / DAY)));
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={told}>
        <Grid marks={marks} unit="" />
        {points.filter((one) => one.value > 0).map((one) => {
          const middle = across((place(one.at) + 0.5) / days);
          const tall = Math.max(1, up(0) - up(one.value / top));
          return <rect key={one.at} class="mark" x={middle - wide * 0.4} width={wide * 0.8} y={up(0) - tall} height={tall}><title>{`${day(one.at)}: ${number(one.value)}`}</title></rect>;
        })}
        <Days days={[0, 0.5, 1].map((share) => {
          const nth = Math.min(days - 1, Math.floor(share * days));
          return [from + nth * DAY, Math.min(0.95, Math.max(0.04, (nth + 0.5) / days))];
        })} />
      </svg>
      <figcaption>{told}</figcaption>
      <Numbers caption={caption} rows={points} unit="" />
    </figure>
  );
}

/** A level over time in percent; broken on to the day it runs out, where that is known. */
export function Level({ points, until, ends, told, caption, fills }: {
  points: Point[]; until: number; ends: number; told: string; caption: string; fills: boolean;
}): JSX.Element {
  const first = points[0]?.at ?? until - 30 * DAY;
  const last = Math.max(until, Math.min(ends, until + 90 * DAY), first + DAY);
  const share = (at: number): number => Math.min(1, Math.max(0, (at - first) / (last - first)));
  const line = points.map((one) => `${across(share(one.at)).toFixed(1)},${up(one.value / 100).toFixed(1)}`);
  const now = points[points.length - 1];
  const goal = fills ? 1 : 0;
  // Cut where the picture ends, on the way to the day it runs out.
  const part = now === undefined || ends <= now.at ? 1 : Math.min(1, (last - now.at) / (ends - now.at));
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={told}>
        <Grid marks={[0, 50, 100]} unit=" %" />
        {line.length > 1 && <polyline class="line" points={line.join(" ")} />}
        {now !== undefined && <circle class="mark" cx={across(share(now.at))} cy={up(now.value / 100)} r="4" />}
        {now !== undefined && ends > now.at && (
          <line class="line forecast" x1={across(share(now.at))} y1={up(now.value / 100)} x2={across(share(Math.min(ends, last)))} y2={up(now.value / 100 + (goal - now.value / 100) * part)} />
        )}
        <Days days={[[first, 0.04], [last, 0.95]]} />
      </svg>
      <figcaption>{told}</figcaption>
      <Numbers caption={caption} rows={points} unit=" %" />
    </figure>
  );
}

/** How full, at a glance; the number stands beside it. */
export function Gauge({ level, low }: { level: number; low: boolean }): JSX.Element {
  const wide = Math.max(0, Math.min(100, level)) * 0.48;
  const rtl = document.documentElement.dir === "rtl";
  return (
    <svg class={low ? "gauge low" : "gauge"} viewBox="0 0 50 12" width="50" height="12" aria-hidden="true">
      <rect class="frame" x="0.5" y="0.5" width="49" height="11" rx="2" />
      {level >= 0 && <rect class="fill" x={rtl ? 49 - wide : 1} y="1" width={wide} height="10" rx="1.5" />}
    </svg>
  );
}
