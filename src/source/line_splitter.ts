/**
 * Splits the bytes of a file into lines, and passes on those that can concern a
 * turn (SPEC section 1).
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import {
  type Decoder,
  type Dialect,
  MOST_HEAD_BYTES,
  type Prefilter,
  Verdict,
} from "../dialect/dialect.ts";
import { dialectNamed, recognise } from "../dialect/dialects.ts";
import type { Position } from "../turns/checkpoint.ts";
import type { Line, LogFile, Spool } from "./lines.ts";
import { PartialLine } from "./partial_line.ts";

/** How lines are read, for all files alike. */
export interface ReadOptions {
  /** The dialect of all files; without it each is recognised by itself. */
  dialect?: Dialect;
  /** The longest candidate that is passed on, without its newline. */
  maxLineBytes: number;
  /** Creates a spool for a longer line; without it such lines are dropped. */
  spool?: () => Spool;
  /**
   * The longest of the other lines that is passed on, in bytes; without it
   * none of them is.
   */
  otherLineBytes?: number;
  /** Called, once for a file, where none of its lines is of its dialect. */
  unrecognised?: (name: string) => void;
  /** Counts what is read. */
  tally?: Tally;
  /** Called each time before the source waits for more. */
  beforeWait?: () => void;
}

/** How much has been read. */
export interface Tally {
  bytes: number;
  lines: number;
}

/** A position in a file, and the state of its decoder there. */
export interface Resume {
  /** How many bytes precede it. */
  offset: number;
  /** How many lines precede it. */
  line: number;
  /** The name of the file's dialect, if it was recognised before. */
  dialect?: string | null;
  /** The saved state of its decoder there. */
  decoder?: string | null;
}

const NEWLINE = 10;
const LINE_END = Uint8Array.of(NEWLINE);
const EMPTY = new Uint8Array();
/** The text of a line that is as good as none. */
const BLANK = /^[\s\0\uFEFF]*$/;
const utf8 = new TextDecoder();

/**
 * Splits the bytes of one file, cut anywhere, into lines, and passes on the
 * candidates: those that the prefilter of the file's dialect does not skip.
 * Other lines are neither copied nor kept, however long.
 */
export class LineSplitter {
  #file: LogFile;
  #isResumed: boolean;
  #dialect: Dialect | undefined;
  #prefilter: Prefilter | undefined;
  #decoder: Decoder | undefined;
  #saved: string | null;
  #maxLineBytes: number;
  #otherLineBytes: number;
  #spool: (() => Spool) | undefined;
  #tally: Tally | undefined;
  #unrecognised: ((name: string) => void) | undefined;
  /** Whether some of the file is known to be of its dialect. */
  #isRecognised: boolean;
  /** Whether there was a line that is not. */
  #hasUnknown = false;
  /** The first bytes of the line in hand, as long as nothing is recognised. */
  #lineHead: Uint8Array = EMPTY;
  /** The lines that have begun, and the bytes that have been split. */
  #lines: number;
  #offset: number;
  #partial: PartialLine | null = null;
  /** The first bytes, as long as they are not enough to recognise the dialect. */
  #head: Uint8Array = EMPTY;

  constructor(
    file: LogFile,
    options: ReadOptions,
    from: Resume = { offset: 0, line: 0 },
  ) {
    const { maxLineBytes, otherLineBytes = 0, spool, tally } = options;
    this.#file = file;
    this.#isResumed = from.offset > 0;
    this.#maxLineBytes = maxLineBytes;
    this.#otherLineBytes = otherLineBytes;
    this.#spool = spool;
    this.#tally = tally;
    this.#offset = from.offset;
    this.#lines = from.line;
    this.#unrecognised = options.unrecognised;
    // What was read before may have been recognised.
    this.#isRecognised = this.#isResumed;
    const before = dialectNamed(from.dialect ?? null);
    const dialect = options.dialect ?? before;
    // Only the dialect that saved a state can read it.
    this.#saved = dialect === before ? from.decoder ?? null : null;
    if (dialect !== undefined) this.#use(dialect);
  }

  /** The name of the file's dialect, and the current state of its decoder. */
  get state(): Pick<Position, "dialect" | "decoder"> {
    return {
      dialect: this.#dialect?.name ?? null,
      decoder: this.#decoder?.save() ?? null,
    };
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
    if (this.#prefilter === undefined) {
      if (this.#head.length === 0) {
        const zeros = afterZeros(chunk, 0);
        this.#offset += zeros;
        chunk = chunk.subarray(zeros);
      }
      const head = joinBytes([this.#head, chunk]);
      const isEnough = chunk.includes(NEWLINE) ||
        head.length >= MOST_HEAD_BYTES;
      if (!isEnough) {
        this.#head = head === chunk ? chunk.slice() : head;
        return [];
      }
      this.#recognise(head);
      chunk = head;
    }
    return this.#split(chunk);
  }

  /** Ends the bytes: what follows the last newline is a line. */
  end(): Line[] {
    const found: Line[] = [];
    if (this.#head.length > 0) {
      const head = this.#head;
      this.#recognise(head);
      this.#split(head);
    }
    if (this.#partial !== null) this.#finish(found, this.#offset);
    this.checkRecognised();
    return found;
  }

  /** Reports the file if there are lines, but none so far is of its dialect. */
  checkRecognised(): void {
    if (this.#isRecognised || !this.#hasUnknown) return;
    this.#unrecognised?.(this.#file.name);
    // It is reported once.
    this.#isRecognised = true;
  }

  /** Drops the incomplete line: the bytes end here. */
  drop(): void {
    this.#head = EMPTY;
    this.#lineHead = EMPTY;
    this.#partial?.drop();
    this.#partial = null;
  }

  #recognise(head: Uint8Array): void {
    this.#head = EMPTY;
    const { name } = this.#file;
    const dialect = recognise(head, name);
    this.#isRecognised ||= dialect.recognises(head, name);
    this.#use(dialect);
  }

  #use(dialect: Dialect): void {
    this.#dialect = dialect;
    this.#prefilter = dialect.prefilter;
    // Lines of a file that was reopened may still be queued for its decoder.
    this.#decoder = this.#isResumed ? this.#file.decoder : undefined;
    this.#decoder ??= dialect.decoder(this.#saved);
    this.#file.decoder = this.#decoder;
  }

  #split(chunk: Uint8Array): Line[] {
    const found: Line[] = [];
    const whole: Line[] = [];
    const before = this.#lines;
    const prefilter = this.#prefilter!;
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
      if (!this.#isRecognised) this.#look(chunk.subarray(start, end));
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

  /** Looks whether a line is of the file's dialect. */
  #look(line: Uint8Array): void {
    const text = utf8.decode(line);
    // White space says nothing of a format.
    if (BLANK.test(text)) return;
    this.#isRecognised = this.#dialect!.knows(text);
    this.#hasUnknown = true;
  }

  /** Adds the bytes of the incomplete line that may be needed. */
  #extend(line: PartialLine, bytes: Uint8Array): void {
    if (!this.#isRecognised) {
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
    if (!this.#isRecognised) this.#look(bytes ?? this.#lineHead);
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
      decoder: this.#decoder!,
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
