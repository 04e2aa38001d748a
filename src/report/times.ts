/**
 * Times and spans in the words of the report, all in UTC.
 *
 * @module
 */

import { formatDuration } from "../terminal/numbers.ts";

const DAY = 86_400_000;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A day by its number since the epoch: `18 Nov 2025`. */
export function formatDay(day: number): string {
  const date = new Date(day * DAY);
  return `${formatShortDay(day)} ${date.getUTCFullYear()}`;
}

/** A day by its number since the epoch, without its year: `18 Nov`. */
export function formatShortDay(day: number): string {
  const date = new Date(day * DAY);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** An instant: `18 Nov 2025 19:26`. */
export function formatMoment(ms: number): string {
  const [, time] = new Date(ms).toISOString().split("T");
  return `${formatDay(Math.floor(ms / DAY))} ${time.slice(0, 5)}`;
}

/** An instant with its day: `18 Nov 19:26`, or `18 Nov 19:26:43` with seconds. */
export function formatShortMoment(ms: number, hasSeconds = false): string {
  const [, time] = new Date(ms).toISOString().split("T");
  const shown = time.slice(0, hasSeconds ? 8 : 5);
  return `${formatShortDay(Math.floor(ms / DAY))} ${shown}`;
}

/** How long a turn took; empty where that is not known. */
export function formatSpan(ms: number | null): string {
  return ms === null ? "" : formatDuration(ms);
}
