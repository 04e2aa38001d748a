/**
 * Finds turns and sessions for people.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import type { Turn } from "../../turns/turn.ts";
import type {
  Forgettable,
  FoundForgettable,
  FoundTurns,
  TurnFilter,
} from "../listing.ts";
import { forgettable, type Query, range, walk } from "../turn_queries.ts";
import { LISTING_SQL, TURN_SQL } from "./listing_statements.ts";
import { readCurrent } from "./read_current.ts";
import { readTurn, type TurnRow } from "./statements.ts";
import { shownRows, shownText } from "./texts.ts";

/** {@linkcode findTurns} of `store/open.ts`. */
export function findSqliteTurns(
  path: string,
  filter: TurnFilter,
  limit: number,
  mostSearched: number,
): FoundTurns {
  return readCurrent(path, (db) => {
    const { sid, agent, cwd, sinceMs } = filter;
    const hasIndex = sid !== null ||
      agent === null && cwd === null && sinceMs === null;
    if (hasIndex) {
      return {
        ids: idsOf(db, walk(TURN_SQL, filter, 0, limit)),
        searched: null,
      };
    }
    const [lastId] = db.prepare(LISTING_SQL.lastId).value<[number]>()!;
    const above = Math.max(0, lastId - mostSearched);
    const ids = idsOf(db, walk(TURN_SQL, filter, above, limit));
    const isDone = ids.length >= limit || above === 0;
    if (isDone) return { ids, searched: null };
    if (sinceMs === null) return { ids, searched: mostSearched };
    const rest = range(
      TURN_SQL,
      { ...filter, sinceMs },
      above,
      limit - ids.length,
    );
    for (const id of idsOf(db, rest)) ids.push(id);
    return { ids, searched: null };
  });
}

function idsOf(db: Database, { sql, params }: Query): number[] {
  return db.prepare(sql).values<[number]>(...params).map(([id]) => id);
}

/** {@linkcode readTurns} of `store/open.ts`. */
export function readSqliteTurns(
  path: string,
  ids: readonly number[],
  mostPromptBytes: number | null,
): Turn[] {
  return readCurrent(path, (db) => {
    const turn = db.prepare(LISTING_SQL.turn);
    const preview = db.prepare(LISTING_SQL.preview);
    return ids.flatMap((id) => {
      const row = mostPromptBytes === null
        ? turn.value<TurnRow>(id)
        : preview.value<TurnRow>(mostPromptBytes, id);
      return row === undefined ? [] : readTurn(row, shownText);
    });
  });
}

/** {@linkcode findSessions} of `store/open.ts`. */
export function findSqliteSessions(path: string, part: string): string[] {
  return readCurrent(path, (db) => {
    const find = (name: keyof typeof LISTING_SQL) =>
      shownRows<[string]>(db, LISTING_SQL[name], part).map(([sid]) => sid);
    const [whole] = find("session");
    if (whole !== undefined) return [whole];
    return [...new Set([...find("sessionsFrom"), ...find("sessionsTo")])];
  });
}

/** {@linkcode findForgettable} of `store/open.ts`. */
export function findSqliteForgettable(
  path: string,
  turns: Forgettable,
): FoundForgettable {
  return readCurrent(path, (db) => {
    const { sql, params } = forgettable(TURN_SQL, turns);
    const rows = db.prepare(sql).values<[id: number, isNew: number]>(...params);
    const ids = rows.filter(([, isNew]) => isNew === 1).map(([id]) => id);
    return { ids, turns: rows.length };
  });
}
