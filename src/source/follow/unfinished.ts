/**
 * Archives that end in the middle: who copies or compresses one slowly is not
 * ready.
 *
 * @module
 */

import { type Entry, entryAt, sameFile } from "./files.ts";

/** The archives that are to be read on once there is more of them. */
export class Unfinished {
  #archives: Entry[] = [];

  /** Adds one, as it was when somebody began to read it. */
  add(archive: Entry): void {
    this.#archives.push(archive);
  }

  /** Takes down where they are now; those that are not as they were are left out. */
  note(entries: Entry[]): void {
    this.#archives = entries.filter((entry) => this.has(entry));
  }

  /** Whether a file is one of them, and as it was. */
  has(entry: Entry): boolean {
    return this.#archives.some((archive) => isUnchanged(archive, entry));
  }

  /** Whether there may be more of some. */
  haveGrown(): boolean {
    return this.#archives.some((archive) => {
      const now = entryAt(archive.path);
      return now !== undefined && sameFile(now.identity, archive.identity) &&
        !isUnchanged(archive, now);
    });
  }
}

/** Whether two looks found one file, to which nobody wrote in between. */
export function isUnchanged(before: Entry, now: Entry): boolean {
  return sameFile(before.identity, now.identity) &&
    before.modifiedMs === now.modifiedMs && before.size === now.size;
}
