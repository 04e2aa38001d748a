/**
 * Reads what a monitor wants to know of a database.
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import { DURATION_BOUNDS, type Metrics, type TurnGroup } from "../metrics.ts";
import { OTHER_HOST, readAllFollowed } from "./followed.ts";
import { objectRow, objects } from "./json.ts";
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
    turns: `SELECT ${
      objectRow({
        ...{ agent: "agent", status: "status", outcome: "outcome" },
        ...{ turns: "count(*)", timed: "count(duration_ms)" },
        durationMs: "coalesce(sum(duration_ms), 0)",
        upTo: `json_build_array(${buckets})`,
      })
    } FROM ${schema}.turns GROUP BY agent, status, outcome`,
    rejected: `SELECT ${
      objectRow({
        ...{ host: OTHER_HOST, path: "path", lines: "sum(rejected_lines)" },
      })
    } FROM ${schema}.checkpoints GROUP BY host, path ORDER BY path, host`,
    lastStart: `SELECT json_build_array(start_ms) FROM ${schema}.turns
      ORDER BY turn_id_glob DESC LIMIT 1`,
    sessions: statusSql(schema).sessions,
  };
}

/** {@linkcode readMetrics} of `store/open.ts`. */
export function readPostgresMetrics(address: string): Promise<Metrics> {
  return readByIndex(address, async (connection, schema) => {
    const sql = metricsSql(schema);
    const value = async <T>(sql: string) =>
      (await connection.runLater(sql))[0]?.[0] as T | undefined;
    return {
      schema: SCHEMA_VERSION,
      sessions: (await value<number>(sql.sessions))!,
      turns: await objects<TurnGroup>(connection, sql.turns),
      lastStartMs: await value<number | null>(sql.lastStart) ?? null,
      ...await readAllFollowed(connection, schema),
      rejected: await objects(connection, sql.rejected, [hostName()]),
    };
  });
}
