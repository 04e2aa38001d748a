/**
 * Splits the bytes of a file into lines, and passes on those that can concern a
 * turn (SPEC section 1).
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import { MOST_HEAD_BYTES, Verdict } from "../dialect/dialect.ts";
import type { Position } from "../turns/checkpoint.ts";
import { FileFormat } from "./file_format.ts";
import type { Line, LogFile } from "./lines.ts";
import { PartialLine } from "./partial_line.ts";
import type { ReadOptions, Resume } from "./read_options.ts";

const NEWLINE = 10;
const LINE_END = Uint8Array.of(NEWLINE);
const EMPTY = new Uint8Array();

/**
 * Splits the bytes of one file, cut anywhere, into lines, and passes on the
 * candidates: those that the prefilter of the file's dialect does not skip.
 * Other lines are neither copied nor kept, however long.
 */
export class LineSplitter {
  #file: LogFile;
  #format: FileFormat;
  #maxLineBytes: number;
  #otherLineBytes: number;
  #spool: ReadOptions["spool"];
  #tally: ReadOptions["tally"];
  /** The lines that have begun, and the bytes that have been split. */
  #lines: number;
  #offset: number;
  #partial: PartialLine | null = null;
  /** The first bytes of the line in hand, as long as nothing is recognised. */
  #lineHead: Uint8Array = EMPTY;

  constructor(
    file: LogFile,
    options: ReadOptions,
    from: Resume = { offset: 0, line: 0 },
  ) {
    const { maxLineBytes, otherLineBytes = 0, spool, tally } = options;
    this.#file = file;
    this.#format = new FileFormat(file, options, from);
    this.#maxLineBytes = maxLineBytes;
    this.#otherLineBytes = otherLineBytes;
    this.#spool = spool;
    this.#tally = tally;
    this.#offset = from.offset;
    this.#lines = from.line;
  }

  /** The name of the file's dialect, and the current state of its decoder. */
  get state(): Pick<Position, "dialect" | "decoder"> {
    return this.#format.state;
  }

  /** How many bytes and lines precede the incomplete line. */
  get unfinished(): { offset: number; line: number } {
    return this.#partial === null
      ? { offset: this.#offset, line: this.#lines }
      : { offset: this.#partial.start, line: this.#lines - 1 };
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk May be overwritten once this returns.
   * @returns The lines that end in it.
   */
  push(chunk: Uint8Array): Line[] {
    if (this.#tally !== undefined) this.#tally.bytes += chunk.length;
    const format = this.#format;
    if (format.prefilter !== undefined) return this.#split(chunk);
    if (format.isEmpty) {
      const zeros = afterZeros(chunk, 0);
      this.#offset += zeros;
      chunk = chunk.subarray(zeros);
    }
    const bytes = format.take(chunk);
    return bytes === undefined ? [] : this.#split(bytes);
  }

  /** Ends the bytes: what follows the last newline is a line. */
  end(): Line[] {
    const found: Line[] = [];
    const rest = this.#format.end();
    if (rest.length > 0) this.#split(rest);
    if (this.#partial !== null) this.#finish(found, this.#offset);
    this.checkRecognised();
    return found;
  }

  /** Reports the file if there are lines, but none so far is of its dialect. */
  checkRecognised(): void {
    this.#format.check();
  }

  /** Drops the incomplete line: the bytes end here. */
  drop(): void {
    this.#format.drop();
    this.#lineHead = EMPTY;
    this.#partial?.drop();
    this.#partial = null;
  }

  #split(chunk: Uint8Array): Line[] {
    const found: Line[] = [];
    const whole: Line[] = [];
    const before = this.#lines;
    const format = this.#format;
    const prefilter = format.prefilter!;
    const begin = this.#offset;
    this.#offset += chunk.length;
    let start = 0;
    if (this.#partial !== null) {
      const end = chunk.indexOf(NEWLINE);
      this.#extend(this.#partial, end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) return found;
      this.#finish(found, begin + end + 1);
      start = end + 1;
    }
    while (start < chunk.length) {
      if (chunk[start] === 0) {
        start = afterZeros(chunk, start);
        continue;
      }
      const end = chunk.indexOf(NEWLINE, start);
      this.#lines++;
      if (end < 0) {
        this.#partial = new PartialLine(begin + start, prefilter.begin());
        this.#extend(this.#partial, chunk.subarray(start));
        break;
      }
      if (!format.isRecognised) format.look(chunk.subarray(start, end));
      const verdict = prefilter.judge(chunk, start, end);
      const line = this.#found(verdict, begin + start, begin + end + 1);
      if (line !== undefined) {
        if (end - start <= line.limit) whole.push(line);
        else {
          line.spool = this.#spool?.() ?? null;
          line.spool?.write(chunk.subarray(start, end));
        }
        found.push(line);
      }
      start = end + 1;
    }
    copyBytes(whole, chunk, begin);
    if (this.#tally !== undefined) this.#tally.lines += this.#lines - before;
    return found;
  }

  /** Adds the bytes of the incomplete line that may be needed. */
  #extend(line: PartialLine, bytes: Uint8Array): void {
    if (!this.#format.isRecognised) {
      const missing = MOST_HEAD_BYTES - this.#lineHead.length;
      const more = bytes.subarray(0, missing).slice();
      this.#lineHead = joinBytes([this.#lineHead, more]);
    }
    if (this.#limitOf(line) === 0) return;
    line.judge(bytes);
    const limit = this.#limitOf(line);
    if (limit === 0) line.drop();
    else if (line.length <= limit) line.pieces.push(bytes.slice());
    else line.overflow(this.#spool, bytes);
  }

  /** How many bytes of a line may be needed, by its verdict so far. */
  #limitOf({ verdict }: PartialLine): number {
    if (verdict === Verdict.Keep) return this.#maxLineBytes;
    if (verdict === Verdict.Skip) return this.#otherLineBytes;
    return Math.max(this.#maxLineBytes, this.#otherLineBytes);
  }

  #finish(found: Line[], end: number): void {
    const partial = this.#partial!;
    this.#partial = null;
    partial.finish();
    const { start, length, verdict } = partial;
    const line = this.#found(verdict, start, start + length + 1);
    const isWhole = line !== undefined && length <= line.limit;
    const bytes = isWhole ? partial.join(LINE_END) : null;
    const format = this.#format;
    if (!format.isRecognised) format.look(bytes ?? this.#lineHead);
    this.#lineHead = EMPTY;
    if (line === undefined) return partial.drop();
    line.end = end;
    if (isWhole) line.bytes = bytes;
    else line.spool = partial.overflow(this.#spool, EMPTY);
    found.push(line);
  }

  /** A complete line without its bytes; `undefined` if it is not wanted. */
  #found(verdict: Verdict, start: number, end: number): Line | undefined {
    const length = end - start - 1;
    // The shortest object has two bytes.
    if (length < 2) return undefined;
    const isCandidate = verdict === Verdict.Keep ||
      verdict === Verdict.Unsure && length <= this.#maxLineBytes;
    const limit = isCandidate ? this.#maxLineBytes : this.#otherLineBytes;
    if (limit === 0) return undefined;
    return {
      file: this.#file,
      decoder: this.#format.decoder,
      number: this.#lines,
      start,
      end,
      limit,
      isOther: !isCandidate,
      bytes: null,
      text: null,
      spool: null,
    };
  }
}

/**
 * Where the zero bytes at `start` end. They are not part of a line: a writer that
 * does not append leaves them where its log was truncated.
 */
function afterZeros(chunk: Uint8Array, start: number): number {
  while (chunk[start] === 0) start++;
  return start;
}

/** Copies lines of the chunk that begins at `begin` into one buffer. */
function copyBytes(lines: Line[], chunk: Uint8Array, begin: number): void {
  let size = 0;
  for (const { start, end } of lines) size += end - start;
  const buffer = new Uint8Array(size);
  let at = 0;
  for (const line of lines) {
    const { start, end } = line;
    buffer.set(chunk.subarray(start - begin, end - begin), at);
    line.bytes = buffer.subarray(at, at += end - start);
  }
}
