/**
 * The database file: opens it, and answers the tracker's questions with one
 * prepared statement each (SPEC section 5).
 *
 * @module
 */

import { type BindValue, Database, type Statement } from "@db/sqlite";
import { isAbsolute } from "node:path";
import { Failure } from "../error.ts";
import { sha256 } from "../sha256.ts";
import { lockForLife } from "../system/lock.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import type { Turn } from "../turn.ts";
import type { Completion, NewTurn, Owner, TurnStore } from "../turn_store.ts";
import { CheckpointTable } from "./checkpoints.ts";
import { storeFailure } from "./failure.ts";
import { inspectSchema, migrate } from "./schema.ts";
import { EVENT_SQL, readTurn, type TurnRow } from "./statements.ts";

/** How hard a commit is pressed onto the disk: `PRAGMA synchronous`. */
export const SYNCHRONOUS = ["full", "normal", "off"] as const;
/** One of {@linkcode SYNCHRONOUS}. */
export type Synchronous = typeof SYNCHRONOUS[number];

/** How to open a {@linkcode SqliteStore}. */
export interface StoreOptions {
  /** @default {"full"} */
  synchronous?: Synchronous;
  /**
   * How long to wait for another writer, in milliseconds.
   *
   * @default {5000}
   */
  busyTimeoutMs?: number;
}

type Statements = Record<keyof typeof EVENT_SQL, Statement>;

/** A turn store in one SQLite file. */
export class SqliteStore implements TurnStore, Disposable {
  #db: Database;
  #path: string;
  #file: string;
  #sql: Statements;
  #begin: Statement;
  #commit: Statement;
  #inTransaction = false;
  #inPlace: () => boolean;
  /** How far followed files have been read. */
  readonly checkpoints: CheckpointTable;

  /**
   * Opens the database at `path`, or creates it with mode 0600, and brings its
   * schema up to date.
   *
   * @throws {Failure} Where it cannot be opened, is not ours, or is too new;
   * it is untouched then.
   */
  constructor(path: string, options: StoreOptions = {}) {
    const { synchronous = "full", busyTimeoutMs = 5000 } = options;
    this.#path = path;
    try {
      // SQLite has names of its own, as ":memory:", none of which is a full path.
      const file = isAbsolute(path) ? path : `${Deno.cwd()}/${path}`;
      this.#file = file;
      claimFile(file);
      this.#db = new Database(file, { int64: true });
      this.#inPlace = stillThere(file);
    } catch (error) {
      throw storeFailure(path, error);
    }
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      this.#prepareFile(busyTimeoutMs);
      this.#db.exec(`PRAGMA synchronous = ${synchronous}`);
      // Else a statement may need a file of its own when none can be had.
      this.#db.exec("PRAGMA temp_store = MEMORY");
      this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
      this.#commit = this.#db.prepare("COMMIT");
      const entries = Object.entries(EVENT_SQL);
      this.#sql = Object.fromEntries(
        entries.map(([name, sql]) => [name, this.#db.prepare(sql)]),
      ) as Statements;
      const transaction = <T>(work: () => T) => this.transaction(work);
      this.checkpoints = new CheckpointTable(this.#db, transaction);
    } catch (error) {
      this.#db.close();
      throw storeFailure(path, error);
    }
  }

  #prepareFile(busyTimeoutMs: number): void {
    // One look at all of it: another process may be creating it.
    this.#db.exec("BEGIN");
    const state = inspectSchema(this.#db, this.#path);
    this.#db.exec("COMMIT");
    this.#useWal(busyTimeoutMs);
    if (state === "current") return;
    this.#db.exec("BEGIN IMMEDIATE");
    // Another process may have been faster.
    migrate(this.#db, inspectSchema(this.#db, this.#path));
    this.#db.exec("COMMIT");
  }

  /** SQLite does not wait by itself where two processes switch a new file to WAL. */
  #useWal(busyTimeoutMs: number): void {
    const deadline = Date.now() + busyTimeoutMs;
    while (true) {
      try {
        const pragma = this.#db.prepare("PRAGMA journal_mode = WAL");
        const [mode] = pragma.value<[string]>()!;
        if (mode !== "wal") throw new Error(`its journal mode stays "${mode}"`);
        return;
      } catch (error) {
        if (!/locked/.test(String(error)) || Date.now() > deadline) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }

  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    try {
      this.#inTransaction = true;
      this.#begin.run();
      const result = work();
      // SQLite would go on writing to a file that nobody can find.
      if (!this.#inPlace()) throw new Error("deleted or replaced");
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollBack();
      throw storeFailure(this.#path, error);
    } finally {
      this.#inTransaction = false;
    }
  }

  /** SQLite itself undoes a transaction that, say, a full disk interrupts. */
  #rollBack(): void {
    try {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
    } catch {
      // What went wrong before says more, and closing the file undoes the rest.
    }
  }

  /**
   * Makes sure that no other process follows the same file into this database,
   * for as long as this one lives.
   *
   * @throws {Failure} Where one does, or that cannot be found out.
   */
  claim(followed: string): void {
    const key = BigInt(parseInt(sha256(followed).slice(0, 7), 16));
    try {
      if (lockForLife(this.#file, key)) return;
    } catch (error) {
      throw storeFailure(this.#path, error);
    }
    throw new Failure(
      `${JSON.stringify(followed)} is being followed into database ${
        JSON.stringify(this.#path)
      } already; stop the program that does, or name another file with --db`,
    );
  }

  turnOfPrompt(hash: string): Turn | undefined {
    return this.#find("turnOfPrompt", hash);
  }

  turnOfAnswer(hash: string): Turn | undefined {
    return this.#find("turnOfAnswer", hash);
  }

  newestTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("newestTurn", sid, pid, at);
  }

  nextTurn({ sid, pid }: Owner, at: number): Turn | undefined {
    return this.#find("nextTurn", sid, pid, at);
  }

  newestNamedTurn(
    { sid, pid }: Owner,
    turnId: string,
    at: number,
  ): Turn | undefined {
    return this.#find("newestNamedTurn", sid, pid, turnId, at);
  }

  oldestNamedTurn({ sid, pid }: Owner, turnId: string): Turn | undefined {
    return this.#find("oldestNamedTurn", sid, pid, turnId);
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("newestSessionTurn", sid, at);
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#find("nextSessionTurn", sid, at);
  }

  hasTurns({ sid, pid }: Owner): boolean {
    return this.#sql.hasTurns.value(sid, pid) !== undefined;
  }

  mint({ prompt, hash, status, orphanedBy }: NewTurn): Turn {
    const { sid, pid, text, t, turnId, at } = prompt;
    const sessionTurn = this.#number("countSessionTurn", sid);
    const sessionPidTurn = this.#number("countProcessTurn", sid, pid);
    return this.#find(
      "insertTurn",
      ...[sid, pid, text, t, status, hash, sessionTurn, sessionPidTurn],
      ...[turnId, at, orphanedBy],
    )!;
  }

  orphan(id: number, by: number): void {
    this.#sql.orphan.run(by, id);
  }

  orphansOf(id: number): Turn[] {
    const orphans: Turn[] = [];
    let next = this.#find("nextOrphan", id, Number.MIN_SAFE_INTEGER);
    while (next !== undefined) {
      orphans.push(next);
      next = this.#find("nextOrphan", id, next.id);
    }
    return orphans;
  }

  complete(id: number, { answer, durationMs, pidMismatch }: Completion): Turn {
    const { text, t, at } = answer;
    return this.#find("complete", text, t, at, durationMs, pidMismatch, id)!;
  }

  rememberAnswer(hash: string, id: number): void {
    this.#sql.rememberAnswer.run(hash, id);
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
      if (!this.#inPlace()) this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      throw storeFailure(this.#path, error);
    } finally {
      this.#db.close();
    }
  }

  #find(
    name: keyof Statements,
    ...params: BindValue[]
  ): Turn | undefined {
    const row = this.#sql[name].value<TurnRow>(...params);
    return row === undefined ? undefined : readTurn(row);
  }

  #number(name: keyof Statements, ...params: BindValue[]): number {
    return this.#sql[name].value<[number]>(...params)![0];
  }
}

/** Tells from now on whether the file at `path` is the one that is there now. */
function stillThere(path: string): () => boolean {
  const { dev, ino } = Deno.statSync(path);
  return () => {
    const info = unlessMissing(() => Deno.statSync(path));
    return info?.ino === ino && info.dev === dev;
  };
}

/**
 * Creates the file for its owner alone; SQLite gives `-wal` and `-shm` its mode.
 * SQLite would open a file that is there but cannot be written, and say so only
 * at the first event.
 *
 * @throws {Error} Where the file cannot be written, or is no regular file: to
 * open a FIFO could take for ever, and what a link to nothing would create is
 * not the same on all systems.
 */
function claimFile(file: string): void {
  const info = unlessMissing(() => Deno.statSync(file));
  // Another process may have created it since.
  const isLink = unlessMissing(() => Deno.lstatSync(file))?.isSymlink === true;
  if (info === undefined && isLink) {
    throw new Error("it is a symbolic link to a file that is not there");
  }
  if (info?.isFile === false) throw new Error("it is no regular file");
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
}
