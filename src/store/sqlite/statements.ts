/**
 * The statements of the event path, each of which looks its rows up in an index
 * (SPEC section 5).
 *
 * @module
 */

import type { Outcome } from "../../turns/event.ts";
import type { Turn, TurnStatus } from "../../turns/turn.ts";
import { textOf } from "./texts.ts";

/**
 * The columns that {@linkcode readTurn} takes. Text that can hold U+0000 is read
 * as a blob, since the binding reads text only up to the first. What people set
 * by hand may be of any type.
 */
export const COLUMNS = `turn_id_glob, CAST(sid AS BLOB), pid,
  session_turn, session_pid_turn, CAST(status AS TEXT),
  CAST(user_text AS BLOB), CAST(assistant_text AS BLOB),
  CAST(start_time AS TEXT), CAST(end_time AS TEXT), duration_ms,
  CAST(original_turn_id AS BLOB), pid_mismatch, start_ms, end_ms,
  CAST(agent AS BLOB), CAST(cwd AS BLOB), CAST(outcome AS TEXT),
  CAST(outcome_reason AS BLOB), CAST(outcome_time AS TEXT), forgotten_ms`;

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
  countSessionTurn: `UPDATE sessions SET turn_count = turn_count + 1
    WHERE sid = ? RETURNING turn_count`,
  // A counter that was deleted by hand continues after the turns that are left.
  beginSession: `INSERT INTO sessions (sid, turn_count) VALUES (?1,
    coalesce((SELECT max(session_turn) FROM turns WHERE sid = ?1), 0) + 1)
    RETURNING turn_count`,
  countProcessTurn:
    `UPDATE session_counters SET turn_count = coalesce(turn_count, 0) + 1
    WHERE ${OF_PROCESS} RETURNING turn_count`,
  beginProcess: `INSERT INTO session_counters (sid, pid, turn_count)
    VALUES (?1, ?2, coalesce((SELECT max(session_pid_turn) FROM turns
      WHERE sid = ?1 AND pid = ?2), 0) + 1) RETURNING turn_count`,
  // SQLite's own count of ids ends with a row that people delete or never copy.
  nextId: `INSERT INTO minted (one, last_id) VALUES (1, 1 + coalesce(
      (SELECT max(turn_id_glob) FROM turns
        WHERE turn_id_glob < ${Number.MAX_SAFE_INTEGER}), 0))
    ON CONFLICT (one) DO UPDATE SET last_id = max(last_id + 1, excluded.last_id)
    RETURNING last_id`,
  insertTurn: `INSERT INTO turns (turn_id_glob, sid, pid, user_text, start_time,
    status, dedup_hash, session_turn, session_pid_turn, original_turn_id,
    start_ms, orphaned_by, agent, cwd)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING turn_id_glob`,
  orphan: `UPDATE turns SET status = 'orphaned', orphaned_by = ?
    WHERE turn_id_glob = ? RETURNING ${COLUMNS}`,
  complete: `UPDATE turns SET status = 'completed', assistant_text = ?,
    end_time = ?, end_ms = ?, duration_ms = ?, pid_mismatch = ?
    WHERE turn_id_glob = ?`,
  end: `UPDATE turns SET status = ?, end_time = ?, end_ms = ?, duration_ms = ?,
    outcome = ?, outcome_reason = ?, outcome_time = ?,
    orphaned_by = iif(?, NULL, orphaned_by) WHERE turn_id_glob = ?`,
  rememberAnswer: `INSERT INTO answers (dedup_hash, turn_id_glob) VALUES (?, ?)
    ON CONFLICT (dedup_hash) DO UPDATE SET turn_id_glob = excluded.turn_id_glob
      WHERE turn_id_glob < excluded.turn_id_glob
    RETURNING turn_id_glob`,
} as const;

/** A row of {@linkcode COLUMNS}, as the binding reads it. */
export type TurnRow = [
  id: number,
  sid: Uint8Array,
  pid: unknown,
  sessionTurn: unknown,
  sessionPidTurn: unknown,
  status: TurnStatus,
  userText: Uint8Array | null,
  assistantText: Uint8Array | null,
  startTime: string | null,
  endTime: string | null,
  durationMs: unknown,
  turnId: Uint8Array | null,
  pidMismatch: unknown,
  startMs: unknown,
  endMs: unknown,
  agent: Uint8Array | null,
  cwd: Uint8Array | null,
  outcome: Outcome | null,
  outcomeReason: Uint8Array | null,
  outcomeTime: string | null,
  forgottenMs: unknown,
];

/**
 * The turn that a row holds.
 *
 * @param decode How its texts are read.
 */
export function readTurn(row: TurnRow, decode = textOf): Turn {
  const text = (bytes: Uint8Array | null) =>
    bytes === null ? null : decode(bytes);
  return {
    id: row[0],
    sid: decode(row[1]),
    pid: numberOf(row[2]) ?? 0,
    sessionTurn: numberOf(row[3]),
    sessionPidTurn: numberOf(row[4]),
    status: row[5],
    userText: text(row[6]),
    assistantText: text(row[7]),
    startTime: row[8],
    endTime: row[9],
    durationMs: numberOf(row[10]),
    turnId: text(row[11]),
    pidMismatch: row[12] !== 0,
    startMs: numberOf(row[13]),
    endMs: numberOf(row[14]),
    agent: text(row[15]),
    cwd: text(row[16]),
    outcome: row[17],
    outcomeReason: text(row[18]),
    outcomeTime: row[19],
    forgottenMs: numberOf(row[20]),
  };
}

/** A number, also where people set one beyond 2^53 or something else by hand. */
function numberOf(value: unknown): number | null {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : null;
}
