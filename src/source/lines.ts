/**
 * From bytes to the lines that the dialect must decode.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import type { LineShape } from "../dialect/dialect.ts";
import { type Candidate, CandidateFilter } from "./candidate_filter.ts";

/** A line that can concern a turn. */
export interface Line {
  /** The number of the line in its source, from 1. */
  number: number;
  /**
   * The line without its end, U+FFFD for what is not UTF-8; `null` where it is
   * longer than the limit.
   */
  text: string | null;
}

/** Reads the candidate lines out of bytes, in order. */
export class LineReader {
  /** Those that are on their way through the streams. */
  #pending: Candidate[] = [];
  #texts: ReadableStreamDefaultReader<string>;

  /**
   * @param chunks The bytes, cut anywhere.
   * @param maxLineBytes The longest line that is given with its text.
   */
  constructor(
    chunks: AsyncIterable<Uint8Array>,
    shape: LineShape,
    maxLineBytes: number,
  ) {
    const filter = new CandidateFilter(shape, maxLineBytes);
    this.#texts = ReadableStream.from(this.#filter(chunks, filter))
      .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /**
   * The next line, as soon as its newline is there; `undefined` at the end.
   *
   * @throws Whatever reading the bytes throws.
   */
  async next(): Promise<Line | undefined> {
    const { done, value } = await this.#texts.read();
    if (done) return undefined;
    const { number, bytes } = this.#pending.shift()!;
    return { number, text: bytes === null ? null : value };
  }

  /**
   * Ends the lines: a {@linkcode next} that waits has its end now. A read of the
   * bytes that is under way is left alone.
   */
  stop(): void {
    // What went wrong before, if anything, is for the next() that meets it.
    this.#texts.cancel().catch(() => {});
  }

  async *#filter(
    chunks: AsyncIterable<Uint8Array>,
    filter: CandidateFilter,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const chunk of chunks) yield* this.#release(filter.push(chunk));
    yield* this.#release(filter.end());
  }

  *#release(candidates: Candidate[]): Generator<Uint8Array<ArrayBuffer>> {
    this.#pending.push(...candidates);
    for (const { bytes } of candidates) yield bytes ?? EMPTY_LINE;
  }
}

/** Stands for a line that is too long, so that each candidate is one line. */
const EMPTY_LINE = new TextEncoder().encode("\n");
