/**
 * From bytes to the lines that the dialect must decode.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import type { Candidate } from "./candidate.ts";
import type { CandidateFilter } from "./candidate_filter.ts";
import { joinBytes } from "../bytes.ts";
import type { Position } from "../turns/checkpoint.ts";

/** A line that can concern a turn. */
export interface Line extends Candidate {
  /**
   * The line without its end, U+FFFD for what is not UTF-8; `null` where it is
   * longer than the limit.
   */
  text: string | null;
  /** Says where the line stands, in a source that is read on another time. */
  placed?: Placed;
  /** The file that the line is in, where a source has several. */
  file?: LogFile;
}

/** A file of which a source gives lines. */
export interface LogFile {
  /** The id of its checkpoint. */
  readonly id: number;
  /** Its path now. */
  name: string;
  /** Whether its checkpoint was there when the program started. */
  isResumed: boolean;
}

/** Where a line of a followed file begins, and where the next one does. */
export interface Placed {
  /** The checkpoint of the file. */
  id: number;
  /** Whether a run began with it, so that its record may not have been written. */
  isFirst: boolean;
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
export type Item = (Candidate & { placed?: Placed; file?: LogFile }) | Mark;

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
  /** How many of those are out: to shift a long array costs all of its length. */
  #taken = 0;
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
    const item = this.#pending[this.#taken++];
    if (isMark(item)) return item;
    return { ...item, text: item.bytes === null ? null : value };
  }

  /** Whether there are more lines at hand, to be had without waiting. */
  get hasNext(): boolean {
    return this.#taken < this.#pending.length;
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
      this.#pending = [...this.#pending.slice(this.#taken), ...items];
      this.#taken = 0;
      let pieces: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for (const [i, item] of items.entries()) {
        const piece = isMark(item) ? EMPTY_LINE : item.bytes ?? EMPTY_LINE;
        pieces.push(piece);
        size += piece.length;
        if (size < PIECE_BYTES && i < items.length - 1) continue;
        yield joinBytes(pieces);
        pieces = [];
        size = 0;
      }
    }
  }
}

/** Whether it is a mark, not a line. */
export function isMark(item: Item | Line): item is Mark {
  return "position" in item;
}

/** What is worth a chunk of its own on the way through the streams. */
const PIECE_BYTES = 32 * 1024;

/** Stands for what has no text, so that each item is one line. */
const EMPTY_LINE = new TextEncoder().encode("\n");
