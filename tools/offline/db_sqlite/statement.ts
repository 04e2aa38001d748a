/**
 * Prepared statements.
 *
 * @module
 */

import { bindAll, cString, type RestBindParameters } from "./bind.ts";
import { readColumn } from "./column.ts";
import type { Database } from "./database.ts";
import { failure, readText } from "./error.ts";
import { DONE, OK, ROW, sqlite } from "./library.ts";

const {
  sqlite3_bind_parameter_count,
  sqlite3_changes,
  sqlite3_clear_bindings,
  sqlite3_column_count,
  sqlite3_column_name,
  sqlite3_finalize,
  sqlite3_prepare_v2,
  sqlite3_reset,
  sqlite3_sql,
  sqlite3_step,
  sqlite3_stmt_status,
} = sqlite;

/** The counter of how often SQLite recompiled a statement after a schema change. */
const STATUS_REPREPARE = 5;

const handleOut = new BigUint64Array(1);

const openStatements = new WeakMap<Database, Set<{ finalize(): void }>>();

/** Finalizes the open statements of a connection. */
export function finalizeStatements(db: Database): void {
  for (const statement of openStatements.get(db) ?? []) {
    try {
      statement.finalize();
    } catch {
      // The error of its last run, which was thrown already.
    }
  }
}

/**
 * A statement that is compiled once and run any number of times.
 *
 * As in the real package, a failed run throws without a reset: the next run
 * resets the statement. Until then a statement that failed on a lock counts as
 * running, and blocks commits.
 */
// deno-lint-ignore no-explicit-any
export class Statement<TStatement extends object = Record<string, any>> {
  #db: Database;
  #handle: Deno.PointerValue;
  #parameters: number;
  #names: string[] | undefined;
  #prepared = 0;

  /**
   * Compiles the first statement of the text; see {@linkcode Database.prepare}.
   */
  constructor(db: Database, sql: string) {
    const text = cString(sql);
    const code = sqlite3_prepare_v2(
      db.unsafeHandle,
      text,
      text.length,
      handleOut,
      null,
    );
    if (code !== OK) throw failure(code, db.unsafeHandle);
    this.#db = db;
    this.#handle = Deno.UnsafePointer.create(handleOut[0]);
    this.#parameters = sqlite3_bind_parameter_count(this.#handle);
    const open = openStatements.get(db);
    if (open) open.add(this);
    else openStatements.set(db, new Set([this]));
  }

  /** The text of the statement. */
  get sql(): string {
    return readText(sqlite3_sql(this.#handle));
  }

  /**
   * Runs the statement up to its first row, if it has any, and returns how
   * many rows the last INSERT, UPDATE or DELETE of the connection changed.
   */
  run(...params: RestBindParameters): number {
    this.#start(params);
    this.#step();
    sqlite3_reset(this.#handle);
    return sqlite3_changes(this.#db.unsafeHandle);
  }

  /** The first row as an object, if there is one. The rest is not run. */
  get<T extends object = TStatement>(
    ...params: RestBindParameters
  ): T | undefined {
    this.#start(params);
    const names = this.#columnNames();
    if (!this.#step()) return undefined;
    const row = this.#readObject(names);
    sqlite3_reset(this.#handle);
    return row as T;
  }

  /** The first row as an array, if there is one. The rest is not run. */
  value<T extends unknown[]>(...params: RestBindParameters): T | undefined {
    this.#start(params);
    if (!this.#step()) return undefined;
    const row = this.#readArray();
    sqlite3_reset(this.#handle);
    return row as T;
  }

  /** All rows, each as an object. */
  all<T extends object = TStatement>(...params: RestBindParameters): T[] {
    this.#start(params);
    const names = this.#columnNames();
    const rows: unknown[] = [];
    while (this.#step()) rows.push(this.#readObject(names));
    sqlite3_reset(this.#handle);
    return rows as T[];
  }

  /** All rows, each as an array. */
  // deno-lint-ignore no-explicit-any
  values<T extends unknown[] = any[]>(...params: RestBindParameters): T[] {
    this.#start(params);
    const rows: unknown[] = [];
    while (this.#step()) rows.push(this.#readArray());
    sqlite3_reset(this.#handle);
    return rows as T[];
  }

  /** The names of the columns of its rows. */
  columnNames(): string[] {
    return [...this.#columnNames()];
  }

  /**
   * Frees the statement. It may be called twice.
   *
   * Throws `SqliteError` with the code of the last run if that failed; the
   * statement is freed nevertheless.
   */
  finalize(): void {
    if (this.#handle === null) return;
    const handle = this.#handle;
    this.#handle = null;
    this.#parameters = 0;
    openStatements.get(this.#db)?.delete(this);
    const code = sqlite3_finalize(handle);
    if (code !== OK) throw failure(code);
  }

  /** Finalizes the statement. */
  [Symbol.dispose](): void {
    this.finalize();
  }

  #start(params: RestBindParameters): void {
    sqlite3_reset(this.#handle);
    // Values for a statement without parameters are ignored.
    if (this.#parameters === 0) return;
    sqlite3_clear_bindings(this.#handle);
    if (params.length > 0) bindAll(this.#handle, params);
  }

  /** Moves to the next row; returns false if there is none. */
  #step(): boolean {
    const code = sqlite3_step(this.#handle);
    if (code === ROW) return true;
    if (code === DONE) return false;
    throw failure(code, this.#db.unsafeHandle);
  }

  #columnNames(): string[] {
    const handle = this.#handle;
    if (handle === null) return [];
    const prepared = sqlite3_stmt_status(handle, STATUS_REPREPARE, 0);
    if (this.#names === undefined || prepared !== this.#prepared) {
      this.#prepared = prepared;
      this.#names = Array.from(
        { length: sqlite3_column_count(handle) },
        (_, i) => readText(sqlite3_column_name(handle, i)),
      );
    }
    return this.#names;
  }

  #readArray(): unknown[] {
    const row = new Array<unknown>(sqlite3_column_count(this.#handle));
    for (let i = 0; i < row.length; i++) {
      row[i] = readColumn(this.#handle, i, this.#db.int64);
    }
    return row;
  }

  #readObject(names: string[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      row[names[i]] = readColumn(this.#handle, i, this.#db.int64);
    }
    return row;
  }
}
