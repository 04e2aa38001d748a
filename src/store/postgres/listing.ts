/**
 * Finds turns and sessions for people.
 *
 * @module
 */

import type { Turn } from "../../turns/turn.ts";
import type {
  Forgettable,
  FoundForgettable,
  FoundTurns,
  TurnFilter,
} from "../listing.ts";
import {
  forgettable,
  listingSql,
  type Query,
  range,
  walk,
} from "./listing_statements.ts";
import type { Connection } from "./connection.ts";
import { readCurrent } from "./read_only.ts";
import { readTurn, type TurnRow } from "./statements.ts";
import { firstBytes, storable, storableName } from "./texts.ts";

/** {@linkcode findTurns} of `store/open.ts`. */
export function findPostgresTurns(
  address: string,
  filter: TurnFilter,
  limit: number,
  mostSearched: number,
): Promise<FoundTurns> {
  return readCurrent(address, async (connection, schema) => {
    const stored: TurnFilter = {
      ...{ ...filter, sid: storableName(filter.sid) },
      agent: storableName(filter.agent),
      cwd: storable(filter.cwd),
    };
    const { sid, agent, cwd, sinceMs } = stored;
    const hasIndex = sid !== null ||
      agent === null && cwd === null && sinceMs === null;
    const idsOf = (query: Query) => readIds(connection, query);
    if (hasIndex) {
      const ids = await idsOf(walk(schema, stored, 0, limit));
      return { ids, searched: null };
    }
    const { lastId: lastIdSql } = listingSql(schema);
    const [[lastId]] = await connection.runLater(lastIdSql) as [[number]];
    const above = Math.max(0, lastId - mostSearched);
    const ids = await idsOf(walk(schema, stored, above, limit));
    const isDone = ids.length >= limit || above === 0;
    if (isDone) return { ids, searched: null };
    if (sinceMs === null) return { ids, searched: mostSearched };
    const since = { ...stored, sinceMs };
    const rest = range(schema, since, above, limit - ids.length);
    return { ids: [...ids, ...await idsOf(rest)], searched: null };
  });
}

async function readIds(
  connection: Connection,
  { sql, params }: Query,
): Promise<number[]> {
  const rows = await connection.runLater(sql, params) as [number][];
  return rows.map(([id]) => id);
}

/** {@linkcode readTurns} of `store/open.ts`. */
export function readPostgresTurns(
  address: string,
  ids: readonly number[],
  mostPromptBytes: number | null,
): Promise<Turn[]> {
  return readCurrent(address, async (connection, schema) => {
    const { turns, previews } = listingSql(schema);
    const asked = JSON.stringify(ids);
    const rows = mostPromptBytes === null
      ? await connection.runLater(turns, [asked])
      : await connection.runLater(previews, [asked, mostPromptBytes]);
    return (rows as TurnRow[]).map(readTurn).map((turn) => {
      const { userText } = turn;
      if (mostPromptBytes === null || userText === null) return turn;
      return { ...turn, userText: firstBytes(userText, mostPromptBytes) };
    });
  });
}

/** {@linkcode findSessions} of `store/open.ts`. */
export function findPostgresSessions(
  address: string,
  part: string,
): Promise<string[]> {
  return readCurrent(address, async (connection, schema) => {
    const sql = listingSql(schema);
    const find = async (
      name: "session" | "sessionsFrom" | "sessionsTo",
      text: string,
    ) =>
      (await connection.runLater(sql[name], [text]) as [string][])
        .map(([sid]) => sid);
    const [whole] = await find("session", storableName(part));
    if (whole !== undefined) return [whole];
    const text = storable(part);
    const from = await find("sessionsFrom", text);
    return [...new Set([...from, ...await find("sessionsTo", text)])];
  });
}

/** {@linkcode findForgettable} of `store/open.ts`. */
export function findPostgresForgettable(
  address: string,
  turns: Forgettable,
): Promise<FoundForgettable> {
  return readCurrent(address, async (connection, schema) => {
    const sid = storableName(turns.sid);
    const { sql, params } = forgettable(schema, { ...turns, sid });
    const rows = await connection.runLater(sql, params) as [number, boolean][];
    const ids = rows.filter(([, isNew]) => isNew).map(([id]) => id);
    return { ids, turns: rows.length };
  });
}
