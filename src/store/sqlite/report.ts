/**
 * Reads what a report is made of.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import type { TurnStatus } from "../../turns/turn.ts";
import {
  type AgentDurations,
  type DayCount,
  type DirectoryTurns,
  MOST_REPORTED,
  type ReportData,
  type ReportedTurn,
  type TurnFate,
} from "../report.ts";
import { dateBefore } from "../start_dates.ts";
import { LISTING_SQL } from "./listing_statements.ts";
import { readCurrent } from "./read_current.ts";
import { FACTS_SQL, REPORT_SQL } from "./report_statements.ts";
import { shownText } from "./texts.ts";

type Name = Uint8Array | null;

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
    const facts = new Facts(db);
    const { days } = facts;
    return {
      ...{ readMs: Date.now(), sinceMs, hasOlder, days },
      turns: days.reduce((sum, { turns }) => sum + turns, 0),
      sessions: facts.rows<[number]>("sessions")[0][0],
      durations: facts.durations,
      lastTurns: facts.turns("timeline"),
      longest: facts.turns("longest"),
      unfinished: facts.turns("unfinished"),
      cwds: facts.cwds,
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
  sid: Uint8Array,
  fate: TurnFate,
  status: TurnStatus,
  startMs: number,
  durationMs: number | null,
  agent: Name,
  cwd: Name,
  userText: Name,
];

/** The table of facts. */
class Facts {
  #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  rows<Row extends unknown[]>(name: keyof typeof REPORT_SQL): Row[] {
    return this.#db.prepare(REPORT_SQL[name]).values<Row>();
  }

  get days(): DayCount[] {
    return this.rows<[number, Name, TurnFate, number]>("days").map(
      ([day, agent, fate, turns]) => ({
        ...{ day, agent: nameOf(agent), fate, turns },
      }),
    );
  }

  get durations(): AgentDurations[] {
    return this.rows<[Name, string]>("durations").map((
      [agent, durations],
    ) => ({
      agent: nameOf(agent),
      durations: durations.split(",").map(Number),
    }));
  }

  get cwds(): DirectoryTurns[] {
    return this.rows<[Name, number, number, number]>("cwds").map(
      ([cwd, turns, completed, durationMs]) => ({
        ...{ cwd: nameOf(cwd), turns, completed, durationMs },
      }),
    );
  }

  turns(name: "timeline" | "longest" | "unfinished"): ReportedTurn[] {
    return this.rows<TurnRow>(name).map(
      ([id, sid, fate, status, startMs, durationMs, agent, cwd, text]) => ({
        ...{ id, sid: shownText(sid), fate, status, startMs, durationMs },
        ...{ agent: nameOf(agent), cwd: nameOf(cwd), userText: nameOf(text) },
      }),
    );
  }
}

function nameOf(name: Name): string | null {
  return name && shownText(name);
}
