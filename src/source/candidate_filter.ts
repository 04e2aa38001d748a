/**
 * Lets through the lines that can concern a turn, and counts the rest without
 * looking at more of them than it must (SPEC section 1, "one shortcut").
 *
 * @module
 */

import type { LineShape } from "../dialect/dialect.ts";
import type { Candidate, Spool } from "./candidate.ts";
import { FirstBytes, Verdict } from "./first_bytes.ts";
import { PartialLine } from "./partial_line.ts";

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

const NEWLINE = 10;
const LINE_END = Uint8Array.of(NEWLINE);
const EMPTY = new Uint8Array();

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
  #firstBytes: FirstBytes;
  #names: readonly string[];
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
    this.#firstBytes = new FirstBytes(shape);
    this.#names = shape.names;
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
      const verdict = this.#firstBytes.judge(chunk, start);
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

  /** Adds to the line in hand what of it may be needed. */
  #extend(line: PartialLine, bytes: Uint8Array): void {
    if (this.#limitOf(line) === 0) return;
    line.length += bytes.length;
    if (line.verdict === Verdict.Unknown) {
      // What came before is a few bytes.
      bytes = line.join(bytes);
      line.pieces = [];
      line.verdict = this.#firstBytes.judge(bytes, 0);
    } else if (line.verdict === Verdict.LongName) {
      line.verdict = this.#firstBytes.judgeRest(bytes);
    }
    if (line.verdict === Verdict.Search || line.verdict === Verdict.LongName) {
      line.searchFor(this.#names, bytes);
    }
    const limit = this.#limitOf(line);
    if (limit === 0) line.drop();
    // As long as nothing is known of the line, it is a few bytes.
    else if (line.length <= limit || line.verdict === Verdict.Unknown) {
      line.pieces.push(bytes.slice());
    } else line.overflow(this.#spool, bytes);
  }

  /** How much of a line may be needed, in bytes, by what is known of it. */
  #limitOf({ verdict }: PartialLine): number {
    if (verdict === Verdict.Keep) return this.#maxLineBytes;
    if (verdict === Verdict.Skip) return this.#otherLineBytes;
    return Math.max(this.#maxLineBytes, this.#otherLineBytes);
  }

  #finish(found: Candidate[], end: number): void {
    const line = this.#line!;
    this.#line = null;
    // It ended where a name was still to come.
    if (line.verdict === Verdict.Unknown) {
      line.searchFor(this.#names, line.join(EMPTY));
    }
    // What a name is that holds one of ours is known only at its end.
    const isNamed = line.verdict === Verdict.Keep ||
      line.verdict !== Verdict.Skip && (line.isNamed ||
          (line.isEscaped && line.length <= this.#maxLineBytes));
    const limit = isNamed ? this.#maxLineBytes : this.#otherLineBytes;
    // No object is as short.
    if (limit === 0 || line.length < 2) return line.drop();
    const tooLong = line.length > limit;
    if (tooLong) line.overflow(this.#spool, EMPTY);
    const { start, spool } = line;
    found.push({
      ...{ number: this.#lines, start, end, limit, spool, isOther: !isNamed },
      bytes: tooLong ? null : line.join(LINE_END),
    });
  }
}
