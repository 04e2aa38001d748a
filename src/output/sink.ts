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

/** The sink that is the process's standard output. */
export const stdout: Sink = {
  async write(bytes) {
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
        `cannot write to stdout: ${
          messageOf(error)
        }; what is committed is in the database, read the log again to have the rest`,
        { cause: error },
      );
    }
  },

  check() {
    if (isReaderGone(STDOUT)) throw new ReaderGone();
  },
};
