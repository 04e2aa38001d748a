/**
 * The one door to the databases.
 *
 * @module
 */

import type { Store } from "../turns/store.ts";
import type { Turn } from "../turns/turn.ts";
import { isPostgres } from "./address.ts";
import {
  type Forgettable,
  type FoundForgettable,
  type FoundTurns,
  MOST_SEARCHED,
  type TurnFilter,
} from "./listing.ts";
import type { Metrics } from "./metrics.ts";
import type { StoreOptions } from "./options.ts";
import type { ReportData } from "./report.ts";
import { withSqlite } from "./sqlite/library.ts";
import type { StoredStatus } from "./status.ts";

export { databaseNamed, isPostgres, nameOf } from "./address.ts";
export {
  type Forgettable,
  type FoundForgettable,
  type FoundTurns,
  MOST_SEARCHED,
  MOST_SESSIONS,
  type TurnFilter,
} from "./listing.ts";
export { DURATION_BOUNDS, type Metrics, type TurnGroup } from "./metrics.ts";
export { durationsOf } from "./percentile.ts";
export {
  type NamedDatabase,
  type StoreOptions,
  SYNCHRONOUS,
  type Synchronous,
} from "./options.ts";
export {
  type AgentDurations,
  type DayCount,
  FATES,
  type ReportData,
  type ReportedTurn,
  type TurnFate,
} from "./report.ts";
export { DATABASE_SUFFIXES, refuseForeignFiles } from "./sqlite/shared_path.ts";
export type {
  Durations,
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
 * What reads databases, which each engine has under these names. None of them
 * changes anything. All of them fail where there is no database, where it is not
 * ours or of another version, or where it cannot be read.
 */
interface Reader {
  readStatus(address: string, sinceMs: number | null): Awaitable<StoredStatus>;
  findTurns(
    address: string,
    filter: TurnFilter,
    limit: number,
    mostSearched: number,
  ): Awaitable<FoundTurns>;
  readTurns(
    address: string,
    ids: readonly number[],
    mostPromptBytes: number | null,
  ): Awaitable<Turn[]>;
  findSessions(address: string, part: string): Awaitable<string[]>;
  findForgettable(
    address: string,
    turns: Forgettable,
  ): Awaitable<FoundForgettable>;
  readReportData(
    address: string,
    sinceMs: number | null,
  ): Awaitable<ReportData>;
  readMetrics(address: string): Awaitable<Metrics>;
}

type Awaitable<T> = T | Promise<T>;

/** Loads only the engine of an address. */
async function readerOf(address: string): Promise<Reader> {
  return isPostgres(address)
    ? await import("./postgres/reader.ts")
    : await withSqlite(() => import("./sqlite/reader.ts"));
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
  return await (await readerOf(address)).readStatus(address, sinceMs);
}

/**
 * Finds turns, and changes nothing. It reads no texts. Where no index has what the
 * filter asks for, it looks at so many rows at most: the last turns, those of a
 * session, or those since an instant.
 *
 * @param limit How many to find at most.
 * @param mostSearched How many of the last turns are searched without an index.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function findTurns(
  address: string,
  filter: TurnFilter,
  limit: number,
  mostSearched = MOST_SEARCHED,
): Promise<FoundTurns> {
  const reader = await readerOf(address);
  return await reader.findTurns(address, filter, limit, mostSearched);
}

/**
 * Reads turns by their ids, in the order given, and changes nothing. One that is
 * not there is left out.
 *
 * @param mostPromptBytes Read only so much of each prompt, whole characters, and
 * no answers; `null` reads everything.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function readTurns(
  address: string,
  ids: readonly number[],
  mostPromptBytes: number | null = null,
): Promise<Turn[]> {
  const reader = await readerOf(address);
  return await reader.readTurns(address, ids, mostPromptBytes);
}

/**
 * The ids of sessions that are, begin with or end with a text: the one that is
 * the text, else up to {@linkcode MOST_SESSIONS} that begin so and as many that
 * end so. Changes nothing.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function findSessions(
  address: string,
  part: string,
): Promise<string[]> {
  return await (await readerOf(address)).findSessions(address, part);
}

/**
 * Finds the turns that can be forgotten, and changes nothing. It searches the
 * index of the ids, of the session or of start times.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function findForgettable(
  address: string,
  turns: Forgettable,
): Promise<FoundForgettable> {
  return await (await readerOf(address)).findForgettable(address, turns);
}

/**
 * Reads what a report is made of, in one moment, and changes nothing. It reads
 * each turn once, of the last million or since an instant, and no whole texts.
 *
 * @param sinceMs As for {@linkcode readStatus}.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function readReportData(
  address: string,
  sinceMs: number | null,
): Promise<ReportData> {
  return await (await readerOf(address)).readReportData(address, sinceMs);
}

/**
 * Reads what a monitor wants to know, of all turns, in one moment, and changes
 * nothing. It reads an index, and no turns.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export async function readMetrics(address: string): Promise<Metrics> {
  return await (await readerOf(address)).readMetrics(address);
}
