/**
 * The changes of a transaction, so that some of them can be undone.
 *
 * A savepoint for each event would cost two statements an event. There is one
 * for all of them, at the beginning: to undo the last changes, the server undoes
 * all, and those before are made again. They have the same results, since no
 * other program writes meanwhile, and it is rare.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Parameter } from "./parameters.ts";

/** How many changes are kept if no unit is open. */
const MOST_CHANGES = 1000;

/** A statement that changes rows. */
export type Change = readonly [sql: string, parameters: readonly Parameter[]];

/** The changes since the savepoint `base`. */
export class Journal {
  #connection: Connection;
  #changes: Change[] = [];
  #openUnits = 0;
  #isBroken = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** How many changes there are: a mark. */
  get length(): number {
    return this.#changes.length;
  }

  /** Adds a change that the server has made. */
  add(change: Change): void {
    this.#changes.push(change);
  }

  /** Notes that the server runs no statement before some are undone. */
  break(): void {
    this.#isBroken = true;
  }

  /** Begins a unit. @returns Where it begins. */
  open(): number {
    if (this.#openUnits === 0 && this.length > MOST_CHANGES) {
      this.#connection.script("RELEASE base; SAVEPOINT base");
      this.#changes = [];
    }
    this.#openUnits++;
    return this.length;
  }

  /** Ends a unit. */
  close(): void {
    this.#openUnits--;
  }

  /**
   * Undoes the changes after a mark.
   *
   * @throws As {@linkcode Connection.run} does.
   */
  undo(mark: number): void {
    if (!this.#isBroken && mark === this.length) return;
    this.#changes.length = mark;
    this.#connection.script("ROLLBACK TO base");
    for (const change of this.#changes) this.#connection.run(...change);
    this.#isBroken = false;
  }
}
