/**
 * The SQL that finds turns and sessions for people.
 *
 * @module
 */

import {
  type Forgettable,
  MOST_SESSIONS,
  type TurnFilter,
} from "../listing.ts";
import { dateAfter, dateBefore } from "../start_dates.ts";
import { COLUMNS } from "./statements.ts";
import { BEGAN } from "./status_statements.ts";

/** A statement, and what its `?1`, `?2` … are. */
export interface Query {
  sql: string;
  params: (string | number)[];
}

/**
 * The turns that a filter leaves, the last minted first. It searches one index:
 * of the session, else of the status, else all ids.
 *
 * @param above Leave out the turns up to this id.
 */
export function walk(filter: TurnFilter, above: number, limit: number): Query {
  const query = new Conditions();
  const { sid, status, sinceMs } = filter;
  query.add(`turn_id_glob > ?`, above);
  if (sid !== null) query.add("sid = ?", sid);
  // An index that is not to be searched is hidden by a sign.
  if (status !== null) {
    query.add(`${sid === null ? "" : "+"}status = ?`, status);
  }
  if (sinceMs !== null) query.add("start_ms >= ?", sinceMs);
  addNames(query, filter);
  return query.select("turn_id_glob", "turn_id_glob", limit);
}

/**
 * The turns since an instant that a filter leaves, the last minted first. It
 * searches the index of start times.
 *
 * @param upTo Leave out the turns after this id.
 */
export function range(
  filter: TurnFilter & { sinceMs: number },
  upTo: number,
  limit: number,
): Query {
  const { status, sinceMs } = filter;
  const query = new Conditions(BEGAN, dateBefore(sinceMs), sinceMs);
  query.add("+turn_id_glob <= ?", upTo);
  if (status !== null) query.add("+status = ?", status);
  addNames(query, filter);
  return query.select("turn_id_glob", "+turn_id_glob", limit);
}

/** The turns that can be forgotten, by one index, and whether they were before. */
export function forgettable({ ids, sid, beforeMs }: Forgettable): Query {
  const query = new Conditions();
  if (ids !== null) {
    query.add(
      "turn_id_glob IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
  }
  if (sid !== null) query.add(`${ids === null ? "" : "+"}sid = ?`, sid);
  if (beforeMs !== null) {
    if (ids === null && sid === null) {
      query.add("start_time < ?", dateAfter(beforeMs));
    }
    query.add("start_ms < ?", beforeMs);
  }
  return query.select("turn_id_glob, forgotten_ms IS NULL");
}

function addNames(query: Conditions, { agent, cwd }: TurnFilter): void {
  if (agent !== null) query.add("+agent = ?", agent);
  if (cwd === null) return;
  // What is below it begins with it and a slash, which zero follows.
  query.add("(cwd = ? OR cwd >= ? AND cwd < ?)", cwd, `${cwd}/`, `${cwd}0`);
}

/** Conditions that all hold, and their parameters. */
class Conditions {
  #terms: string[] = [];
  #params: (string | number)[] = [];

  constructor(term?: string, ...params: (string | number)[]) {
    if (term !== undefined) this.#terms.push(term);
    this.#params.push(...params);
  }

  add(term: string, ...params: (string | number)[]): void {
    let next = this.#params.length;
    this.#terms.push(term.replaceAll("?", () => `?${++next}`));
    this.#params.push(...params);
  }

  select(columns: string, order?: string, limit?: number): Query {
    const terms = this.#terms.join(" AND ");
    const sql = `SELECT ${columns} FROM turns WHERE ${terms}`;
    if (order === undefined || limit === undefined) {
      return { sql, params: this.#params };
    }
    const params = [...this.#params, limit];
    const last = `ORDER BY ${order} DESC LIMIT ?${params.length}`;
    return { sql: `${sql} ${last}`, params };
  }
}

/** The statements without a filter, by what they are for. */
export const LISTING_SQL = {
  lastId: "SELECT coalesce(max(turn_id_glob), 0) FROM turns",
  /** One whole turn. */
  turn: `SELECT ${COLUMNS} FROM turns WHERE turn_id_glob = ?`,
  /** One turn with the first `?1` bytes of its prompt, and without its answer. */
  preview: `SELECT ${
    COLUMNS.replace(
      "CAST(user_text AS BLOB), CAST(assistant_text AS BLOB)",
      "substr(CAST(user_text AS BLOB), 1, ?1), NULL",
    )
  } FROM turns WHERE turn_id_glob = ?2`,
  session: `SELECT CAST(sid AS BLOB) FROM turns WHERE sid = ? LIMIT 1`,
  sessionsFrom: `SELECT CAST(sid AS BLOB) FROM sessions
    WHERE sid >= ?1 AND sid < ?1 || char(0x10ffff) LIMIT ${MOST_SESSIONS}`,
  // Sessions are few beside turns, and this table has nothing but their ids.
  sessionsTo: `SELECT CAST(sid AS BLOB) FROM sessions
    WHERE substr(CAST(sid AS BLOB), -length(CAST(?1 AS BLOB)))
      = CAST(?1 AS BLOB) LIMIT ${MOST_SESSIONS}`,
} as const;
