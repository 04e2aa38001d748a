/**
 * Tells copies of followed files from files that only begin alike, as those do
 * whose writers begin each with the same line.
 *
 * @module
 */

import {
  archiveHolds,
  archivePrints,
  archiveSize,
  isArchive,
} from "./archive.ts";
import { fileHolds, readAt } from "./content.ts";
import { type Entry, Moved, openEntry } from "./files.ts";
import {
  type Checkpoint,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
} from "../../turns/checkpoint.ts";

/** What is asked of a file that is open. */
export interface Opened {
  /** When it was last written to, in milliseconds since the epoch. */
  modifiedMs: number;
  /** Whether it holds some bytes; an archive has to be read for that. */
  holds?: (head: Fingerprint, last: Fingerprint) => boolean;
}

/** Where the files of checkpoints are that are not gone. */
interface Originals {
  found: Map<Checkpoint, Entry>;
  open: Map<number, Opened>;
}

/**
 * Whether nothing stands in a file that is not in one that is there, or open,
 * itself: it is a copy, be it unfinished.
 */
export async function isCopy(
  entry: Entry,
  checkpoints: Checkpoint[],
  { found, open }: Originals,
): Promise<boolean> {
  for (const checkpoint of checkpoints) {
    const { id, head, last } = checkpoint;
    const [original, opened] = [found.get(checkpoint), open.get(id)];
    if (head.length === 0 || !(original ?? opened)) continue;
    // Who compresses a file keeps its time, and to read all of it takes long.
    const isSure = original === undefined && isPacked(entry) &&
      opened?.modifiedMs === entry.modifiedMs;
    const isHeld = await holds(entry, checkpoint, isSure);
    if (isHeld && (isSure || sizeOf(entry) === last.end % 2 ** 32)) return true;
    // What is behind the bytes that were read must be there in both.
    if (original && isPacked(original)) {
      if (isHeld && sizeOf(entry) === sizeOf(original)) return true;
    } else if (isHeld || !isPacked(entry)) {
      const prints = await printsOf(entry);
      if (prints.last.end === 0) continue;
      const isThere = opened?.holds?.(prints.head, prints.last) ??
        (original &&
          withFile(
            original,
            (file) => fileHolds(file, prints.head, prints.last),
          ));
      if (isThere) return true;
    }
  }
  return false;
}

/** Whether a file holds what was read under a checkpoint. */
export async function holds(
  entry: Entry,
  { offset, head, last }: Pick<Checkpoint, "offset" | "head" | "last">,
  isSure = false,
): Promise<boolean> {
  using file = opened(entry);
  if (!isArchive(file)) return fileHolds(file, head, last);
  // To look at all of it takes long, and one that ends there was all read.
  const isWhole = archiveSize(file) === offset % 2 ** 32;
  const end = isSure || isWhole ? head : last;
  return await archiveHolds(entry.path, file, head, end);
}

/** How many bytes a file holds once it is decompressed, to 2^32. */
export function sizeOf(entry: Entry): number {
  return withFile(
    entry,
    (file) =>
      isArchive(file) ? archiveSize(file) : file.statSync().size % 2 ** 32,
  );
}

function isPacked(entry: Entry): boolean {
  return withFile(entry, isArchive);
}

/** The fingerprints of a file's first bytes, and of its last. */
async function printsOf(entry: Entry) {
  using file = opened(entry);
  if (isArchive(file)) return await archivePrints(entry.path, file);
  const { size } = file.statSync();
  const head = readAt(file, 0, FINGERPRINT_BYTES);
  const last = readAt(file, size - head.length, head.length);
  return {
    head: fingerprint(head, head.length),
    last: fingerprint(last, size),
  };
}

function withFile<T>(entry: Entry, look: (file: Deno.FsFile) => T): T {
  using file = opened(entry);
  return look(file);
}

/** @throws {Moved} Where the file is not where it was. */
function opened(entry: Entry): Deno.FsFile {
  const file = openEntry(entry);
  if (file === undefined) throw new Moved();
  return file;
}
