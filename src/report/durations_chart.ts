/**
 * How long turns took: a histogram, and a table of agents.
 *
 * @module
 */

import type { ReportData } from "../store/open.ts";
import { formatCount } from "../terminal/numbers.ts";
import { formatShare } from "../terminal/units.ts";
import { agentsOf, durationsOf, sortedDurations } from "./figures.ts";
import { dataTable, escape, htmlTable, isolated } from "./html.ts";
import { type Marker, plot } from "./plot.ts";
import { formatEdge, formatSpan } from "./times.ts";

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
  const sorted = sortedDurations(data);
  const durations = durationsOf(sorted);
  if (durations === null) return "";
  const { median, p95, longest } = durations;
  const bins = binsOf(sorted);
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
      i % 3 === 0 ? [{ at: i + 1, text: formatEdge(EDGES[i]) }] : []
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
  return `<section aria-labelledby="durations"><h2 id="durations">How long turns took</h2>
<figure>${chart}
${table}</figure>
${ofAgents}</section>`;
}

/** How many durations are in each bin, up to the last one that has some. */
function binsOf(sorted: Float64Array): number[] {
  const bins: number[] = [];
  for (let i = 0, bin = 0; i < sorted.length; bin++) {
    const edge = EDGES[bin] ?? Infinity;
    const begin = i;
    while (i < sorted.length && sorted[i] < edge) i++;
    bins.push(i - begin);
  }
  return bins;
}

function namesOf(bins: number): string[] {
  return Array.from(
    { length: bins },
    (_, i) =>
      i === 0
        ? `under ${formatEdge(EDGES[0])}`
        : i === EDGES.length
        ? `over ${formatEdge(EDGES[i - 1])}`
        : `${formatEdge(EDGES[i - 1])} – ${formatEdge(EDGES[i])}`,
  );
}

/** Where a duration is among the bins, in bins from the left. */
function placeOf(ms: number, bins: number): number {
  const bin = EDGES.findIndex((edge) => ms < edge);
  if (bin < 0) return bins - 0.5;
  const from = bin === 0 ? 0 : EDGES[bin - 1];
  return bin + (ms - from) / (EDGES[bin] - from);
}
