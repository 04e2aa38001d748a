/**
 * From bytes to the lines that the dialect must decode.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import type { Candidate, CandidateFilter } from "./candidate_filter.ts";
import type { Position } from "./follow/position.ts";

/** A line that can concern a turn. */
export interface Line extends Candidate {
  /**
   * The line without its end, U+FFFD for what is not UTF-8; `null` where it is
   * longer than the limit.
   */
  text: string | null;
  /** Says where the line stands, in a source that is read on another time. */
  placed?: Placed;
}

/** Where a line of a followed file begins, and where the next one does. */
export interface Placed {
  begin(): Position;
  end(): Position;
}

/**
 * A point between two lines: all that stands before it was given before. A
 * followed source gives one now and then.
 */
export interface Mark {
  /** Where the point is; `null` where nothing was read since the last one. */
  position: (() => Position) | null;
}

/** What a source gives: lines that must be decoded, and marks between them. */
export type Item = (Candidate & { placed?: Placed }) | Mark;

/** Lets the candidates through that are in the bytes, cut anywhere. */
export async function* candidateLines(
  chunks: AsyncIterable<Uint8Array>,
  filter: CandidateFilter,
): AsyncGenerator<Item[]> {
  for await (const chunk of chunks) yield filter.push(chunk);
  yield filter.end();
}

/** Reads lines as text, in order. */
export class LineReader {
  /** Those that are on their way through the streams. */
  #pending: Item[] = [];
  #texts: ReadableStreamDefaultReader<string>;

  /** @param items What a source gives, as it comes. */
  constructor(items: AsyncIterable<Item[]>) {
    this.#texts = ReadableStream.from(this.#release(items))
      .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /**
   * The next line, as soon as its newline is there, or mark; `undefined` at the
   * end.
   *
   * @throws Whatever reading the bytes throws.
   */
  async next(): Promise<Line | Mark | undefined> {
    const { done, value } = await this.#texts.read();
    if (done) return undefined;
    const item = this.#pending.shift()!;
    if (isMark(item)) return item;
    return { ...item, text: item.bytes === null ? null : value };
  }

  /**
   * Ends the lines: a {@linkcode next} that waits has its end now. A read of the
   * bytes that is under way is left alone.
   */
  stop(): void {
    // What went wrong before, if anything, is for the next() that meets it.
    this.#texts.cancel().catch(() => {});
  }

  async *#release(
    batches: AsyncIterable<Item[]>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const items of batches) {
      this.#pending.push(...items);
      for (const item of items) {
        yield isMark(item) ? EMPTY_LINE : item.bytes ?? EMPTY_LINE;
      }
    }
  }
}

/** Whether it is a mark, not a line. */
export function isMark(item: Item | Line): item is Mark {
  return "position" in item;
}

/** Stands for what has no text, so that each item is one line. */
const EMPTY_LINE = new TextEncoder().encode("\n");
