/**
 * Moves what was committed from the write-ahead log into the database, which
 * SQLite calls a checkpoint.
 *
 * SQLite's own automatic checkpoint runs beside the writers of other processes.
 * In versions before 3.51.3 two that meet may lose pages
 * (https://sqlite.org/wal.html#the_wal_reset_bug). Here a process checkpoints
 * in its turn of the write queue, and in a mode that locks writers out and
 * begins the log anew under the same lock, so that no commit has to.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { delay } from "../../system/event_loop.ts";

/** From how many pages on the log is moved into the database. */
const MANY = 4000;
/** From how many pages on its file is cut, as after a reader held it up. */
const TOO_MANY = 2 * MANY;
/** How soon to retry where a reader holds it up and no commit comes, in milliseconds. */
const RETRY = 1000;

/** How often to retry where a reader needs what was erased, and how long, in milliseconds. */
const RETRY_EMPTY = 100;
const PATIENCE = 5000;

/** Where the index of the log has the number of its pages (SQLite's walformat.html). */
const PAGES_AT = 16;

/**
 * What a connection is set up with, before it writes: no checkpoint of SQLite's
 * own, and a file that another program made long is cut once it begins anew.
 */
export const LOG_SETTINGS = `PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = ${TOO_MANY * 4096}`;

/** Bytes of the index that SQLite locks, and neither reads nor writes. */
const LOCKS_AT = 120;

/** The write-ahead log of an open database. */
export class WriteAheadLog implements Disposable {
  #connection: Database;
  #index: Deno.FsFile;
  #busyTimeoutMs: number;
  #inTurn: (work: () => void) => Promise<void>;
  /** From how many pages on to checkpoint. */
  #next = MANY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param index The path of the `-shm`. SQLite's locks on it end when any
   * handle of it is closed, so this one stays open.
   * @param inTurn Runs something in a turn of the write queue.
   */
  constructor(
    connection: Database,
    index: string,
    busyTimeoutMs: number,
    inTurn: (work: () => void) => Promise<void>,
  ) {
    this.#connection = connection;
    this.#index = Deno.openSync(index, { read: true, write: true });
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#inTurn = inTurn;
  }

  /**
   * Makes sure that the index can be written. It is mapped into memory, and
   * where the system has no block for a change there, as on a full btrfs, it
   * ends the process without a word.
   *
   * @throws {Error} Where the disk is full.
   */
  assertWritable(): void {
    this.#index.seekSync(LOCKS_AT, Deno.SeekMode.Start);
    this.#index.writeSync(new Uint8Array(1));
  }

  /** Whether the index can be written. */
  get isWritable(): boolean {
    try {
      this.assertWritable();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Moves the log into the database where it is long. Must be called in a turn
   * of the write queue, outside of a transaction.
   *
   * @throws {Error} Where the database cannot be written.
   */
  checkpointIfLong(): void {
    const pages = this.#pages();
    if (pages < MANY) this.#next = MANY;
    if (pages < this.#next) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#checkpoint(pages > TOO_MANY ? "TRUNCATE" : "RESTART")) {
      this.#next = MANY;
      return;
    }
    // A reader needs what is there as it is.
    this.#next = pages + MANY;
    this.#timer = setTimeout(() => this.#retry(), RETRY);
    Deno.unrefTimer(this.#timer);
  }

  /**
   * Writes the database anew, so that there is nothing in it but what it holds:
   * pages have copies of rows that were moved, also where what is deleted is
   * overwritten. Then moves all of the log into it, and truncates its file.
   *
   * @returns Whether readers let it, some seconds long.
   * @throws {Error} Where the database cannot be written.
   */
  async rewrite(): Promise<boolean> {
    await this.#inTurn(() => {
      // It would be in memory, all of it.
      this.#connection.exec("PRAGMA temp_store = FILE; VACUUM");
    });
    const begun = performance.now();
    let isEmpty = false;
    while (performance.now() - begun < PATIENCE) {
      await this.#inTurn(() => {
        isEmpty = this.#checkpoint("TRUNCATE");
      });
      if (isEmpty) break;
      await delay(RETRY_EMPTY);
    }
    return isEmpty;
  }

  /** Leaves the log as it is from now on. */
  leave(): void {
    clearTimeout(this.#timer);
  }

  /** Forgets the log; called once the connection is closed. */
  [Symbol.dispose](): void {
    this.leave();
    this.#index.close();
  }

  /** @returns Whether all is moved, and the log begins anew. */
  #checkpoint(mode: "RESTART" | "TRUNCATE"): boolean {
    // Events must not wait for readers.
    this.#connection.exec("PRAGMA busy_timeout = 0");
    try {
      const sql = `PRAGMA wal_checkpoint(${mode})`;
      const [isBusy] = this.#connection.prepare(sql).value<[number]>()!;
      return isBusy === 0;
    } finally {
      this.#connection.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }

  #retry(): void {
    this.#next = MANY;
    this.#inTurn(() => this.checkpointIfLong()).catch(() => {
      // The next commit reports it.
      this.#next = MANY;
    });
  }

  #pages(): number {
    const bytes = new Uint8Array(4);
    this.#index.seekSync(PAGES_AT, Deno.SeekMode.Start);
    this.#index.readSync(bytes);
    return new Uint32Array(bytes.buffer)[0];
  }
}
