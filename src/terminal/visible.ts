/**
 * Text of the log, made safe for a terminal.
 *
 * @module
 */

/** Where a line breaks, and what a terminal takes for a command. */
const CONTROLS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/**
 * What changes how other characters are shown: their order, joins and forms, or
 * encloses them, for which terminals take a column that nobody counts. And halves
 * of characters, as where a text was cut.
 */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]/gu;
/** Marks that are heaped up until they cover the lines above and below. */
const HEAP = /(\p{M}{4})\p{M}+/gu;
/** What a terminal might obey, or not show. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** A text in one line, unable to control the terminal or to change what is around it. */
export function visible(text: string): string {
  return text.replace(CONTROLS, " ").replace(HIDDEN, "").replace(HEAP, "$1")
    .trim();
}

/** A text with nothing left out, what a terminal might obey or not show as in JSON: `\u001b`. */
export function escaped(text: string): string {
  return text.replace(
    UNSEEN,
    (character) =>
      character.split("").map((unit) =>
        `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      ).join(""),
  );
}
