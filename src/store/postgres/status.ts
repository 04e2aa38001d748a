/**
 * Reads what a database holds.
 *
 * @module
 */

import type { TurnStatus } from "../../turns/turn.ts";
import { durationsOf } from "../percentile.ts";
import {
  type Day,
  type LastTurn,
  MOST_DAYS,
  MOST_NAME_BYTES,
  MOST_PROMPT_BYTES,
  type NameCount,
  type OutcomeCount,
  type StoredStatus,
} from "../status.ts";
import { dateBefore } from "../start_dates.ts";
import type { Connection } from "./connection.ts";
import { readAllFollowed } from "./followed.ts";
import { readCurrent } from "./read_current.ts";
import { sinceSql, statusSql } from "./status_statements.ts";
import { firstBytes } from "./texts.ts";

/**
 * Reads what the database at `address` holds, and changes nothing.
 *
 * @param sinceMs Leave out the turns that began before this instant, in
 * milliseconds since the epoch.
 * @throws {Failure} Where it cannot be reached, or is not ours or of another
 * version.
 */
export function readPostgresStatus(
  address: string,
  sinceMs: number | null,
): Promise<StoredStatus> {
  return readCurrent(address, async (connection, schema) => {
    const sql = statusSql(schema);
    const turns = sinceMs === null
      ? await readAll(connection, sql)
      : await readSince(connection, sinceSql(schema), sinceMs);
    return {
      ...{ readMs: Date.now(), sinceMs, ...turns },
      ...await readAllFollowed(connection, schema),
    };
  });
}

type Turns = Omit<
  StoredStatus,
  "readMs" | "sinceMs" | "followed" | "trees"
>;

/** Runs a statement by its name. */
type Rows<Name> = <Row extends unknown[]>(name: Name) => Promise<Row[]>;

async function readAll(
  connection: Connection,
  sql: ReturnType<typeof statusSql>,
): Promise<Turns> {
  const rows = <Row extends unknown[]>(name: keyof typeof sql) =>
    connection.runLater(sql[name]) as Promise<Row[]>;
  const [[turns], [sessions]] = [
    ...await rows<[number]>("turns"),
    ...await rows<[number]>("sessions"),
  ];
  return {
    ...{ turns, sessions, byStatus: byStatus(await rows("statuses")) },
    days: await readDays(connection, sql),
    ...await readLists(rows),
  };
}

async function readSince(
  connection: Connection,
  sql: ReturnType<typeof sinceSql>,
  sinceMs: number,
): Promise<Turns> {
  const dayBefore = dateBefore(sinceMs);
  const rows = <Row extends unknown[]>(name: keyof typeof sql) =>
    connection.runLater(sql[name], [dayBefore, sinceMs]) as Promise<Row[]>;
  const lists = await readLists(rows);
  const { turns, outcomes } = lists.breakdown;
  const [[sessions]] = await rows<[number]>("sessions");
  const days = (await rows<[Day]>("days")).flat().reverse();
  return {
    ...{ turns, sessions, days, ...lists },
    byStatus: byStatus(outcomes.map(({ status, turns }) => [status, turns])),
  };
}

function byStatus(rows: [TurnStatus, number][]): Turns["byStatus"] {
  const counts = { completed: 0, orphaned: 0, waiting_response: 0 };
  for (const [status, turns] of rows) {
    // Another program may have written another status.
    if (Object.hasOwn(counts, status)) counts[status] += turns;
  }
  return counts;
}

/** Reads what both kinds of statements have under the same names. */
async function readLists(
  rows: Rows<"outcomes" | "agents" | "cwds" | "durations" | "lastTurns">,
): Promise<Pick<Turns, "durations" | "lastTurns" | "breakdown">> {
  const outcomes = (await rows<[OutcomeCount]>("outcomes")).flat();
  const names = async (name: "agents" | "cwds"): Promise<NameCount[]> =>
    (await rows<[NameCount]>(name)).map(([{ name, turns }]) => ({
      ...{ name: name && firstBytes(name, MOST_NAME_BYTES), turns },
    }));
  const durations = await rows<[number | null]>("durations");
  return {
    durations: durationsOf(durations.flatMap(([ms]) => ms ?? [])),
    lastTurns: (await rows<[LastTurn]>("lastTurns")).map(([turn]) => ({
      ...turn,
      userText: turn.userText && firstBytes(turn.userText, MOST_PROMPT_BYTES),
    })),
    breakdown: {
      turns: outcomes.reduce((sum, { turns }) => sum + turns, 0),
      outcomes,
      agents: await names("agents"),
      cwds: await names("cwds"),
    },
  };
}

async function readDays(
  connection: Connection,
  sql: ReturnType<typeof statusSql>,
): Promise<Day[]> {
  const value = async <T>(name: keyof typeof sql, ...day: string[]) =>
    (await connection.runLater(sql[name], day))[0][0] as T;
  const days: Day[] = [];
  let day = await value<string | null>("lastDay");
  while (day !== null && days.length < MOST_DAYS) {
    days.unshift({ day, turns: await value<number>("turnsOfDay", day) });
    day = await value<string | null>("dayBefore", day);
  }
  return days;
}
