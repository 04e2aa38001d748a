/**
 * Lets through the lines that can concern a turn, and counts the rest without
 * looking at more of them than it must (SPEC section 1, "one shortcut").
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import type { LineShape } from "../dialect/dialect.ts";

/** A line that must be decoded, or one of those that are wanted all the same. */
export interface Candidate {
  /** The number of the line, from 1. */
  number: number;
  /** Where the line begins, in bytes from the beginning of its source. */
  start: number;
  /** Where the next line begins. */
  end: number;
  /**
   * The line with a newline at its end, be it the last one of a file that
   * lacks it; `null` where the line is longer than the limit.
   */
  bytes: Uint8Array<ArrayBuffer> | null;
  /** The limit for such a line, in bytes. */
  limit: number;
  /** Whether it concerns no turn, and is let through because all lines are wanted. */
  isOther: boolean;
  /** All of a line that is longer than the limit, if such lines are kept. */
  spool: Spool | null;
}

/** Keeps the bytes of one line outside of memory. */
export interface Spool {
  write(bytes: Uint8Array): void;
  /** Says that the line is not needed after all. */
  discard(): void;
}

/** What a {@linkcode CandidateFilter} does with long lines, and where it begins. */
export interface FilterOptions {
  /** The longest candidate let through, without its newline. */
  maxLineBytes: number;
  /** Makes a place for a longer line; without it such lines are dropped. */
  spool?: () => Spool;
  /** Where the first bytes stand in their source: behind so many bytes and lines. */
  begin?: { offset: number; line: number };
  /**
   * The longest of the other lines that is let through, in bytes; without it
   * none is.
   */
  otherLineBytes?: number;
  /** Is kept up to date with how much was read. */
  tally?: Tally;
}

/** How much has been read. */
export interface Tally {
  bytes: number;
  lines: number;
}

/** The longest line that there can be a limit for: what still fits into one string. */
export const MOST_LINE_BYTES = 500_000_000;

const NEWLINE = 10;
const QUOTE = 34;
const LINE_END = Uint8Array.of(NEWLINE);
const EMPTY = new Uint8Array();

/** Which bytes a name may consist of. */
const IN_NAME = new Uint8Array(256);
for (
  const byte of new TextEncoder().encode(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
  )
) IN_NAME[byte] = 1;

/**
 * A printable ASCII character written as an escape, at any depth of nesting: a
 * name of which a letter is escaped cannot be found as text.
 */
const ESCAPED_ASCII = /\\u00[2-7]/;

/** What the first bytes of a line say of it. */
enum Verdict {
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

/**
 * Splits a stream of bytes, cut anywhere, into lines, and keeps the candidates:
 * every line of which {@linkcode LineShape.head} and a name of another event are
 * not the first bytes, and which has one of the names in it, or may have one in
 * escaped form. What is no candidate is neither copied nor kept, however long.
 *
 * A line over the limit is a candidate only by its first bytes, or by a name
 * that stands in it as text.
 */
export class CandidateFilter {
  #head: Uint8Array;
  #names: Uint8Array[];
  #nameText: readonly string[];
  #longestName: number;
  #maxLineBytes: number;
  #otherLineBytes: number;
  #spool: (() => Spool) | undefined;
  #tally: Tally | undefined;
  /** The lines that have begun, and the bytes that have been taken. */
  #lines: number;
  #offset: number;
  #line: PartialLine | null = null;

  constructor(
    shape: LineShape,
    {
      maxLineBytes,
      otherLineBytes = 0,
      spool,
      tally,
      begin = { offset: 0, line: 0 },
    }: FilterOptions,
  ) {
    const encoder = new TextEncoder();
    this.#head = encoder.encode(shape.head);
    this.#names = shape.names.map((name) => encoder.encode(name));
    this.#nameText = shape.names;
    this.#longestName = Math.max(...this.#names.map((name) => name.length));
    this.#maxLineBytes = maxLineBytes;
    this.#otherLineBytes = otherLineBytes;
    this.#spool = spool;
    this.#tally = tally;
    this.#offset = begin.offset;
    this.#lines = begin.line;
  }

  /** Behind how many bytes and lines the line begins whose end has not come yet. */
  get unfinished(): { offset: number; line: number } {
    return this.#line === null
      ? { offset: this.#offset, line: this.#lines }
      : { offset: this.#line.start, line: this.#lines - 1 };
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk Free to be overwritten once this returns.
   * @returns The candidates that end in it.
   */
  push(chunk: Uint8Array): Candidate[] {
    const before = this.#lines;
    const found = this.#split(chunk);
    if (this.#tally !== undefined) {
      this.#tally.bytes += chunk.length;
      this.#tally.lines += this.#lines - before;
    }
    return found;
  }

  #split(chunk: Uint8Array): Candidate[] {
    const found: Candidate[] = [];
    const begin = this.#offset;
    this.#offset += chunk.length;
    let start = 0;
    if (this.#line !== null) {
      const end = chunk.indexOf(NEWLINE);
      this.#extend(this.#line, end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) return found;
      this.#finish(found, begin + end + 1);
      start = end + 1;
    }
    while (start < chunk.length) {
      const verdict = this.#judge(chunk, start);
      const end = chunk.indexOf(NEWLINE, start);
      this.#lines++;
      const isNeeded = verdict !== Verdict.Skip || this.#otherLineBytes > 0;
      if (isNeeded || end < 0) {
        const line = this.#line = new PartialLine(begin + start);
        const rest = chunk.subarray(start, end < 0 ? chunk.length : end);
        if (verdict === Verdict.Skip) line.verdict = verdict;
        if (isNeeded) this.#extend(line, rest);
        if (end >= 0) this.#finish(found, begin + end + 1);
      }
      if (end < 0) break;
      start = end + 1;
    }
    return found;
  }

  /** Takes the end of the bytes: what stands behind the last newline is a line. */
  end(): Candidate[] {
    const found: Candidate[] = [];
    if (this.#line !== null) this.#finish(found, this.#offset);
    return found;
  }

  /** Gives up the line whose end has not come yet; the bytes end here. */
  drop(): void {
    this.#line?.drop();
    this.#line = null;
  }

  #judge(bytes: Uint8Array, start: number): Verdict {
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

  /** Adds to the line in hand what of it may be needed. */
  #extend(line: PartialLine, bytes: Uint8Array): void {
    if (this.#limitOf(line) === 0) return;
    line.length += bytes.length;
    if (line.verdict === Verdict.Unknown) {
      // What came before is a few bytes.
      bytes = line.join(bytes);
      line.pieces = [];
      line.verdict = this.#judge(bytes, 0);
    } else if (line.verdict === Verdict.LongName) {
      const at = nameEnd(bytes, 0);
      if (at < bytes.length) {
        line.verdict = bytes[at] === QUOTE ? Verdict.Skip : Verdict.Search;
      }
    }
    if (line.verdict === Verdict.Search || line.verdict === Verdict.LongName) {
      this.#search(line, bytes);
    }
    const limit = this.#limitOf(line);
    if (limit === 0) line.drop();
    // As long as nothing is known of the line, it is a few bytes.
    else if (line.length <= limit || line.verdict === Verdict.Unknown) {
      line.pieces.push(bytes.slice());
    } else this.#overflow(line, bytes);
  }

  /** How much of a line may be needed, in bytes, by what is known of it. */
  #limitOf({ verdict }: PartialLine): number {
    if (verdict === Verdict.Keep) return this.#maxLineBytes;
    if (verdict === Verdict.Skip) return this.#otherLineBytes;
    return Math.max(this.#maxLineBytes, this.#otherLineBytes);
  }

  /** Takes bytes of a line that is longer than the limit. */
  #overflow(line: PartialLine, bytes: Uint8Array): void {
    line.spool ??= this.#spool?.() ?? null;
    for (const piece of line.pieces) line.spool?.write(piece);
    line.pieces = [];
    line.spool?.write(bytes);
  }

  /** Looks for a name in the line's next bytes, and across the seam. */
  #search(line: PartialLine, bytes: Uint8Array): void {
    const text = line.seam + latin1.decode(bytes);
    line.named ||= this.#nameText.some((name) => text.includes(name));
    line.escaped ||= ESCAPED_ASCII.test(text);
    line.seam = text.slice(1 - this.#longestName);
  }

  #finish(found: Candidate[], end: number): void {
    const line = this.#line!;
    this.#line = null;
    // It ended where a name was still to come.
    if (line.verdict === Verdict.Unknown) this.#search(line, line.join(EMPTY));
    const isNamed = line.verdict === Verdict.Keep || line.named ||
      (line.escaped && line.length <= this.#maxLineBytes);
    const limit = isNamed ? this.#maxLineBytes : this.#otherLineBytes;
    // No object is as short.
    if (limit === 0 || line.length < 2) return line.drop();
    const tooLong = line.length > limit;
    if (tooLong) this.#overflow(line, EMPTY);
    const { start, spool } = line;
    found.push({
      ...{ number: this.#lines, start, end, limit, spool, isOther: !isNamed },
      bytes: tooLong ? null : line.join(LINE_END),
    });
  }
}

/** A line of which the end has not come yet. */
class PartialLine {
  /** Where it begins. */
  readonly start: number;
  verdict = Verdict.Unknown;
  /** Its bytes so far, unless it is skipped or too long. */
  pieces: Uint8Array[] = [];
  /** Its bytes so far where it is too long, if such lines are kept. */
  spool: Spool | null = null;
  length = 0;
  named = false;
  escaped = false;
  /** The last text searched, in which a name may have begun. */
  seam = "";

  constructor(start: number) {
    this.start = start;
  }

  /** Gives its bytes up. */
  drop(): void {
    this.pieces = [];
    this.spool?.discard();
    this.spool = null;
  }

  /** The bytes in one piece, and `last` behind them. */
  join(last: Uint8Array): Uint8Array<ArrayBuffer> {
    return joinBytes([...this.pieces, last]);
  }
}

// One character a byte; ASCII, which is all that is looked for, stays itself.
const latin1 = new TextDecoder("latin1");

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
