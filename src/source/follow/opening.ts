/**
 * Opens the files that are to be read.
 *
 * @module
 */

import { Archive, isToBeArchive } from "./archive.ts";
import { fileHolds, readAt } from "./content.ts";
import { type Entry, Moved, openEntry } from "./files.ts";
import {
  type Checkpoint,
  type Fingerprint,
  fingerprint,
  FINGERPRINT_BYTES,
  NOTHING,
} from "../../turns/checkpoint.ts";
import type { ReadOptions } from "../line_splitter.ts";
import { Tail } from "./tail.ts";

/**
 * Opens a file, to be read on behind its checkpoint.
 *
 * @throws {Moved} Where the file is not where it was, or was cut off.
 */
export function openSource(
  checkpoint: Checkpoint,
  entry: Entry,
  reading: ReadOptions,
): Tail | Archive {
  const file = openEntry(entry);
  if (file === undefined) throw new Moved();
  try {
    if (isToBeArchive(entry.path, file)) {
      return new Archive(entry.path, file, checkpoint, reading);
    }
    const tail = Tail.of(entry.path, file, checkpoint, reading);
    // To look at the others may have taken long, and from now on the tail sees
    // by itself what becomes of what it goes on behind.
    const { head, last } = checkpoint;
    if (!fileHolds(file, head, last)) throw new Moved();
    return tail;
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * A file's first bytes.
 *
 * @throws {Moved} Where the file is not where it was.
 */
export function headOf(entry: Entry): Fingerprint {
  using file = openEntry(entry);
  if (file === undefined) throw new Moved();
  // Of an archive nothing is known before it is read.
  if (isToBeArchive(entry.path, file)) return NOTHING;
  const head = readAt(file, 0, FINGERPRINT_BYTES);
  return fingerprint(head, head.length);
}
