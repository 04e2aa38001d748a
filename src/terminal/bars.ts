/**
 * Bars of a chart.
 *
 * @module
 */

/** Blocks that fill one to seven eighths of a column. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar for a value, in proportion to the greatest one, which takes the whole
 * width. Every value above zero is visible.
 */
export function bar(value: number, greatest: number, width: number): string {
  if (value <= 0 || width < 1) return "";
  const eighths = Math.max(1, Math.round(8 * width * value / greatest));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
