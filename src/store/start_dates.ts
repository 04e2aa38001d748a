/**
 * The days by which an index of start times is searched: it has times as the log
 * spells them, each in its own zone.
 *
 * @module
 */

/** A zone shifts the date of a time by less than this, in milliseconds. */
const MOST_SHIFT = 86_400_000;

/** The day before an instant, as start times name it. */
export function dateBefore(sinceMs: number): string {
  return new Date(sinceMs - MOST_SHIFT).toISOString().slice(0, 10);
}

/** The day after the next one of an instant, which all start times before it precede. */
export function dateAfter(beforeMs: number): string {
  return new Date(beforeMs + 2 * MOST_SHIFT).toISOString().slice(0, 10);
}
