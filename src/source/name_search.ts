/**
 * Looks for the names of events in the whole text of a line.
 *
 * @module
 */

/**
 * A printable ASCII character written as an escape, at any depth of nesting: a
 * name of which a letter is escaped cannot be found as text.
 */
const ESCAPED_ASCII = /\\u00[2-7]/;
const ESCAPE_LENGTH = 5;

// One character a byte; ASCII, which is all that is looked for, stays itself.
const latin1 = new TextDecoder("latin1");

/** Searches one line, which comes in pieces. */
export class NameSearch {
  /** Whether one of the names stands in the line as text. */
  isNamed = false;
  /** Whether one may stand there in escaped form. */
  isEscaped = false;
  #names: readonly string[];
  #seamLength: number;
  /** The end of the last piece, in which a name may have begun. */
  #seam = "";

  constructor(names: readonly string[]) {
    this.#names = names;
    const longest = Math.max(
      ESCAPE_LENGTH,
      ...names.map(({ length }) => length),
    );
    this.#seamLength = longest - 1;
  }

  /** Searches the next piece, and across the seam. */
  push(bytes: Uint8Array): void {
    if (this.isNamed) return;
    const text = this.#seam + latin1.decode(bytes);
    this.isNamed = this.#names.some((name) => text.includes(name));
    this.isEscaped ||= ESCAPED_ASCII.test(text);
    this.#seam = text.slice(-this.#seamLength);
  }
}
