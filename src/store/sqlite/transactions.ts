/**
 * The transactions of one database file, and the savepoints in them.
 *
 * @module
 */

import type { Database, Statement } from "@db/sqlite";
import type { Failure } from "../../error.ts";
import type { Transactions } from "../../turns/store.ts";
import { storeFailure } from "./failure.ts";
import type { Place } from "./place.ts";
import type { WriteAheadLog } from "./wal.ts";
import type { WriteQueue } from "./write_queue.ts";

/** What {@linkcode FileTransactions} work with. */
interface TransactionParts {
  /** The file, as it is named in failures. */
  path: string;
  connection: Database;
  /** Where its files must stay. */
  place: Place;
  log: WriteAheadLog;
  queue: WriteQueue;
  /** How long to wait for a turn of the queue while nothing else runs, in milliseconds. */
  busyTimeoutMs: number;
}

/** Begins and ends the transactions of a connection. */
export class FileTransactions implements Transactions {
  #parts: TransactionParts;
  #begin: Statement;
  #commit: Statement;
  #set: Statement;
  #release: Statement;
  #undo: Statement;
  #isOpen = false;
  /** Why nothing is left of the transaction that is open. */
  #lost: Failure | undefined;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    const { connection } = parts;
    this.#begin = connection.prepare("BEGIN IMMEDIATE");
    this.#commit = connection.prepare("COMMIT");
    this.#set = connection.prepare("SAVEPOINT unit");
    this.#release = connection.prepare("RELEASE unit");
    this.#undo = connection.prepare("ROLLBACK TO unit");
  }

  get waitedMs(): number {
    return this.#parts.queue.waitedMs;
  }

  write<T>(work: () => T): Promise<T> {
    return this.#parts.queue.run(() => this.#transact(work));
  }

  transaction<T>(work: () => T): T {
    if (this.#isOpen) return this.#savepoint(work);
    try {
      const { queue, busyTimeoutMs } = this.#parts;
      return queue.runNow(() => this.#transact(work), busyTimeoutMs);
    } catch (error) {
      throw storeFailure(this.#parts.path, error);
    }
  }

  #transact<T>(work: () => T): T {
    try {
      this.#isOpen = true;
      const { place, log } = this.#parts;
      log.assertWritable();
      this.#begin.run();
      // SQLite would continue to write to files that other programs do not see.
      place.assertKept();
      const result = work();
      if (this.#lost !== undefined) throw this.#lost;
      this.#commit.run();
      // Nothing is emitted that is not kept.
      place.assertKept();
      log.checkpointIfLong();
      return result;
    } catch (error) {
      this.#rollBack();
      throw storeFailure(this.#parts.path, error);
    } finally {
      this.#isOpen = false;
      this.#lost = undefined;
    }
  }

  /**
   * Reads with a single statement, and waits for no writer.
   *
   * @throws {Failure} Where the database cannot be read.
   */
  read<T>(statement: () => T): T {
    try {
      this.#parts.place.assertKept();
      return statement();
    } catch (error) {
      throw storeFailure(this.#parts.path, error);
    }
  }

  /**
   * Runs a single statement, which undoes itself where it fails, in the
   * transaction that is open, or else in one of its own.
   *
   * @throws {Failure} As {@linkcode transaction} does.
   */
  change<T>(statement: () => T): T {
    if (!this.#isOpen) return this.transaction(statement);
    if (this.#lost !== undefined) throw this.#lost;
    try {
      return statement();
    } catch (error) {
      const failure = storeFailure(this.#parts.path, error);
      if (!this.#parts.connection.inTransaction) this.#lost = failure;
      throw failure;
    }
  }

  #savepoint<T>(work: () => T): T {
    // What is run now would commit itself, one statement at a time.
    if (this.#lost !== undefined) throw this.#lost;
    this.#set.run();
    try {
      const result = work();
      if (this.#lost !== undefined) throw this.#lost;
      this.#release.run();
      return result;
    } catch (error) {
      const failure = storeFailure(this.#parts.path, error);
      this.#undoSavepoint(failure);
      throw failure;
    }
  }

  /** Undoes the innermost savepoint, or notes that there is nothing left of it. */
  #undoSavepoint(failure: Failure): void {
    try {
      // SQLite itself undoes all of a transaction that, say, a full disk interrupts.
      if (!this.#parts.connection.inTransaction) throw failure;
      this.#undo.run();
      this.#release.run();
    } catch {
      this.#lost ??= failure;
    }
  }

  #rollBack(): void {
    try {
      if (this.#parts.connection.inTransaction) {
        this.#parts.connection.exec("ROLLBACK");
      }
    } catch {
      // What went wrong before says more, and closing the file undoes the rest.
    }
  }
}
