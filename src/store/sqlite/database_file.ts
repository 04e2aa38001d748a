/**
 * The database file: opens it, and closes it (SPEC section 5).
 *
 * @module
 */

import { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import { sha256 } from "../../sha256.ts";
import { block } from "../../system/event_loop.ts";
import { FileLocks } from "../../system/lock.ts";
import { databaseNamed } from "../address.ts";
import type { StoreOptions } from "../options.ts";
import { storeFailure } from "./failure.ts";
import { createIndex } from "./index_file.ts";
import { createFile, fullPath, Place } from "./place.ts";
import { inspectSchema, isWhole, migrate } from "./schema.ts";
import { FileTransactions } from "./transactions.ts";
import { LOG_SETTINGS, WriteAheadLog } from "./wal.ts";
import { WriteQueue } from "./write_queue.ts";

/** On macOS `fsync` leaves what is written in the disk's cache; this does not. */
const FULL_SYNC = "PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1";

/** A database of ours, open to be written. */
export class DatabaseFile implements Disposable {
  /** The connection to it. */
  readonly connection: Database;
  /** How it is read and written. */
  readonly transactions: FileTransactions;
  #path: string;
  #locks: FileLocks;
  #place: Place;
  #log: WriteAheadLog;

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
    let file: string;
    let undo = () => {};
    try {
      // SQLite has names of its own, as ":memory:", none of which is a full path.
      file = fullPath(path);
      createFile(file);
      undo = createIndex(file);
      this.connection = new Database(file, { int64: true });
    } catch (error) {
      throw storeFailure(path, error);
    }
    try {
      this.connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      this.connection.exec(LOG_SETTINGS);
      this.connection.exec(FULL_SYNC);
      const lost = this.#prepare(busyTimeoutMs);
      if (lost.length > 0) warn?.(notKept(path, lost));
      this.connection.exec(`PRAGMA synchronous = ${synchronous}`);
      // Else a statement may need a file of its own when there is none.
      this.connection.exec("PRAGMA temp_store = MEMORY");
      // A group of events changes some 1,500 pages, most of them of indexes. If
      // they do not all fit, they are written to the WAL more than once.
      this.connection.exec("PRAGMA cache_size = -8000");
      // SQLite opens all of its files for the first thing that is read.
      this.connection.exec("SELECT 1 FROM sqlite_master");
      this.#place = new Place(file);
      this.#locks = new FileLocks(file);
      const queue = new WriteQueue(this.#locks, () => warn?.(longWait(path)));
      const [connection, place] = [this.connection, this.#place];
      const inTurn = (work: () => void) =>
        queue.run(() => {
          place.assertKept();
          work();
        });
      const index = place.paths["-shm"];
      this.#log = new WriteAheadLog(connection, index, busyTimeoutMs, inTurn);
      this.transactions = new FileTransactions({
        ...{ path, connection, place, log: this.#log, queue, busyTimeoutMs },
      });
    } catch (error) {
      this.connection.close();
      undo();
      throw storeFailure(path, error);
    }
  }

  /** @returns What an upgrade could not keep. */
  #prepare(busyTimeoutMs: number): string[] {
    // One look at all of it: another process may be creating it.
    this.connection.exec("BEGIN");
    const isReady = inspectSchema(this.connection, this.#path) === "current" &&
      isWhole(this.connection);
    this.connection.exec("COMMIT");
    this.#useWal(busyTimeoutMs);
    if (isReady) return [];
    this.connection.exec("BEGIN IMMEDIATE");
    // Another process may have been faster.
    const state = inspectSchema(this.connection, this.#path);
    const lost = migrate(this.connection, state);
    this.connection.exec("COMMIT");
    return lost;
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
        block(5);
      }
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
      `${JSON.stringify(followed)} is being followed into ${
        databaseNamed(this.#path)
      } already; stop the program that does, or name another file with --db`,
    );
  }

  /** {@linkcode Store.eraseTraces} */
  async eraseTraces(): Promise<boolean> {
    try {
      return await this.#log.rewrite();
    } catch (error) {
      throw storeFailure(this.#path, error);
    }
  }

  /**
   * Closes the file. What was committed is in it; nothing else is.
   *
   * @throws {Failure} Where it was moved away and cannot take what was
   * committed, or where others have a `-wal` of their own.
   */
  [Symbol.dispose](): void {
    const { "": file, "-wal": wal, "-shm": shm } = this.#place.fates();
    if (file === "kept" && (wal === "replaced" || shm === "replaced")) {
      // SQLite would write its pages over what others committed, and delete
      // their files. All is left as where the program is killed.
      this.#log.leave();
      if (wal === "kept") return;
      throw storeFailure(this.#path, new Error("-wal deleted or replaced"));
    }
    // There is no room to close it, and it is well kept where it is.
    if (!this.#log.isWritable) return this.#log.leave();
    // SQLite would leave what it has not moved into the file beside whatever
    // database is at the path now, or in a file that has no name.
    try {
      if (file !== "kept" || wal !== "kept") {
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
    // SQLite's locks would end with them.
    this.#log[Symbol.dispose]();
    this.#locks[Symbol.dispose]();
  }
}

/** What a person should know of an upgrade. */
function notKept(path: string, lost: string[]): string {
  return `${
    databaseNamed(path)
  } was upgraded, and could not keep what was added to it: ${
    lost.join(", ")
  }; add it again as it should be now`;
}

/** What a person should know of a wait that takes long. */
function longWait(path: string): string {
  return `waiting for more than 5 seconds for other turn-counters that write ${
    databaseNamed(path)
  }; if one of them is stopped, continue it or end it`;
}
