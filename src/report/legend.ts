/**
 * What the colours of the charts mean.
 *
 * @module
 */

import type { TurnFate } from "../store/open.ts";

/** What is stacked in a chart: an outcome, or an agent. */
export interface Series {
  /** HTML. */
  name: string;
  /** The class of its marks, which has its colour. */
  mark: string;
}

/** The outcomes as series. */
export const FATE_SERIES: Record<TurnFate, Series> = {
  completed: { name: "completed", mark: "completed" },
  aborted: { name: "aborted", mark: "aborted" },
  failed: { name: "failed", mark: "failed" },
  orphaned: { name: "orphaned", mark: "orphaned" },
  waiting: { name: "waiting", mark: "waiting" },
};

/** The colours of series as a list, with their names. */
export function legend(series: readonly Series[]): string {
  const items = series.map(({ name, mark }) =>
    `<li><i class="${mark}"></i>${name}</li>`
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
