/**
 * Reads what a report is made of.
 *
 * @module
 */

import type { TurnStatus } from "../../turns/turn.ts";
import {
  MOST_EXCERPT_BYTES,
  MOST_REPORTED,
  type ReportData,
  type ReportedTurn,
  type TurnFate,
} from "../report.ts";
import type { Connection } from "./connection.ts";
import { listingSql } from "./listing_statements.ts";
import type { Parameter } from "./parameters.ts";
import { readCurrent } from "./read_only.ts";
import { reportSql, type Which } from "./report_statements.ts";
import { dateBefore } from "../dates.ts";
import { firstBytes } from "./texts.ts";

/** {@linkcode readReportData} of `store/open.ts`. */
export function readPostgresReportData(
  address: string,
  sinceMs: number | null,
): Promise<ReportData> {
  return readCurrent(address, async (connection, schema) => {
    const { which, params, hasOlder } = await narrow(
      connection,
      schema,
      sinceMs,
    );
    const sql = reportSql(schema, which);
    const rows = async <Row>(name: keyof typeof sql) =>
      await connection.runLater(sql[name], params) as Row[];
    const days = (await rows<[number, string | null, TurnFate, number]>("days"))
      .map(([day, agent, fate, turns]) => ({ day, agent, fate, turns }));
    const durations = await rows<[string | null, number[]]>("durations");
    const cwds = await rows<[string | null, number, number, number]>("cwds");
    const list = async (name: keyof typeof sql) =>
      (await rows<TurnRow>(name)).map(readReported);
    return {
      ...{ readMs: Date.now(), sinceMs, hasOlder, days },
      turns: days.reduce((sum, { turns }) => sum + turns, 0),
      sessions: (await rows<[number]>("sessions"))[0][0],
      durations: durations.map(([agent, durations]) => ({ agent, durations })),
      lastTurns: await list("timeline"),
      longest: await list("longest"),
      unfinished: await list("unfinished"),
      cwds: cwds.map(([cwd, turns, completed, durationMs]) => ({
        ...{ cwd, turns, completed, durationMs },
      })),
    };
  });
}

/** Which turns it is about, and whether there are older ones that were not left out on purpose. */
async function narrow(
  connection: Connection,
  schema: string,
  sinceMs: number | null,
): Promise<{ which: Which; params: Parameter[]; hasOlder: boolean }> {
  if (sinceMs !== null) {
    const params = [dateBefore(sinceMs), sinceMs];
    return { which: "since", params, hasOlder: false };
  }
  const { lastId: sql } = listingSql(schema);
  const [[lastId]] = await connection.runLater(sql) as [[number]];
  const hasOlder = lastId > MOST_REPORTED;
  return { which: "after", params: [lastId - MOST_REPORTED], hasOlder };
}

type TurnRow = [
  id: number,
  sid: string,
  fate: TurnFate,
  status: TurnStatus,
  startMs: number,
  durationMs: number | null,
  agent: string | null,
  cwd: string | null,
  userText: string | null,
];

function readReported(row: TurnRow): ReportedTurn {
  const [id, sid, fate, status, startMs, durationMs, agent, cwd, text] = row;
  return {
    ...{ id, sid, fate, status, startMs, durationMs, agent, cwd },
    userText: text && firstBytes(text, MOST_EXCERPT_BYTES),
  };
}
