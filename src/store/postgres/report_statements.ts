/**
 * The SQL of the report: one statement that reads the table of turns once, and
 * whose one row has all that is made of that. Temporary tables would be changes,
 * which a standby refuses.
 *
 * @module
 */

import {
  MOST_DIRECTORIES,
  MOST_EXCERPT_BYTES,
  MOST_LISTED,
  MOST_TIMELINE_TURNS,
} from "../report.ts";
import { jsonObject } from "./json.ts";
import { BEGAN, truncated } from "./status_statements.ts";

const DAY = 86_400_000;

/** {@linkcode TurnFate} of a row. */
const FATE = `CASE
    WHEN outcome IN ('aborted', 'failed') THEN outcome
    WHEN status IN ('completed', 'orphaned') THEN status ELSE 'waiting' END`;

/** One list of objects. */
function list(
  members: Record<string, string>,
  from: string,
  order = "",
): string {
  return `(SELECT coalesce(json_agg(${jsonObject(members)}${
    order && ` ORDER BY ${order}`
  }), '[]') FROM ${from})`;
}

/**
 * The statements: of all turns after an id, or since an instant.
 *
 * @param schema The schema of the tables, quoted.
 */
export function reportSql(schema: string) {
  const turns = (which: string, order: string) =>
    list(
      {
        ...{ id: "id", sid: "fact.sid", fate: "fate", status: "fact.status" },
        ...{ startMs: "fact.start_ms", durationMs: "fact.duration_ms" },
        ...{ agent: "fact.agent", cwd: "fact.cwd" },
        userText: truncated("user_text", MOST_EXCERPT_BYTES),
      },
      `(SELECT * FROM facts ${which}) AS fact
        JOIN ${schema}.turns ON turn_id_glob = id`,
      order,
    );
  const report = (which: string) =>
    `WITH facts AS MATERIALIZED (
      SELECT turn_id_glob AS id, sid, agent, cwd, status, ${FATE} AS fate,
        start_ms, duration_ms
      FROM ${schema}.turns WHERE start_ms IS NOT NULL AND ${which})
    SELECT json_build_array(
      (SELECT count(DISTINCT sid) FROM facts),
      ${
      list(
        { day: "day", agent: "agent", fate: "fate", turns: "turns" },
        `(SELECT start_ms / ${DAY} AS day, agent, fate, count(*) AS turns
          FROM facts GROUP BY 1, agent, fate) AS days`,
        "day",
      )
    }, ${
      list(
        { agent: "agent", durations: "durations" },
        `(SELECT agent, json_agg(duration_ms) AS durations FROM facts
          WHERE duration_ms IS NOT NULL GROUP BY agent) AS agents`,
      )
    }, ${
      list(
        {
          ...{ cwd: "cwd", turns: "turns", completed: "completed" },
          durationMs: "duration_ms",
        },
        `(SELECT cwd, count(*) AS turns,
            count(*) FILTER (WHERE fate = 'completed') AS completed,
            coalesce(sum(duration_ms), 0) AS duration_ms
          FROM facts GROUP BY cwd
          ORDER BY count(*) DESC, cwd COLLATE "C" NULLS FIRST
          LIMIT ${MOST_DIRECTORIES}) AS cwds`,
        'turns DESC, cwd COLLATE "C" NULLS FIRST',
      )
    }, ${
      turns(
        `ORDER BY start_ms DESC, id DESC LIMIT ${MOST_TIMELINE_TURNS}`,
        "fact.start_ms, id",
      )
    }, ${
      turns(
        `WHERE duration_ms > 0
          ORDER BY duration_ms DESC, id DESC LIMIT ${MOST_LISTED}`,
        "fact.duration_ms DESC, id DESC",
      )
    }, ${
      turns(
        `WHERE fate IN ('orphaned', 'aborted', 'failed')
          ORDER BY start_ms DESC, id DESC LIMIT ${MOST_LISTED}`,
        "fact.start_ms DESC, id DESC",
      )
    })`;
  return { after: report("turn_id_glob > $1"), since: report(BEGAN) };
}
