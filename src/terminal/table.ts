/**
 * Rows of text in columns.
 *
 * @module
 */

import { type Color, paint } from "./colors.ts";
import { cut, widthOf } from "./text.ts";

/** How a column is laid out. */
export interface Column {
  /** On which side its texts are aligned. @default {"left"} */
  align?: "left" | "right";
  /** Which end of a text is kept where it does not fit. @default {"start"} */
  keep?: "start" | "end";
}

/** A visible text, or one with a colour. */
export type Cell = string | { text: string; color: Color | undefined };

/** The space to write in. */
export interface Canvas {
  /** The number of columns; `Infinity` if nothing needs to be truncated. */
  width: number;
  /** Whether there are colours. */
  color: boolean;
}

/** What separates two columns. */
const GAP = "  ";

/**
 * Lays rows out as lines, each at most as wide as the canvas: what does
 * not fit is truncated, or left out.
 */
export function table(
  columns: Column[],
  rows: Cell[][],
  { width, color }: Canvas,
): string[] {
  const cells = rows.map((row) =>
    row.map((cell) =>
      typeof cell === "string" ? { text: cell, color: undefined } : cell
    )
  );
  const widths = columns.map((_, i) =>
    Math.max(0, ...cells.map((row) => widthOf(row[i]?.text ?? "")))
  );
  return cells.map((row) => {
    let left = width;
    const parts = row.map((cell, i) => {
      const { align = "left", keep } = columns[i];
      const room = Math.min(widths[i], left);
      // An ellipsis must not take the space of another column.
      const text = room > 0 ? cut(cell.text, room, keep) : "";
      const pad = " ".repeat(room - widthOf(text));
      left = Math.max(0, left - room - GAP.length);
      const painted = color && cell.color !== undefined && text !== ""
        ? paint(cell.color, text)
        : text;
      return align === "right" ? pad + painted : painted + pad;
    });
    return parts.join(GAP).trimEnd();
  });
}
