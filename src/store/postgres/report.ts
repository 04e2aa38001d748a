/**
 * Reads what a report is made of.
 *
 * @module
 */

import {
  type AgentDurations,
  type DayCount,
  type DirectoryTurns,
  MOST_EXCERPT_BYTES,
  MOST_REPORTED,
  type ReportData,
  type ReportedTurn,
} from "../report.ts";
import { dateBefore } from "../start_dates.ts";
import { lastId } from "./listing.ts";
import { readByIndex } from "./read_current.ts";
import { reportSql } from "./report_statements.ts";
import { firstBytes } from "./texts.ts";

/** The row of {@linkcode reportSql}. */
type Row = [
  sessions: number,
  days: DayCount[],
  durations: AgentDurations[],
  cwds: DirectoryTurns[],
  ...turns: ReportedTurn[][],
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
      rows.map(withExcerpt)
    );
    return {
      ...{ readMs: Date.now(), sinceMs, sessions },
      hasOlder: sinceMs === null && last > mostTurns,
      turns: days.reduce((sum, { turns }) =>
        sum + turns, 0),
      ...{ days, durations, lastTurns, longest, unfinished, cwds },
    };
  });
}

function withExcerpt(turn: ReportedTurn): ReportedTurn {
  const { userText } = turn;
  return {
    ...turn,
    userText: userText && firstBytes(userText, MOST_EXCERPT_BYTES),
  };
}
