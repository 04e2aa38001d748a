/**
 * The two statements of a group of events: one reads all that the events need,
 * the other writes all that they change. So a group costs as many round trips as
 * one event, wherever the server is.
 *
 * @module
 */

import type { Turn } from "../../turns/turn.ts";
import { TURN_FIELDS, turnJson } from "./statements.ts";
import { TABLES, typeOf } from "./tables.ts";

/** How many turns of a process that began later are read at most. */
export const MOST_LATER = 1000;

const NAME = typeOf("turns", "sid");

/** The columns of a turn that is written, and what its JSON calls them. */
const WRITTEN = {
  ...{ ...TURN_FIELDS, dedup_hash: "hash", orphaned_by: "orphanedBy" },
} as const;

/** The columns of it that change. */
const CHANGED = [
  ...["status", "assistant_text", "end_time", "duration_ms", "pid_mismatch"],
  ...["end_ms", "outcome", "outcome_reason", "outcome_time"],
] as const satisfies (keyof typeof WRITTEN)[];

/** The columns of a checkpoint that change, and its id. */
const MOVED = Object.keys(TABLES.checkpoints.columns).filter((name) =>
  !["host", "path", "device", "inode", "seen_ms", "name"].includes(name)
);

/** A row that {@linkcode memorySql} reads. */
export type MemoryRow =
  | ["prompt", hash: string, turn: Turn]
  | ["answer", hash: string, id: number, turn: Turn | null]
  | ["turn", turn: Turn]
  | ["process", sid: string, pid: number, turns: number]
  | ["session", sid: string, turns: number]
  | ["minted", id: number];

/** Rows that a parameter has as a JSON array of objects. */
function rows(parameter: string, columns: readonly string[]): string {
  return `json_to_recordset(${parameter}::json) AS new (${columns.join()})`;
}

/** {@linkcode rows} that have names and types of the columns of a table. */
function rowsOf(table: string, names: string[], parameter: string): string {
  return rows(parameter, names.map((name) => `${name} ${typeOf(table, name)}`));
}

/** Hashes that a parameter has as a JSON array. */
function hashes(parameter: string): string {
  return `(SELECT hash COLLATE "C" AS hash
    FROM json_array_elements_text(${parameter}::json) AS given (hash)) AS given`;
}

/**
 * The statements.
 *
 * @param schema The schema of the tables, quoted.
 */
export function memorySql(schema: string) {
  const turns = `${schema}.turns`;
  const turn = turnJson("turn");
  const ofProcess = "turn.sid = process.sid AND turn.pid = process.pid";
  const written = Object.entries(WRITTEN).map(([column, name]) =>
    `"${name}" ${typeOf("turns", column)}`
  );
  const sets = (names: readonly string[], from: (name: string) => string) =>
    names.map((name) => `${name} = new.${from(name)}`).join();
  const counter = (table: string, key: string[], parameter: string) =>
    `INSERT INTO ${schema}.${table} (${key}, turn_count)
      SELECT ${key}, turn_count
        FROM ${rowsOf(table, [...key, "turn_count"], parameter)}
      ON CONFLICT (${key}) DO UPDATE SET turn_count = excluded.turn_count
      RETURNING 1`;
  return {
    /** Of hashes of prompts, hashes of answers, and processes with an instant. */
    read: `WITH process AS MATERIALIZED (
        SELECT * FROM ${
      rows("$3", [`sid ${NAME}`, "pid bigint", "since bigint"])
    })
      SELECT json_build_array('prompt', turn.dedup_hash, ${turn})
        FROM ${hashes("$1")}
          JOIN ${turns} AS turn ON turn.dedup_hash = given.hash
      UNION ALL SELECT json_build_array('answer', answer.dedup_hash,
          answer.turn_id_glob,
          CASE WHEN turn.turn_id_glob IS NOT NULL THEN ${turn} END)
        FROM ${hashes("$2")}
          JOIN ${schema}.answers AS answer ON answer.dedup_hash = given.hash
          LEFT JOIN ${turns} AS turn
            ON turn.turn_id_glob = answer.turn_id_glob
      UNION ALL SELECT json_build_array('turn', found.row)
        FROM process CROSS JOIN LATERAL (
          (SELECT ${turn} AS row FROM ${turns} AS turn
            WHERE ${ofProcess} AND start_ms <= since
            ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1)
          UNION ALL (SELECT ${turn} AS row FROM ${turns} AS turn
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
    /**
     * New turns, changed turns, counters, answers, checkpoints, the last id, and
     * how many rows all of these are, but for checkpoints. It fails where a
     * trigger leaves one out, which PostgreSQL does not report.
     */
    write: `WITH new_turn AS (
        INSERT INTO ${turns} (${Object.keys(WRITTEN)})
          SELECT ${Object.values(WRITTEN).map((name) => `"${name}"`)}
          FROM ${rows("$1", written)} RETURNING 1),
      changed_turn AS (
        UPDATE ${turns} AS turn SET ${
      sets(CHANGED, (name) => `"${WRITTEN[name as typeof CHANGED[number]]}"`)
    }, orphaned_by = CASE WHEN new."setsOrphanedBy" THEN new."orphanedBy"
          ELSE turn.orphaned_by END
          FROM ${rows("$2", [...written, '"setsOrphanedBy" boolean'])}
          WHERE turn.turn_id_glob = new.id RETURNING 1),
      session AS (${counter("sessions", ["sid"], "$3")}),
      process AS (${counter("session_counters", ["sid", "pid"], "$4")}),
      answer AS (
        INSERT INTO ${schema}.answers (dedup_hash, turn_id_glob)
          SELECT dedup_hash, turn_id_glob
            FROM ${rowsOf("answers", ["dedup_hash", "turn_id_glob"], "$5")}
          ON CONFLICT (dedup_hash)
            DO UPDATE SET turn_id_glob = excluded.turn_id_glob RETURNING 1),
      id AS (
        INSERT INTO ${schema}.minted (one, last_id)
          SELECT 1, $7::bigint WHERE $7::bigint IS NOT NULL
          ON CONFLICT (one) DO UPDATE SET last_id = excluded.last_id
          RETURNING 1),
      checkpoint AS (
        UPDATE ${schema}.checkpoints AS old SET ${
      sets(
        MOVED.filter((name) => !["file_id", "rejected_lines"].includes(name)),
        (name) => name,
      )
    }, rejected_lines = old.rejected_lines + new.rejected_lines
          FROM ${rowsOf("checkpoints", MOVED, "$6")}
          WHERE old.file_id = new.file_id)
      SELECT nullif(1 / (count(*) = $8::bigint)::integer, 1)
        FROM (TABLE new_turn
        UNION ALL TABLE changed_turn UNION ALL TABLE session
        UNION ALL TABLE process UNION ALL TABLE answer UNION ALL TABLE id)
        AS written`,
  };
}

/** The statements of one schema. */
export type MemorySql = ReturnType<typeof memorySql>;
