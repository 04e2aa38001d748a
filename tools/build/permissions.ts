/**
 * What the program and its tests may do, and how the program's engine is set
 * up: the only place that says so.
 *
 * @module
 */

/**
 * The permissions that are compiled into the binary: files, the SQLite library
 * and four variables, but no network, no subprocess, and no questions asked on
 * a terminal. `@db/sqlite` reads both `DENO_SQLITE_…` variables while it loads.
 */
export const SHIPPED_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-ffi",
  "--allow-env=DENO_SQLITE_PATH,DENO_SQLITE_LOCAL,TURN_COUNTER_DB,NO_COLOR",
];

/**
 * How the program's JavaScript engine is set up. A small young generation keeps
 * memory from growing with the input, and is no slower here.
 */
export const SHIPPED_ENGINE: readonly string[] = [
  "--v8-flags=--max-semi-space-size=1",
];

/**
 * The permissions of tests and benchmarks. They start the binary, and programs
 * such as `tail` and `sqlite3` to check it against, so they may run anything;
 * like the program, they may not reach the network.
 */
export const TEST_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-ffi",
  "--allow-env",
  "--allow-run",
];
