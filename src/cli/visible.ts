/**
 * Text of the log, made safe for a terminal.
 *
 * @module
 */

/** Where a line breaks, and what a terminal takes for a command. */
const CONTROLS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** What changes how other characters are shown: their order, joins and forms. */
const HIDDEN = /\p{Default_Ignorable_Code_Point}/gu;
/** Marks that are heaped up until they cover the lines above and below. */
const HEAP = /(\p{M}{4})\p{M}+/gu;

/** A text in one line, unable to control the terminal or to change what is around it. */
export function visible(text: string): string {
  return text.replace(CONTROLS, " ").replace(HIDDEN, "").replace(HEAP, "$1")
    .trim();
}
