/**
 * The SQL that finds turns and sessions for people.
 *
 * @module
 */

import { MOST_SESSIONS } from "../listing.ts";
import type { TurnSql } from "../turn_queries.ts";
import { COLUMNS } from "./statements.ts";

/** How queries of turns are written. */
export const TURN_SQL: TurnSql = {
  table: "turns",
  parameter: (number) => `?${number}`,
  row: (columns) => columns,
  hidden: (column) => `+${column}`,
  hiddenId: "+turn_id_glob",
  name: (name) => name,
  isOneOf: (ids) => [
    "turn_id_glob IN (SELECT value FROM json_each(?))",
    JSON.stringify(ids),
  ],
  // What is below it begins with it and a slash, which zero follows.
  isIn: (directory) => [
    "(cwd = ? OR cwd >= ? AND cwd < ?)",
    ...[directory, `${directory}/`, `${directory}0`],
  ],
};

/** The statements without a filter, by what they are for. */
export const LISTING_SQL = {
  lastId: "SELECT coalesce(max(turn_id_glob), 0) FROM turns",
  /** One whole turn. */
  turn: `SELECT ${COLUMNS} FROM turns WHERE turn_id_glob = ?`,
  /** One turn with the first `?1` bytes of its prompt, and without its answer. */
  preview: `SELECT ${
    COLUMNS.replace(
      "CAST(user_text AS BLOB), CAST(assistant_text AS BLOB)",
      "substr(CAST(user_text AS BLOB), 1, ?1), NULL",
    )
  } FROM turns WHERE turn_id_glob = ?2`,
  session: `SELECT CAST(sid AS BLOB) FROM turns WHERE sid = ? LIMIT 1`,
  sessionsFrom: `SELECT CAST(sid AS BLOB) FROM sessions
    WHERE sid >= ?1 AND sid < ?1 || char(0x10ffff) LIMIT ${MOST_SESSIONS}`,
  // Sessions are few beside turns, and this table has nothing but their ids.
  sessionsTo: `SELECT CAST(sid AS BLOB) FROM sessions
    WHERE substr(CAST(sid AS BLOB), -length(CAST(?1 AS BLOB)))
      = CAST(?1 AS BLOB) LIMIT ${MOST_SESSIONS}`,
} as const;
