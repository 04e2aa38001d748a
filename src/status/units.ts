/**
 * Numbers as people read them.
 *
 * @module
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units of time, the largest first, each with the one that is told beside it. */
const TIMES: [ms: number, unit: string, part: number, partUnit: string][] = [
  [DAY, "d", HOUR, "h"],
  [HOUR, "h", MINUTE, "m"],
  [MINUTE, "m", SECOND, "s"],
];

const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A number of things: `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A part of a whole: `8.1 %`, or nothing where the whole is. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? "" : `${(100 * part / whole).toFixed(1)} %`;
}

/** How long something took: `973 ms`, `9.9 s`, `1 m 12 s`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  for (const [size, unit, part, partUnit] of TIMES) {
    if (ms < size) continue;
    const rest = Math.floor(ms % size / part);
    return `${formatCount(Math.floor(ms / size))} ${unit} ${rest} ${partUnit}`;
  }
  return ms < SECOND ? `${ms} ms` : `${tenths(ms / SECOND)} s`;
}

/** How long ago something was: `3 s`, `5 m`, `2 d`; `-2 h` where it is still to come. */
export function formatAge(ms: number): string {
  const age = Math.abs(ms);
  const [size, unit] = TIMES.find(([size]) => age >= size) ?? [SECOND, "s"];
  const count = Math.floor(age / size);
  return `${ms < 0 && count > 0 ? "-" : ""}${formatCount(count)} ${unit}`;
}

/** An amount of data: `0 B`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < SIZES.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : tenths(size)} ${SIZES[unit]}`;
}

/** Cut rather than rounded, so that nothing reads as `60.0 s`. */
function tenths(value: number): string {
  return (Math.floor(10 * value) / 10).toFixed(1);
}
