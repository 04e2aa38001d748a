/**
 * What a database is, and how it gets the tables of this version (SPEC section
 * 5).
 *
 * @module
 */

import { Failure } from "../../error.ts";
import type { Connection } from "./connection.ts";
import type { Session } from "./session.ts";
import { creationSql, TABLES } from "./tables.ts";

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = 1;

/** How long one who waits for another that creates the tables waits, in milliseconds. */
const MOST_WAIT_MS = 60_000;

/** What a database is: without our tables, with those of an earlier version, or with all. */
export type SchemaState = "empty" | "outdated" | "current";

/**
 * Finds out what a database is, and does not change it.
 *
 * @param name The database, as messages name it.
 * @param schema The schema of its tables, quoted.
 * @throws {Failure} Where it belongs to a newer version, or to another program.
 */
export function inspectSchema(
  connection: Connection,
  name: string,
  schema: string,
): SchemaState {
  const names = Object.keys(TABLES);
  const quoted = names.map((table) => `'${table}'`).join();
  const present = connection.run(
    `SELECT json_build_array(relname) FROM pg_catalog.pg_class
      WHERE relnamespace = $1::regnamespace AND relname IN (${quoted})`,
    [schema],
  ).flat();
  if (present.length === 0) return "empty";
  const named = `database ${JSON.stringify(name)}`;
  if (!present.includes("turn_counter")) {
    throw new Failure(
      `${named} has a table "${
        present[0]
      }" of another program in its schema ${schema}; name another database with --db, or another schema (options=-csearch_path%3Dturns)`,
    );
  }
  const [[version] = [0]] = connection.run(
    `SELECT json_build_array(schema_version) FROM ${schema}.turn_counter`,
  ) as [[number]?];
  if (version > SCHEMA_VERSION) {
    throw new Failure(
      `${named} is of a newer turn-counter (schema ${version}, this one knows ${SCHEMA_VERSION}); install that version, or name another database with --db`,
    );
  }
  const isCurrent = version === SCHEMA_VERSION &&
    present.length === names.length;
  return isCurrent ? "current" : "outdated";
}

/**
 * Brings a database to the current schema, unless another program does.
 *
 * @param name The database, as messages name it.
 * @throws {Failure} As {@linkcode inspectSchema} does.
 * @throws As {@linkcode Connection.run} does.
 */
export async function prepareSchema(
  { connection, schema, writerLock }: Session,
  name: string,
): Promise<void> {
  if (inspectSchema(connection, name, schema) === "current") return;
  await connection.allLater(MOST_WAIT_MS, `BEGIN; ${writerLock}`);
  // Another program may have been faster.
  if (inspectSchema(connection, name, schema) !== "current") {
    await connection.allLater(
      // An index of ten million rows takes minutes.
      Infinity,
      `${creationSql(schema)};
      INSERT INTO ${schema}.turn_counter (one, schema_version)
        VALUES (1, ${SCHEMA_VERSION})
        ON CONFLICT (one) DO UPDATE SET schema_version = ${SCHEMA_VERSION}`,
    );
  }
  await connection.allLater(MOST_WAIT_MS, "COMMIT");
}
