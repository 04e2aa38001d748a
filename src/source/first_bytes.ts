/**
 * What the first bytes of a line say of it (SPEC section 1, "one shortcut").
 *
 * @module
 */

import type { LineShape } from "../dialect/dialect.ts";

const QUOTE = 34;

/** Which bytes a name may consist of. */
const IN_NAME = new Uint8Array(256);
for (
  const byte of new TextEncoder().encode(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
  )
) IN_NAME[byte] = 1;

/** What the first bytes of a line say of it. */
export enum Verdict {
  /** It belongs to an event that concerns no turn. */
  Skip,
  /** It belongs to an event that concerns a turn. */
  Keep,
  /** Only its whole text can tell. */
  Search,
  /** The bytes end before they say anything. */
  Unknown,
  /** They end within a name too long to be one of ours: Skip if a quote follows it. */
  LongName,
}

/** Judges lines by their first bytes. */
export class FirstBytes {
  #head: Uint8Array;
  #names: Uint8Array[];
  #longestName: number;

  constructor({ head, names }: LineShape) {
    const encoder = new TextEncoder();
    this.#head = encoder.encode(head);
    this.#names = names.map((name) => encoder.encode(name));
    this.#longestName = Math.max(...this.#names.map((name) => name.length));
  }

  /** Judges the line that begins at `start`, and is known to the end of `bytes`. */
  judge(bytes: Uint8Array, start: number): Verdict {
    const head = this.#head;
    let at = start;
    for (let i = 0; i < head.length; i++, at++) {
      if (at === bytes.length) return Verdict.Unknown;
      if (bytes[at] !== head[i]) return Verdict.Search;
    }
    const nameStart = at;
    at = nameEnd(bytes, nameStart);
    if (at === bytes.length) {
      return at - nameStart <= this.#longestName
        ? Verdict.Unknown
        : Verdict.LongName;
    }
    if (bytes[at] !== QUOTE || at === nameStart) return Verdict.Search;
    for (const name of this.#names) {
      if (isAt(name, bytes, nameStart, at)) return Verdict.Keep;
    }
    return Verdict.Skip;
  }

  /** Judges a line of {@linkcode Verdict.LongName} by the bytes that come next. */
  judgeRest(bytes: Uint8Array): Verdict {
    const at = nameEnd(bytes, 0);
    if (at === bytes.length) return Verdict.LongName;
    return bytes[at] === QUOTE ? Verdict.Skip : Verdict.Search;
  }
}

/** Where the characters of a name end that begins at `start`. */
function nameEnd(bytes: Uint8Array, start: number): number {
  while (start < bytes.length && IN_NAME[bytes[start]] === 1) start++;
  return start;
}

/** Whether `bytes` are just `name` from `start` to `end`. */
function isAt(
  name: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) {
    if (bytes[start + i] !== name[i]) return false;
  }
  return true;
}
