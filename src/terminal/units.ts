/**
 * Shares and ages for people.
 *
 * @module
 */

import { formatCount } from "./numbers.ts";

/** Units of time, the largest first. */
const UNITS: [ms: number, name: string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** A part of a whole: `8.1 %`, or an empty text if the whole is zero. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? "" : `${(100 * part / whole).toFixed(1)} %`;
}

/** How long ago something was: `3 s`, `5 min`, `2 d`; `-2 h` if it is in the future. */
export function formatAge(ms: number): string {
  const age = Math.abs(ms);
  const [size, name] = UNITS.find(([size]) => age >= size) ?? UNITS.at(-1)!;
  const count = Math.floor(age / size);
  return `${ms < 0 && count > 0 ? "-" : ""}${formatCount(count)} ${name}`;
}
