/**
 * What is known of the files of a followed path, those among them that are gone.
 *
 * @module
 */

import { type Entry, sameFile } from "./files.ts";
import {
  type Checkpoint,
  type Fingerprint,
  type Position,
} from "../../turns/checkpoint.ts";
import type { CheckpointStore } from "../../turns/store.ts";

/** What a {@linkcode Catalogue} works with. */
export interface CatalogueParts {
  checkpoints: CheckpointStore;
  /** Is told what a person may want to know. */
  tell: (message: string) => void;
}

/** What a look at the files came to. */
export interface Seen {
  /** The checkpoints of files that are not open. */
  closed: Checkpoint[];
  /** Where the file of a checkpoint is now. */
  found: Map<Checkpoint, Entry>;
  /** New files, in the order of their reading, and their first bytes. */
  unread: Map<Entry, Fingerprint>;
  /** Whether there is a file at the path itself. */
  hasCurrent: boolean;
  /** When all this was seen, in milliseconds since the epoch. */
  nowMs: number;
}

/** The checkpoints of one path. */
export class Catalogue {
  #path: string;
  #store: CheckpointStore;
  #tell: (message: string) => void;
  /** How far files were read that were cut off: it may not be stored by now. */
  #reached = new Map<number, Position>();

  constructor(path: string, { checkpoints, tell }: CatalogueParts) {
    this.#path = path;
    this.#store = checkpoints;
    this.#tell = tell;
  }

  /** Says how far a file has been read that is let go of. */
  reached(position: Position): void {
    this.#reached.set(position.id, position);
  }

  /** The files of the path, in the order of their reading. */
  checkpoints(): Checkpoint[] {
    return this.#store.checkpointsOf(this.#path).map((stored) => {
      const reached = this.#reached.get(stored.id);
      if (reached === undefined || stored.offset < reached.offset) {
        return { ...stored, ...reached };
      }
      this.#reached.delete(stored.id);
      return stored;
    });
  }

  /**
   * Stores what was seen.
   *
   * @returns The checkpoints of the new files.
   */
  store({ closed, found, unread, hasCurrent, nowMs }: Seen): Map<
    Checkpoint,
    Entry
  > {
    // As long as nothing has come in its place a file may yet be moved back.
    const settled = hasCurrent ? closed : closed.filter((c) => found.has(c));
    return this.#store.transaction(() => {
      this.#locate(settled, found);
      const added = [...unread].map(([entry, head]) =>
        [
          this.#store.addCheckpoint(this.#path, entry.identity, head, nowMs),
          entry,
        ] as const
      );
      this.#store.pruneCheckpoints(this.#path);
      return new Map(added);
    });
  }

  /** Remembers where known files are now. */
  #locate(checkpoints: Checkpoint[], found: Map<Checkpoint, Entry>): void {
    for (const checkpoint of checkpoints) {
      const { id, identity, head, line, done } = checkpoint;
      const entry = found.get(checkpoint);
      if (entry !== undefined) {
        const isKnown = identity && sameFile(identity, entry.identity);
        if (!isKnown) this.#store.locateCheckpoint(id, entry.identity);
      } else if (head.length === 0) {
        this.#store.dropCheckpoint(id);
      } else if (identity !== null && !done) {
        this.#store.locateCheckpoint(id, null);
        // Older ones go when their time has come.
        if (checkpoint !== checkpoints.at(-1)) continue;
        this.#tell(
          `the file that was ${
            JSON.stringify(this.#path)
          } is gone or was cut off; what came in it behind line ${line}, if anything, was not read: if there is a copy of it, read that with --source`,
        );
      }
    }
  }
}
