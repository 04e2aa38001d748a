/**
 * Reads what a monitor wants to know of a database.
 *
 * @module
 */

import type { Outcome } from "../../turns/event.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import { DURATION_BOUNDS, type Metrics } from "../metrics.ts";
import { readCurrent } from "./read_current.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import { readFollowed, readTrees } from "./status.ts";
import { shownRows } from "./texts.ts";
import { STATUS_SQL } from "./status_statements.ts";

const buckets = DURATION_BOUNDS.map((bound) =>
  `count(*) FILTER (WHERE duration_ms <= ${bound})`
).join(", ");

/** The statements, by what they are for. */
export const METRICS_SQL = {
  // It reads an index from one end to the other, and no row.
  turns: `SELECT CAST(agent AS BLOB), CAST(status AS TEXT),
      CAST(outcome AS TEXT), count(*), count(duration_ms),
      coalesce(sum(duration_ms), 0), ${buckets}
    FROM turns INDEXED BY turns_summary GROUP BY agent, status, outcome`,
  rejected: `SELECT path, sum(rejected_lines) FROM checkpoints
    GROUP BY path ORDER BY path`,
  lastStart: "SELECT start_ms FROM turns ORDER BY turn_id_glob DESC LIMIT 1",
} as const;

type Row = [
  agent: string | null,
  status: TurnStatus,
  outcome: Outcome | null,
  turns: number,
  timed: number,
  durationMs: number,
  ...upTo: number[],
];

/** {@linkcode readMetrics} of `store/open.ts`. */
export function readSqliteMetrics(path: string): Metrics {
  return readCurrent(path, (db) => {
    const [lastStartMs] =
      db.prepare(METRICS_SQL.lastStart).value<[number | null]>() ?? [null];
    return {
      schema: SCHEMA_VERSION,
      sessions: db.prepare(STATUS_SQL.sessions).value<[number]>()![0],
      turns: shownRows<Row>(db, METRICS_SQL.turns).map(
        ([agent, status, outcome, turns, timed, durationMs, ...upTo]) => ({
          ...{ agent, status, outcome, turns, timed, durationMs, upTo },
        }),
      ),
      lastStartMs,
      followed: readFollowed(db),
      trees: readTrees(db),
      rejected: db.prepare(METRICS_SQL.rejected).values<[string, number]>()
        .map(([path, lines]) => ({ host: null, path, lines })),
    };
  });
}
