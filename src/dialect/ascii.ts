/**
 * ASCII texts in the bytes of lines.
 *
 * @module
 */

/** Reads one character a byte; ASCII, which is all that is searched for, stays itself. */
export const latin1: TextDecoder = new TextDecoder("latin1");

/**
 * A printable ASCII character written as an escape, at any depth of nesting: a
 * word with an escaped letter cannot be found as text.
 */
export const ESCAPED_ASCII = /\\u00[2-7]/;
/** How long it is. */
export const ESCAPE_LENGTH = 5;

/** Whether a text is in `bytes` at an offset. */
export function isAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text[i]) return false;
  }
  return true;
}
