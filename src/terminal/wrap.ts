/**
 * Text of several lines, wrapped to fit a terminal.
 *
 * @module
 */

import { fitting, widthOf } from "./text.ts";

/**
 * A visible line as lines that fit, divided at blanks where it has some; its
 * blanks at the beginning are kept.
 *
 * @param width The number of columns; `Infinity` divides nothing.
 */
export function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (widthOf(rest) > width && width > 0) {
    const fits = cutAt(rest, width);
    lines.push(rest.slice(0, fits).trimEnd());
    rest = rest.slice(fits).trimStart();
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
}

/** How much of a line fits, in UTF-16 units: up to a blank, else as much as there is room for. */
function cutAt(line: string, width: number): number {
  // A character that is wider than all there is must be somewhere.
  const most = fitting(line, width).length || fitting(line, 2).length || 1;
  const indent = line.length - line.trimStart().length;
  const blank = line.lastIndexOf(" ", most);
  return blank >= indent && blank > 0 ? blank : most;
}
