/**
 * The queue of the processes that write one database. SQLite has none: its
 * writers retry ever more rarely, so that one that has just committed is likely
 * to be the next as well, and another may fail before it is.
 *
 * @module
 */

import { block, delay } from "../../system/event_loop.ts";
import type { FileLocks } from "../../system/lock.ts";

/** Locks of their own, apart from those of claims. */
const FIRST = 2n ** 28n;
/** Held by the process that writes. */
export const WRITER = FIRST;
/**
 * Held by the process that is next. It waits for {@linkcode WRITER} while the
 * others, and so the one that has just written, wait for this.
 */
export const NEXT = FIRST + 1n;

/** How often the next one retries, in milliseconds. */
const RETRY_NEXT = 1;
/** How often the others retry at most, by chance, in milliseconds. */
const RETRY = 4;
/** How long one that is next may hold up others: it may be stopped. In milliseconds. */
const MOST_HOLD = 1000;
/** How long a wait is before it is reported, in milliseconds. */
const PATIENCE = 5000;

/**
 * Lets one process at a time write, none of them twice while another is next.
 * What is run for one queue is not to wait for another.
 */
export class WriteQueue {
  #locks: FileLocks;
  #onLongWait: () => void;
  #patience: number;
  #isNext = false;
  #hasWaitedLong = false;
  /** When the wait for a turn began, if there is one. */
  #waitStart: number | undefined;

  /**
   * @param onLongWait Called once, when a wait takes longer than `patience`.
   * @param patience In milliseconds.
   */
  constructor(
    locks: FileLocks,
    onLongWait: () => void,
    patience: number = PATIENCE,
  ) {
    this.#locks = locks;
    this.#onLongWait = onLongWait;
    this.#patience = patience;
  }

  /** How long it has been waiting for its turn, in milliseconds; 0 if it is not. */
  get waitedMs(): number {
    return this.#waitStart === undefined
      ? 0
      : performance.now() - this.#waitStart;
  }

  /** Waits for its turn, however long that takes, then runs `work`. */
  async run<T>(work: () => T): Promise<T> {
    this.#waitStart = performance.now();
    while (!this.#advance(this.waitedMs)) {
      await delay(this.#pause());
    }
    this.#waitStart = undefined;
    return this.#runLocked(work);
  }

  /**
   * Waits for its turn while nothing else runs, then runs `work`.
   *
   * @param limit How long to wait at most, in milliseconds.
   * @throws {Error} Where that is not long enough, as SQLite words it.
   */
  runNow<T>(work: () => T, limit: number): T {
    const start = performance.now();
    while (!this.#advance(performance.now() - start)) {
      if (performance.now() - start > limit) {
        this.#leaveFront();
        throw new Error("database is locked");
      }
      block(this.#pause());
    }
    return this.#runLocked(work);
  }

  /**
   * Moves forward as far as it can.
   *
   * @param waited How long it has waited, in milliseconds.
   * @returns Whether it is its turn.
   */
  #advance(waited: number): boolean {
    // SQLite's own waiting has to do.
    if (!this.#locks.areAvailable) return true;
    if (waited > this.#patience && !this.#hasWaitedLong) {
      this.#hasWaitedLong = true;
      this.#onLongWait();
    }
    this.#isNext ||= this.#locks.tryLock(NEXT);
    const mayWrite = this.#isNext || waited > MOST_HOLD;
    if (!mayWrite || !this.#locks.tryLock(WRITER)) return false;
    this.#leaveFront();
    return true;
  }

  #leaveFront(): void {
    if (this.#isNext) this.#locks.unlock(NEXT);
    this.#isNext = false;
  }

  #pause(): number {
    return this.#isNext ? RETRY_NEXT : RETRY_NEXT + Math.random() * RETRY;
  }

  #runLocked<T>(work: () => T): T {
    try {
      return work();
    } finally {
      if (this.#locks.areAvailable) this.#locks.unlock(WRITER);
    }
  }
}
