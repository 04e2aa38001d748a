/**
 * The statements that report what a database holds.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import { percentile } from "../percentile.ts";
import {
  type Day,
  type Durations,
  type FollowedPath,
  type LastTurn,
  MOST_DAYS,
  MOST_DURATIONS,
  MOST_PROMPT_BYTES,
  MOST_TURNS,
  type StoredStatus,
} from "../status.ts";
import { readOnly } from "./read_only.ts";
import { inspectSchema } from "./schema.ts";

/** The statements, by what they are for. None scans the table of turns. */
export const STATUS_SQL = {
  turns: "SELECT count(*) FROM turns",
  turnsOfStatus: "SELECT count(*) FROM turns WHERE status = ?",
  sessions: "SELECT count(*) FROM sessions",
  // A seed may hold anything in any column: what is not text is read as text.
  lastDay: "SELECT CAST(substr(max(start_time), 1, 10) AS TEXT) FROM turns",
  dayBefore: `SELECT CAST(substr(max(start_time), 1, 10) AS TEXT)
    FROM turns WHERE start_time < ?`,
  turnsOfDay: `SELECT count(*) FROM turns
    WHERE start_time >= ?1 AND start_time < ?1 || char(0x10ffff)`,
  durations: `SELECT duration_ms FROM turns WHERE status = 'completed'
    ORDER BY turn_id_glob DESC LIMIT ${MOST_DURATIONS}`,
  lastTurns: `SELECT turn_id_glob, CAST(sid AS BLOB), CAST(status AS TEXT),
    CAST(start_time AS TEXT), start_ms, substr(CAST(user_text AS BLOB), 1, ${MOST_PROMPT_BYTES})
    FROM turns ORDER BY turn_id_glob DESC LIMIT ${MOST_TURNS}`,
  files: `SELECT path, device, inode, read_bytes, read_lines,
      (SELECT max(moved_ms) FROM checkpoints WHERE path = newest.path)
    FROM checkpoints AS newest WHERE file_id IN
      (SELECT max(file_id) FROM checkpoints GROUP BY path) ORDER BY path`,
  olderFiles: `SELECT path, device, inode, read_bytes FROM checkpoints
    WHERE done = 0 AND inode IS NOT NULL AND file_id NOT IN
      (SELECT max(file_id) FROM checkpoints GROUP BY path) ORDER BY file_id`,
} as const;

/**
 * Reads what the database at `path` holds, and changes nothing.
 *
 * @throws {Failure} Where there is none, it is not ours or of another version,
 * or it cannot be read.
 */
export function readSqliteStatus(path: string): StoredStatus {
  return readOnly(path, (db) => {
    refuseOtherSchema(db, path);
    return readTables(db);
  });
}

/** @throws {Failure} Where turn-counter would have to write first. */
function refuseOtherSchema(db: Database, path: string): void {
  const state = inspectSchema(db, path);
  if (state === "current") return;
  const named = JSON.stringify(path);
  throw new Failure(
    state === "empty"
      ? `database ${named} is empty, turn-counter has not begun it; start it with this --db, or name another file`
      : `database ${named} is of an earlier turn-counter, or was changed by hand; start this one on it once to bring it up to date: turn-counter --db ${named} </dev/null`,
  );
}

function readTables(db: Database): StoredStatus {
  const count = (name: keyof typeof STATUS_SQL, ...params: string[]) =>
    db.prepare(STATUS_SQL[name]).value<[number]>(...params)![0];
  return {
    readMs: Date.now(),
    turns: count("turns"),
    byStatus: {
      completed: count("turnsOfStatus", "completed"),
      orphaned: count("turnsOfStatus", "orphaned"),
      waiting_response: count("turnsOfStatus", "waiting_response"),
    },
    sessions: count("sessions"),
    durations: readDurations(db),
    days: readDays(db),
    lastTurns: db.prepare(STATUS_SQL.lastTurns).values<LastTurnRow>()
      .map(readLastTurn),
    followed: readFollowed(db),
  };
}

function readDurations(db: Database): Durations | null {
  const sorted = db.prepare(STATUS_SQL.durations).values<[unknown]>()
    .flatMap(([duration]) => typeof duration === "number" ? duration : [])
    .sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    turns: sorted.length,
    median: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    longest: sorted.at(-1)!,
  };
}

function readDays(db: Database): Day[] {
  const days: Day[] = [];
  const dayBefore = db.prepare(STATUS_SQL.dayBefore);
  const turnsOfDay = db.prepare(STATUS_SQL.turnsOfDay);
  let [day] = db.prepare(STATUS_SQL.lastDay).value<[string | null]>()!;
  while (day !== null && days.length < MOST_DAYS) {
    const [turns] = turnsOfDay.value<[number]>(day)!;
    days.unshift({ day, turns });
    [day] = dayBefore.value<[string | null]>(day)!;
  }
  return days;
}

function readFollowed(db: Database): FollowedPath[] {
  const olderRows = db.prepare(STATUS_SQL.olderFiles).values<OlderRow>();
  return db.prepare(STATUS_SQL.files).values<FollowedRow>().map(
    ([path, device, inode, readBytes, readLines, movedMs]) => ({
      ...{ path, readBytes, readLines, movedMs },
      identity: device === null || inode === null ? null : { device, inode },
      older: olderRows.filter((row) => row[0] === path).map(
        ([, device, inode, readBytes]) => ({
          identity: { device, inode },
          readBytes,
        }),
      ),
    }),
  );
}

/** The newest checkpoint of a path. */
type FollowedRow = [
  path: string,
  device: number | null,
  inode: number | null,
  readBytes: number,
  readLines: number,
  movedMs: number,
];

/** The checkpoint of an older file of a path. */
type OlderRow = [
  path: string,
  device: number,
  inode: number,
  readBytes: number,
];

type LastTurnRow = [
  id: number,
  sid: Uint8Array,
  status: TurnStatus,
  startTime: string | null,
  startMs: number | null,
  userText: Uint8Array | null,
];

function readLastTurn(
  [id, sid, status, startTime, startMs, userText]: LastTurnRow,
): LastTurn {
  // A character of which only some bytes were read is left out.
  const utf8 = () => new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    ...{ id, status, startTime, startMs },
    sid: utf8().decode(sid),
    userText: userText && utf8().decode(userText, { stream: true }),
  };
}
