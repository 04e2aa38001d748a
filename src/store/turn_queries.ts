/**
 * The queries that find turns for people: which index each searches, and what
 * narrows it. Each engine has its own SQL.
 *
 * @module
 */

import type { Forgettable, TurnFilter } from "./listing.ts";
import { dateAfter, dateBefore } from "./start_dates.ts";

/** A statement, and its parameters in order. */
export interface Query {
  sql: string;
  params: (string | number)[];
}

/** A condition with a `?` for each of its parameters. */
type Term = [sql: string, ...params: (string | number)[]];

/** How an engine writes queries of turns. */
export interface TurnSql {
  /** The table of turns. */
  table: string;
  /** The name of a parameter by its number, from 1. */
  parameter: (number: number) => string;
  /** What a statement selects that reads these columns. */
  row: (columns: string) => string;
  /** A column of texts of which no index is to be searched. */
  hidden: (column: string) => string;
  /** The id, likewise. */
  hiddenId: string;
  /** The name of a session or an agent, as it is stored. */
  name: (name: string) => string;
  /** Whether the id is one of these. */
  isOneOf: (ids: readonly number[]) => Term;
  /** Whether the working directory is this one, or below it. */
  isIn: (directory: string) => Term;
}

/**
 * The turns that a filter leaves, the last minted first. It searches one index:
 * of the session, else of the status, else all ids.
 *
 * @param above Leave out the turns up to this id.
 */
export function walk(
  engine: TurnSql,
  filter: TurnFilter,
  above: number,
  limit: number,
): Query {
  const { sid, status, sinceMs } = filter;
  const { hidden, name } = engine;
  const terms: Term[] = [["turn_id_glob > ?", above]];
  if (sid !== null) terms.push(["sid = ?", name(sid)]);
  if (status !== null) {
    terms.push([`${sid === null ? "status" : hidden("status")} = ?`, status]);
  }
  if (sinceMs !== null) terms.push(["start_ms >= ?", sinceMs]);
  terms.push(...named(engine, filter));
  return select(engine, "turn_id_glob", terms, "turn_id_glob", limit);
}

/**
 * The turns since an instant that a filter leaves, the last minted first. It
 * searches the index of start times.
 *
 * @param upTo Leave out the turns after this id.
 */
export function range(
  engine: TurnSql,
  filter: TurnFilter & { sinceMs: number },
  upTo: number,
  limit: number,
): Query {
  const { status, sinceMs } = filter;
  const { hidden, hiddenId } = engine;
  const terms: Term[] = [
    ["start_time >= ?", dateBefore(sinceMs)],
    ["start_ms >= ?", sinceMs],
    [`${hiddenId} <= ?`, upTo],
  ];
  if (status !== null) terms.push([`${hidden("status")} = ?`, status]);
  terms.push(...named(engine, filter));
  return select(engine, "turn_id_glob", terms, hiddenId, limit);
}

/**
 * The turns that can be forgotten, by one index, and whether they were not
 * before.
 */
export function forgettable(
  engine: TurnSql,
  { ids, sid, beforeMs }: Forgettable,
): Query {
  const terms: Term[] = [];
  if (ids !== null) terms.push(engine.isOneOf(ids));
  if (sid !== null) {
    const column = ids === null ? "sid" : engine.hidden("sid");
    terms.push([`${column} = ?`, engine.name(sid)]);
  }
  if (beforeMs !== null) {
    if (ids === null && sid === null) {
      terms.push(["start_time < ?", dateAfter(beforeMs)]);
    }
    terms.push(["start_ms < ?", beforeMs]);
  }
  return select(engine, "turn_id_glob, forgotten_ms IS NULL", terms);
}

function named(
  { hidden, name, isIn }: TurnSql,
  { agent, cwd }: TurnFilter,
): Term[] {
  const terms: Term[] = [];
  if (agent !== null) terms.push([`${hidden("agent")} = ?`, name(agent)]);
  if (cwd !== null) terms.push(isIn(cwd));
  return terms;
}

function select(
  { table, parameter, row }: TurnSql,
  columns: string,
  terms: readonly Term[],
  order?: string,
  limit?: number,
): Query {
  const where = terms.map(([sql]) => sql).join(" AND ");
  const params = terms.flatMap(([, ...params]) => params);
  let sql = `SELECT ${row(columns)} FROM ${table} WHERE ${where}`;
  if (order !== undefined && limit !== undefined) {
    sql += ` ORDER BY ${order} DESC LIMIT ?`;
    params.push(limit);
  }
  let number = 0;
  return { sql: sql.replaceAll("?", () => parameter(++number)), params };
}
