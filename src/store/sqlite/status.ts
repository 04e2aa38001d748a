/**
 * What a database holds, at a glance.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import { inspectSchema } from "./schema.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import {
  type FollowedFile,
  type FollowedRow,
  lookUp,
  type OlderRow,
} from "../../status/followed.ts";
import { percentile } from "../percentile.ts";
import { readOnly } from "./read_only.ts";

/** What a database held at one moment. */
export interface Status {
  /** Its path, as it was given. */
  database: string;
  /** The moment, in milliseconds since the epoch. */
  readMs: number;
  turns: number;
  byStatus: Record<TurnStatus, number>;
  sessions: number;
  /** `null` where no turn is completed. */
  durations: Durations | null;
  /** The last days on which turns began, the oldest first. */
  days: Day[];
  /** The turns minted last, the newest first. */
  lastTurns: LastTurn[];
  /** The files that were followed into it, by path. */
  files: FollowedFile[];
}

/** How long turns took, in milliseconds. */
export interface Durations {
  /** How many turns were looked at: the last that are completed. */
  turns: number;
  median: number;
  p95: number;
  longest: number;
}

/** The turns of one day. */
export interface Day {
  /** As the turns' start times name it: `2025-11-18`. */
  day: string;
  turns: number;
}

/** One of the last turns. */
export interface LastTurn {
  id: number;
  sid: string;
  status: TurnStatus;
  startTime: string | null;
  startMs: number | null;
  /** The beginning of its prompt. */
  userText: string | null;
}

/** Of how many turns durations are looked at: each is a row somewhere on the disk. */
export const MOST_DURATIONS = 10_000;
const MOST_DAYS = 14;
const MOST_TURNS = 10;
const MOST_PROMPT_BYTES = 1000;

/** The statements, by what they are for. None scans the table of turns. */
export const STATUS_SQL = {
  turns: "SELECT count(*) FROM turns",
  turnsOfStatus: "SELECT count(*) FROM turns WHERE status = ?",
  sessions: "SELECT count(*) FROM sessions",
  // A seed may hold anything in any column: what is no text is read as one.
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
export function readStatus(path: string): Status {
  const { rows, olderRows, ...read } = readOnly(path, (db) => {
    refuseOtherSchema(db, path);
    return readTables(db);
  });
  // Disks may be slow, and nobody is to wait for them in a transaction.
  const files = rows.map((row) => lookUp(row, olderRows));
  return { database: path, ...read, files };
}

/** @throws {Failure} Where turn-counter would have to write first. */
function refuseOtherSchema(db: Database, path: string): void {
  const state = inspectSchema(db, path);
  if (state === "current") return;
  const named = JSON.stringify(path);
  throw new Failure(
    state === "empty"
      ? `database ${named} is empty, turn-counter has not begun it; start it with this --db, or name another file`
      : `database ${named} is of an earlier turn-counter; start this one on it once to bring it up to date: turn-counter --db ${named} </dev/null`,
  );
}

function readTables(
  db: Database,
): Omit<Status, "database" | "files"> & {
  rows: FollowedRow[];
  olderRows: OlderRow[];
} {
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
    rows: db.prepare(STATUS_SQL.files).values<FollowedRow>(),
    olderRows: db.prepare(STATUS_SQL.olderFiles).values<OlderRow>(),
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
