/**
 * What a source yields: lines, each with its file, and marks.
 *
 * @module
 */

import type { Decoder } from "../dialect/dialect.ts";
import type { Position } from "../turns/checkpoint.ts";

/** The file of some lines. */
export interface LogFile {
  /** The id of its checkpoint; 0 for a file that is read once, to its end. */
  readonly id: number;
  /** Its current path, or `stdin`. */
  name: string;
  /**
   * Whether an earlier run has read some of it, so that records of events that
   * changed nothing may not have been written (SPEC section 4).
   */
  readonly isResumed: boolean;
  /** Decodes its lines, once its dialect is known. */
  decoder?: Decoder;
}

/** A line of a file that can concern a turn, or any line if all are wanted. */
export interface Line {
  file: LogFile;
  /** Decodes the line, after all earlier lines of the file. */
  decoder: Decoder;
  /** The number of the line, from 1. */
  number: number;
  /** Where the line begins, in bytes from the beginning of its file. */
  start: number;
  /** Where the next line begins. */
  end: number;
  /**
   * The line with a newline at its end, even if it is the last one of a file
   * that lacks it; `null` if the line is longer than the limit.
   */
  bytes: Uint8Array<ArrayBuffer> | null;
  /** The limit for such a line, in bytes. */
  limit: number;
  /** Whether it cannot concern a turn: all lines are wanted. */
  isOther: boolean;
  /** All of a line that is longer than the limit, if such lines are kept. */
  spool: Spool | null;
  /** Where a line of a followed file is. */
  place?: Place;
}

/** The two ends of a line, as positions to resume from. */
export interface Place {
  begin(): Position;
  end(): Position;
}

/** Keeps the bytes of one line outside of memory. */
export interface Spool {
  write(bytes: Uint8Array): void;
  /** Drops the line: it is not needed after all. */
  discard(): void;
}

/** A position between two lines of a followed file: all before it was yielded. */
export interface Mark {
  position(): Position;
}

/** One item of a source. */
export type Item = Line | Mark;

/** The highest limit of a line: what fits into one string. */
export const MOST_LINE_BYTES = 500_000_000;

/** How long a line may wait while long other lines are read, in ms. */
const MOST_DELAY_MS = 10;
const CARRIAGE_RETURN = 13;

// A line may begin with U+FEFF, which a decoder of its dialect knows.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads lines in order. */
export class LineReader {
  #batches: AsyncIterator<Item[]>;
  /** A read that began before a pause. */
  #read: Promise<IteratorResult<Item[]>> | undefined;
  /** Whether the source has been waiting since its last lines. */
  #isPaused = false;
  #isStopped = false;
  #wake = () => {};
  /** When there were lines last. */
  #yieldedAt = 0;

  /**
   * @param open Starts reading a source, which calls `beforeWait` each time before
   * it waits for more.
   */
  constructor(open: (beforeWait: () => void) => AsyncIterable<Item[]>) {
    this.#batches = open(() => this.#pause())[Symbol.asyncIterator]();
  }

  /**
   * The next lines and marks, as soon as they are read; an empty array before
   * the source waits for more; `undefined` at the end.
   *
   * @throws Whatever reading the bytes throws.
   */
  async next(): Promise<Item[] | undefined> {
    while (!this.#isStopped) {
      this.#read ??= this.#batches.next();
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      const read = this.#isPaused
        ? undefined
        : await Promise.race([this.#read, woken]);
      if (this.#isStopped) break;
      this.#isPaused = false;
      if (read === undefined) return [];
      this.#read = undefined;
      if (read.done) return undefined;
      if (read.value.length > 0) {
        this.#yieldedAt = performance.now();
        return read.value;
      }
      // A long line of another event must not delay the lines before it.
      if (performance.now() - this.#yieldedAt > MOST_DELAY_MS) return [];
    }
    return undefined;
  }

  #pause(): void {
    this.#isPaused = true;
    this.#wake();
  }

  /**
   * Ends the lines, and a {@linkcode next} that waits. A read of the bytes that
   * has started is not interrupted.
   */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
    // Its lines are not wanted any more, and neither are its errors.
    this.#batches.return?.().catch(() => {});
  }
}

/** The text of a line without its end, U+FFFD for what is not UTF-8. */
export function textOf(line: Uint8Array): string {
  const end = line.at(-2) === CARRIAGE_RETURN ? -2 : -1;
  return utf8.decode(line.subarray(0, end));
}

/** Whether it is a mark, not a line. */
export function isMark(item: Item): item is Mark {
  return "position" in item;
}
