/**
 * The transactions of one connection after the other, and the units in them.
 *
 * @module
 */

import type { Expected, Transactions } from "../../turns/store.ts";
import type { Answer } from "./answer.ts";
import type { Statement } from "./connection.ts";
import { type Asked, askedBy } from "./expected.ts";
import { callerError, isPassing } from "./failure.ts";
import type { Link } from "./link.ts";
import { Memory } from "./memory.ts";
import { type MemorySql, memorySql } from "./memory_statements.ts";
import type { Parameter } from "./parameters.ts";
import type { Session } from "./session.ts";
import { Transaction } from "./transaction.ts";
import { beginNow, WriteQueue } from "./write_queue.ts";

/** How long it may take to wait for other writers and to read, in milliseconds. */
const MOST_BEGIN_MS = 9000;
/** How long a commit may take: the disk may be slow, or a standby. In milliseconds. */
const MOST_COMMIT_MS = 60_000;

/** How long the plans of statements are used, at first and at most, in milliseconds. */
const [FIRST_PLANS_MS, MOST_PLANS_MS] = [1000, 60_000];

/** Begins and ends the transactions of a store. */
export class LinkTransactions implements Transactions {
  #link: Link;
  #queue: WriteQueue;
  #sql: MemorySql;
  #open: Transaction | undefined;
  #openedMs = performance.now();
  #plansUntilMs = 0;

  /** @param warn Reports to people. */
  constructor(link: Link, warn: (message: string) => void) {
    this.#link = link;
    this.#queue = new WriteQueue(link, warn);
    this.#sql = memorySql(link.session.schema);
  }

  write<T>(work: () => T, expected?: Expected): Promise<T> {
    const asked = expected && askedBy(expected);
    return this.#link.run(async (session) => {
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
    return this.#link.run(({ connection }) => {
      for (const drop of this.#oldPlans()) connection.all(drop);
      return work();
    });
  }

  transaction<T>(work: () => T): T {
    if (this.#open !== undefined) return this.#open.unit(work);
    try {
      const { session } = this.#link;
      const transaction = this.#newTransaction(session);
      beginNow(session, ...this.#oldPlans());
      const result = this.#work(transaction, work);
      assertCommitted(session.connection.all(...transaction.last()));
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
    return this.#open?.find(sql, parameters) ?? this.#run([sql, parameters]);
  }

  /** What the open transaction knows; nothing if there is none. */
  get memory(): Memory {
    return this.#open?.memory ??
      new Memory(this.#sql, (statement) => this.#run(statement));
  }

  /** Forgets what the open transaction knows, since the database has changed. */
  clearMemory(): void {
    this.#open?.clearMemory();
  }

  #run(statement: Statement): unknown[][] {
    try {
      return this.#link.session.connection.all(statement).rows;
    } catch (error) {
      throw callerError(this.#link.name, error);
    }
  }

  /**
   * One that was made for an empty table must not be used on ten million rows. So
   * it is used for as long as the store was open before: rows at most double.
   *
   * @returns What drops them, if it is time.
   */
  #oldPlans(): string[] {
    const now = performance.now();
    if (now < this.#plansUntilMs) return [];
    const ageMs = Math.max(FIRST_PLANS_MS, now - this.#openedMs);
    this.#plansUntilMs = now + Math.min(ageMs, MOST_PLANS_MS);
    return ["DISCARD PLANS"];
  }

  #newTransaction({ connection }: Session, asked?: Asked): Transaction {
    return new Transaction(this.#link.name, connection, this.#sql, asked);
  }

  async #transact<T>(
    session: Session,
    work: () => T,
    asked?: Asked,
  ): Promise<T> {
    try {
      const transaction = this.#newTransaction(session, asked);
      const { readsNothing, first, memory } = transaction;
      if (!readsNothing) {
        const parts = [...this.#oldPlans(), ...first];
        const begun = this.#queue.begin(session, MOST_BEGIN_MS, ...parts);
        memory.take((await begun).rows);
        this.#link.endWait();
      }
      const result = this.#work(transaction, work);
      const last = transaction.last();
      assertCommitted(
        await (readsNothing
          ? this.#queue.begin(session, MOST_COMMIT_MS, ...last)
          : session.connection.allLater(MOST_COMMIT_MS, ...last)),
      );
      return result;
    } catch (error) {
      throw this.#rollBack(error);
    }
  }

  /** Runs what changes the database in the transaction that was begun. */
  #work<T>(transaction: Transaction, work: () => T): T {
    try {
      this.#open = transaction;
      return transaction.work(work);
    } finally {
      this.#open = undefined;
    }
  }

  /** @returns What to throw. */
  #rollBack(error: unknown): unknown {
    try {
      this.#link.session.connection.all("ROLLBACK");
    } catch {
      this.#link[Symbol.dispose]();
    }
    return callerError(this.#link.name, error);
  }
}

/** @throws {Error} Where the server undid the transaction. */
function assertCommitted({ tag }: Answer): void {
  if (tag !== "COMMIT") throw new Error("the server undid a transaction");
}
