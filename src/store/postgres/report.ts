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
import { dateBefore } from "../start_dates.ts";
import { lastId } from "./listing.ts";
import { readByIndex } from "./read_current.ts";
import { reportSql } from "./report_statements.ts";
import { firstBytes } from "./texts.ts";

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

/** The row of {@linkcode reportSql}. */
type Row = [
  sessions: number,
  days: [number, string | null, TurnFate, number][],
  durations: [string | null, number[]][],
  cwds: [string | null, number, number, number][],
  ...turns: [timeline: TurnRow[], longest: TurnRow[], unfinished: TurnRow[]],
];

/** {@linkcode readReportData} of `store/open.ts`. */
export function readPostgresReportData(
  address: string,
  sinceMs: number | null,
  mostTurns: number = MOST_REPORTED,
): Promise<ReportData> {
  return readByIndex(address, async (connection, schema) => {
    const { after, since } = reportSql(schema);
    const last = await lastId(connection, schema);
    const rows = await (sinceMs === null
      ? connection.runLater(after, [last - mostTurns])
      : connection.runLater(since, [dateBefore(sinceMs), sinceMs]));
    const [sessions, days, durations, cwds, ...turns] = rows[0] as Row;
    const [lastTurns, longest, unfinished] = turns.map((rows) =>
      rows.map(readTurn)
    );
    return {
      ...{ readMs: Date.now(), sinceMs, sessions },
      hasOlder: sinceMs === null && last > mostTurns,
      turns: days.reduce((sum, [, , , turns]) =>
        sum + turns, 0),
      days: days.map(([day, agent, fate, turns]) => ({
        ...{ day, agent, fate, turns },
      })),
      durations: durations.map(([agent, durations]) => ({ agent, durations })),
      ...{ lastTurns, longest, unfinished },
      cwds: cwds.map(([cwd, turns, completed, durationMs]) => ({
        ...{ cwd, turns, completed, durationMs },
      })),
    };
  });
}

function readTurn(row: TurnRow): ReportedTurn {
  const [id, sid, fate, status, startMs, durationMs, agent, cwd, text] = row;
  return {
    ...{ id, sid, fate, status, startMs, durationMs, agent, cwd },
    userText: text && firstBytes(text, MOST_EXCERPT_BYTES),
  };
}
