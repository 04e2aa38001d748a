/**
 * Finds the lines of `sse_lines.jsonl` that can concern a turn, by their bytes
 * (SPEC section 1).
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { type LineJudge, type Prefilter, Verdict } from "../dialect.ts";
import { HEAD, IN_NAME, TURN_EVENTS } from "./names.ts";

const encoder = new TextEncoder();
// One character a byte; ASCII, which is all that is searched for, stays itself.
const latin1 = new TextDecoder("latin1");
const EMPTY = new Uint8Array();

const QUOTE = 34;
const HEAD_BYTES = encoder.encode(HEAD);
const NAMES = TURN_EVENTS.map((name) => encoder.encode(name));
const LONGEST_NAME = Math.max(...NAMES.map(({ length }) => length));
/** Which bytes a name may consist of. */
const IS_IN_NAME = Uint8Array.from(
  { length: 256 },
  (_, byte) => IN_NAME.test(String.fromCharCode(byte)) ? 1 : 0,
);
/**
 * A printable ASCII character written as an escape, at any depth of nesting: a
 * name with an escaped letter cannot be found as text.
 */
const ESCAPED_ASCII = /\\u00[2-7]/;
const ESCAPE_LENGTH = 5;
/** How much of a piece a name or an escape may begin in that ends in the next. */
const SEAM_LENGTH = Math.max(ESCAPE_LENGTH, LONGEST_NAME) - 1;

/** What the first bytes of a line say. */
enum Start {
  /** The line belongs to an event that does not concern a turn. */
  Other,
  /** The line belongs to an event that concerns a turn. */
  Named,
  /** Only its whole text can tell. */
  Free,
  /** The bytes end before they say anything. */
  Short,
  /** They end in a name that is too long to be one of ours: Other if a quote follows. */
  LongName,
}

/** The prefilter of `sse`. */
export const prefilter: Prefilter = {
  judge(bytes, start, end) {
    const first = judgeStart(bytes, start, end);
    if (first === Start.Other) return Verdict.Skip;
    if (first === Start.Named) return Verdict.Keep;
    const search = new NameSearch();
    search.push(bytes.subarray(start, end));
    return search.verdict;
  },
  begin: () => new PiecewiseJudge(),
};

/** Judges a line by its first bytes, from `start` to `end`. */
function judgeStart(bytes: Uint8Array, start: number, end: number): Start {
  let at = start;
  for (let i = 0; i < HEAD_BYTES.length; i++, at++) {
    if (at === end) return Start.Short;
    if (bytes[at] !== HEAD_BYTES[i]) return Start.Free;
  }
  const nameStart = at;
  at = nameEnd(bytes, nameStart, end);
  if (at === end) {
    return at - nameStart <= LONGEST_NAME ? Start.Short : Start.LongName;
  }
  if (bytes[at] !== QUOTE || at === nameStart) return Start.Free;
  for (const name of NAMES) {
    if (isAt(name, bytes, nameStart, at)) return Start.Named;
  }
  return Start.Other;
}

/** Where the characters of a name end that begins at `start`. */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && IS_IN_NAME[bytes[start]] === 1) start++;
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

/** Judges a line that comes in pieces. */
class PiecewiseJudge implements LineJudge {
  #start = Start.Short;
  /** The first bytes, as long as these say nothing. */
  #head: Uint8Array = EMPTY;
  #search = new NameSearch();

  push(bytes: Uint8Array): Verdict {
    if (this.#start === Start.Short) {
      bytes = joinBytes([this.#head, bytes]);
      this.#start = judgeStart(bytes, 0, bytes.length);
      this.#head = this.#start === Start.Short ? bytes.slice() : EMPTY;
    } else if (this.#start === Start.LongName) {
      const end = nameEnd(bytes, 0, bytes.length);
      if (end < bytes.length) {
        this.#start = bytes[end] === QUOTE ? Start.Other : Start.Free;
      }
    }
    if (this.#start === Start.Other) return Verdict.Skip;
    if (this.#start === Start.Named) return Verdict.Keep;
    if (this.#start !== Start.Short) this.#search.push(bytes);
    return Verdict.Unsure;
  }

  end(): Verdict {
    if (this.#start === Start.Other) return Verdict.Skip;
    if (this.#start === Start.Named) return Verdict.Keep;
    this.#search.push(this.#head);
    return this.#search.verdict;
  }
}

/** Searches the whole text of a line for the names of events. */
class NameSearch {
  #isNamed = false;
  #isEscaped = false;
  /** The end of the last piece, in which a name may have begun. */
  #seam = "";

  /** Searches the next piece, and across the seam. */
  push(bytes: Uint8Array): void {
    if (this.#isNamed || bytes.length === 0) return;
    const text = this.#seam + latin1.decode(bytes);
    this.#isNamed = TURN_EVENTS.some((name) => text.includes(name));
    this.#isEscaped ||= ESCAPED_ASCII.test(text);
    this.#seam = text.slice(-SEAM_LENGTH);
  }

  /** What the text says that was searched. */
  get verdict(): Verdict {
    if (this.#isNamed) return Verdict.Keep;
    return this.#isEscaped ? Verdict.Unsure : Verdict.Skip;
  }
}
