/**
 * The SQL that reports what a database holds. The rows of each statement are one
 * JSON array.
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
import { objectRow } from "./json.ts";

/** The first bytes of a text, without a character that does not fit. */
export function truncated(column: string, bytes: number | string): string {
  // No character has more than four bytes.
  return `left(${column}, ${bytes})`;
}

const LAST_TURN = objectRow({
  ...{ id: "turn_id_glob", sid: "sid", status: "status" },
  ...{ startTime: "start_time", startMs: "start_ms" },
  userText: truncated("user_text", MOST_PROMPT_BYTES),
});

/** The statements that break turns down. `turns` is a table and what narrows it. */
function breakdownOf(turns: string) {
  const names = (column: string) =>
    `SELECT ${
      objectRow({ name: truncated("name", MOST_NAME_BYTES), turns: "turns" })
    } FROM (SELECT ${column} AS name, count(*) AS turns FROM ${turns}
      GROUP BY ${column}
      ORDER BY count(*) DESC, ${column} COLLATE "C" NULLS FIRST LIMIT ${MOST_NAMES})
      AS names ORDER BY turns DESC, name COLLATE "C" NULLS FIRST`;
  return {
    outcomes: `SELECT ${
      objectRow({ status: "status", outcome: "outcome", turns: "count(*)" })
    } FROM ${turns}
      GROUP BY status, outcome
      ORDER BY count(*) DESC, status, outcome NULLS FIRST`,
    agents: names("agent"),
    cwds: names("cwd"),
  };
}

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function statusSql(schema: string) {
  const turns = `${schema}.turns`;
  return {
    turns: `SELECT json_build_array(count(*)) FROM ${turns}`,
    statuses: `SELECT json_build_array(status, count(*)) FROM ${turns}
      GROUP BY status`,
    sessions: `SELECT json_build_array(count(*)) FROM ${schema}.sessions`,
    lastDay: `SELECT json_build_array(left(max(start_time), 10)) FROM ${turns}`,
    dayBefore: `SELECT json_build_array(left(max(start_time), 10))
      FROM ${turns} WHERE start_time < $1`,
    turnsOfDay: `SELECT json_build_array(count(*)) FROM ${turns}
      WHERE start_time >= $1 AND start_time < $1 || chr(1114111)`,
    durations: `SELECT json_build_array(duration_ms) FROM ${turns}
      WHERE status = 'completed' ORDER BY turn_id_glob DESC
      LIMIT ${MOST_DURATIONS}`,
    lastTurns: `SELECT ${LAST_TURN} FROM ${turns} ORDER BY turn_id_glob DESC
      LIMIT ${MOST_TURNS}`,
    ...breakdownOf(`(SELECT status, outcome, agent, cwd FROM ${turns}
      ORDER BY turn_id_glob DESC LIMIT ${MOST_BROKEN_DOWN}) AS last`),
  };
}

/**
 * Began at the instant `$2` or later, of which `$1` is the `dateBefore`. The index
 * has times as the log spells them, each in its own zone: it finds those of the
 * day before and later, and the instants decide.
 */
export const BEGAN = "start_time >= $1 AND start_ms >= $2";

/**
 * The statements for the turns that began since an instant, `$2`, of which `$1`
 * is the day before.
 */
export function sinceSql(schema: string) {
  const turns = `${schema}.turns`;
  return {
    sessions: `SELECT json_build_array(count(DISTINCT sid)) FROM ${turns}
      WHERE ${BEGAN}`,
    days: `SELECT ${
      objectRow({ day: "left(start_time, 10)", turns: "count(*)" })
    }
      FROM ${turns} WHERE ${BEGAN} GROUP BY left(start_time, 10)
      ORDER BY left(start_time, 10) DESC LIMIT ${MOST_DAYS}`,
    durations: `SELECT json_build_array(duration_ms) FROM ${turns}
      WHERE ${BEGAN} AND status = 'completed'
      ORDER BY turn_id_glob DESC LIMIT ${MOST_DURATIONS}`,
    lastTurns: `SELECT ${LAST_TURN} FROM ${turns} WHERE ${BEGAN}
      ORDER BY turn_id_glob DESC LIMIT ${MOST_TURNS}`,
    ...breakdownOf(`${turns} WHERE ${BEGAN}`),
  };
}
