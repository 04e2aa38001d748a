/**
 * The SQL that finds turns and sessions for people. The rows of each statement
 * are one JSON array.
 *
 * @module
 */

import {
  type Forgettable,
  MOST_SESSIONS,
  type TurnFilter,
} from "../listing.ts";
import type { Parameter } from "./parameters.ts";
import { ROW } from "./statements.ts";
import { dateAfter, dateBefore } from "../dates.ts";
import { BEGAN } from "./status_statements.ts";

/** A statement, and what its `$1`, `$2` … are. */
export interface Query {
  sql: string;
  params: Parameter[];
}

/**
 * The turns that a filter leaves, the last minted first.
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
  const query = new Conditions(schema);
  query.add("turn_id_glob > ?", above);
  if (filter.sid !== null) query.add("sid = ?", filter.sid);
  addRest(query, filter);
  if (filter.sinceMs !== null) query.add("start_ms >= ?", filter.sinceMs);
  return query.select("turn_id_glob", limit);
}

/**
 * The turns since an instant that a filter leaves, the last minted first.
 *
 * @param upTo Leave out the turns after this id.
 */
export function range(
  schema: string,
  filter: TurnFilter & { sinceMs: number },
  upTo: number,
  limit: number,
): Query {
  const { sinceMs } = filter;
  const query = new Conditions(schema, BEGAN, dateBefore(sinceMs), sinceMs);
  query.add("turn_id_glob <= ?", upTo);
  addRest(query, filter);
  return query.select("turn_id_glob", limit);
}

/** The turns that can be forgotten, and whether they were not before. */
export function forgettable(
  schema: string,
  { ids, sid, beforeMs }: Forgettable,
): Query {
  const query = new Conditions(schema);
  if (ids !== null) {
    const all = "SELECT value::bigint FROM json_array_elements_text(?::json)";
    query.add(`turn_id_glob IN (${all})`, JSON.stringify(ids));
  }
  if (sid !== null) query.add("sid = ?", sid);
  if (beforeMs !== null) {
    query.add("start_time < ?", dateAfter(beforeMs));
    query.add("start_ms < ?", beforeMs);
  }
  return query.select("turn_id_glob, forgotten_ms IS NULL");
}

function addRest(query: Conditions, filter: TurnFilter): void {
  const { status, agent, cwd } = filter;
  if (status !== null) query.add("status = ?", status);
  if (agent !== null) query.add("agent = ?", agent);
  if (cwd === null) return;
  query.add("(cwd = ? OR starts_with(cwd, ?))", cwd, `${cwd}/`);
}

/** Conditions that all hold, and their parameters. */
class Conditions {
  #schema: string;
  #terms: string[] = [];
  #params: Parameter[] = [];

  constructor(schema: string, term?: string, ...params: Parameter[]) {
    this.#schema = schema;
    if (term !== undefined) this.#terms.push(term);
    this.#params.push(...params);
  }

  add(term: string, ...params: Parameter[]): void {
    let next = this.#params.length;
    this.#terms.push(term.replaceAll("?", () => `$${++next}`));
    this.#params.push(...params);
  }

  /** @param limit Of the last minted, which come first. */
  select(columns: string, limit?: number): Query {
    const terms = this.#terms.length > 0 ? this.#terms.join(" AND ") : "true";
    const sql = `SELECT json_build_array(${columns}) FROM ${this.#schema}.turns
      WHERE ${terms}`;
    if (limit === undefined) return { sql, params: this.#params };
    const params = [...this.#params, limit];
    return {
      sql: `${sql} ORDER BY turn_id_glob DESC LIMIT $${params.length}`,
      params,
    };
  }
}

/** The statements without a filter, by what they are for. */
export function listingSql(schema: string) {
  const given = `json_array_elements_text($1::json)
    WITH ORDINALITY AS given (id, place)
    JOIN ${schema}.turns ON turn_id_glob = given.id::bigint ORDER BY place`;
  const preview = ROW.replace(
    "user_text, assistant_text",
    "left(user_text, $2::integer), NULL::text",
  );
  return {
    lastId: `SELECT json_build_array(coalesce(max(turn_id_glob), 0))
      FROM ${schema}.turns`,
    /** Whole turns. */
    turns: `SELECT ${ROW} FROM ${given}`,
    /** Turns with the beginning of their prompts, and without their answers. */
    previews: `SELECT ${preview} FROM ${given}`,
    session: `SELECT json_build_array(sid) FROM ${schema}.turns WHERE sid = $1
      LIMIT 1`,
    sessionsFrom: `SELECT json_build_array(sid) FROM ${schema}.sessions
      WHERE sid >= $1 AND sid < $1 || chr(1114111) LIMIT ${MOST_SESSIONS}`,
    sessionsTo: `SELECT json_build_array(sid) FROM ${schema}.sessions
      WHERE right(sid, length($1)) = $1 LIMIT ${MOST_SESSIONS}`,
  };
}
