/**
 * The one door to the databases.
 *
 * @module
 */

import type { Store } from "../turns/store.ts";
import type { Turn } from "../turns/turn.ts";
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
import {
  findSqliteForgettable,
  findSqliteSessions,
  findSqliteTurns,
  readSqliteTurns,
} from "./sqlite/listing.ts";
import { readSqliteMetrics } from "./sqlite/metrics.ts";
import { readSqliteReportData } from "./sqlite/report.ts";
import { readSqliteStatus } from "./sqlite/status.ts";
import { SqliteStore } from "./sqlite/store.ts";
import type { StoredStatus } from "./status.ts";

export {
  type Forgettable,
  type FoundForgettable,
  type FoundTurns,
  MOST_SEARCHED,
  MOST_SESSIONS,
  type TurnFilter,
} from "./listing.ts";
export { DURATION_BOUNDS, type Metrics, type TurnGroup } from "./metrics.ts";
export { percentile } from "./percentile.ts";
export { type StoreOptions, SYNCHRONOUS, type Synchronous } from "./options.ts";
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

/**
 * Finds turns, and changes nothing. It reads no texts, and looks at rows only as
 * far as no index has what the filter asks for: at most the last so many turns, or those of a session, or those since an
 * instant.
 *
 * @param limit How many to find at most.
 * @param mostSearched How many of the last turns are searched without an index.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function findTurns(
  path: string,
  filter: TurnFilter,
  limit: number,
  mostSearched = MOST_SEARCHED,
): FoundTurns {
  return findSqliteTurns(path, filter, limit, mostSearched);
}

/**
 * Reads turns by their ids, in the order given, and changes nothing. One that is
 * not there is left out.
 *
 * @param mostPromptBytes Read only so much of each prompt, whole characters, and
 * no answers; `null` reads everything.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function readTurns(
  path: string,
  ids: readonly number[],
  mostPromptBytes: number | null = null,
): Turn[] {
  return readSqliteTurns(path, ids, mostPromptBytes);
}

/**
 * The ids of sessions that are, begin with or end with a text: the one that is
 * the text, else up to {@linkcode MOST_SESSIONS} that begin so and as many that
 * end so. Changes nothing.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function findSessions(path: string, part: string): string[] {
  return findSqliteSessions(path, part);
}

/**
 * Finds the turns that can be forgotten, and changes nothing. It searches the
 * index of the ids, of the session or of start times.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function findForgettable(
  path: string,
  turns: Forgettable,
): FoundForgettable {
  return findSqliteForgettable(path, turns);
}

/**
 * Reads what a report is made of, in one moment, and changes nothing. It reads
 * each turn once, of the last million or since an instant, and no whole texts.
 *
 * @param sinceMs As for {@linkcode readStatus}.
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function readReportData(
  path: string,
  sinceMs: number | null,
): ReportData {
  return readSqliteReportData(path, sinceMs);
}

/**
 * Reads what a monitor wants to know, of all turns, in one moment, and changes
 * nothing. It reads an index, and no turns.
 *
 * @throws {Failure} As {@linkcode readStatus} does.
 */
export function readMetrics(path: string): Metrics {
  return readSqliteMetrics(path);
}
