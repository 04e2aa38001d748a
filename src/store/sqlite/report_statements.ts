/**
 * The SQL of the report. The first statement reads the table of turns, once, and
 * the others what it made of that: rows without texts, in memory.
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

/** @param which Narrows the turns. */
function facts(which: string): string {
  return `CREATE TEMP TABLE facts AS SELECT turn_id_glob AS id, sid, agent, cwd,
      CAST(status AS TEXT) AS status, ${FATE} AS fate, start_ms,
      iif(typeof(duration_ms) = 'integer', duration_ms, NULL) AS duration_ms
    FROM turns WHERE typeof(start_ms) = 'integer' AND ${which}`;
}

/** The statements that make the table of facts: of all after an id, or since an instant. */
export const FACTS_SQL = {
  after: facts("turn_id_glob > ?"),
  since: facts(BEGAN),
} as const;

const TURN = `id, CAST(facts.sid AS BLOB), fate, facts.status, facts.start_ms,
  facts.duration_ms, CAST(facts.agent AS BLOB), CAST(facts.cwd AS BLOB),
  substr(CAST(user_text AS BLOB), 1, ${MOST_EXCERPT_BYTES})
  FROM facts JOIN turns ON turn_id_glob = id`;

/** The statements on facts, by what they are for. */
export const REPORT_SQL = {
  sessions: "SELECT count(DISTINCT sid) FROM facts",
  days: `SELECT start_ms / ${DAY}, CAST(agent AS BLOB), fate, count(*)
    FROM facts GROUP BY 1, agent, 3 ORDER BY 1`,
  // One text for each agent takes a fraction of the time of a row for each turn.
  durations: `SELECT CAST(agent AS BLOB), group_concat(duration_ms)
    FROM facts WHERE duration_ms IS NOT NULL GROUP BY agent`,
  cwds: `SELECT CAST(cwd AS BLOB), count(*),
      count(*) FILTER (WHERE fate = 'completed'), coalesce(sum(duration_ms), 0)
    FROM facts GROUP BY cwd ORDER BY 2 DESC, cwd LIMIT ${MOST_DIRECTORIES}`,
  timeline: `SELECT ${TURN} WHERE id IN (
      SELECT id FROM facts ORDER BY start_ms DESC, id DESC
      LIMIT ${MOST_TIMELINE_TURNS}
    ) ORDER BY facts.start_ms, id`,
  longest: `SELECT ${TURN} WHERE id IN (
      SELECT id FROM facts WHERE duration_ms > 0
      ORDER BY duration_ms DESC, id DESC LIMIT ${MOST_LISTED}
    ) ORDER BY facts.duration_ms DESC, id DESC`,
  unfinished: `SELECT ${TURN} WHERE id IN (
      SELECT id FROM facts WHERE fate IN ('orphaned', 'aborted', 'failed')
      ORDER BY start_ms DESC, id DESC LIMIT ${MOST_LISTED}
    ) ORDER BY facts.start_ms DESC, id DESC`,
} as const;
