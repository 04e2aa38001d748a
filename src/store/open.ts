/**
 * The one door to the databases.
 *
 * @module
 */

import type { Store } from "../turns/store.ts";
import type { StoreOptions } from "./options.ts";
import { readSqliteStatus } from "./sqlite/status.ts";
import { SqliteStore } from "./sqlite/store.ts";
import type { StoredStatus } from "./status.ts";

export { type StoreOptions, SYNCHRONOUS, type Synchronous } from "./options.ts";
export { DATABASE_SUFFIXES, refuseForeignFiles } from "./sqlite/shared_path.ts";
export type {
  FollowedPath,
  FollowedTree,
  LastTurn,
  NameCount,
  OlderFile,
  StoredStatus,
} from "./status.ts";

/**
 * Opens a database to be written, or creates it.
 *
 * @param path The path of an SQLite file.
 * @throws {Failure} Where it cannot be opened, is not ours, or is too new; it
 * is untouched then.
 */
export function openStore(path: string, options?: StoreOptions): Store {
  return new SqliteStore(path, options);
}

/**
 * Reads what a database holds, in one moment, and changes nothing.
 *
 * @param path The path of an SQLite file.
 * @param sinceMs Leave out the turns that began before this instant, in
 * milliseconds since the epoch.
 * @throws {Failure} Where there is none, it is not ours or of another version,
 * or it cannot be read.
 */
export function readStatus(
  path: string,
  sinceMs: number | null = null,
): StoredStatus {
  return readSqliteStatus(path, sinceMs);
}
