/**
 * Stand-in for `@db/sqlite`, for machines that cannot reach JSR: a binding of
 * the system's libsqlite3 over `Deno.dlopen`.
 *
 * It has the names, signatures, defaults and errors of the real package, as far
 * as this project uses them, and also its pitfalls (32-bit integers by default,
 * text read up to U+0000, no reset after a failure), so that code that works
 * with one works with the other. `tests/contract/db_sqlite_test.ts` checks both.
 *
 * @module
 */

export {
  Database,
  type DatabaseOpenOptions,
  SQLITE_VERSION,
} from "./database.ts";
export { Statement } from "./statement.ts";
export type { BindParameters, BindValue, RestBindParameters } from "./bind.ts";
export { SqliteError } from "./error.ts";
