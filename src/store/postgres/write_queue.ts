/**
 * Begins transactions once no other program writes: the server queues the writers
 * of a database.
 *
 * @module
 */

import { ServerError } from "./answer.ts";
import type { Link } from "./link.ts";
import type { Session } from "./session.ts";

/** How long a row or a table that a person locked may delay a statement, and a statement itself, in milliseconds. */
const LIMITS =
  "SET LOCAL lock_timeout = 4000; SET LOCAL statement_timeout = 5000";
/** How long to wait for other writers where nothing else can run, in milliseconds. */
const MOST_BLOCK_MS = 5000;
/** How long to wait for them at a time else, and for the answer, in milliseconds. */
const [MOST_QUEUE_MS, MOST_BEGIN_MS] = [3000, 8000];
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
   * Begins a transaction once no other program writes, however long that takes.
   * A server that does not answer at all is noticed.
   */
  async begin(session: Session): Promise<void> {
    const { connection } = session;
    const sql = beginSql(session, MOST_QUEUE_MS);
    while (true) {
      try {
        await connection.scriptLater(sql, MOST_BEGIN_MS);
        return;
      } catch (error) {
        const isQueueing = error instanceof ServerError &&
          error.code === LOCK_NOT_AVAILABLE;
        if (!isQueueing) throw error;
        connection.script("ROLLBACK");
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

/** Begins a transaction while nothing else can run. */
export function beginNow(session: Session): void {
  session.connection.script(beginSql(session, MOST_BLOCK_MS));
}

/** @param waitMs How long to wait for other writers. */
function beginSql({ writerLock }: Session, waitMs: number): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL lock_timeout = ${waitMs}; ${writerLock}; ${LIMITS}`;
}
