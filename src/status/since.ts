/**
 * The moments that people name on the command line (SPEC section 7).
 *
 * @module
 */

import { parseInstant } from "../turns/instant.ts";

const DAY = 86_400_000;

/**
 * The instant that `text` names: where a date such as `2025-11-18`, or `today`,
 * begins in the time zone of this machine, or, as in `7d`, the instant that many
 * times 24 hours ago.
 *
 * @param nowMs The present moment, in milliseconds since the epoch.
 * @returns Milliseconds since the epoch, or `null` if `text` names no moment.
 */
export function instantOf(text: string, nowMs: number): number | null {
  const days = /^([1-9]\d{0,4})d$/.exec(text);
  if (days !== null) return nowMs - +days[1] * DAY;
  const midnight = new Date(nowMs);
  if (text !== "today") {
    const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    if (date === null || parseInstant(`${text}T00:00:00`) === null) return null;
    const [, year, month, day] = date;
    midnight.setFullYear(+year, +month - 1, +day);
  }
  return midnight.setHours(0, 0, 0, 0);
}

/** An instant in the time zone of this machine: `2025-11-18 19:26`. */
export function formatInstant(ms: number): string {
  const date = new Date(ms);
  const padded = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes()];
  return `${day.map(padded).join("-")} ${time.map(padded).join(":")}`;
}
