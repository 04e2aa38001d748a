/**
 * Standard output: records in order, without buffering.
 *
 * @module
 */

import { Failure, messageOf, ReaderGone } from "../error.ts";
import { OutputStream } from "../system/output_stream.ts";
import { hasFailed, STDOUT } from "../system/poll.ts";

/** Where records go. */
export interface Sink {
  /**
   * Writes bytes and returns once all of them have left the process, however slow
   * the reader is.
   *
   * @throws {ReaderGone} If the reader has closed it.
   * @throws {Failure} If they cannot be written, for example on a full disk.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Checks that stdout still has a reader; for times without records.
   *
   * @throws {ReaderGone} If the reader has closed it.
   */
  check(): void;
}

/**
 * The sink for records that is the process's standard output.
 *
 * @param remedy How to get the records that could not be written, as a clause.
 */
export function stdout(remedy: string): Sink {
  const advice = `what is committed is in the database, ${remedy}`;
  return {
    write: (bytes) => write(bytes, advice),
    check() {
      if (hasFailed(STDOUT)) throw new ReaderGone();
    },
  };
}

/**
 * Writes a text to stdout that the program can print again at any time.
 *
 * @throws As {@linkcode Sink.write} does.
 */
export function print(text: string): Promise<void> {
  return write(
    new TextEncoder().encode(text),
    "make room there or write it elsewhere, then start again",
  );
}

/** @param remedy What to do if the bytes cannot be written. */
async function write(bytes: Uint8Array, remedy: string): Promise<void> {
  let rest = bytes;
  try {
    while (rest.length > 0) {
      rest = rest.subarray(await OutputStream.stdout.write(rest));
    }
  } catch (error) {
    const isClosed = error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset;
    if (isClosed) throw new ReaderGone();
    throw new Failure(
      `cannot write to stdout: ${messageOf(error)}; ${remedy}`,
      { cause: error },
    );
  }
}
