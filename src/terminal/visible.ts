/**
 * Text of the log, made safe for a terminal.
 *
 * @module
 */

/** Line breaks, and control characters that a terminal may obey. */
const CONTROLS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/**
 * Characters that change how others are shown: their order, joins and forms, or
 * that enclose them, for which terminals use a column that is not counted. And
 * lone surrogates, as where a text was truncated.
 */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]/gu;
/** Stacks of combining marks, which would cover the lines above and below. */
const STACK = /(\p{M}{4})\p{M}+/gu;
/** Characters that a terminal may obey, or not show. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** A text in one line, unable to control the terminal or to change what is around it. */
export function visible(text: string): string {
  return text.replace(CONTROLS, " ").replace(HIDDEN, "").replace(STACK, "$1")
    .trim();
}

/** How much of a session's id is shown: its last characters, which differ most. */
const SHOWN_ID = 5;

/** The end of a session's id, by which people tell sessions apart. */
export function shortId(sid: string): string {
  return visible(sid.slice(-SHOWN_ID));
}

/** The ends of lines. */
const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/u;
/** How wide a tab is shown. */
const TAB = "    ";

/**
 * A text in its lines, unable to control the terminal or to change what is around
 * it. Blanks are kept: it may be code. Empty lines at both ends are left out.
 */
export function visibleLines(text: string): string[] {
  const lines = text.split(LINE_END).map((line) =>
    line.replaceAll("\t", TAB).replace(
      CONTROLS,
      (blanks) => /^ +$/.test(blanks) ? blanks : " ",
    ).replace(HIDDEN, "")
      .replace(STACK, "$1").trimEnd()
  );
  const isFull = (line: string) => line !== "";
  return lines.slice(lines.findIndex(isFull), lines.findLastIndex(isFull) + 1);
}

/** A text with nothing left out; what a terminal may obey or not show is escaped as in JSON: `\u001b`. */
export function escaped(text: string): string {
  return text.replace(
    UNSHOWN,
    (character) =>
      character.split("").map((unit) =>
        `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      ).join(""),
  );
}
