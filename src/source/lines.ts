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

/**
 * Reads the candidate lines out of `chunks`, cut anywhere, in order. A line is
 * there as soon as its newline is. Cancel the reader of the stream to stop; a
 * read of `chunks` that is under way is then left alone.
 *
 * @param maxLineBytes The longest line that is given with its text.
 */
export function candidateLines(
  chunks: AsyncIterable<Uint8Array>,
  shape: LineShape,
  maxLineBytes: number,
): ReadableStream<Line> {
  // One for each line between the filter and the end of the pipe.
  const pending: Candidate[] = [];
  return ReadableStream.from(
    candidateBytes(chunks, shape, maxLineBytes, pending),
  )
    .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
    .pipeThrough(new TextLineStream())
    .pipeThrough(
      new TransformStream<string, Line>({
        transform(text, controller) {
          const { number, bytes } = pending.shift()!;
          controller.enqueue({ number, text: bytes === null ? null : text });
        },
      }),
    );
}

async function* candidateBytes(
  chunks: AsyncIterable<Uint8Array>,
  shape: LineShape,
  maxLineBytes: number,
  pending: Candidate[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const filter = new CandidateFilter(shape, maxLineBytes);
  for await (const chunk of chunks) yield* release(filter.push(chunk));
  yield* release(filter.end());

  function* release(candidates: Candidate[]) {
    for (const candidate of candidates) {
      pending.push(candidate);
      yield candidate.bytes ?? EMPTY_LINE;
    }
  }
}

/** Stands for a line that is too long, so that each candidate is one line. */
const EMPTY_LINE = new TextEncoder().encode("\n");
