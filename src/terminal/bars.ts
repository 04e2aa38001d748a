/**
 * Bars of a chart.
 *
 * @module
 */

/** Blocks that fill one to seven eighths of a column. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar for a value, as long as its part of the greatest, which takes all of
 * the width. What is more than nothing can be seen.
 */
export function bar(value: number, greatest: number, width: number): string {
  if (value <= 0 || width < 1) return "";
  const eighths = Math.max(1, Math.round(8 * width * value / greatest));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
