/**
 * What the colours of the charts mean.
 *
 * @module
 */

import { FATES } from "../store/open.ts";

/** What is stacked in a chart: an outcome, or an agent. */
export interface Series {
  /** HTML. */
  name: string;
  /** The class of its marks, which has its colour. */
  mark: string;
}

/** The outcomes as series, in the order of {@linkcode FATES}. */
export const FATE_SERIES: readonly Series[] = FATES.map((fate) => ({
  name: fate,
  mark: fate,
}));

/** The colours of series as a list, with their names. */
export function legend(series: readonly Series[]): string {
  const items = series.map(({ name, mark }) =>
    `<li><i class="${mark}"></i>${name}</li>`
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
