/**
 * The SQL of the report. The rows of each statement are one JSON array.
 *
 * @module
 */

import {
  MOST_DIRECTORIES,
  MOST_EXCERPT_BYTES,
  MOST_LISTED,
  MOST_TIMELINE_TURNS,
} from "../report.ts";
import { BEGAN } from "./status_statements.ts";

const DAY = 86_400_000;

/** {@linkcode TurnFate} of a row. */
const FATE = `CASE
    WHEN outcome IN ('aborted', 'failed') THEN outcome
    WHEN status IN ('completed', 'orphaned') THEN status ELSE 'waiting' END`;

/** Which turns a report is about: those after the id `$1`, or {@linkcode BEGAN}. */
const WHICH = { after: "turn_id_glob > $1", since: BEGAN } as const;
/** One of {@linkcode WHICH}. */
export type Which = keyof typeof WHICH;

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function reportSql(schema: string, which: Which) {
  const facts = `(SELECT turn_id_glob AS id, sid, agent, cwd, status,
      ${FATE} AS fate, start_ms, duration_ms
    FROM ${schema}.turns WHERE start_ms IS NOT NULL AND ${WHICH[which]})
    AS facts`;
  const turns = (condition: string, order: string, limit: number) =>
    `SELECT json_build_array(id, facts.sid, fate, facts.status, facts.start_ms,
        facts.duration_ms, facts.agent, facts.cwd,
        left(user_text, ${MOST_EXCERPT_BYTES}))
      FROM (SELECT * FROM ${facts} WHERE ${condition} ORDER BY ${order}
        LIMIT ${limit}) AS facts
        JOIN ${schema}.turns ON turn_id_glob = id`;
  return {
    sessions: `SELECT json_build_array(count(DISTINCT sid)) FROM ${facts}`,
    days: `SELECT json_build_array(floor(start_ms / ${DAY}.0), agent, fate,
        count(*)) FROM ${facts}
      GROUP BY floor(start_ms / ${DAY}.0), agent, fate
      ORDER BY floor(start_ms / ${DAY}.0)`,
    durations: `SELECT json_build_array(agent, json_agg(duration_ms))
      FROM ${facts} WHERE duration_ms IS NOT NULL GROUP BY agent`,
    cwds: `SELECT json_build_array(cwd, count(*),
        count(*) FILTER (WHERE fate = 'completed'),
        coalesce(sum(duration_ms), 0))
      FROM ${facts} GROUP BY cwd
      ORDER BY count(*) DESC, cwd COLLATE "C" NULLS FIRST
      LIMIT ${MOST_DIRECTORIES}`,
    timeline: `${
      turns("true", "start_ms DESC, id DESC", MOST_TIMELINE_TURNS)
    } ORDER BY facts.start_ms, id`,
    longest: `${
      turns("duration_ms > 0", "duration_ms DESC, id DESC", MOST_LISTED)
    } ORDER BY facts.duration_ms DESC, id DESC`,
    unfinished: `${
      turns(
        "fate IN ('orphaned', 'aborted', 'failed')",
        "start_ms DESC, id DESC",
        MOST_LISTED,
      )
    } ORDER BY facts.start_ms DESC, id DESC`,
  };
}
