/**
 * Finds out which of the files at hand were read before, and which are new
 * (SPEC section 7, "across rotation").
 *
 * @module
 */

import { archiveHolds, isArchive, isFrom } from "./archive.ts";
import { type Entry, sameFile } from "./files.ts";
import type { Checkpoint } from "./position.ts";
import { readAt } from "./tail.ts";

/** What a directory can be a step behind the clock by, in milliseconds. */
const CLOCK_STEP = 100;

/** What is known of a path, and what there is. */
export interface Situation {
  /** The files that were followed, in the order of their reading. */
  checkpoints: Checkpoint[];
  /** The checkpoints whose files are open, so that they are known for sure. */
  isOpen: (id: number) => boolean;
  /** The rotated files, the oldest first. */
  rotated: Entry[];
  /** The file at the path itself. */
  current: Entry | undefined;
  /** When somebody last looked, in milliseconds since the epoch. */
  lookedMs: number;
}

/** What a situation comes to. */
export interface Findings {
  /** Where the known files are. */
  found: Map<Checkpoint, Entry>;
  /** Files that were not read before and are to be read now, in this order. */
  unread: Entry[];
}

/**
 * Compares what is known with what there is. A file is known by its inode if it
 * still holds what was read of it, or else by its content alone: as a copy, or
 * compressed. What is left is unread if it came after the last look.
 */
export async function survey(situation: Situation): Promise<Findings> {
  const { checkpoints, isOpen, rotated, current, lookedMs } = situation;
  const found = new Map<Checkpoint, Entry>();
  const left = new Set(current ? [...rotated, current] : rotated);
  const claim = (checkpoint: Checkpoint, entry: Entry) => {
    found.set(checkpoint, entry);
    left.delete(entry);
  };
  const isNew = (entry: Entry) => entry.modifiedMs >= lookedMs - CLOCK_STEP;

  for (const checkpoint of checkpoints) {
    const { id, identity } = checkpoint;
    if (identity === null) continue;
    for (const entry of left) {
      if (!sameFile(entry.identity, identity)) continue;
      if (isOpen(id) || await holds(entry, checkpoint)) {
        claim(checkpoint, entry);
      }
    }
  }
  for (const checkpoint of checkpoints) {
    if (found.has(checkpoint) || isOpen(checkpoint.id)) continue;
    if (checkpoint.head.length === 0) continue;
    for (const entry of left) {
      // Nothing more is wanted of it but to know that it was read.
      if (checkpoint.done && !isNew(entry)) continue;
      if (await holds(entry, checkpoint)) {
        claim(checkpoint, entry);
        break;
      }
    }
  }
  const unread = [...left].filter((entry) => entry === current || isNew(entry));
  return { found, unread };
}

/** Whether a file holds what was read under a checkpoint. */
async function holds(
  { path }: Entry,
  { head, last, done }: Checkpoint,
): Promise<boolean> {
  // Nothing was read of it: the inode has to do, unless the file is gone for good.
  if (head.length === 0) return !done;
  if (isArchive(path)) return await archiveHolds(path, head, last);
  using file = Deno.openSync(path);
  return isFrom(readAt(file, 0, head.length), head) &&
    isFrom(readAt(file, last.end - last.length, last.length), last);
}
