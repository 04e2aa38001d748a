/**
 * Text from a log as a terminal can show it: in one line, as wide as it looks,
 * and without power over the terminal.
 *
 * @module
 */

import { unicodeWidth } from "@std/cli";

/** Where a line breaks, and what a terminal takes for a command. */
const CONTROLS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** What changes how other characters are shown: their order, joins and forms. */
const HIDDEN = /\p{Default_Ignorable_Code_Point}/gu;
/** Marks that are heaped up until they cover the lines above and below. */
const HEAP = /(\p{M}{4})\p{M}+/gu;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The text in one line, without what a terminal would obey or not show. */
export function visible(text: string): string {
  return text.replace(CONTROLS, " ").replace(HIDDEN, "").replace(HEAP, "$1")
    .trim();
}

/** The number of columns that a visible text takes. */
export function widthOf(text: string): number {
  return unicodeWidth(text);
}

/**
 * As much of a visible text as fits, with `…` in place of the rest. What looks
 * like one character is never divided.
 *
 * @param width The number of columns there are.
 * @param keep Which of its ends is kept.
 */
export function cut(
  text: string,
  width: number,
  keep: "start" | "end" = "start",
): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment);
  if (keep === "end") parts.reverse();
  const kept: string[] = [];
  let left = width - 1;
  for (const part of parts) {
    left -= widthOf(part);
    if (left < 0) break;
    kept.push(part);
  }
  return keep === "start" ? `${kept.join("")}…` : `…${kept.reverse().join("")}`;
}
