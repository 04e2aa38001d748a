/**
 * Files that were compressed after rotation: read to their end once.
 *
 * @module
 */

import { joinBytes } from "../../bytes.ts";
import { decompressed } from "../compressed/decompress.ts";
import type { Item, LogFile } from "../lines.ts";
import { isFrom, readAt } from "./content.ts";
import type { Opened } from "./copies.ts";
import { type Entry, entryOf, modifiedMs } from "./files.ts";
import { readFile } from "../source.ts";
import {
  type Checkpoint,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  type Identity,
} from "../../turns/checkpoint.ts";
import type { ReadOptions } from "../line_splitter.ts";
import { lastOf, Progress } from "./progress.ts";

/** How many bytes gzip data is known by. */
const MAGIC_BYTES = 2;

/** Whether a file begins as gzip does. */
export function isArchive(file: Deno.FsFile): boolean {
  const [first, second] = readAt(file, 0, MAGIC_BYTES);
  return first === 0x1f && second === 0x8b;
}

/** Whether a file is an archive, or is called as one and has hardly been begun. */
export function isToBeArchive(name: string, file: Deno.FsFile): boolean {
  return isArchive(file) ||
    (name.endsWith(".gz") && file.statSync().size < MAGIC_BYTES);
}

/** An open archive of which something may be unread. */
export class Archive {
  /** Its checkpoint's. */
  readonly id: number;
  /** What it was when it was opened. */
  readonly entry: Entry;
  /** Whether it ended in the middle, so that more of it may come. */
  isCutOff = false;
  #name: string;
  #file: Deno.FsFile;
  #checkpoint: Checkpoint;
  #reading: ReadOptions;
  #log: LogFile;

  constructor(
    name: string,
    file: Deno.FsFile,
    checkpoint: Checkpoint,
    reading: ReadOptions,
  ) {
    this.id = checkpoint.id;
    this.entry = entryOf(name, file.statSync());
    this.#name = name;
    this.#file = file;
    this.#checkpoint = checkpoint;
    this.#reading = reading;
    const { id } = checkpoint;
    this.#log = { id, name, isResumed: true };
  }

  /** Which file it is. */
  get identity(): Identity {
    return this.entry.identity;
  }

  /**
   * The lines behind the checkpoint, and a mark at the end. Half a line is one
   * unless more may come.
   *
   * @param damaged Is told what is wrong with the data.
   */
  async *items(
    damaged: (name: string, reason: string) => void,
  ): AsyncGenerator<Item[]> {
    const { offset, line } = this.#checkpoint;
    let [at, head, last] = [0, new Uint8Array(), new Uint8Array()];
    if (this.entry.size < MAGIC_BYTES) {
      this.isCutOff = true;
      return;
    }
    const name = this.#name;
    const chunks = decompressed(
      name,
      readFile(name, this.#file),
      (reason, isTruncated) => {
        this.isCutOff = isTruncated;
        damaged(name, reason);
      },
    );
    const begin = () =>
      new Progress(
        { file: this.#log, offset, line, head, last },
        this.#reading,
      );
    let progress: Progress | undefined;
    for await (const chunk of chunks) {
      const skipped = chunk.subarray(0, Math.max(0, offset - at));
      at += skipped.length;
      head = startOf(head, skipped);
      last = lastOf(last, skipped);
      if (at < offset) continue;
      progress ??= begin();
      yield progress.take(chunk.subarray(skipped.length));
    }
    if (this.isCutOff) {
      const mark = progress?.mark();
      progress?.drop();
      if (mark !== undefined) yield [mark];
    } else yield (progress ?? begin()).end();
  }

  /** What a look at the other files has to know of it. */
  get seen(): Opened {
    return { modifiedMs: modifiedMs(this.#file.statSync()) };
  }

  /** Lets the file go. */
  close(): void {
    this.#file.close();
  }
}

/** How many bytes an archive of one member holds, to 2^32, without reading them. */
export function archiveSize(file: Deno.FsFile): number {
  const { size } = file.statSync();
  const [a, b, c, d] = readAt(file, Math.max(0, size - 4), 4);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}

/**
 * The fingerprints of the first and of the last bytes that are in an archive, as
 * far as that is there.
 */
export async function archivePrints(
  name: string,
  file: Deno.FsFile,
): Promise<{ head: Fingerprint; last: Fingerprint }> {
  let [size, start, end] = [0, new Uint8Array(), new Uint8Array()];
  for await (
    const chunk of decompressed(name, readFile(name, file), () => {})
  ) {
    size += chunk.length;
    start = startOf(start, chunk);
    end = lastOf(end, chunk);
  }
  return {
    head: fingerprint(start, start.length),
    last: fingerprint(end, size),
  };
}

/** Whether an archive holds the bytes that some fingerprints were made of. */
export async function archiveHolds(
  name: string,
  file: Deno.FsFile,
  head: Fingerprint,
  last: Fingerprint,
): Promise<boolean> {
  let [at, start, end] = [0, new Uint8Array(), new Uint8Array()];
  let isChecked = false;
  for await (
    const chunk of decompressed(name, readFile(name, file), () => {})
  ) {
    start = startOf(start, chunk);
    if (!isChecked && start.length >= head.length) {
      if (!isFrom(start.subarray(0, head.length), head)) return false;
      isChecked = true;
    }
    const wanted = chunk.subarray(0, last.end - at);
    at += wanted.length;
    end = lastOf(end, wanted);
    if (isChecked && at === last.end) {
      return isFrom(end.subarray(-last.length), last);
    }
  }
  return false;
}

function startOf(known: Uint8Array, chunk: Uint8Array) {
  return joinBytes([
    known,
    chunk.subarray(0, FINGERPRINT_BYTES - known.length),
  ]);
}
