/**
 * The two statements of a group of events: one reads all that the events need,
 * the other writes all that they change. So a group costs as many round trips as
 * one event, wherever the server is.
 *
 * @module
 */

import { ROW, type TurnRow } from "./statements.ts";

/** How many turns of a process that began later are read at most. */
export const MOST_LATER = 1000;

const NAME = 'text COLLATE "C"';

/** The columns of a new turn, in the order of their values. */
const NEW_TURN = {
  ...{ turn_id_glob: "bigint", sid: NAME, pid: "bigint" },
  ...{ session_turn: "bigint", session_pid_turn: "bigint", status: NAME },
  ...{ user_text: "text", assistant_text: "text", start_time: NAME },
  ...{ end_time: NAME, duration_ms: "bigint", original_turn_id: NAME },
  ...{ pid_mismatch: "boolean", start_ms: "bigint", end_ms: "bigint" },
  ...{ agent: NAME, cwd: "text", outcome: NAME, outcome_reason: "text" },
  ...{ outcome_time: NAME, dedup_hash: NAME, orphaned_by: "bigint" },
} as const;

/** The columns that change, which are as above. */
const CHANGED = [
  ...["status", "assistant_text", "end_time", "duration_ms", "pid_mismatch"],
  ...["end_ms", "outcome", "outcome_reason", "outcome_time"],
] as const;

/** What is known of a turn's `orphaned_by`: nothing if it is not a new turn's. */
const SETS_ORPHANED_BY = "sets_orphaned_by";

function definitions(columns: Record<string, string>): string {
  return Object.entries(columns).map((column) => column.join(" ")).join();
}

/** A row that {@linkcode groupSql} reads. */
export type GroupRow =
  | ["prompt", hash: string, turn: TurnRow]
  | ["answer", hash: string, id: number, turn: TurnRow | null]
  | ["turn", turn: TurnRow]
  | ["process", sid: string, pid: number, turns: number]
  | ["session", sid: string, turns: number]
  | ["minted", id: number];

/**
 * The statements.
 *
 * @param schema The schema of the tables, quoted.
 */
export function groupSql(schema: string) {
  const turns = `${schema}.turns`;
  const ofProcess = "turn.sid = process.sid AND turn.pid = process.pid";
  const newColumns = Object.keys(NEW_TURN).join();
  return {
    /** Of hashes of prompts, hashes of answers, and processes with an instant. */
    read: `WITH process AS MATERIALIZED (
        SELECT * FROM json_to_recordset($3::json)
          AS given (sid ${NAME}, pid bigint, since bigint))
      SELECT json_build_array('prompt', turn.dedup_hash, ${ROW})
        FROM (SELECT hash COLLATE "C" AS hash
          FROM json_array_elements_text($1::json) AS given (hash)) AS given
          JOIN ${turns} AS turn ON turn.dedup_hash = given.hash
      UNION ALL SELECT json_build_array('answer', answer.dedup_hash,
          answer.turn_id_glob,
          CASE WHEN turn.turn_id_glob IS NOT NULL THEN ${
      ROW.replace("turn_id_glob", "turn.turn_id_glob")
    } END)
        FROM (SELECT hash COLLATE "C" AS hash
          FROM json_array_elements_text($2::json) AS given (hash)) AS given
          JOIN ${schema}.answers AS answer ON answer.dedup_hash = given.hash
          LEFT JOIN ${turns} AS turn
            ON turn.turn_id_glob = answer.turn_id_glob
      UNION ALL SELECT json_build_array('turn', found.row)
        FROM process CROSS JOIN LATERAL (
          (SELECT ${ROW} AS row FROM ${turns} AS turn
            WHERE ${ofProcess} AND start_ms <= since
            ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1)
          UNION ALL (SELECT ${ROW} AS row FROM ${turns} AS turn
            WHERE ${ofProcess} AND start_ms > since
            ORDER BY start_ms, turn_id_glob LIMIT ${MOST_LATER + 1})) AS found
      UNION ALL SELECT json_build_array('process', sid, pid, coalesce(
          (SELECT coalesce(turn_count, 0) FROM ${schema}.session_counters
            AS counter WHERE counter.sid = process.sid
              AND counter.pid = process.pid),
          (SELECT max(session_pid_turn) FROM ${turns} AS turn
            WHERE ${ofProcess}), 0))
        FROM process
      UNION ALL SELECT json_build_array('session', sid, coalesce(
          (SELECT turn_count FROM ${schema}.sessions AS counter
            WHERE counter.sid = session.sid),
          (SELECT max(session_turn) FROM ${turns} AS turn
            WHERE turn.sid = session.sid), 0))
        FROM (SELECT DISTINCT sid FROM process) AS session
      UNION ALL SELECT json_build_array('minted', greatest(
        (SELECT last_id FROM ${schema}.minted WHERE one = 1),
        (SELECT max(turn_id_glob) FROM ${turns}
          WHERE turn_id_glob < ${Number.MAX_SAFE_INTEGER}), 0))`,
    /** New turns, changed turns, counters, answers, the last id, and checkpoints. */
    write: `WITH new_turn AS (
        INSERT INTO ${turns} (${newColumns}) SELECT ${newColumns}
          FROM json_to_recordset($1::json) AS new (${definitions(NEW_TURN)})
          RETURNING 1),
      changed_turn AS (
        UPDATE ${turns} AS turn SET ${
      CHANGED.map((name) => `${name} = new.${name}`).join()
    }, orphaned_by = CASE WHEN new.${SETS_ORPHANED_BY} THEN new.orphaned_by
          ELSE turn.orphaned_by END
          FROM json_to_recordset($2::json) AS new (${
      definitions({ ...NEW_TURN, [SETS_ORPHANED_BY]: "boolean" })
    }) WHERE turn.turn_id_glob = new.turn_id_glob RETURNING 1),
      session AS (
        INSERT INTO ${schema}.sessions (sid, turn_count)
          SELECT sid, turn_count FROM json_to_recordset($3::json)
            AS new (sid ${NAME}, turn_count bigint)
          ON CONFLICT (sid) DO UPDATE SET turn_count = excluded.turn_count),
      process AS (
        INSERT INTO ${schema}.session_counters (sid, pid, turn_count)
          SELECT sid, pid, turn_count FROM json_to_recordset($4::json)
            AS new (sid ${NAME}, pid bigint, turn_count bigint)
          ON CONFLICT (sid, pid) DO UPDATE SET turn_count = excluded.turn_count),
      answer AS (
        INSERT INTO ${schema}.answers (dedup_hash, turn_id_glob)
          SELECT dedup_hash, turn_id_glob FROM json_to_recordset($5::json)
            AS new (dedup_hash ${NAME}, turn_id_glob bigint)
          ON CONFLICT (dedup_hash)
            DO UPDATE SET turn_id_glob = excluded.turn_id_glob),
      id AS (
        INSERT INTO ${schema}.minted (one, last_id)
          SELECT 1, $6::bigint WHERE $6::bigint IS NOT NULL
          ON CONFLICT (one) DO UPDATE SET last_id = excluded.last_id),
      checkpoint AS (
        UPDATE ${schema}.checkpoints AS old SET read_bytes = new.read_bytes,
            read_lines = new.read_lines, head_length = new.head_length,
            head_hash = new.head_hash, last_end = new.last_end,
            last_length = new.last_length, last_hash = new.last_hash,
            done = new.done, moved_ms = new.moved_ms, dialect = new.dialect,
            decoder = new.decoder,
            rejected_lines = old.rejected_lines + new.rejected_lines
          FROM json_to_recordset($7::json) AS new (file_id bigint,
            read_bytes bigint, read_lines bigint, head_length bigint,
            head_hash text, last_end bigint, last_length bigint,
            last_hash text, done boolean, moved_ms bigint, dialect text,
            decoder text, rejected_lines bigint)
          WHERE old.file_id = new.file_id)
      SELECT json_build_array((SELECT count(*) FROM new_turn),
        (SELECT count(*) FROM changed_turn))`,
  };
}
