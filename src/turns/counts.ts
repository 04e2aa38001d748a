/**
 * The counters of a run.
 *
 * @module
 */

import type { Applied, Change } from "./tracker.ts";

/** How many lines a run read, and what their events changed. */
export interface Counts extends Record<Change, number> {
  /** Bytes read. */
  bytes: number;
  /** Lines read. */
  lines: number;
  /** Turns that a new prompt orphaned, and new turns orphaned from the start. */
  orphaned: number;
  /** Lines, or torn heads of lines, that could not be decoded. */
  rejected: number;
}

/** Counters that are all zero. */
export function noCounts(): Counts {
  return {
    ...{ bytes: 0, lines: 0, minted: 0, known: 0, completed: 0, updated: 0 },
    ...{ ended: 0, orphaned: 0, unmatched: 0, rejected: 0 },
  };
}

/** Counts the result of applying an event. */
export function addApplied(counts: Counts, { change, turns }: Applied): void {
  counts[change]++;
  if (change !== "minted") return;
  counts.orphaned += turns.filter(({ status }) => status === "orphaned").length;
}

/** Adds the counts of one part of a run to those of the whole. */
export function addCounts(counts: Counts, part: Counts): void {
  for (const key of Object.keys(part) as (keyof Counts)[]) {
    counts[key] += part[key];
  }
}
