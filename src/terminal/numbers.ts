/**
 * Numbers for people.
 *
 * @module
 */

/** A count with thousands separated: `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A number of bytes: `596 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A part of a whole: `8.1 %`, or an empty text if the whole is zero. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? "" : `${(100 * part / whole).toFixed(1)} %`;
}

/** Units of time, the largest first. */
const UNITS: [ms: number, name: string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** A time span: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const rounded = 1000 * Math.round(ms / 1000);
  const first = UNITS.findIndex(([size]) => rounded >= size);
  const [size, name] = UNITS[first];
  const whole = `${Math.floor(rounded / size)} ${name}`;
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((rounded % size) / next[0]) : 0;
  return rest > 0 ? `${whole} ${rest} ${next[1]}` : whole;
}

/**
 * A time span in its largest unit alone: `3 s`, `5 min`, `2 d`; `-2 h` for the
 * age of something in the future.
 */
export function formatRoughly(ms: number): string {
  const span = Math.abs(ms);
  const [size, name] = UNITS.find(([size]) => span >= size) ?? UNITS.at(-1)!;
  const count = Math.floor(span / size);
  return `${ms < 0 && count > 0 ? "-" : ""}${formatCount(count)} ${name}`;
}
