/**
 * Opens files and standard input, and reads their bytes.
 *
 * @module
 */

import { Failure, messageOf, UsageError } from "../error.ts";
import { letEventsRun, retryWhileBusy } from "../system/event_loop.ts";
import { isReadable, STDIN, widenPipe } from "../system/poll.ts";
import {
  checkFormat,
  decompressed,
  firstBytes,
} from "./compressed/decompress.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { Item, LogFile } from "./lines.ts";
import { statNamed } from "./named_path.ts";
import type { ReadOptions, Resume } from "./read_options.ts";

/** A log that can be read. */
export interface Source {
  /** For messages: the path as given, or `stdin`. */
  name: string;
  /** How many bytes there are to read; `null` if that is not known. */
  size: number | null;
  /** How many of them have been read. */
  consumed: number;
  /** Reads the lines that can concern a turn. */
  read(options: ReadOptions): AsyncIterable<Item[]>;
}

/** How large the chunks are that a file is read in, in bytes. */
export const CHUNK_BYTES = 256 * 1024;
const PIPE_BYTES = 1024 * 1024;

/** The names of standard input on the command line. */
const STDIN_NAMES = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/**
 * Opens a source, which is read to its end and may be compressed with gzip or
 * zstd; `-` is standard input.
 *
 * @param damaged Called with the reason if compressed data is damaged.
 * @throws {UsageError} If it cannot be opened, or is compressed in another
 * format.
 * @throws {Failure} If the library that decompresses it is missing.
 */
export function openSource(
  path: string,
  damaged: (name: string, reason: string) => void,
): Source {
  if (isStdin(path)) {
    widenPipe(STDIN, PIPE_BYTES);
    const isReady = () => isReadable(STDIN);
    return source(
      "stdin",
      null,
      (beforeWait) => read("stdin", Deno.stdin, isReady, beforeWait),
    );
  }
  let file: Deno.FsFile;
  let info: Deno.FileInfo;
  let head: Uint8Array;
  try {
    info = statNamed(path);
    if (!info.isFile) {
      return source(path, null, (beforeWait) => readLater(path, beforeWait));
    }
    file = Deno.openSync(path);
    head = firstBytes(file);
  } catch (error) {
    throw unreadable(path, error);
  }
  checkFormat(path, head);
  return source(path, info.size, () => readAndClose(path, file));

  function source(
    name: string,
    size: number | null,
    chunks: (beforeWait: () => void) => AsyncIterable<Uint8Array>,
  ): Source {
    const source: Source = {
      ...{ name, size, consumed: 0 },
      async *read(options) {
        const file = { id: 0, name, isResumed: false };
        const bytes = counted(source, chunks(options.beforeWait ?? (() => {})));
        yield* readLines(file, bytes, options, damaged);
      },
    };
    return source;
  }
}

/** Counts the bytes of a source as they are read. */
export async function* counted(
  source: Pick<Source, "consumed">,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    source.consumed += chunk.length;
    yield chunk;
  }
}

/**
 * Reads the lines of a file, which may be compressed, to its end.
 *
 * @param chunks Each chunk valid until the next is asked for.
 * @param damaged Called with the reason if compressed data is damaged.
 * @param known The name of the file's dialect, if it was recognised before.
 */
export async function* readLines(
  file: LogFile,
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  damaged: (name: string, reason: string) => void,
  known: Pick<Resume, "dialect"> = {},
): AsyncGenerator<Item[]> {
  const from = { offset: 0, line: 0, ...known };
  const splitter = new LineSplitter(file, options, from);
  const { name } = file;
  const report = (reason: string) => damaged(name, reason);
  for await (const chunk of decompressed(name, chunks, report)) {
    yield splitter.push(chunk);
  }
  yield splitter.end();
}

/** Whether a path on the command line is standard input. */
export function isStdin(path: string): boolean {
  return STDIN_NAMES.includes(path);
}

/** The usage error for a source that cannot be read. */
export function unreadable(
  path: string,
  error: unknown,
  remedy = "name a log file with --source, or - for stdin",
): UsageError {
  return new UsageError(
    `cannot read ${JSON.stringify(path)}: ${reasonOf(error)}; ${remedy}`,
  );
}

async function* readAndClose(
  path: string,
  file: Deno.FsFile,
): AsyncGenerator<Uint8Array> {
  using _ = file;
  yield* read(path, file);
}

/** Opens what is not a file, such as a FIFO, only when it is read: that may block. */
async function* readLater(
  path: string,
  beforeWait: () => void,
): AsyncGenerator<Uint8Array> {
  beforeWait();
  yield* read(path, await open(path), () => false, beforeWait);
}

/**
 * The bytes of an open file from its beginning, each chunk valid until the next
 * one is requested.
 *
 * @param buffer Holds the chunks; it can serve many files, one after the other.
 * @throws {Failure} If it cannot be read.
 */
export async function* readFile(
  name: string,
  file: Deno.FsFile,
  buffer?: Uint8Array,
): AsyncGenerator<Uint8Array> {
  file.seekSync(0, Deno.SeekMode.Start);
  yield* read(name, file, () => true, () => {}, buffer);
}

function open(path: string): Promise<Deno.FsFile> {
  return Deno.open(path).catch((error) => {
    throw readFailure(path, error);
  });
}

/**
 * @param isReady Whether a read returns at once.
 * @param beforeWait Called before a read that may block.
 * @throws {Failure} If a read fails.
 */
async function* read(
  name: string,
  file: Pick<Deno.FsFile, "read" | "readSync">,
  isReady: () => boolean = () => true,
  beforeWait: () => void = () => {},
  buffer: Uint8Array = new Uint8Array(CHUNK_BYTES),
): AsyncGenerator<Uint8Array> {
  while (true) {
    await letEventsRun();
    let count: number | null;
    try {
      count = await retryWhileBusy(() => {
        if (isReady()) return file.readSync(buffer);
        beforeWait();
        return file.read(buffer);
      });
    } catch (error) {
      throw readFailure(name, error);
    }
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/** The failure of reading an open source. */
export function readFailure(name: string, error: unknown): Failure {
  return new Failure(
    `cannot continue reading ${JSON.stringify(name)}: ${
      reasonOf(error)
    }; restart once it is readable, events already stored are skipped`,
    { cause: error },
  );
}

/** Why a file could not be opened or read. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "you may not read it";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "it is below /dev, /proc or /sys, where this program may open nothing";
  }
  return messageOf(error);
}
