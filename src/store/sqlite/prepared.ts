/**
 * Prepared statements.
 *
 * @module
 */

import type { Database, Statement } from "@db/sqlite";

/** Statements by the names that their texts have. */
export type Prepared<Sql> = Record<keyof Sql, Statement>;

/**
 * Prepares statements.
 *
 * @throws {Error} Where one does not fit the database.
 */
export function prepareAll<Sql extends Record<string, string>>(
  db: Database,
  sql: Sql,
): Prepared<Sql> {
  const prepared = Object.entries(sql).map(([name, text]) => [
    name,
    db.prepare(text),
  ]);
  return Object.fromEntries(prepared) as Prepared<Sql>;
}
