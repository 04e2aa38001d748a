/**
 * Checkpoints that survive the lives of a follower, as a database's do.
 *
 * @module
 */

import {
  type Checkpoint,
  type FilePlace,
  type NewFile,
  NOTHING,
  type Position,
} from "../../../src/turns/checkpoint.ts";
import type { CheckpointStore } from "../../../src/turns/store.ts";

/** How many files of a path are remembered, as in the database. */
const REMEMBERED = 64;

/** The checkpoints of followed paths. */
export class MemoryCheckpoints implements CheckpointStore {
  #rows: Checkpoint[] = [];
  /** The followed path of each, by its id. */
  #paths = new Map<number, string>();
  #nextId = 1;
  #depth = 0;
  #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  write<T>(work: () => T): Promise<T> {
    return Promise.resolve(this.transaction(work));
  }

  transaction<T>(work: () => T): T {
    const before = [this.#rows, this.#nextId] as const;
    this.#depth++;
    try {
      return work();
    } catch (error) {
      if (this.#depth === 1) [this.#rows, this.#nextId] = before;
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Those of all paths if none is given. */
  checkpointsOf(path?: string): Checkpoint[] {
    const isWanted = ({ id }: Checkpoint) =>
      path === undefined || this.#paths.get(id) === path;
    return structuredClone(this.#rows.filter(isWanted));
  }

  addCheckpoint(path: string, file: NewFile): Checkpoint {
    const added = {
      ...{ id: this.#nextId++, offset: 0, line: 0, last: NOTHING },
      ...{ done: false, dialect: null, decoder: null, ...file },
      movedMs: file.seenMs,
    };
    this.#rows = [...this.#rows, added];
    this.#paths.set(added.id, path);
    return structuredClone(added);
  }

  locateCheckpoint(id: number, place: FilePlace): void {
    this.#update(id, place);
  }

  moveCheckpoint(position: Position): void {
    const movedMs = this.#nowMs();
    this.#update(position.id, { ...structuredClone(position), movedMs });
  }

  dropCheckpoint(id: number): void {
    this.#rows = this.#rows.filter((row) => row.id !== id);
  }

  pruneCheckpoints(): void {
    this.#rows = this.#rows.filter(({ done, identity }, i, all) =>
      !(done || identity === null) || i >= all.length - REMEMBERED
    );
  }

  #update(id: number, fields: Partial<Checkpoint>): void {
    this.#rows = this.#rows.map((row) =>
      row.id === id ? { ...row, ...fields } : row
    );
  }
}
