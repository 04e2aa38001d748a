/**
 * What a source yields: lines, each with its file, and marks.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { joinBytes } from "../bytes.ts";
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
  /**
   * The line without its end, U+FFFD for what is not UTF-8; `null` if the line
   * is longer than the limit, or not read as text yet.
   */
  text: string | null;
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

/** Lines are joined into chunks of about this size for the streams. */
const PIECE_BYTES = 32 * 1024;
/** How long a line may wait while long other lines are read, in ms. */
const MOST_DELAY_MS = 10;
/** Stands for an item without text, so that each item is one line. */
const EMPTY_LINE = new TextEncoder().encode("\n");

/** Reads lines as text, in order. */
export class LineReader {
  /** The items that are in the streams. */
  #pending: Item[] = [];
  #texts: ReadableStreamDefaultReader<string>;
  /** A read that began before a pause. */
  #read: Promise<ReadableStreamReadResult<string>> | undefined;
  /** Whether the source has been waiting since its last lines. */
  #isPaused = false;
  #wake = () => {};

  /**
   * @param open Starts reading a source, which calls `beforeWait` each time before
   * it waits for more.
   */
  constructor(open: (beforeWait: () => void) => AsyncIterable<Item[]>) {
    const items = open(() => this.#pause());
    this.#texts = ReadableStream.from(this.#release(items))
      .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /**
   * The next lines and marks, as soon as they are read; an empty array before
   * the source waits for more; `undefined` at the end.
   *
   * @throws Whatever reading the bytes throws.
   */
  async next(): Promise<Item[] | undefined> {
    const read = this.#read ?? this.#texts.read();
    if (this.#pending.length === 0) {
      this.#read = read;
      if (!this.#isPaused) {
        const paused = new Promise<void>((resolve) => this.#wake = resolve);
        await Promise.race([read, paused]);
      }
      if (this.#pending.length === 0 && this.#isPaused) {
        this.#isPaused = false;
        return [];
      }
    }
    this.#read = undefined;
    let result = await read;
    if (result.done) return undefined;
    const items = this.#pending;
    this.#pending = [];
    for (const item of items) {
      if (item !== items[0]) {
        result = await this.#texts.read();
        if (result.done) return undefined;
      }
      if (!isMark(item) && item.bytes !== null) item.text = result.value;
    }
    return items;
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
    // An earlier error is thrown by the next call of next().
    this.#texts.cancel().catch(() => {});
  }

  async *#release(
    batches: AsyncIterable<Item[]>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let yieldedAt = 0;
    for await (const items of batches) {
      if (items.length === 0) {
        // A long line of another event must not delay the lines before it.
        if (performance.now() - yieldedAt > MOST_DELAY_MS) this.#pause();
        continue;
      }
      yieldedAt = performance.now();
      this.#isPaused = false;
      let piece: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for (const item of items) {
        const bytes = isMark(item) ? EMPTY_LINE : item.bytes ?? EMPTY_LINE;
        piece.push(bytes);
        size += bytes.length;
        this.#pending.push(item);
        if (size < PIECE_BYTES) continue;
        yield joinBytes(piece);
        piece = [];
        size = 0;
      }
      if (size > 0) yield joinBytes(piece);
    }
  }
}

/** Whether it is a mark, not a line. */
export function isMark(item: Item): item is Mark {
  return "position" in item;
}
