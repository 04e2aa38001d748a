/**
 * Percentiles.
 *
 * @module
 */

/**
 * The smallest of the values that at least `share` of them do not exceed, so
 * always one of them.
 *
 * @param sorted At least one value, the smallest first.
 * @param share More than 0, at most 1.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1];
}
