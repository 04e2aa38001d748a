/**
 * Finds out which of the files at hand were read before, and which are new
 * (SPEC section 7, "across rotation").
 *
 * @module
 */

import { holds, isCopy, type Opened, sizeOf } from "./copies.ts";
import { type Entry, sameFile } from "./files.ts";
import type { Checkpoint } from "../../turns/checkpoint.ts";
import { isUnchanged } from "./unfinished.ts";

/** What a directory can be a step behind the clock by, in milliseconds. */
export const CLOCK_STEP = 100;

/** What is known of a path, and what there is. */
export interface Situation {
  /** The files that were followed, in the order of their reading. */
  checkpoints: Checkpoint[];
  /** The checkpoints whose files are open, so that they are known for sure. */
  open: Map<number, Opened>;
  /** The rotated files, the oldest first. */
  rotated: Entry[];
  /** The file at the path itself. */
  current: Entry | undefined;
  /** Those that may not be read, and can be known by their inode alone. */
  refused?: Set<Entry>;
  /** When somebody last looked, in milliseconds since the epoch. */
  lookedMs: number;
  /** What turned out to be copies at the last look. */
  copies?: Entry[];
}

/** What a situation comes to. */
export interface Findings {
  /** Where the known files are. */
  found: Map<Checkpoint, Entry>;
  /** Files that were not read before and are to be read now, in this order. */
  unread: Entry[];
  /** Copies of what is or was there itself, so that nothing in them is unread. */
  copies: Entry[];
}

/**
 * Compares what is known with what there is. A file is known by its inode if it
 * still holds what was read of it, or else by its content alone: as a copy, or
 * compressed. What is left is unread if it came after the last look.
 *
 * @throws {Moved} Where a file is not where it was.
 */
export async function survey(situation: Situation): Promise<Findings> {
  const { checkpoints, open, rotated, current, lookedMs } = situation;
  const { refused = new Set(), copies: known = [] } = situation;
  const found = new Map<Checkpoint, Entry>();
  const left = new Set(current ? [...rotated, current] : rotated);
  const claim = (checkpoint: Checkpoint, entry: Entry) => {
    found.set(checkpoint, entry);
    left.delete(entry);
  };
  // Behind one that is known, or by its time where none is.
  const isNew = (entry: Entry) =>
    entry.modifiedMs >= lookedMs - CLOCK_STEP ||
    rotated.slice(0, rotated.indexOf(entry)).some((older) => !left.has(older));

  for (const checkpoint of checkpoints) {
    const { id, identity, head, done } = checkpoint;
    for (const entry of left) {
      if (identity === null || !sameFile(entry.identity, identity)) continue;
      // Of which nothing was read, that has its place, unless it is the last.
      const isKnown = open.has(id) || refused.has(entry) ||
        (head.length === 0
          ? !done && entry !== current
          : await holds(entry, checkpoint));
      if (isKnown) claim(checkpoint, entry);
    }
  }
  // One that was looked at while it was being written may be taken for another.
  const archives = rotated.filter(({ path }) => path.endsWith(".gz"));
  for (const checkpoint of checkpoints) {
    const { id, head, done } = checkpoint;
    if (found.has(checkpoint) || open.has(id) || head.length === 0) continue;
    for (const entry of done ? left : new Set([...left, ...archives])) {
      // Nothing more is wanted of it but to know that it was read.
      if (refused.has(entry) || (done && !isNew(entry))) continue;
      if (await holds(entry, checkpoint)) {
        // More than was read of one that was read to its end is another's.
        if (done && sizeOf(entry) !== checkpoint.last.end % 2 ** 32) continue;
        claim(checkpoint, entry);
        break;
      }
    }
  }
  const [unread, copies]: Entry[][] = [[], []];
  // As long as that is there, no empty file can be what it was before.
  const isSettled = checkpoints.some((checkpoint) =>
    found.get(checkpoint) === current && checkpoint.head.length > 0
  );
  for (const entry of left) {
    if (entry === current) unread.push(entry);
    else if (!isNew(entry)) continue;
    else if (refused.has(entry)) unread.push(entry);
    // A copy that has just been begun: what comes in it makes it another.
    else if (entry.size === 0 && current && isSettled) copies.push(entry);
    // What it is a copy of may have been longer, and cut off since.
    else if (
      known.some((copy) => isUnchanged(copy, entry)) ||
      await isCopy(entry, checkpoints, { found, open })
    ) copies.push(entry);
    else unread.push(entry);
  }
  // An empty file that is gone may have left its inode to one behind unread ones.
  const first = rotated.findIndex((entry) => unread.includes(entry));
  for (const [{ id, head }, entry] of found) {
    const isBehind = first >= 0 && rotated.indexOf(entry) > first;
    if (head.length > 0 || open.has(id) || !isBehind) continue;
    for (const [c, e] of found) if (e === entry) found.delete(c);
    unread.push(entry);
  }
  const place = (entry: Entry) =>
    entry === current ? rotated.length : rotated.indexOf(entry);
  unread.sort((a, b) => place(a) - place(b));
  return { found, unread, copies };
}
