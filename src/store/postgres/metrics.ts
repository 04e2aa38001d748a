/**
 * Reads what a monitor wants to know of a database.
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import type { Outcome } from "../../turns/event.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import { DURATION_BOUNDS, type Metrics } from "../metrics.ts";
import { other, readAllFollowed } from "./followed.ts";
import { readByIndex } from "./read_current.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import { statusSql } from "./status_statements.ts";

const buckets = DURATION_BOUNDS.map((bound) =>
  `count(*) FILTER (WHERE duration_ms <= ${bound})`
).join(", ");

/**
 * The statements, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function metricsSql(schema: string) {
  return {
    // It reads an index from one end to the other.
    turns: `SELECT json_build_array(agent, status, outcome, count(*),
        count(duration_ms), coalesce(sum(duration_ms), 0), ${buckets})
      FROM ${schema}.turns GROUP BY agent, status, outcome`,
    rejected: `SELECT json_build_array(host, path, sum(rejected_lines))
      FROM ${schema}.checkpoints GROUP BY host, path ORDER BY path, host`,
    lastStart: `SELECT json_build_array(start_ms) FROM ${schema}.turns
      ORDER BY turn_id_glob DESC LIMIT 1`,
    sessions: statusSql(schema).sessions,
  };
}

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
export function readPostgresMetrics(address: string): Promise<Metrics> {
  return readByIndex(address, async (connection, schema) => {
    const sql = metricsSql(schema);
    const rows = <Row extends unknown[]>(name: keyof typeof sql) =>
      connection.runLater(sql[name]) as Promise<Row[]>;
    const [[lastStartMs] = [null]] = await rows<[number | null]>("lastStart");
    const [[sessions]] = await rows<[number]>("sessions");
    const turns = (await rows<Row>("turns")).map(
      ([agent, status, outcome, turns, timed, durationMs, ...upTo]) => ({
        ...{ agent, status, outcome, turns, timed, durationMs, upTo },
      }),
    );
    const rejected = await rows<[string, string, number]>("rejected");
    const here = hostName();
    return {
      ...{ schema: SCHEMA_VERSION, sessions, turns, lastStartMs },
      ...await readAllFollowed(connection, schema),
      rejected: rejected.map(([host, path, lines]) => ({
        ...{ host: other(host, here), path, lines },
      })),
    };
  });
}
