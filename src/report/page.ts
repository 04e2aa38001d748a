/**
 * The report as one page, which needs nothing else and asks for nothing.
 *
 * @module
 */

import { durationsOf, type ReportData } from "../store/open.ts";
import {
  formatCount,
  formatDuration,
  formatShare,
} from "../terminal/numbers.ts";
import { daysCharts } from "./days_chart.ts";
import { durationsChart } from "./durations_chart.ts";
import { allDurations, fatesOf } from "./figures.ts";
import { escape, isolated } from "./html.ts";
import { directories, turnLists } from "./lists.ts";
import { STYLE } from "./style.ts";
import { timelineChart } from "./timeline_chart.ts";
import { formatDay, formatMoment } from "./times.ts";

/** No browser loads anything for this page, whatever is in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * Writes the page.
 *
 * @param database What the page calls the database.
 */
export function page(database: string, data: ReportData): string {
  const name = escape(database);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="turn-counter">
<title>Turns of agents in ${name}</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
<h1>Turns of agents</h1>
<p>${isolated(name)}, ${periodOf(data)}. Read on ${
    formatMoment(data.readMs)
  }. All times are UTC.</p>
</header>
<main>
${tiles(data)}
${daysCharts(data)}
${timelineChart(data)}
${durationsChart(data)}
${turnLists(data)}
${directories(data)}
</main>
<footer><p>Made by turn-counter report. A turn is one prompt of a person and what became of it.</p></footer>
</body>
</html>
`;
}

/** Which turns the page is about. */
function periodOf({ days, sinceMs, hasOlder, turns }: ReportData): string {
  const since = sinceMs === null ? "" : ` since ${formatMoment(sinceMs)}`;
  if (days.length === 0) return `no turns${since}`;
  const [first, last] = [days[0].day, days.at(-1)!.day].map(formatDay);
  const which = hasOlder ? `the last ${formatCount(turns)} turns, ` : "";
  return `${which}${first === last ? first : `${first} – ${last}`}`;
}

/** The numbers that matter most. */
function tiles(data: ReportData): string {
  const { turns, sessions } = data;
  const durations = durationsOf(allDurations(data));
  const numbers: [name: string, value: string, note: string][] = [
    [
      "turns",
      formatCount(turns),
      `in ${formatCount(sessions)} ${sessions === 1 ? "session" : "sessions"}`,
    ],
    ...fatesOf(data).map(([fate, count]): [string, string, string] => [
      `<i class="${fate}"></i>${fate}`,
      formatCount(count),
      formatShare(count, turns),
    ]),
  ];
  if (durations !== null) {
    numbers.push([
      "median",
      formatDuration(durations.median),
      `p95 ${formatDuration(durations.p95)}`,
    ]);
  }
  const items = numbers.map(([name, value, note]) =>
    `<div><dt>${name}</dt><dd><b>${value}</b> <span>${note}</span></dd></div>`
  );
  return `<section aria-label="Summary"><dl class="tiles">\n${
    items.join("\n")
  }\n</dl></section>`;
}
