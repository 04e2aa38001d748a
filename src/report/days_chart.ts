/**
 * Turns a day, by outcome and by agent.
 *
 * @module
 */

import { type DayCount, FATES, type ReportData } from "../store/open.ts";
import { formatCount } from "../terminal/numbers.ts";
import { someOf } from "./axis.ts";
import { agentsOf, sum } from "./figures.ts";
import { dataTable, escape, htmlTable, section } from "./html.ts";
import { FATE_SERIES, legend, type Series } from "./legend.ts";
import { plot } from "./plot.ts";
import { formatDay, formatShortDay } from "./times.ts";

/** How many bars there are at most, and how many of them have a label. */
const MOST_BARS = 124;
const MOST_LABELS = 6;
/** How many agents have a colour of their own. */
const MOST_AGENTS = 4;

/** Days in one bar. */
interface Bin {
  first: number;
  counts: DayCount[];
}

/** The charts of turns a day; empty where no turn has a start. */
export function daysCharts(data: ReportData): string {
  const { days } = data;
  if (days.length === 0) return "";
  const size = sizeOf(days);
  const bins = binsOf(days, size);
  const agents = agentsOf(data);
  const named = agents.slice(0, MOST_AGENTS).map(({ agent }) => agent);
  const seriesOf: Series[] = named.map((agent, i) => ({
    name: agent === null ? "unknown" : escape(agent),
    mark: `agent${i}`,
  }));
  const hasOthers = agents.length > MOST_AGENTS;
  if (hasOthers) seriesOf.push({ name: "others", mark: "agent4" });
  const isOf = (agent: string | null, i: number) =>
    i < named.length ? agent === named[i] : !named.includes(agent);
  const byFate = chart(bins, size, {
    title: "by outcome",
    series: FATE_SERIES,
    isOf: ({ fate }, i) => fate === FATES[i],
  });
  const byAgent = chart(bins, size, {
    ...{ title: "by agent", series: seriesOf },
    isOf: ({ agent }, i) => isOf(agent, i),
  });
  return section("days", `Turns ${PER[size]}`, `${byFate}\n${byAgent}`);
}

/** How many days make a bar: all of them must fit. */
type Size = 1 | 7 | 28 | 364;
const PER: Record<Size, string> = {
  1: "a day",
  7: "a week",
  28: "in four weeks",
  364: "in 52 weeks",
};

function sizeOf(days: readonly DayCount[]): Size {
  const span = days.at(-1)!.day - days[0].day + 1;
  const sizes: Size[] = [1, 7, 28];
  return sizes.find((size) => span / size <= MOST_BARS) ?? 364;
}

function binsOf(days: readonly DayCount[], size: Size): Bin[] {
  const last = days.at(-1)!.day;
  // A time that is far from all others must not make bars without end.
  const from = Math.max(days[0].day, last - MOST_BARS * size + 1);
  // Weeks begin on Mondays, as the epoch did not.
  const begin = size === 1 ? from : Math.floor((from + 3) / 7) * 7 - 3;
  const count = Math.floor((last - begin) / size) + 1;
  const bins = Array.from({ length: count }, (_, i): Bin => ({
    first: begin + i * size,
    counts: [],
  }));
  for (const day of days) {
    bins[Math.floor((day.day - begin) / size)]?.counts.push(day);
  }
  return bins;
}

interface Split {
  title: string;
  series: readonly Series[];
  /** Whether turns belong to a series. */
  isOf: (count: DayCount, series: number) => boolean;
}

function chart(
  bins: Bin[],
  size: Size,
  { title, series, isOf }: Split,
): string {
  const rows = bins.map(({ first, counts }) => ({
    name: size === 1
      ? formatDay(first)
      : `${formatShortDay(first)} – ${formatDay(first + size - 1)}`,
    values: series.map((_, i) =>
      sum(counts.filter((count) => isOf(count, i)).map(({ turns }) => turns))
    ),
  }));
  const used = series.map((_, i) => i).filter((i) =>
    rows.some(({ values }) => values[i] > 0)
  );
  const shown = used.map((i) => series[i]);
  const bars = rows.map(({ name, values }) => ({
    name,
    values: used.map((i) => values[i]),
    title: `${name}: ${
      used.filter((i) => values[i] > 0)
        .map((i) => `${formatCount(values[i])} ${series[i].name}`).join(", ")
    }`,
  }));
  const most = bars.reduce((a, b) => sum(a.values) >= sum(b.values) ? a : b);
  const table = htmlTable(
    `Turns ${PER[size]}, ${title}`,
    [
      { title: size === 1 ? "Day" : "Days" },
      ...shown.map(({ name }) => ({ title: name, isNumber: true })),
    ],
    bars.filter(({ values }) => sum(values) > 0)
      .map(({ name, values }) => [name, ...values.map(formatCount)]),
  );
  return `<figure><figcaption><h3>${title[0].toUpperCase()}${
    title.slice(1)
  }</h3>${legend(shown)}</figcaption>
${
    plot({
      summary: `Turns ${PER[size]}, ${title}; the most were ${most.title}.`,
      ...{ series: shown, bars },
      labels: someOf(bars.length, MOST_LABELS).map((i) => ({
        ...{ at: i + 0.5, text: formatShortDay(bins[i].first) },
      })),
    })
  }
${dataTable(table)}</figure>`;
}
