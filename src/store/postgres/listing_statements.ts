/**
 * The SQL that finds turns and sessions for people. The rows of each statement are
 * one JSON array.
 *
 * @module
 */

import {
  type Forgettable,
  MOST_SESSIONS,
  type TurnFilter,
} from "../listing.ts";
import { dateAfter, dateBefore } from "../start_dates.ts";
import { arrayOf, type Parameter } from "./parameters.ts";
import { turnJson } from "./statements.ts";
import { truncated } from "./status_statements.ts";
import { storable, storableName } from "./texts.ts";

/** A statement, and what its `$1`, `$2` … are. */
export interface Query {
  sql: string;
  params: Parameter[];
}

/**
 * The turns that a filter leaves, the last minted first. It searches one index:
 * of the session, else of the status, else all ids.
 *
 * @param schema The schema of the tables, quoted.
 * @param above Leave out the turns up to this id.
 */
export function walk(
  schema: string,
  filter: TurnFilter,
  above: number,
  limit: number,
): Query {
  const query = new Conditions();
  const { sid, status, sinceMs } = filter;
  query.add("turn_id_glob > ?", above);
  if (sid !== null) query.add("sid = ?", storableName(sid));
  if (status !== null) {
    query.add(`${sid === null ? "status" : hidden("status")} = ?`, status);
  }
  if (sinceMs !== null) query.add("start_ms >= ?", sinceMs);
  addNames(query, filter);
  return query.select(schema, "turn_id_glob", "turn_id_glob", limit);
}

/**
 * The turns since an instant that a filter leaves, the last minted first. It
 * searches the index of start times.
 *
 * @param schema The schema of the tables, quoted.
 * @param upTo Leave out the turns after this id.
 */
export function range(
  schema: string,
  filter: TurnFilter & { sinceMs: number },
  upTo: number,
  limit: number,
): Query {
  const { status, sinceMs } = filter;
  const query = new Conditions();
  query.add("start_time >= ?", dateBefore(sinceMs));
  query.add("start_ms >= ?", sinceMs);
  query.add("turn_id_glob + 0 <= ?", upTo);
  if (status !== null) query.add(`${hidden("status")} = ?`, status);
  addNames(query, filter);
  return query.select(schema, "turn_id_glob", "turn_id_glob + 0", limit);
}

/**
 * The turns that can be forgotten, by one index, and whether they were not before.
 *
 * @param schema The schema of the tables, quoted.
 */
export function forgettable(
  schema: string,
  { ids, sid, beforeMs }: Forgettable,
): Query {
  const query = new Conditions();
  if (ids !== null) query.add("turn_id_glob = ANY(?::bigint[])", arrayOf(ids));
  if (sid !== null) {
    const column = ids === null ? "sid" : hidden("sid");
    query.add(`${column} = ?`, storableName(sid));
  }
  if (beforeMs !== null) {
    if (ids === null && sid === null) {
      query.add("start_time < ?", dateAfter(beforeMs));
    }
    query.add("start_ms < ?", beforeMs);
  }
  return query.select(schema, "turn_id_glob, forgotten_ms IS NULL");
}

function addNames(query: Conditions, { agent, cwd }: TurnFilter): void {
  if (agent !== null) query.add(`${hidden("agent")} = ?`, storableName(agent));
  if (cwd === null) return;
  const path = storable(cwd);
  query.add("(cwd = ? OR starts_with(cwd, ?))", path, `${path}/`);
}

/** A column of which no index is to be searched. */
function hidden(column: string): string {
  return `${column} || ''`;
}

/** Conditions that all hold, and their parameters. */
class Conditions {
  #terms: string[] = [];
  #params: Parameter[] = [];

  add(term: string, ...params: Parameter[]): void {
    let next = this.#params.length;
    this.#terms.push(term.replaceAll("?", () => `$${++next}`));
    this.#params.push(...params);
  }

  select(
    schema: string,
    columns: string,
    order?: string,
    limit?: number,
  ): Query {
    const terms = this.#terms.map((term) => ` AND ${term}`).join("");
    const sql = `SELECT json_build_array(${columns}) FROM ${schema}.turns
      WHERE true${terms}`;
    if (order === undefined || limit === undefined) {
      return { sql, params: this.#params };
    }
    const params = [...this.#params, limit];
    const last = `ORDER BY ${order} DESC LIMIT $${params.length}`;
    return { sql: `${sql} ${last}`, params };
  }
}

/**
 * The statements without a filter, by what they are for.
 *
 * @param schema The schema of the tables, quoted.
 */
export function listingSql(schema: string) {
  const turn = (others?: Record<string, string>) =>
    `SELECT json_build_array(${turnJson("turn", others)})
      FROM ${schema}.turns AS turn WHERE turn_id_glob = ANY($1::bigint[])`;
  const sids = `SELECT json_build_array(sid) FROM ${schema}`;
  return {
    lastId: `SELECT json_build_array(coalesce(max(turn_id_glob), 0))
      FROM ${schema}.turns`,
    /** Whole turns. */
    turns: turn(),
    /** Turns with the first `$2` bytes of their prompts, and without answers. */
    previews: turn({
      user_text: truncated("user_text", "$2"),
      assistant_text: "NULL",
    }),
    session: `${sids}.turns WHERE sid = $1 LIMIT 1`,
    sessionsFrom: `${sids}.sessions WHERE sid >= $1
      AND sid < $1 || chr(1114111) LIMIT ${MOST_SESSIONS}`,
    // Sessions are few beside turns, and this table has nothing but their ids.
    sessionsTo: `${sids}.sessions WHERE right(sid, length($1)) = $1
      LIMIT ${MOST_SESSIONS}`,
  };
}
