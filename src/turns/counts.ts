/**
 * What became of the lines of a run, in numbers.
 *
 * @module
 */

import type { Applied, Change } from "./tracker.ts";

/** What became of the lines of a run. */
export interface Counts extends Record<Change, number> {
  /** Bytes that were read. */
  bytes: number;
  /** Lines that were read. */
  lines: number;
  /** Turns that a prompt orphaned, or that were orphaned from the start. */
  orphaned: number;
  /** Lines, or torn heads of them, that could not be decoded. */
  rejected: number;
}

/** The counts of a run that has not begun. */
export function noCounts(): Counts {
  return {
    ...{ bytes: 0, lines: 0, minted: 0, known: 0, completed: 0, updated: 0 },
    ...{ orphaned: 0, unmatched: 0, rejected: 0 },
  };
}

/** Adds what applying an event resulted in. */
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
