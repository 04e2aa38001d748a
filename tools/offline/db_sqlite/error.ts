/**
 * The errors of SQLite's result codes.
 *
 * @module
 */

import { MISUSE, sqlite } from "./library.ts";

const { sqlite3_errmsg, sqlite3_errstr } = sqlite;

/** A failure outside of SQL: opening, binding, a closed handle. */
export class SqliteError extends Error {
  override name = "SqliteError";

  /** Constructs the error of a result code. */
  constructor(public code: number = 1, message: string = "Unknown Error") {
    super(`${code}: ${message}`);
  }
}

/** Reads a string that belongs to SQLite. */
export function readText(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/**
 * The error of a result code, as in the real package. With a connection it is a
 * plain `Error` with SQLite's message for the last failure; without one, or for
 * a misuse of the API, it is a {@linkcode SqliteError}.
 */
export function failure(code: number, connection?: Deno.PointerValue): Error {
  if (code === MISUSE) return new SqliteError(code, "SQLite3 API misuse");
  if (connection) return new Error(readText(sqlite3_errmsg(connection)));
  return new SqliteError(code, readText(sqlite3_errstr(code)));
}
