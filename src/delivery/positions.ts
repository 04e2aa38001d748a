/**
 * How far followed files are delivered.
 *
 * @module
 */

import type { Line } from "../source/lines.ts";
import type { Position } from "../turns/checkpoint.ts";
import type { CheckpointStore } from "../turns/store.ts";

/** A position, and how many lines before it this run rejected. */
export interface Reached {
  position: Position;
  rejected: number;
}

/** By checkpoint, the positions that are stored when what precedes them is. */
export class Positions {
  #store: Pick<CheckpointStore, "moveCheckpoint">;
  /** Where to resume if the program ends before the lines in hand are emitted. */
  #starts = new Map<number, Reached>();
  /** Up to where everything is taken, as marks say. */
  #reached = new Map<number, Reached>();
  /** The last line, if no mark has followed it. */
  #last = new Map<number, Line>();
  /** How many lines were rejected, and how many of them are stored. */
  #rejected = new Map<number, { met: number; stored: number }>();

  constructor(store: Pick<CheckpointStore, "moveCheckpoint">) {
    this.#store = store;
  }

  /** Notes that a line is in hand, unless its file is not followed. */
  take(line: Line): void {
    const { file: { id }, place } = line;
    if (place === undefined) return;
    this.#last.set(id, line);
    if (this.#starts.has(id)) return;
    this.#starts.set(id, this.#at(place.begin()));
    this.#reached.delete(id);
  }

  /** Counts a line as rejected, unless its file is not followed. */
  reject({ file: { id }, place }: Line): void {
    if (place === undefined) return;
    const { met, stored } = this.#rejected.get(id) ?? { met: 0, stored: 0 };
    this.#rejected.set(id, { met: met + 1, stored });
  }

  /** Notes that all lines before a position are taken. */
  mark(position: Position): void {
    this.#reached.set(position.id, this.#at(position));
    this.#last.delete(position.id);
  }

  /** Notes that no lines follow those that are taken. */
  finish(): void {
    for (const [id, { place }] of this.#last) {
      this.#reached.set(id, this.#at(place!.end()));
    }
  }

  /** Where the lines begin that were taken since this was asked last. */
  takeStarts(): Reached[] {
    return takeAll(this.#starts);
  }

  /** What was reached since this was asked last. */
  takeReached(): Reached[] {
    return takeAll(this.#reached);
  }

  /**
   * Moves checkpoints, and adds the lines that were rejected before them. To be
   * called in a transaction.
   *
   * @throws {Failure} Where the database cannot be written.
   */
  move(reached: readonly Reached[]): void {
    for (const { position, rejected } of reached) {
      const { stored = 0 } = this.#rejected.get(position.id) ?? {};
      this.#store.moveCheckpoint(position, rejected - stored);
    }
  }

  /** Notes that the transaction was committed in which checkpoints were moved. */
  commit(moved: readonly Reached[]): void {
    for (const { position: { id }, rejected } of moved) {
      const counts = this.#rejected.get(id);
      if (counts !== undefined) counts.stored = rejected;
    }
  }

  #at(position: Position): Reached {
    return { position, rejected: this.#rejected.get(position.id)?.met ?? 0 };
  }
}

function takeAll(positions: Map<number, Reached>): Reached[] {
  const all = [...positions.values()];
  positions.clear();
  return all;
}
