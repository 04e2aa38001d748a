/**
 * Where the bytes come from: files and standard input.
 *
 * @module
 */

import { Failure, messageOf, UsageError } from "../error.ts";
import { breathe, unlessBusy } from "../system/breathe.ts";
import { isReadable, STDIN, widenPipe } from "../system/poll.ts";

/** Something to read a log from. */
export interface Source {
  /** For people: the path as it was given, or `stdin`. */
  name: string;
  /** The bytes, each chunk valid until the next is asked for. */
  chunks: AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 256 * 1024;
const PIPE_BYTES = 1024 * 1024;

/** How standard input is called on the command line. */
const STDIN_NAMES = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/**
 * Opens a source; `-` is standard input.
 *
 * @throws {UsageError} Where it cannot be opened or is a directory.
 */
export async function openSource(path: string): Promise<Source> {
  if (STDIN_NAMES.includes(path)) {
    widenPipe(STDIN, PIPE_BYTES);
    const chunks = read("stdin", Deno.stdin, () => isReadable(STDIN));
    return { name: "stdin", chunks };
  }
  try {
    const { isDirectory, isFile } = await Deno.stat(path);
    if (isDirectory) throw new UsageError("it is a directory");
    if (!isFile) return { name: path, chunks: readLater(path) };
    const file = await Deno.open(path);
    return { name: path, chunks: read(path, file, () => true) };
  } catch (error) {
    throw new UsageError(
      `cannot read ${JSON.stringify(path)}: ${
        reasonOf(error)
      }; name a log file with --source, or - for stdin`,
    );
  }
}

/** Opens what is no file, as a FIFO, when its turn comes: that may take long. */
async function* readLater(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path).catch((error) => {
    throw readFailure(path, error);
  });
  yield* read(path, file, () => false);
}

/**
 * @param isReady Whether a read returns at once.
 * @throws {Failure} Where the file can be read no further.
 */
async function* read(
  name: string,
  file: Pick<Deno.FsFile, "read" | "readSync">,
  isReady: () => boolean,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  while (true) {
    await breathe();
    let count: number | null | undefined;
    try {
      count = await unlessBusy(() =>
        isReady() ? file.readSync(buffer) : file.read(buffer)
      );
    } catch (error) {
      throw readFailure(name, error);
    }
    if (count === null) return;
    if (count !== undefined) yield buffer.subarray(0, count);
  }
}

function readFailure(name: string, error: unknown): Failure {
  return new Failure(
    `cannot read on in ${JSON.stringify(name)}: ${
      reasonOf(error)
    }; start again when it can be read, what is known already changes nothing`,
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "you may not read it";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "it is below /dev, /proc or /sys, where this program may open nothing";
  }
  return messageOf(error);
}
