/**
 * Standard output: records, in order, none of them kept back.
 *
 * @module
 */

import { Failure, messageOf, ReaderGone } from "../error.ts";
import { unlessBusy } from "../system/breathe.ts";
import {
  isPipe,
  isReaderGone,
  isWritable,
  PIPE_PIECE,
  STDOUT,
} from "../system/poll.ts";

/** Where records go. */
export interface Sink {
  /**
   * Writes bytes and returns once all of it has left the process, however slow
   * the reader is.
   *
   * @throws {ReaderGone} Where nobody reads any more.
   * @throws {Failure} Where they cannot be written, as on a full disk.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Looks whether somebody reads, where there is nothing to write for long.
   *
   * @throws {ReaderGone} Where nobody reads any more.
   */
  check(): void;
}

/** Elsewhere than into a pipe a record is one write, so that files stay whole. */
let pieceBytes: number | undefined;

/** The sink for records that is the process's standard output. */
export const stdout: Sink = standardOutput(
  "what is committed is in the database, read the log again to have the rest",
);

/** The same for what can be had again at any time. */
export const stdoutForText: Sink = standardOutput(
  "make room there or write it elsewhere, then start again",
);

/** @param remedy What to do where it cannot be written. */
function standardOutput(remedy: string): Sink {
  return {
    write: (bytes) => write(bytes, remedy),
    check() {
      if (isReaderGone(STDOUT)) throw new ReaderGone();
    },
  };
}

async function write(bytes: Uint8Array, remedy: string): Promise<void> {
  let rest = bytes;
  try {
    while (rest.length > 0) {
      pieceBytes ??= isPipe(STDOUT) ? PIPE_PIECE : Infinity;
      const piece = rest.subarray(0, pieceBytes);
      const written = await unlessBusy(() =>
        isWritable(STDOUT)
          ? Deno.stdout.writeSync(piece)
          : Deno.stdout.write(piece)
      );
      rest = rest.subarray(written ?? 0);
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone();
    throw new Failure(
      `cannot write to stdout: ${messageOf(error)}; ${remedy}`,
      { cause: error },
    );
  }
}
