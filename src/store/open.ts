/**
 * The one door to the databases.
 *
 * @module
 */

import type { Store } from "../turns/store.ts";
import { isPostgres } from "./address.ts";
import type { StoreOptions } from "./options.ts";
import { withSqlite } from "./sqlite/library.ts";
import type { StoredStatus } from "./status.ts";

export { isPostgres, nameOf } from "./address.ts";
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
 * Opens a database to be written, or creates it. Only its own engine is loaded.
 *
 * @param address The path of an SQLite file, or what libpq takes.
 * @throws {Failure} Where it cannot be opened, is not ours, or is too new; it
 * is untouched then.
 * @throws {Stopped} Where a signal ended the wait for a server.
 */
export async function openStore(
  address: string,
  options?: StoreOptions,
): Promise<Store> {
  if (isPostgres(address)) {
    const { PostgresStore } = await import("./postgres/store.ts");
    return await PostgresStore.open(address, options);
  }
  const { SqliteStore } = await withSqlite(() => import("./sqlite/store.ts"));
  return new SqliteStore(address, options);
}

/**
 * Reads what a database holds, in one moment, and changes nothing.
 *
 * @param address The path of an SQLite file, or what libpq takes.
 * @param sinceMs Leave out the turns that began before this instant, in
 * milliseconds since the epoch.
 * @throws {Failure} Where there is none, it is not ours or of another version,
 * or it cannot be read.
 */
export async function readStatus(
  address: string,
  sinceMs: number | null = null,
): Promise<StoredStatus> {
  if (isPostgres(address)) {
    const { readPostgresStatus } = await import("./postgres/status.ts");
    return await readPostgresStatus(address, sinceMs);
  }
  const { readSqliteStatus } = await withSqlite(() =>
    import("./sqlite/status.ts")
  );
  return readSqliteStatus(address, sinceMs);
}
