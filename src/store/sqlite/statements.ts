/**
 * The statements of the event path, each of which looks its rows up in an index
 * (SPEC section 5).
 *
 * @module
 */

import type { Turn, TurnStatus } from "../../turns/turn.ts";

/**
 * The columns that {@linkcode readTurn} takes. Text that can hold U+0000 is read
 * as a blob, since the binding reads text only up to the first.
 */
const COLUMNS = `turn_id_glob, CAST(sid AS BLOB), pid,
  session_turn, session_pid_turn, status,
  CAST(user_text AS BLOB), CAST(assistant_text AS BLOB),
  start_time, end_time, duration_ms, CAST(original_turn_id AS BLOB),
  pid_mismatch, start_ms, end_ms`;

const TURN = `SELECT ${COLUMNS} FROM turns`;
const OF_PROCESS = "sid = ? AND pid = ?";
const NEWEST = "ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1";
const OLDEST = "ORDER BY start_ms, turn_id_glob LIMIT 1";

/** The statements, by what they are for. */
export const EVENT_SQL = {
  turnOfPrompt: `${TURN} WHERE dedup_hash = ?`,
  turnOfAnswer: `${TURN} WHERE turn_id_glob =
    (SELECT turn_id_glob FROM answers WHERE dedup_hash = ?)`,
  newestTurn: `${TURN} WHERE ${OF_PROCESS} AND start_ms <= ? ${NEWEST}`,
  nextTurn: `${TURN} WHERE ${OF_PROCESS} AND start_ms > ? ${OLDEST}`,
  newestNamedTurn: `${TURN} WHERE ${OF_PROCESS} AND original_turn_id = ?
    AND start_ms <= ? ${NEWEST}`,
  oldestNamedTurn: `${TURN} WHERE ${OF_PROCESS} AND original_turn_id = ?
    ${OLDEST}`,
  newestSessionTurn: `${TURN} WHERE sid = ? AND start_ms <= ? ${NEWEST}`,
  nextSessionTurn: `${TURN} WHERE sid = ? AND start_ms > ? ${OLDEST}`,
  neighbours: `SELECT
    (SELECT turn_id_glob FROM turns WHERE sid = ?1 AND pid = ?2
      AND start_ms <= ?3 ${NEWEST}),
    (SELECT status FROM turns WHERE sid = ?1 AND pid = ?2
      AND start_ms <= ?3 ${NEWEST}),
    (SELECT turn_id_glob FROM turns WHERE sid = ?1 AND pid = ?2
      AND start_ms > ?3 ${OLDEST})`,
  hasTurns: `SELECT 1 FROM turns WHERE ${OF_PROCESS} LIMIT 1`,
  nextOrphan: `${TURN} WHERE orphaned_by = ? AND turn_id_glob > ?
    ORDER BY turn_id_glob LIMIT 1`,
  countSessionTurn: `INSERT INTO sessions (sid, turn_count) VALUES (?, 1)
    ON CONFLICT (sid) DO UPDATE SET turn_count = turn_count + 1
    RETURNING turn_count`,
  countProcessTurn:
    `INSERT INTO session_counters (sid, pid, turn_count) VALUES (?, ?, 1)
    ON CONFLICT (sid, pid) DO UPDATE SET turn_count = turn_count + 1
    RETURNING turn_count`,
  insertTurn: `INSERT INTO turns (sid, pid, user_text, start_time, status,
    dedup_hash, session_turn, session_pid_turn, original_turn_id, start_ms,
    orphaned_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING turn_id_glob`,
  orphan: `UPDATE turns SET status = 'orphaned', orphaned_by = ?
    WHERE turn_id_glob = ? RETURNING ${COLUMNS}`,
  complete: `UPDATE turns SET status = 'completed', assistant_text = ?,
    end_time = ?, end_ms = ?, duration_ms = ?, pid_mismatch = ?
    WHERE turn_id_glob = ?`,
  rememberAnswer:
    "INSERT INTO answers (dedup_hash, turn_id_glob) VALUES (?, ?)",
} as const;

/** A row of {@linkcode COLUMNS}, as the binding reads it. */
export type TurnRow = [
  id: number,
  sid: Uint8Array,
  pid: number,
  sessionTurn: number | null,
  sessionPidTurn: number | null,
  status: TurnStatus,
  userText: Uint8Array | null,
  assistantText: Uint8Array | null,
  startTime: string | null,
  endTime: string | null,
  durationMs: number | null,
  turnId: Uint8Array | null,
  pidMismatch: number,
  startMs: number | null,
  endMs: number | null,
];

// A text may begin with U+FEFF, which is not a byte order mark there.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The turn that a row holds. */
export function readTurn(row: TurnRow): Turn {
  const text = (bytes: Uint8Array | null) =>
    bytes === null ? null : utf8.decode(bytes);
  return {
    id: row[0],
    sid: utf8.decode(row[1]),
    pid: row[2],
    sessionTurn: row[3],
    sessionPidTurn: row[4],
    status: row[5],
    userText: text(row[6]),
    assistantText: text(row[7]),
    startTime: row[8],
    endTime: row[9],
    durationMs: row[10],
    turnId: text(row[11]),
    pidMismatch: row[12] !== 0,
    startMs: row[13],
    endMs: row[14],
  };
}
