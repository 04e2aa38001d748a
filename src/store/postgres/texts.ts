/**
 * Texts as PostgreSQL can hold them (SPEC section 11).
 *
 * @module
 */

import { sha256 } from "../../sha256.ts";

/** An entry of an index may have 2,700 bytes, of which a name gets this many. */
const MOST_NAME_BYTES = 1000;
/** How much of a longer one is kept, in characters. */
const KEPT = 200;

/**
 * A text as a row holds it: U+0000 and a lone surrogate, which PostgreSQL cannot
 * hold, are U+FFFD there.
 */
export function storable<T extends string | null>(text: T): T {
  return (text?.replaceAll("\0", "\uFFFD").toWellFormed() ?? null) as T;
}

/**
 * A session id, an agent's name or its id of a turn, by which turns are looked up. One that
 * is too long for an index is truncated, and its hash keeps it apart from others.
 */
export function storableName<T extends string | null>(name: T): T {
  if (name === null) return name;
  const text = storable(name) as string;
  // A unit of UTF-16 has at most three bytes in UTF-8.
  if (3 * text.length <= MOST_NAME_BYTES) return text as T;
  if (new TextEncoder().encode(text).length <= MOST_NAME_BYTES) {
    return text as T;
  }
  const kept = text.slice(0, KEPT).toWellFormed();
  return `${kept}… (sha256 ${sha256(text)})` as T;
}

/** The characters of a text that fit into a number of bytes. */
export function firstBytes(text: string, most: number): string {
  const bytes = new Uint8Array(most);
  const { read } = new TextEncoder().encodeInto(text, bytes);
  return text.slice(0, read);
}
