/**
 * Reads what a monitor wants to know of a database.
 *
 * @module
 */

import { hostName } from "../../system/host.ts";
import type { Outcome } from "../../turns/event.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import { DURATION_BOUNDS, type Metrics } from "../metrics.ts";
import { readFollowed, readTrees } from "./followed.ts";
import { readCurrent } from "./read_only.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import { statusSql } from "./status_statements.ts";

const buckets = DURATION_BOUNDS.map((bound) =>
  `count(*) FILTER (WHERE duration_ms <= ${bound})`
).join(", ");

/** The statements, by what they are for. */
function metricsSql(schema: string) {
  return {
    turns: `SELECT json_build_array(agent, status, outcome, count(*),
        count(duration_ms), coalesce(sum(duration_ms), 0), ${buckets})
      FROM ${schema}.turns GROUP BY agent, status, outcome`,
    rejected: `SELECT json_build_array(path, sum(rejected_lines))
      FROM ${schema}.checkpoints WHERE host = $1 GROUP BY path ORDER BY path`,
    lastStart: `SELECT json_build_array(start_ms) FROM ${schema}.turns
      ORDER BY turn_id_glob DESC LIMIT 1`,
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

/**
 * {@linkcode readMetrics} of `store/open.ts`. Of followed paths it reads those of
 * this machine: each has a monitor of its own.
 */
export function readPostgresMetrics(address: string): Promise<Metrics> {
  return readCurrent(address, async (connection, schema) => {
    const sql = { ...metricsSql(schema), ...followedSql(schema) };
    const here = hostName();
    const rows = async <Row>(name: keyof typeof sql) =>
      await connection.runLater(
        sql[name],
        name === "rejected" ? [here] : [],
      ) as Row[];
    const [[lastStartMs] = [null]] = await rows<[number | null]>("lastStart");
    const isHere = ({ host }: { host: string | null }) => host === null;
    const [files, older] = [
      await rows<[]>("files"),
      await rows<[]>("olderFiles"),
    ];
    return {
      schema: SCHEMA_VERSION,
      sessions: (await rows<[number]>("sessions"))[0][0],
      turns: (await rows<Row>("turns")).map(
        ([agent, status, outcome, turns, timed, durationMs, ...upTo]) => ({
          ...{ agent, status, outcome, turns, timed, durationMs, upTo },
        }),
      ),
      lastStartMs,
      followed: readFollowed(files, older, here).filter(isHere),
      trees: readTrees(await rows<[]>("filesBelow"), here).filter(isHere),
      rejected: (await rows<[string, number]>("rejected"))
        .map(([path, lines]) => ({ path, lines })),
    };
  });
}

function followedSql(schema: string) {
  const { sessions, files, olderFiles, filesBelow } = statusSql(schema);
  return { sessions, files, olderFiles, filesBelow };
}
