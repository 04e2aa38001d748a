/**
 * Connections.
 *
 * @module
 */

import { cString, type RestBindParameters } from "./bind.ts";
import { failure, readText } from "./error.ts";
import {
  MISUSE,
  OK,
  OPEN_CREATE,
  OPEN_MEMORY,
  OPEN_READONLY,
  OPEN_READWRITE,
  sqlite,
} from "./library.ts";
import { finalizeStatements, Statement } from "./statement.ts";

const {
  sqlite3_changes,
  sqlite3_close_v2,
  sqlite3_exec,
  sqlite3_get_autocommit,
  sqlite3_last_insert_rowid,
  sqlite3_libversion,
  sqlite3_open_v2,
  sqlite3_total_changes,
} = sqlite;

/** The version of the library in use. */
export const SQLITE_VERSION: string = readText(sqlite3_libversion());

/** How a database is opened. */
export interface DatabaseOpenOptions {
  /** Refuse to write. */
  readonly?: boolean;
  /** Create the file if it is missing; the default, unless `readonly`. */
  create?: boolean;
  /** The flags of `sqlite3_open_v2`, instead of the options above. */
  flags?: number;
  /** Keep the database in memory. */
  memory?: boolean;
  /**
   * Read all 64 bits of integers, as a number if it is safe, else as a bigint.
   * By default only the lower 32 bits are read.
   */
  int64?: boolean;
}

function openFlags(options: DatabaseOpenOptions): number {
  if (options.flags !== undefined) return options.flags;
  const memory = options.memory ? OPEN_MEMORY : 0;
  if (options.readonly) return memory | OPEN_READONLY;
  const create = options.create ?? true;
  return memory | OPEN_READWRITE | (create ? OPEN_CREATE : 0);
}

function filePath(url: URL): string {
  if (url.protocol !== "file:") {
    throw new TypeError(`URL must be a file URL: received "${url.protocol}"`);
  }
  // A percent sign that does not begin an escape is literal.
  return decodeURIComponent(
    url.pathname.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"),
  );
}

/**
 * A connection to a database.
 *
 * SQL that fails throws a plain `Error` with SQLite's message and no code.
 */
export class Database {
  #path: string;
  #handle: Deno.PointerValue;

  /** Whether all 64 bits of integers are read. */
  int64: boolean;

  /** Opens the database; throws `SqliteError` if that fails. */
  constructor(path: string | URL, options: DatabaseOpenOptions = {}) {
    this.#path = path instanceof URL ? filePath(path) : path;
    this.int64 = options.int64 ?? false;
    const out = new BigUint64Array(1);
    const code = sqlite3_open_v2(
      cString(this.#path),
      out,
      openFlags(options),
      null,
    );
    this.#handle = Deno.UnsafePointer.create(out[0]);
    if (code !== OK) {
      sqlite3_close_v2(this.#handle);
      throw failure(code);
    }
  }

  /** Whether it is open. */
  get open(): boolean {
    return this.#handle !== null;
  }

  /** The path it was opened with. */
  get path(): string {
    return this.#path;
  }

  /** The pointer of the C library to the connection; `null` once closed. */
  get unsafeHandle(): Deno.PointerValue {
    return this.#handle;
  }

  /** How many rows the last INSERT, UPDATE or DELETE changed. */
  get changes(): number {
    return sqlite3_changes(this.#openHandle());
  }

  /** How many rows were changed since the database was opened. */
  get totalChanges(): number {
    return sqlite3_total_changes(this.#openHandle());
  }

  /** The lower 32 bits of the last row id. `RETURNING` returns all 64. */
  get lastInsertRowId(): number {
    return sqlite3_last_insert_rowid(this.#openHandle());
  }

  /** Whether each statement commits by itself. */
  get autocommit(): boolean {
    return sqlite3_get_autocommit(this.#openHandle()) === 1;
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.open && !this.autocommit;
  }

  /**
   * Runs SQL, and returns how many rows its last INSERT, UPDATE or DELETE
   * changed. Without parameters it runs all statements of the text, with
   * parameters only the first.
   */
  exec(sql: string, ...params: RestBindParameters): number {
    const handle = this.#openHandle();
    if (params.length > 0) {
      const statement = this.prepare(sql);
      statement.run(...params);
      // A statement that failed stays open, as in the real package.
      statement.finalize();
    } else {
      const code = sqlite3_exec(handle, cString(sql), null, null, null);
      if (code !== OK) throw failure(code, handle);
    }
    return sqlite3_changes(handle);
  }

  /** Compiles a statement. Text that follows it is ignored. */
  // deno-lint-ignore no-explicit-any
  prepare<T extends object = Record<string, any>>(sql: string): Statement<T> {
    return new Statement<T>(this, sql);
  }

  /**
   * Closes the connection and its open statements. It may be called twice.
   */
  close(): void {
    if (this.#handle === null) return;
    finalizeStatements(this);
    const code = sqlite3_close_v2(this.#handle);
    this.#handle = null;
    if (code !== OK) throw failure(code);
  }

  #openHandle(): Deno.PointerValue {
    if (this.#handle === null) throw failure(MISUSE);
    return this.#handle;
  }
}
