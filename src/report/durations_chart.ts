/**
 * How long turns took: a histogram, and a table of agents.
 *
 * @module
 */

import { durationsOf, type ReportData } from "../store/open.ts";
import {
  formatCount,
  formatRoughly,
  formatShare,
} from "../terminal/numbers.ts";
import { agentsOf, allDurations } from "./figures.ts";
import { dataTable, escape, htmlTable, isolated, section } from "./html.ts";
import { type Marker, plot } from "./plot.ts";
import { formatSpan } from "./times.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Where the bins of durations end, in milliseconds. */
const EDGES = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 5].map((n) => n * HOUR),
];

/** The section of durations; empty where no turn has one. */
export function durationsChart(data: ReportData): string {
  const all = allDurations(data);
  const durations = durationsOf(all);
  if (durations === null) return "";
  const { median, p95, longest } = durations;
  const bins = binsOf(all);
  const names = namesOf(bins.length);
  const bars = bins.map((turns, i) => ({
    values: [turns],
    title: `${names[i]}: ${formatCount(turns)} turns`,
  }));
  const marker = (name: string, ms: number, mark: string): Marker => ({
    at: placeOf(ms, bars.length),
    text: `${name} ${formatSpan(ms)}`,
    mark,
  });
  const chart = plot({
    summary: `How many turns took how long: half of them at most ${
      formatSpan(median)
    }, 95 % at most ${formatSpan(p95)}, the longest ${formatSpan(longest)}.`,
    series: [{ name: "turns", mark: "duration" }],
    bars,
    labels: bars.slice(1).flatMap((_, i) =>
      i % 3 === 0 ? [{ at: i + 1, text: formatRoughly(EDGES[i]) }] : []
    ),
    markers: [marker("median", median, "median"), marker("p95", p95, "p95")],
  });
  const table = dataTable(htmlTable(
    "Turns by how long they took",
    [{ title: "Duration" }, { title: "Turns", isNumber: true }],
    bars.map(({ values: [turns] }, i) => [names[i], formatCount(turns)]),
  ));
  const ofAgents = htmlTable(
    "Agents",
    [
      { title: "Agent", isWide: true },
      ...["Turns", "Completed", "Median", "p95"].map((title) => ({
        ...{ title, isNumber: true },
      })),
    ],
    agentsOf(data).map(({ agent, turns, completed, durations }) => [
      agent === null ? "unknown" : isolated(escape(agent)),
      formatCount(turns),
      formatShare(completed, turns),
      formatSpan(durations && durations.median),
      formatSpan(durations && durations.p95),
    ]),
  );
  return section(
    "durations",
    "How long turns took",
    `<figure>${chart}\n${table}</figure>\n${ofAgents}`,
  );
}

/** How many durations are in each bin, up to the last one that has some. */
function binsOf(durations: readonly number[]): number[] {
  const bins = [...EDGES, Infinity].map(() => 0);
  for (const ms of durations) bins[binOf(ms)]++;
  return bins.slice(0, bins.findLastIndex((turns) => turns > 0) + 1);
}

/** The bin of a duration; that of the longest has no edge. */
function binOf(ms: number): number {
  const bin = EDGES.findIndex((edge) => ms < edge);
  return bin < 0 ? EDGES.length : bin;
}

function namesOf(bins: number): string[] {
  return Array.from(
    { length: bins },
    (_, i) =>
      i === 0
        ? `under ${formatRoughly(EDGES[0])}`
        : i === EDGES.length
        ? `over ${formatRoughly(EDGES[i - 1])}`
        : `${formatRoughly(EDGES[i - 1])} – ${formatRoughly(EDGES[i])}`,
  );
}

/** Where a duration is among the bins, in bins from the left. */
function placeOf(ms: number, bins: number): number {
  const bin = binOf(ms);
  if (bin === EDGES.length) return bins - 0.5;
  const from = bin === 0 ? 0 : EDGES[bin - 1];
  return bin + (ms - from) / (EDGES[bin] - from);
}
