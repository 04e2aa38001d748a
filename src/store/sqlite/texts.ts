/**
 * Texts that are read as bytes, since the binding reads text only up to the first
 * U+0000.
 *
 * @module
 */

// A text may begin with U+FEFF, which is not a byte order mark there.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text as the log has it. */
export function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/**
 * A text for people, which may be the beginning of one: a character of which only
 * some bytes were read is left out.
 */
export function shownText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes, { stream: true });
}
