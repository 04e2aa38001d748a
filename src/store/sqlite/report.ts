/**
 * Reads what a report is made of.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import type { TurnStatus } from "../../turns/turn.ts";
import {
  MOST_REPORTED,
  type ReportData,
  type ReportedTurn,
  type TurnFate,
} from "../report.ts";
import { dateBefore } from "../start_dates.ts";
import { LISTING_SQL } from "./listing_statements.ts";
import { readCurrent } from "./read_current.ts";
import { FACTS_SQL, REPORT_SQL } from "./report_statements.ts";
import { shownRows } from "./texts.ts";

/** {@linkcode readReportData} of `store/open.ts`. */
export function readSqliteReportData(
  path: string,
  sinceMs: number | null,
  mostTurns: number = MOST_REPORTED,
): ReportData {
  return readCurrent(path, (db) => {
    // Nothing of it may get to a disk.
    db.exec("PRAGMA temp_store = MEMORY");
    const hasOlder = gather(db, sinceMs, mostTurns);
    const rows = <Row extends unknown[]>(name: keyof typeof REPORT_SQL) =>
      shownRows<Row>(db, REPORT_SQL[name]);
    const [[sessions]] = rows<[number]>("sessions");
    const days = rows<[number, string | null, TurnFate, number]>("days");
    const durations = rows<[string | null, string]>("durations");
    const cwds = rows<[string | null, number, number, number]>("cwds");
    return {
      ...{ readMs: Date.now(), sinceMs, hasOlder, sessions },
      turns: days.reduce((sum, [, , , turns]) => sum + turns, 0),
      days: days.map(([day, agent, fate, turns]) => ({
        ...{ day, agent, fate, turns },
      })),
      durations: durations.map(([agent, durations]) => ({
        ...{ agent, durations: durations.split(",").map(Number) },
      })),
      lastTurns: rows<TurnRow>("timeline").map(readTurn),
      longest: rows<TurnRow>("longest").map(readTurn),
      unfinished: rows<TurnRow>("unfinished").map(readTurn),
      cwds: cwds.map(([cwd, turns, completed, durationMs]) => ({
        ...{ cwd, turns, completed, durationMs },
      })),
    };
  });
}

/** @returns Whether older turns are left out that were not to be. */
function gather(
  db: Database,
  sinceMs: number | null,
  mostTurns: number,
): boolean {
  if (sinceMs !== null) {
    db.prepare(FACTS_SQL.since).run(dateBefore(sinceMs), sinceMs);
    return false;
  }
  const [lastId] = db.prepare(LISTING_SQL.lastId).value<[number]>()!;
  db.prepare(FACTS_SQL.after).run(lastId - mostTurns);
  return lastId > mostTurns;
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

function readTurn(row: TurnRow): ReportedTurn {
  const [id, sid, fate, status, startMs, durationMs, agent, cwd, userText] =
    row;
  return {
    ...{ id, sid, fate, status, startMs, durationMs, agent, cwd, userText },
  };
}
