/**
 * Where the bytes come from: files and standard input.
 *
 * @module
 */

import { Failure, messageOf, UsageError } from "../error.ts";

/** Something to read a log from. */
export interface Source {
  /** For people: the path as it was given, or `stdin`. */
  name: string;
  /** The bytes, each chunk valid until the next is asked for. */
  chunks: AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 256 * 1024;

/** How standard input is called on the command line. */
const STDIN = ["-", "/dev/stdin", "/dev/fd/0"];

/**
 * Opens a source; `-` is standard input.
 *
 * @throws {UsageError} Where it cannot be opened or is a directory.
 */
export async function openSource(path: string): Promise<Source> {
  if (STDIN.includes(path)) {
    return { name: "stdin", chunks: read("stdin", Deno.stdin) };
  }
  try {
    const file = await Deno.open(path);
    if ((await file.stat()).isDirectory) {
      throw new UsageError("it is a directory");
    }
    return { name: path, chunks: read(path, file) };
  } catch (error) {
    throw new UsageError(
      `cannot read "${path}": ${
        reasonOf(error)
      }; name a log file with --source, or - for stdin`,
    );
  }
}

/** @throws {Failure} Where the file can be read no further. */
async function* read(
  name: string,
  file: Pick<Deno.FsFile, "read">,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  while (true) {
    const count = await file.read(buffer).catch((error) => {
      throw new Failure(
        `cannot read on in "${name}": ${
          messageOf(error)
        }; start again when it can be read, what is known already changes nothing`,
        { cause: error },
      );
    });
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
