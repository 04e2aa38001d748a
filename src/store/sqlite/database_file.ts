/**
 * The database file: opens it, and keeps its transactions (SPEC section 5).
 *
 * @module
 */

import { Database, type Statement } from "@db/sqlite";
import { isAbsolute } from "node:path";
import { Failure } from "../../error.ts";
import { sha256 } from "../../sha256.ts";
import { FileLocks } from "../../system/lock.ts";
import { storeFailure } from "./failure.ts";
import { createFile, stillThere } from "./place.ts";
import { inspectSchema, migrate } from "./schema.ts";
import { WriteQueue } from "./write_queue.ts";

/** The durability of commits: `PRAGMA synchronous`. */
export const SYNCHRONOUS = ["full", "normal", "off"] as const;
/** One of {@linkcode SYNCHRONOUS}. */
export type Synchronous = typeof SYNCHRONOUS[number];

/** How to open a {@linkcode DatabaseFile}. */
export interface StoreOptions {
  /** @default {"full"} */
  synchronous?: Synchronous;
  /**
   * How long to wait for another program, in milliseconds.
   *
   * @default {5000}
   */
  busyTimeoutMs?: number;
  /** Called with a sentence that a person should read. */
  warn?: (message: string) => void;
}

/** A database of ours, open to be written. */
export class DatabaseFile implements Disposable {
  /** The connection to it. */
  readonly connection: Database;
  #path: string;
  #locks: FileLocks;
  #queue: WriteQueue;
  #busyTimeoutMs: number;
  #begin: Statement;
  #commit: Statement;
  #set: Statement;
  #release: Statement;
  #undoTo: Statement;
  #isOpen = false;
  /** Why nothing is left of the transaction that is open. */
  #lost: Failure | undefined;
  #inPlace: () => boolean;

  /**
   * Opens the database at `path`, or creates it with mode 0600, and brings its
   * schema up to date.
   *
   * @throws {Failure} Where it cannot be opened, is not ours, or is too new;
   * it is untouched then.
   */
  constructor(path: string, options: StoreOptions = {}) {
    const { synchronous = "full", busyTimeoutMs = 5000, warn } = options;
    this.#path = path;
    // SQLite has names of its own, as ":memory:", none of which is a full path.
    const file = isAbsolute(path) ? path : `${Deno.cwd()}/${path}`;
    this.#busyTimeoutMs = busyTimeoutMs;
    try {
      createFile(file);
      this.connection = new Database(file, { int64: true });
      this.#inPlace = stillThere(file);
    } catch (error) {
      throw storeFailure(path, error);
    }
    try {
      this.connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      this.#prepare(busyTimeoutMs);
      this.connection.exec(`PRAGMA synchronous = ${synchronous}`);
      // Else a statement may need a file of its own when none can be had.
      this.connection.exec("PRAGMA temp_store = MEMORY");
      this.#locks = new FileLocks(file);
      this.#queue = new WriteQueue(this.#locks, () => warn?.(longWait(path)));
      this.#begin = this.connection.prepare("BEGIN IMMEDIATE");
      this.#commit = this.connection.prepare("COMMIT");
      this.#set = this.connection.prepare("SAVEPOINT unit");
      this.#release = this.connection.prepare("RELEASE unit");
      this.#undoTo = this.connection.prepare("ROLLBACK TO unit");
    } catch (error) {
      this.connection.close();
      throw storeFailure(path, error);
    }
  }

  #prepare(busyTimeoutMs: number): void {
    // One look at all of it: another process may be creating it.
    this.connection.exec("BEGIN");
    const state = inspectSchema(this.connection, this.#path);
    this.connection.exec("COMMIT");
    this.#useWal(busyTimeoutMs);
    if (state === "current") return;
    this.connection.exec("BEGIN IMMEDIATE");
    // Another process may have been faster.
    migrate(this.connection, inspectSchema(this.connection, this.#path));
    this.connection.exec("COMMIT");
  }

  /** SQLite does not wait by itself where two processes switch a new file to WAL. */
  #useWal(busyTimeoutMs: number): void {
    const deadline = Date.now() + busyTimeoutMs;
    while (true) {
      try {
        const pragma = this.connection.prepare("PRAGMA journal_mode = WAL");
        const [mode] = pragma.value<[string]>()!;
        if (mode !== "wal") throw new Error(`its journal mode stays "${mode}"`);
        return;
      } catch (error) {
        if (!/locked/.test(String(error)) || Date.now() > deadline) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }

  /** {@linkcode Transactions.write} */
  write<T>(work: () => T): Promise<T> {
    return this.#queue.run(() => this.#transact(work));
  }

  /** {@linkcode Transactions.transaction} */
  transaction<T>(work: () => T): T {
    if (this.#isOpen) return this.#savepoint(work);
    try {
      const limit = this.#busyTimeoutMs;
      return this.#queue.runNow(() => this.#transact(work), limit);
    } catch (error) {
      throw storeFailure(this.#path, error);
    }
  }

  #transact<T>(work: () => T): T {
    try {
      this.#isOpen = true;
      this.#begin.run();
      const result = work();
      if (this.#lost !== undefined) throw this.#lost;
      // SQLite would continue to write to a file that has no name any more.
      if (!this.#inPlace()) throw new Error("deleted or replaced");
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollBack();
      throw storeFailure(this.#path, error);
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
      if (!this.#inPlace()) throw new Error("deleted or replaced");
      return statement();
    } catch (error) {
      throw storeFailure(this.#path, error);
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
    return statement();
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
      const failure = storeFailure(this.#path, error);
      this.#undo(failure);
      throw failure;
    }
  }

  /** Undoes the innermost savepoint, or notes that there is nothing left of it. */
  #undo(failure: Failure): void {
    try {
      // SQLite itself undoes all of a transaction that, say, a full disk interrupts.
      if (!this.connection.inTransaction) throw failure;
      this.#undoTo.run();
      this.#release.run();
    } catch {
      this.#lost ??= failure;
    }
  }

  #rollBack(): void {
    try {
      if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
    } catch {
      // What went wrong before says more, and closing the file undoes the rest.
    }
  }

  /** {@linkcode Store.claim} */
  claim(followed: string): void {
    if (!this.#locks.areAvailable) {
      const reason = "its file system has no locks, which following needs";
      throw storeFailure(this.#path, new Error(reason));
    }
    const key = BigInt(parseInt(sha256(followed).slice(0, 7), 16));
    if (this.#locks.tryLock(key)) return;
    throw new Failure(
      `${JSON.stringify(followed)} is being followed into database ${
        JSON.stringify(this.#path)
      } already; stop the program that does, or name another file with --db`,
    );
  }

  /**
   * Closes the file. What was committed is in it; nothing else is.
   *
   * @throws {Failure} Where it was moved away and cannot take what was committed.
   */
  [Symbol.dispose](): void {
    // SQLite would leave what it has not moved into the file beside whatever
    // database is at the path now.
    try {
      if (!this.#inPlace()) {
        this.connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      }
    } catch (error) {
      throw storeFailure(this.#path, error);
    } finally {
      this.close();
    }
  }

  /** Closes the file as it is. */
  close(): void {
    this.connection.close();
    // SQLite's locks would end with it.
    this.#locks[Symbol.dispose]();
  }
}

/** What a person should know of a wait that takes long. */
function longWait(path: string): string {
  return `waiting for more than 5 seconds for other turn-counters that write database ${
    JSON.stringify(path)
  }; if one of them is stopped, continue it or end it`;
}
