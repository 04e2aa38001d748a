/**
 * The turns of one process from an instant on, in memory.
 *
 * @module
 */

import type { Turn } from "../../turns/turn.ts";

/** A turn in memory, and what is known of its row. */
export interface Held {
  turn: Turn;
  /** Whether it has no row yet. */
  isNew: boolean;
  /** The hash of its prompt, if it is new. */
  hash?: string;
  /** The turn that orphaned it; `undefined` if that is not known. */
  orphanedBy?: number | null;
}

/** All turns that began after an instant, and the newest one until then. */
export class Timeline {
  /** In the order of their start, then of their ids. */
  #turns: Held[] = [];
  #since: number;

  /** @param since The instant, in milliseconds since the epoch. */
  constructor(since: number) {
    this.#since = since;
  }

  /** How many turns there are. */
  get length(): number {
    return this.#turns.length;
  }

  /** Whether it has all that matters at an instant. */
  covers(at: number): boolean {
    return at >= this.#since;
  }

  /** Adds a turn that has a start. */
  add(held: Held): void {
    const { id, startMs } = held.turn;
    let place = this.#turns.length;
    while (place > 0) {
      const { turn } = this.#turns[place - 1];
      const isBefore = turn.startMs! < startMs! ||
        turn.startMs === startMs && turn.id < id;
      if (isBefore) break;
      place--;
    }
    this.#turns.splice(place, 0, held);
  }

  /** The newest turn until an instant that it covers. */
  newest(at: number): Held | undefined {
    return this.#turns.findLast(({ turn }) => turn.startMs! <= at);
  }

  /** The first turn after an instant that it covers. */
  next(at: number): Held | undefined {
    return this.#turns.find(({ turn }) => turn.startMs! > at);
  }

  /** The newest turn until an instant that has the agent's id, if it is in it. */
  newestNamed(turnId: string, at: number): Held | undefined {
    return this.#turns.findLast(({ turn }) =>
      turn.turnId === turnId && turn.startMs! <= at
    );
  }
}
