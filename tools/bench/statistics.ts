/**
 * The few statistics that the benchmark needs.
 *
 * @module
 */

/** The value below which the given share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Median and range of some values. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Sums up repeated measurements. */
export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/**
 * Divides pair by pair: what disturbs a machine for a while disturbs both
 * halves of a pair.
 */
export function ratios(a: readonly number[], b: readonly number[]): Spread {
  return spread(a.map((value, i) => value / b[i]));
}
