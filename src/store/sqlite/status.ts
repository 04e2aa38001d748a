/**
 * Reads what a database holds.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import type { Outcome } from "../../turns/event.ts";
import type { TurnStatus } from "../../turns/turn.ts";
import { durationsOf } from "../percentile.ts";
import { dateBefore } from "../start_dates.ts";
import {
  type Day,
  type FollowedPath,
  type FollowedTree,
  MOST_DAYS,
  type NameCount,
  type StoredStatus,
} from "../status.ts";
import { readCurrent } from "./read_current.ts";
import { BREAKDOWN_SQL, SINCE_SQL, STATUS_SQL } from "./status_statements.ts";
import { shownRows } from "./texts.ts";

/** {@linkcode readStatus} of `store/open.ts`. */
export function readSqliteStatus(
  path: string,
  sinceMs: number | null,
): StoredStatus {
  return readCurrent(path, (db) => ({
    ...{ readMs: Date.now(), sinceMs },
    ...(sinceMs === null ? readAll(db) : readSince(db, sinceMs)),
    followed: readFollowed(db),
    trees: readTrees(db),
  }));
}

type Turns = Omit<
  StoredStatus,
  "readMs" | "sinceMs" | "followed" | "trees"
>;

/** The lists of all turns, by the names that they have in {@linkcode SINCE_SQL}. */
const LISTS_SQL = { ...STATUS_SQL, ...BREAKDOWN_SQL };

function readAll(db: Database): Turns {
  const count = (name: keyof typeof STATUS_SQL, ...params: string[]) =>
    db.prepare(STATUS_SQL[name]).value<[number]>(...params)![0];
  return {
    turns: count("turns"),
    byStatus: {
      completed: count("turnsOfStatus", "completed"),
      orphaned: count("turnsOfStatus", "orphaned"),
      waiting_response: count("turnsOfStatus", "waiting_response"),
    },
    sessions: count("sessions"),
    days: readDays(db),
    ...readLists((name) => shownRows(db, LISTS_SQL[name])),
  };
}

function readSince(db: Database, sinceMs: number): Turns {
  const rows = <Row extends unknown[]>(name: keyof typeof SINCE_SQL) =>
    shownRows<Row>(db, SINCE_SQL[name], dateBefore(sinceMs), sinceMs);
  const lists = readLists(rows);
  const { turns, outcomes } = lists.breakdown;
  const byStatus = { completed: 0, orphaned: 0, waiting_response: 0 };
  for (const { status, turns } of outcomes) {
    // Another program may have written another status.
    if (Object.hasOwn(byStatus, status)) byStatus[status] += turns;
  }
  return {
    ...{ turns, byStatus, ...lists },
    sessions: rows<[number]>("sessions")[0][0],
    days: rows<[string, number]>("days")
      .map(([day, turns]) => ({ day, turns })).reverse(),
  };
}

/** Reads what both kinds of statements have under the same names. */
function readLists(
  rows: <Row extends unknown[]>(
    name: keyof typeof SINCE_SQL & keyof typeof LISTS_SQL,
  ) => Row[],
): Pick<Turns, "durations" | "lastTurns" | "breakdown"> {
  const outcomes = rows<OutcomeRow>("outcomes")
    .map(([status, outcome, turns]) => ({ status, outcome, turns }));
  const names = (name: "agents" | "cwds"): NameCount[] =>
    rows<[string | null, number]>(name)
      .map(([name, turns]) => ({ name, turns }));
  return {
    durations: durationsOf(
      rows<[unknown]>("durations").flatMap(([duration]) =>
        typeof duration === "number" ? duration : []
      ),
    ),
    lastTurns: rows<LastTurnRow>("lastTurns").map(
      ([id, sid, status, startTime, startMs, userText]) => ({
        ...{ id, sid, status, startTime, startMs, userText },
      }),
    ),
    breakdown: {
      turns: outcomes.reduce((sum, { turns }) => sum + turns, 0),
      outcomes,
      agents: names("agents"),
      cwds: names("cwds"),
    },
  };
}

function readDays(db: Database): Day[] {
  const days: Day[] = [];
  const dayBefore = db.prepare(STATUS_SQL.dayBefore);
  const turnsOfDay = db.prepare(STATUS_SQL.turnsOfDay);
  let [day] = db.prepare(STATUS_SQL.lastDay).value<[string | null]>()!;
  while (day !== null && days.length < MOST_DAYS) {
    const [turns] = turnsOfDay.value<[number]>(day)!;
    days.unshift({ day, turns });
    [day] = dayBefore.value<[string | null]>(day)!;
  }
  return days;
}

/** How far the followed logs have been read. */
export function readFollowed(db: Database): FollowedPath[] {
  const olderRows = db.prepare(STATUS_SQL.olderFiles).values<OlderRow>();
  return db.prepare(STATUS_SQL.files).values<FollowedRow>().map(
    ([path, device, inode, readBytes, readLines, movedMs]) => ({
      ...{ host: null, path, readBytes, readLines, movedMs },
      identity: device === null || inode === null ? null : { device, inode },
      older: olderRows.filter((row) => row[0] === path).map(
        ([, device, inode, readBytes]) => ({
          identity: { device, inode },
          readBytes,
        }),
      ),
    }),
  );
}

/** How far the files below followed directories have been read. */
export function readTrees(db: Database): FollowedTree[] {
  const files = shownRows<FileBelowRow>(db, STATUS_SQL.filesBelow);
  return [...Map.groupBy(files, ([path]) => path)].map(([path, rows]) => ({
    ...{ host: null, path },
    files: rows.map(([, name, readBytes, readLines, done, movedMs]) => ({
      ...{ name, readBytes, readLines, done: done !== 0, movedMs },
    })),
  }));
}

/** The checkpoint of a file below a directory. */
type FileBelowRow = [
  path: string,
  name: string,
  readBytes: number,
  readLines: number,
  done: number,
  movedMs: number,
];

/** The newest checkpoint of a path. */
type FollowedRow = [
  path: string,
  device: number | null,
  inode: number | null,
  readBytes: number,
  readLines: number,
  movedMs: number,
];

/** The checkpoint of an older file of a path. */
type OlderRow = [
  path: string,
  device: number,
  inode: number,
  readBytes: number,
];

type OutcomeRow = [status: TurnStatus, outcome: Outcome | null, turns: number];

type LastTurnRow = [
  id: number,
  sid: string,
  status: TurnStatus,
  startTime: string | null,
  startMs: number | null,
  userText: string | null,
];
