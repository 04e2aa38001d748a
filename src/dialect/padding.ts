/**
 * What is at the ends of a line and no part of it: NULs, as a crash or a file
 * system leaves them, carriage returns, and a byte order mark (DIALECTS).
 *
 * @module
 */

const NUL = 0;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = 0xfeff;

/** Where the text of a line begins and ends that has no padding. */
export function withoutPadding(text: string): { start: number; end: number } {
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text.charCodeAt(start))) start++;
  while (end > start && isPadding(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

function isPadding(code: number): boolean {
  return code === NUL || code === CARRIAGE_RETURN || code === BYTE_ORDER_MARK;
}
