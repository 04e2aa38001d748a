/**
 * The statements of the event path, each of which looks its rows up in an index
 * (SPEC section 5). The rows of each are one JSON array.
 *
 * @module
 */

import type { Outcome } from "../../turns/event.ts";
import type { Turn, TurnStatus } from "../../turns/turn.ts";

/** The columns that {@linkcode readTurn} takes, as one. */
export const ROW = `json_build_array(turn_id_glob, sid, pid, session_turn,
  session_pid_turn, status, user_text, assistant_text, start_time, end_time,
  duration_ms, original_turn_id, pid_mismatch, start_ms, end_ms, agent, cwd,
  outcome, outcome_reason, outcome_time, forgotten_ms)`;

const OF_PROCESS = "sid = $1 AND pid = $2";
const NEWEST = "ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1";
const OLDEST = "ORDER BY start_ms, turn_id_glob LIMIT 1";

/** No id is given beyond those that JSON can hold. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function eventSql(schema: string) {
  const turns = `${schema}.turns`;
  const turn = `SELECT ${ROW} FROM ${turns}`;
  const remember = (hash: string) =>
    `INSERT INTO ${schema}.answers AS old (dedup_hash, turn_id_glob)
      VALUES (${hash}, $1)
    ON CONFLICT (dedup_hash) DO UPDATE SET turn_id_glob = excluded.turn_id_glob
      WHERE old.turn_id_glob < excluded.turn_id_glob
    RETURNING json_build_array(old.turn_id_glob)`;
  const complete = `UPDATE ${turns} SET status = 'completed',
    assistant_text = $2, end_time = $3, end_ms = $4, duration_ms = $5,
    pid_mismatch = $6 WHERE turn_id_glob = $1`;
  const end = `UPDATE ${turns} SET status = $2, end_time = $3, end_ms = $4,
    duration_ms = $5, outcome = $6, outcome_reason = $7, outcome_time = $8,
    orphaned_by = CASE WHEN $9 THEN NULL ELSE orphaned_by END
    WHERE turn_id_glob = $1`;
  return {
    turnOfPrompt: `${turn} WHERE dedup_hash = $1`,
    // Whether one is remembered, even if its turn was deleted, and the turn.
    turnOfAnswer: `SELECT ${ROW} FROM ${schema}.answers AS answer
      LEFT JOIN ${turns} AS turn USING (turn_id_glob)
      WHERE answer.dedup_hash = $1`,
    newestTurn: `${turn} WHERE ${OF_PROCESS} AND start_ms <= $3 ${NEWEST}`,
    nextTurn: `${turn} WHERE ${OF_PROCESS} AND start_ms > $3 ${OLDEST}`,
    newestNamedTurn: `${turn} WHERE ${OF_PROCESS} AND original_turn_id = $3
      AND start_ms <= $4 ${NEWEST}`,
    oldestNamedTurn: `${turn} WHERE ${OF_PROCESS} AND original_turn_id = $3
      ${OLDEST}`,
    newestSessionTurn: `${turn} WHERE sid = $1 AND start_ms <= $2 ${NEWEST}`,
    nextSessionTurn: `${turn} WHERE sid = $1 AND start_ms > $2 ${OLDEST}`,
    neighbours: `SELECT json_build_array(before.turn_id_glob, before.status,
        (SELECT turn_id_glob FROM ${turns} WHERE ${OF_PROCESS}
          AND start_ms > $3 ${OLDEST}))
      FROM (SELECT) AS one LEFT JOIN LATERAL
        (SELECT turn_id_glob, status FROM ${turns} WHERE ${OF_PROCESS}
          AND start_ms <= $3 ${NEWEST}) AS before ON true`,
    hasTurns: `SELECT json_build_array(1) FROM ${turns} WHERE ${OF_PROCESS}
      LIMIT 1`,
    orphansOf: `${turn} WHERE orphaned_by = $1 ORDER BY turn_id_glob`,
    // A counter that was deleted by hand continues after the turns that are left.
    mint: `WITH session_old AS (
        UPDATE ${schema}.sessions SET turn_count = turn_count + 1
          WHERE sid = $1 RETURNING turn_count),
      session_new AS (
        INSERT INTO ${schema}.sessions (sid, turn_count)
          SELECT $1, 1 + coalesce((SELECT max(session_turn) FROM ${turns}
            WHERE sid = $1), 0) WHERE NOT EXISTS (SELECT FROM session_old)
          RETURNING turn_count),
      process_old AS (
        UPDATE ${schema}.session_counters
          SET turn_count = coalesce(turn_count, 0) + 1
          WHERE ${OF_PROCESS} RETURNING turn_count),
      process_new AS (
        INSERT INTO ${schema}.session_counters (sid, pid, turn_count)
          SELECT $1, $2, 1 + coalesce((SELECT max(session_pid_turn)
            FROM ${turns} WHERE ${OF_PROCESS}), 0)
          WHERE NOT EXISTS (SELECT FROM process_old) RETURNING turn_count),
      id AS (
        INSERT INTO ${schema}.minted AS old (one, last_id)
          SELECT 1, 1 + coalesce((SELECT max(turn_id_glob) FROM ${turns}
            WHERE turn_id_glob < ${MOST}), 0)
          ON CONFLICT (one) DO UPDATE
            SET last_id = greatest(old.last_id + 1, excluded.last_id)
          RETURNING last_id)
      INSERT INTO ${turns} (turn_id_glob, session_turn, session_pid_turn, sid,
          pid, user_text, start_time, status, dedup_hash, original_turn_id,
          start_ms, orphaned_by, agent, cwd)
        SELECT last_id, session.turn_count, process.turn_count, $1, $2, $3, $4,
          $5, $6, $7, $8, $9, $10, $11
        FROM id, (TABLE session_old UNION ALL TABLE session_new) AS session,
          (TABLE process_old UNION ALL TABLE process_new) AS process
        RETURNING json_build_array(turn_id_glob, session_turn,
          session_pid_turn)`,
    orphan: `UPDATE ${turns} SET status = 'orphaned', orphaned_by = $1
      WHERE turn_id_glob = $2 RETURNING ${ROW}`,
    complete,
    end,
    remember: remember("$2"),
    // The most frequent changes, each with the one before it.
    rememberAndComplete: `WITH remembered AS (${remember("$7")}) ${complete}`,
    rememberAndEnd: `WITH remembered AS (${remember("$10")}) ${end}`,
  };
}

/** The statements of one schema. */
export type EventSql = ReturnType<typeof eventSql>;

/** A row of {@linkcode ROW}. */
export type TurnRow = [
  id: number,
  sid: string,
  pid: number,
  sessionTurn: number | null,
  sessionPidTurn: number | null,
  status: TurnStatus,
  userText: string | null,
  assistantText: string | null,
  startTime: string | null,
  endTime: string | null,
  durationMs: number | null,
  turnId: string | null,
  pidMismatch: boolean,
  startMs: number | null,
  endMs: number | null,
  agent: string | null,
  cwd: string | null,
  outcome: Outcome | null,
  outcomeReason: string | null,
  outcomeTime: string | null,
  forgottenMs: number | null,
];

/** The turn that a row holds. */
export function readTurn(row: TurnRow): Turn {
  return {
    ...{ id: row[0], sid: row[1], pid: row[2] },
    ...{ sessionTurn: row[3], sessionPidTurn: row[4], status: row[5] },
    ...{ userText: row[6], assistantText: row[7] },
    ...{ startTime: row[8], endTime: row[9], durationMs: row[10] },
    ...{ turnId: row[11], pidMismatch: row[12] },
    ...{ startMs: row[13], endMs: row[14], agent: row[15], cwd: row[16] },
    ...{ outcome: row[17], outcomeReason: row[18], outcomeTime: row[19] },
    forgottenMs: row[20],
  };
}
