/**
 * Finds the lines of `sse_lines.jsonl` that can concern a turn, by their bytes
 * (SPEC section 1).
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { ESCAPE_LENGTH, ESCAPED_ASCII, isAt, latin1 } from "../ascii.ts";
import { type LineJudge, type Prefilter, Verdict } from "../dialect.ts";
import { DELTA, DELTA_WORDS, HEAD, IN_NAME, TURN_EVENTS } from "./names.ts";

const encoder = new TextEncoder();
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
/** How much of a piece a word or an escape may begin in that ends in the next. */
const SEAM_LENGTH = Math.max(ESCAPE_LENGTH, LONGEST_NAME) - 1;

/** What the first bytes of a line say. */
enum Start {
  /** The line belongs to an event that does not concern a turn. */
  Other,
  /** The line belongs to an event that concerns a turn. */
  Named,
  /** The line holds a piece of a message, which only the rest says if it is text. */
  Delta,
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
    const search = searchOf(first);
    search.push(bytes.subarray(start + beginOf(first), end));
    return search.verdict;
  },
  begin: () => new PiecewiseJudge(),
};

/** What is searched for in a line of which the first bytes do not say enough. */
function searchOf(start: Start): WordSearch {
  return new WordSearch(start === Start.Delta ? DELTA_WORDS : TURN_EVENTS);
}

/** Where to search from, in bytes; the head of a delta is not one glued to it. */
function beginOf(start: Start): number {
  return start === Start.Delta ? HEAD.length : 0;
}

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
  const index = NAMES.findIndex((name) =>
    name.length === at - nameStart && isAt(bytes, nameStart, name)
  );
  if (index < 0) return Start.Other;
  return TURN_EVENTS[index] === DELTA ? Start.Delta : Start.Named;
}

/** Where the characters of a name end that begins at `start`. */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && IS_IN_NAME[bytes[start]] === 1) start++;
  return start;
}

/** Judges a line that comes in pieces. */
class PiecewiseJudge implements LineJudge {
  #start = Start.Short;
  /** The first bytes, as long as these say nothing. */
  #head: Uint8Array = EMPTY;
  #search: WordSearch | undefined;

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
    if (this.#start !== Start.Short) this.#searchIn(bytes);
    return Verdict.Unsure;
  }

  end(): Verdict {
    if (this.#start === Start.Other) return Verdict.Skip;
    if (this.#start === Start.Named) return Verdict.Keep;
    return this.#searchIn(this.#head).verdict;
  }

  #searchIn(bytes: Uint8Array): WordSearch {
    const from = this.#search === undefined ? beginOf(this.#start) : 0;
    this.#search ??= searchOf(this.#start);
    this.#search.push(bytes.subarray(from));
    return this.#search;
  }
}

/** Searches the text of a line for words. */
class WordSearch {
  readonly #words: readonly string[];
  #isNamed = false;
  #isEscaped = false;
  /** The end of the last piece, in which a word may have begun. */
  #seam = "";

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Searches the next piece, and across the seam. */
  push(bytes: Uint8Array): void {
    if (this.#isNamed || bytes.length === 0) return;
    const text = this.#seam + latin1.decode(bytes);
    this.#isNamed = this.#words.some((word) => text.includes(word));
    this.#isEscaped ||= ESCAPED_ASCII.test(text);
    this.#seam = text.slice(-SEAM_LENGTH);
  }

  /** What the text says that was searched. */
  get verdict(): Verdict {
    if (this.#isNamed) return Verdict.Keep;
    return this.#isEscaped ? Verdict.Unsure : Verdict.Skip;
  }
}
