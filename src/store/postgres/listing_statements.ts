/**
 * The SQL that finds turns and sessions for people. The rows of each statement are
 * one JSON array.
 *
 * @module
 */

import { MOST_SESSIONS } from "../listing.ts";
import type { TurnSql } from "../turn_queries.ts";
import { arrayOf } from "./parameters.ts";
import { turnJson } from "./statements.ts";
import { truncated } from "./status_statements.ts";
import { storable, storableName } from "./texts.ts";

/**
 * How queries of turns are written.
 *
 * @param schema The schema of the tables, quoted.
 */
export function turnSql(schema: string): TurnSql {
  return {
    table: `${schema}.turns`,
    parameter: (number) => `$${number}`,
    row: (columns) => `json_build_array(${columns})`,
    hidden: (column) => `${column} || ''`,
    hiddenId: "turn_id_glob + 0",
    name: storableName,
    isOneOf: (ids) => ["turn_id_glob = ANY(?::bigint[])", arrayOf(ids)],
    isIn(directory) {
      const path = storable(directory);
      return ["(cwd = ? OR starts_with(cwd, ?))", path, `${path}/`];
    },
  };
}

/**
 * The statements without a filter, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function listingSql(schema: string) {
  const turn = (others?: Record<string, string>) =>
    `SELECT json_build_array(${turnJson("turn", others)})
      FROM ${schema}.turns AS turn WHERE turn_id_glob = ANY($1::bigint[])`;
  const sids = `SELECT json_build_array(sid) FROM ${schema}`;
  return {
    lastId: `SELECT json_build_array(coalesce(max(turn_id_glob), 0))
      FROM ${schema}.turns`,
    /** Whole turns. */
    turns: turn(),
    /** Turns with the first `$2` bytes of their prompts, and without answers. */
    previews: turn({
      user_text: truncated("user_text", "$2"),
      assistant_text: "NULL",
    }),
    session: `${sids}.turns WHERE sid = $1 LIMIT 1`,
    sessionsFrom: `${sids}.sessions WHERE sid >= $1
      AND sid < $1 || chr(1114111) LIMIT ${MOST_SESSIONS}`,
    // Sessions are few beside turns, and this table has nothing but their ids.
    sessionsTo: `${sids}.sessions WHERE right(sid, length($1)) = $1
      LIMIT ${MOST_SESSIONS}`,
  };
}
