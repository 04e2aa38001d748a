/**
 * Where the bytes come from: files and standard input.
 *
 * @module
 */

import { Failure, messageOf, UsageError } from "../error.ts";
import { breathe } from "../system/breathe.ts";
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
const STDIN_NAMES = ["-", "/dev/stdin", "/dev/fd/0"];

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
    const file = await Deno.open(path);
    const { isDirectory, isFile } = await file.stat();
    if (isDirectory) throw new UsageError("it is a directory");
    return { name: path, chunks: read(path, file, () => isFile) };
  } catch (error) {
    throw new UsageError(
      `cannot read "${path}": ${
        reasonOf(error)
      }; name a log file with --source, or - for stdin`,
    );
  }
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
    let count: number | null;
    try {
      count = isReady() ? file.readSync(buffer) : await file.read(buffer);
    } catch (error) {
      throw new Failure(
        `cannot read on in "${name}": ${
          messageOf(error)
        }; start again when it can be read, what is known already changes nothing`,
        { cause: error },
      );
    }
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "you may not read it";
  }
  return messageOf(error);
}
