/**
 * Text of the log, made safe for a terminal.
 *
 * @module
 */

/** A text in one line, unable to control the terminal or to reorder what is around it. */
export function visible(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g,
    " ",
  ).trim();
}
