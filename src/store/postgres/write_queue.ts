/**
 * Begins transactions once no other program writes: the server queues the writers
 * of a database.
 *
 * @module
 */

import { type Answer, ServerError } from "./answer.ts";
import type { Link } from "./link.ts";
import type { Part } from "./connection.ts";
import type { Session } from "./session.ts";

/**
 * How long a statement may take, also where a person locked a row or a table, in
 * milliseconds. Only the wait for other writers ends with a `lock_timeout`.
 */
const LIMITS = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 5000";
/** How long to wait for other writers where nothing else can run, in milliseconds. */
const MOST_BLOCK_MS = 5000;
/** How long to wait for them at a time else, in milliseconds. */
const MOST_QUEUE_MS = 3000;
/** How long a wait for other writers is before it is reported, in milliseconds. */
const PATIENCE_MS = 5000;
const LOCK_NOT_AVAILABLE = "55P03";

/** Waits for other writers, and reports long waits. */
export class WriteQueue {
  #link: Link;
  #warn: (message: string) => void;
  #hasWaitedLong = false;

  /** @param warn Reports to people. */
  constructor(link: Link, warn: (message: string) => void) {
    this.#link = link;
    this.#warn = warn;
  }

  /**
   * Begins a transaction once no other program writes, however long that takes,
   * and runs what it begins with. A server that does not answer at all is noticed.
   *
   * @param limitMs How long an answer may take, in milliseconds.
   */
  async begin(
    session: Session,
    limitMs: number,
    ...parts: Part[]
  ): Promise<Answer> {
    const { connection } = session;
    const sql = beginSql(session, MOST_QUEUE_MS);
    while (true) {
      try {
        return await connection.allLater(limitMs, sql, ...parts);
      } catch (error) {
        const isQueueing = error instanceof ServerError &&
          error.code === LOCK_NOT_AVAILABLE;
        if (!isQueueing) throw error;
        connection.all("ROLLBACK");
        this.#reportLongWait();
      }
    }
  }

  #reportLongWait(): void {
    const { name, waitedMs } = this.#link;
    if (waitedMs < PATIENCE_MS || this.#hasWaitedLong) return;
    this.#hasWaitedLong = true;
    this.#warn(
      `waiting for more than 5 seconds for other turn-counters that write database ${
        JSON.stringify(name)
      }; if one of them is stopped, continue it or end it`,
    );
  }
}

/** Begins a transaction while nothing else can run, and runs what it begins with. */
export function beginNow(session: Session, ...parts: Part[]): void {
  session.connection.all(beginSql(session, MOST_BLOCK_MS), ...parts);
}

/** @param waitMs How long to wait for other writers. */
function beginSql({ writerLock }: Session, waitMs: number): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL lock_timeout = ${waitMs}; ${writerLock}; ${LIMITS}`;
}
