/**
 * A plot of stacked bars with its axes. Its marks are stretched to the width of
 * the page, its labels are not.
 *
 * @module
 */

import { formatCount } from "../terminal/numbers.ts";
import { short, ticks } from "./axis.ts";
import { sum } from "./figures.ts";
import type { Series } from "./legend.ts";

/** One bar. */
interface Bar {
  /** What is shown where a pointer rests on it; HTML. */
  title: string;
  /** The height of each series in it, from below. */
  values: readonly number[];
}

/** A label below the bars. */
interface XLabel {
  /** Where it is, in bars from the left. */
  at: number;
  /** HTML. */
  text: string;
}

/** A line across the bars, such as a percentile. */
export interface Marker extends XLabel {
  /** Its class. */
  mark: string;
}

/** What a plot shows. */
interface Plot {
  /** What is to be seen, in a sentence; HTML. */
  summary: string;
  series: readonly Series[];
  bars: readonly Bar[];
  labels: readonly XLabel[];
  markers?: readonly Marker[];
}

/** The size that coordinates refer to. */
const WIDTH = 1000;
const HEIGHT = 200;
/** Which part of its place a bar leaves empty. */
const GAP = 0.18;

/** Writes a plot as HTML. */
export function plot(
  { summary, series, bars, labels, markers = [] }: Plot,
): string {
  const sums = bars.map(({ values }) => sum(values));
  const marks = ticks(Math.max(...sums));
  const top = marks.at(-1)!;
  const step = WIDTH / bars.length;
  const paths = series.map(({ mark }, i) => {
    const path = bars.map(({ values }, n) => {
      const below = sum(values.slice(0, i));
      const [from, to] = [below, below + values[i]].map((value) =>
        HEIGHT * (1 - value / top)
      );
      if (values[i] === 0) return "";
      const x = (n + GAP / 2) * step;
      const width = step * (1 - GAP);
      return `M${short(x)} ${short(from)}V${short(to)}h${short(width)}V${
        short(from)
      }z`;
    }).join("");
    return path === "" ? "" : `<path class="${mark}" d="${path}"/>`;
  });
  // A bar is easier to point at where all of its place counts.
  const places = bars.map(({ title }, n) =>
    sums[n] === 0
      ? ""
      : `<path class="place" d="M${short(n * step)} 0h${
        short(step)
      }v${HEIGHT}h-${short(step)}z"><title>${title}</title></path>`
  );
  const lines = marks.map((value) =>
    `M0 ${short(HEIGHT * (1 - value / top))}h${WIDTH}`
  ).join("");
  return `<div class="plot">
<div class="y" aria-hidden="true">${
    marks.map((value) =>
      `<span style="bottom:${percent(value / top)}">${
        formatCount(value)
      }</span>`
    ).join("")
  }</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${summary}">
<path class="grid" d="${lines}"/>
${paths.filter(Boolean).join("\n")}
${
    markers.map(({ at, mark }) =>
      `<path class="${mark}" d="M${short(at * step)} 0V${HEIGHT}"/>`
    ).join("")
  }
${places.filter(Boolean).join("\n")}
</svg>
${notes(markers, bars)}
<div class="x" aria-hidden="true">${at(labels, bars)}</div>
</div>`;
}

function at(labels: readonly XLabel[], { length }: readonly Bar[]): string {
  return labels.map(({ at, text }) =>
    `<span style="left:${percent(at / length)}">${text}</span>`
  ).join("");
}

/** The texts of markers, one below the other, on the side where there is more room. */
function notes(
  markers: readonly Marker[],
  { length }: readonly Bar[],
): string {
  if (markers.length === 0) return "";
  const texts = markers.map(({ at, text }) =>
    at > length * 2 / 3
      ? `<p style="right:${percent(1 - at / length)}">${text}</p>`
      : `<p style="left:${percent(at / length)}">${text}</p>`
  );
  return `<div class="m" aria-hidden="true">${texts.join("")}</div>`;
}

/** A part of a whole for CSS. */
export function percent(share: number): string {
  return `${short(100 * share)}%`;
}
