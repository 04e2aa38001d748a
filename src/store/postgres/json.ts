/**
 * Rows as objects: the server builds them, so that nothing is to be copied from
 * columns to fields.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Parameter } from "./parameters.ts";

/** The SQL of a JSON object, by the names of its members. */
export function jsonObject(members: Record<string, string>): string {
  const all = Object.entries(members).map(([name, sql]) => `'${name}', ${sql}`);
  return `json_build_object(${all.join()})`;
}

/** The SQL of a row that is one object. */
export function objectRow(members: Record<string, string>): string {
  return `json_build_array(${jsonObject(members)})`;
}

/** The SQL of the identity of a file, NULL where it is not known. */
export const IDENTITY = `CASE WHEN device + inode IS NOT NULL
  THEN ${jsonObject({ device: "device", inode: "inode" })} END`;

/** Runs a statement of which each row is one object. */
export async function objects<T>(
  connection: Connection,
  sql: string,
  parameters?: readonly Parameter[],
): Promise<T[]> {
  const rows = await connection.runLater(sql, parameters);
  return (rows as [T][]).map(([object]) => object);
}
