/**
 * The SQL that reports what a database holds.
 *
 * @module
 */

import {
  MOST_BROKEN_DOWN,
  MOST_DAYS,
  MOST_DURATIONS,
  MOST_NAME_BYTES,
  MOST_NAMES,
  MOST_PROMPT_BYTES,
  MOST_TURNS,
} from "../status.ts";

// A seed may hold anything in any column: what is not text is read as text.
const LAST_TURN = `turn_id_glob, CAST(sid AS BLOB), CAST(status AS TEXT),
    CAST(start_time AS TEXT), start_ms,
    substr(CAST(user_text AS BLOB), 1, ${MOST_PROMPT_BYTES})`;

/** The statements that break turns down. `turns` is a table and what narrows it. */
function breakdownOf(turns: string) {
  const names = (column: string) =>
    `SELECT substr(CAST(${column} AS BLOB), 1, ${MOST_NAME_BYTES}), count(*)
    FROM ${turns} GROUP BY +${column} ORDER BY 2 DESC, 1 LIMIT ${MOST_NAMES}`;
  return {
    outcomes: `SELECT CAST(status AS TEXT), CAST(outcome AS TEXT), count(*)
      FROM ${turns} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
    agents: names("agent"),
    cwds: names("cwd"),
  };
}

/** The statements, by what they are for. None scans the table of turns. */
export const STATUS_SQL = {
  turns: "SELECT count(*) FROM turns",
  turnsOfStatus: "SELECT count(*) FROM turns WHERE status = ?",
  sessions: "SELECT count(*) FROM sessions",
  lastDay: "SELECT CAST(substr(max(start_time), 1, 10) AS TEXT) FROM turns",
  dayBefore: `SELECT CAST(substr(max(start_time), 1, 10) AS TEXT)
    FROM turns WHERE start_time < ?`,
  turnsOfDay: `SELECT count(*) FROM turns
    WHERE start_time >= ?1 AND start_time < ?1 || char(0x10ffff)`,
  durations: `SELECT duration_ms FROM turns WHERE status = 'completed'
    ORDER BY turn_id_glob DESC LIMIT ${MOST_DURATIONS}`,
  lastTurns: `SELECT ${LAST_TURN}
    FROM turns ORDER BY turn_id_glob DESC LIMIT ${MOST_TURNS}`,
  files: `SELECT path, device, inode, read_bytes, read_lines,
      (SELECT max(moved_ms) FROM checkpoints WHERE path = newest.path)
    FROM checkpoints AS newest WHERE file_id IN
      (SELECT max(file_id) FROM checkpoints WHERE name IS NULL GROUP BY path)
    ORDER BY path`,
  olderFiles: `SELECT path, device, inode, read_bytes FROM checkpoints
    WHERE name IS NULL AND done = 0 AND inode IS NOT NULL AND file_id NOT IN
      (SELECT max(file_id) FROM checkpoints GROUP BY path) ORDER BY file_id`,
  filesBelow: `SELECT path, CAST(name AS BLOB), read_bytes, read_lines, done,
    moved_ms FROM checkpoints WHERE name IS NOT NULL ORDER BY path, file_id`,
} as const;

/** The statements that break down the turns minted last: no index helps with all. */
export const BREAKDOWN_SQL = breakdownOf(`(SELECT status, outcome, agent, cwd
    FROM turns ORDER BY turn_id_glob DESC LIMIT ${MOST_BROKEN_DOWN})`);

/**
 * Began at the instant `?2` or later, of which `?1` is the `dateBefore`.
 * The index has times as the log spells them, each in its own zone: it finds
 * those of the day before and later, and the instants decide.
 */
export const BEGAN = "start_time >= ?1 AND start_ms >= ?2";

/**
 * The statements for the turns that began since an instant. Each searches the index of start times, and no other: the
 * signs `+` see to it.
 */
export const SINCE_SQL = {
  sessions: `SELECT count(DISTINCT +sid) FROM turns WHERE ${BEGAN}`,
  days: `SELECT CAST(substr(start_time, 1, 10) AS TEXT), count(*)
    FROM turns WHERE ${BEGAN} GROUP BY 1 ORDER BY 1 DESC LIMIT ${MOST_DAYS}`,
  durations: `SELECT duration_ms FROM turns
    WHERE ${BEGAN} AND +status = 'completed'
    ORDER BY +turn_id_glob DESC LIMIT ${MOST_DURATIONS}`,
  lastTurns: `SELECT ${LAST_TURN} FROM turns WHERE turn_id_glob IN
      (SELECT turn_id_glob FROM turns WHERE ${BEGAN}
        ORDER BY +turn_id_glob DESC LIMIT ${MOST_TURNS})
    ORDER BY turn_id_glob DESC`,
  ...breakdownOf(`turns WHERE ${BEGAN}`),
} as const;
