/**
 * The first bytes of a file, by which a dialect recognises it.
 *
 * @module
 */

const NEWLINE = 10;
const BRACE = 123;
const utf8 = new TextDecoder();

/**
 * The first line of a file that holds an object, as far as it is in its first
 * bytes, with what precedes it. To decode no more than that matters where there
 * are thousands of files.
 */
export function firstLineOf(head: Uint8Array): string {
  const end = head.indexOf(NEWLINE, Math.max(0, head.indexOf(BRACE)));
  return utf8.decode(end < 0 ? head : head.subarray(0, end));
}
