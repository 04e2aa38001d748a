/**
 * Tables for people, as text.
 *
 * @module
 */

/** Cells of a table; the first of each row is its name. */
export type Row = readonly string[];

/** Puts the rows under each other, names to the left, numbers to the right. */
export function formatTable(header: Row, rows: readonly Row[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((r) => r[i].length)));
  const line = (row: Row) =>
    row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])
    ).join("  ").trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** A number with as many digits as one reads. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  }
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Bytes in MB. */
export function megabytes(bytes: number): string {
  return short(bytes / 1e6);
}
