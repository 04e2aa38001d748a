/**
 * The transactions of one connection after the other, and the units in them.
 *
 * @module
 */

import type { Expected, Transactions } from "../../turns/store.ts";
import { ConnectionLost, ServerError } from "./answer.ts";
import { type Asked, askedBy } from "./expected.ts";
import { isPassing, storeFailure } from "./failure.ts";
import type { Link } from "./link.ts";
import { Memory } from "./memory.ts";
import { type MemorySql, memorySql } from "./memory_statements.ts";
import type { Parameter } from "./parameters.ts";
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
/** How long a commit may take: the disk may be slow, or a standby. In milliseconds. */
const MOST_COMMIT_MS = 60_000;

/**
 * How long the plan of a statement is used, in milliseconds. One that was made
 * for an empty table must not be used on ten million rows.
 */
const MOST_PLAN_MS = 1000;

/** A transaction that was begun. */
interface Open {
  session: Session;
  memory: Memory;
  /** Whether all of it is repeated, unit by unit, if one of its units fails. */
  isGroup: boolean;
  /** Why nothing is left of it. */
  lost: unknown;
}

/** Begins and ends the transactions of a store. */
export class LinkTransactions implements Transactions {
  #link: Link;
  #warn: (message: string) => void;
  #sql: MemorySql;
  #open: Open | undefined;
  #hasWaitedLong = false;
  #plannedMs = -Infinity;

  /** @param warn Reports to people. */
  constructor(link: Link, warn: (message: string) => void) {
    this.#link = link;
    this.#warn = warn;
    this.#sql = memorySql(link.session.schema);
  }

  write<T>(work: () => T, expected?: Expected): Promise<T> {
    const asked = expected && askedBy(expected);
    return this.#link.run(async (session) => {
      this.#dropOldPlans(session);
      try {
        return await this.#transact(session, work, asked);
      } catch (error) {
        if (asked === undefined || isPassing(error)) throw error;
        // One event after the other, so that only what is wrong is undone.
        return await this.#transact(session, work);
      }
    });
  }

  read<T>(work: () => T): Promise<T> {
    return this.#link.run((session) => {
      this.#dropOldPlans(session);
      return work();
    });
  }

  transaction<T>(work: () => T): T {
    if (this.#open !== undefined) return this.#unit(this.#open, work);
    try {
      const { session } = this.#link;
      this.#dropOldPlans(session);
      session.connection.script(beginSql(session, MOST_BLOCK_MS));
      const result = this.#work(session, work);
      assertCommitted(session.connection.script("COMMIT").tag);
      return result;
    } catch (error) {
      throw this.#rollBack(error);
    }
  }

  /** {@linkcode transaction}, unless one is open. */
  change<T>(work: () => T): T {
    return this.#open === undefined ? this.transaction(work) : work();
  }

  /**
   * Runs a statement in the open transaction if there is one, after what is to be
   * written.
   *
   * @throws {Failure} Where it cannot be run.
   */
  find(sql: string, parameters: readonly Parameter[]): unknown[][] {
    this.#open?.memory.write();
    return this.#run(sql, parameters);
  }

  /** What the open transaction knows; nothing if there is none. */
  get memory(): Memory {
    return this.#open?.memory ?? this.#newMemory();
  }

  /** Forgets what the open transaction knows, since the database has changed. */
  clearMemory(): void {
    if (this.#open !== undefined) this.#open.memory = this.#newMemory();
  }

  #newMemory(): Memory {
    return new Memory(
      this.#sql,
      (sql, parameters) => this.#run(sql, parameters),
    );
  }

  #dropOldPlans({ connection }: Session): void {
    const now = performance.now();
    if (now - this.#plannedMs < MOST_PLAN_MS) return;
    connection.script("DISCARD PLANS");
    this.#plannedMs = now;
  }

  async #transact<T>(
    session: Session,
    work: () => T,
    asked?: Asked,
  ): Promise<T> {
    try {
      await this.#beginLater(session);
      this.#link.endWait();
      const result = this.#work(session, work, asked);
      const { connection } = session;
      const { tag } = await connection.scriptLater("COMMIT", MOST_COMMIT_MS);
      assertCommitted(tag);
      return result;
    } catch (error) {
      throw this.#rollBack(error);
    }
  }

  /**
   * Begins a transaction once no other program writes, however long that takes.
   * A server that does not answer at all is noticed.
   */
  async #beginLater(session: Session): Promise<void> {
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

  /** Runs what changes the database in the transaction that was begun. */
  #work<T>(session: Session, work: () => T, asked?: Asked): T {
    const memory = this.#newMemory();
    const isGroup = asked !== undefined;
    const open: Open = { session, memory, isGroup, lost: undefined };
    this.#open = open;
    try {
      if (isGroup) memory.load(asked);
      const result = work();
      open.memory.write();
      if (open.lost !== undefined) throw open.lost;
      return result;
    } catch (error) {
      throw open.lost ?? error;
    } finally {
      this.#open = undefined;
    }
  }

  #unit<T>(open: Open, work: () => T): T {
    if (open.lost !== undefined) throw this.#failure(open.lost);
    if (open.isGroup) {
      try {
        return work();
      } catch (error) {
        open.lost ??= error;
        throw error;
      }
    }
    open.memory.write();
    this.#do(({ connection }) => connection.script("SAVEPOINT unit"));
    try {
      const result = work();
      open.memory.write();
      this.#do(({ connection }) => connection.script("RELEASE unit"));
      return result;
    } catch (error) {
      this.#undo(open, error);
      throw this.#failure(error);
    }
  }

  /** Undoes a unit, unless nothing is left of the transaction. */
  #undo(open: Open, error: unknown): void {
    if (isPassing(open.lost ?? error)) return;
    open.lost = undefined;
    this.clearMemory();
    this.#do(({ connection }) =>
      connection.script("ROLLBACK TO unit; RELEASE unit")
    );
  }

  #run(sql: string, parameters: readonly Parameter[]): unknown[][] {
    return this.#do(({ connection }) => connection.run(sql, parameters));
  }

  /** Does something in the open transaction, if there is one and it is not lost. */
  #do<T>(statement: (session: Session) => T): T {
    const open = this.#open;
    if (open?.lost !== undefined) throw this.#failure(open.lost);
    try {
      return statement(open?.session ?? this.#link.session);
    } catch (error) {
      if (open !== undefined) open.lost = error;
      throw this.#failure(error);
    }
  }

  /** @returns What to throw. */
  #rollBack(error: unknown): unknown {
    try {
      this.#link.session.connection.script("ROLLBACK");
    } catch {
      this.#link[Symbol.dispose]();
    }
    return this.#failure(error);
  }

  /** What a caller gets: an error that is not of the database as it is. */
  #failure(error: unknown): unknown {
    return error instanceof ServerError || error instanceof ConnectionLost
      ? storeFailure(this.#link.name, error)
      : error;
  }
}

/** @param waitMs How long to wait for other writers. */
function beginSql({ writerLock }: Session, waitMs: number): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL lock_timeout = ${waitMs}; ${writerLock}; ${LIMITS}`;
}

/** @throws {Error} Where the server undid the transaction. */
function assertCommitted(tag: string): void {
  if (tag !== "COMMIT") throw new Error("the server undid a transaction");
}
