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
import type { Connection } from "./connection.ts";
import { forgettable, type Query, range, walk } from "../turn_queries.ts";
import { listingSql, turnSql } from "./listing_statements.ts";
import { arrayOf } from "./parameters.ts";
import { readByIndex } from "./read_current.ts";
import { firstBytes, storable, storableName } from "./texts.ts";

/** {@linkcode findTurns} of `store/open.ts`. */
export function findPostgresTurns(
  address: string,
  filter: TurnFilter,
  limit: number,
  mostSearched: number,
): Promise<FoundTurns> {
  return readByIndex(address, async (connection, schema) => {
    const { sid, agent, cwd, sinceMs } = filter;
    const find = (query: Query) => idsOf(connection, query);
    const hasIndex = sid !== null ||
      agent === null && cwd === null && sinceMs === null;
    if (hasIndex) {
      const ids = await find(walk(turnSql(schema), filter, 0, limit));
      return { ids, searched: null };
    }
    const above = Math.max(0, await lastId(connection, schema) - mostSearched);
    const ids = await find(walk(turnSql(schema), filter, above, limit));
    const isDone = ids.length >= limit || above === 0;
    if (isDone) return { ids, searched: null };
    if (sinceMs === null) return { ids, searched: mostSearched };
    const rest = { ...filter, sinceMs };
    const older = range(turnSql(schema), rest, above, limit - ids.length);
    return { ids: [...ids, ...await find(older)], searched: null };
  });
}

async function idsOf(
  connection: Connection,
  { sql, params }: Query,
): Promise<number[]> {
  const rows = await connection.runLater(sql, params) as [number][];
  return rows.map(([id]) => id);
}

/**
 * The highest id of a turn, 0 where there is none.
 *
 * @param schema The schema of the tables, quoted.
 */
export async function lastId(
  connection: Connection,
  schema: string,
): Promise<number> {
  const [[id]] = await connection.runLater(listingSql(schema).lastId);
  return id as number;
}

/** {@linkcode readTurns} of `store/open.ts`. */
export function readPostgresTurns(
  address: string,
  ids: readonly number[],
  mostPromptBytes: number | null,
): Promise<Turn[]> {
  return readByIndex(address, async (connection, schema) => {
    const sql = listingSql(schema);
    const which = arrayOf(ids);
    const rows = await (mostPromptBytes === null
      ? connection.runLater(sql.turns, [which])
      : connection.runLater(sql.previews, [which, mostPromptBytes]));
    const turns = new Map(
      (rows as [Turn][]).map(([turn]) => [turn.id, turn]),
    );
    return ids.flatMap((id) => {
      const turn = turns.get(id);
      if (turn === undefined) {
        return [];
      }
      const { userText } = turn;
      if (mostPromptBytes === null || userText === null) {
        return turn;
      }
      return { ...turn, userText: firstBytes(userText, mostPromptBytes) };
    });
  });
}

/** {@linkcode findSessions} of `store/open.ts`. */
export function findPostgresSessions(
  address: string,
  part: string,
): Promise<string[]> {
  return readByIndex(address, async (connection, schema) => {
    const sql = listingSql(schema);
    const find = async (
      name: "session" | "sessionsFrom" | "sessionsTo",
      part: string,
    ) => {
      const rows = await connection.runLater(sql[name], [part]);
      return (rows as [string][]).map(([sid]) => sid);
    };
    const [whole] = await find("session", storableName(part));
    if (whole !== undefined) return [whole];
    const stored = storable(part);
    const [from, to] = [
      ...[await find("sessionsFrom", stored), await find("sessionsTo", stored)],
    ];
    return [...new Set([...from, ...to])];
  });
}

/** {@linkcode findForgettable} of `store/open.ts`. */
export function findPostgresForgettable(
  address: string,
  turns: Forgettable,
): Promise<FoundForgettable> {
  return readByIndex(address, async (connection, schema) => {
    const { sql, params } = forgettable(turnSql(schema), turns);
    const rows = await connection.runLater(sql, params) as [number, boolean][];
    const ids = rows.filter(([, isNew]) => isNew).map(([id]) => id);
    return { ids, turns: rows.length };
  });
}
