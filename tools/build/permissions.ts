/**
 * The permissions of the program and its tests, and the options of the program's
 * JavaScript engine.
 *
 * @module
 */

/**
 * The permissions that are compiled into the binary: files, the SQLite library
 * and four variables, but no network, no subprocesses and no permission prompts.
 * `@db/sqlite` reads both `DENO_SQLITE_…` variables while it loads.
 */
export const SHIPPED_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-ffi",
  "--allow-env=DENO_SQLITE_PATH,DENO_SQLITE_LOCAL,TURN_COUNTER_DB,NO_COLOR",
];

/**
 * The options of the program's JavaScript engine:
 *
 * - with a small young generation memory does not grow with the input;
 * - a heap that small is collected sooner by one thread than by several, which
 *   would wait for each other: a turn event takes a fifth less processor time;
 * - the baseline compiler takes time at the start, and code that runs for long
 *   is compiled by the others.
 */
export const SHIPPED_ENGINE: readonly string[] = [
  "--v8-flags=--max-semi-space-size=1,--single-threaded-gc,--no-sparkplug",
];

/**
 * The permissions of tests and benchmarks. They start the binary and programs
 * such as `tail` and `sqlite3`, so they may run anything; like the program, they
 * may not use the network.
 */
export const TEST_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-ffi",
  "--allow-env",
  "--allow-run",
];
