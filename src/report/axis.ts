/**
 * Ticks of axes.
 *
 * @module
 */

/**
 * Round numbers from 0 to the first one that is not less than the greatest
 * value: four or five steps, or fewer of small numbers.
 */
export function ticks(greatest: number): number[] {
  const rough = Math.max(1, greatest / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power)
    .find((step) => step >= rough)!;
  const count = Math.max(1, Math.ceil(greatest / step));
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

/** Some of a number of places, evenly, the first one among them. */
export function someOf(places: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(places / most));
  return Array.from({ length: Math.ceil(places / step) }, (_, i) => i * step);
}

/** A number as short as a coordinate may be. */
export function short(value: number): string {
  return String(+value.toFixed(1));
}
