/**
 * Reads a database of the current schema.
 *
 * @module
 */

import { Failure } from "../../error.ts";
import { nameOf } from "../address.ts";
import type { Connection } from "./connection.ts";
import { storeFailure } from "./failure.ts";
import { inspectSchema } from "./schema.ts";
import { openReader } from "./session.ts";

const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/**
 * Where the server does not know yet how large a table is, it may choose to scan
 * it, or to sort what an index has in order.
 */
const BY_INDEX =
  "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off";

/**
 * Reads the database at `address` in one moment, and changes nothing. A standby
 * will do.
 *
 * @param read Gets the schema of the tables, quoted.
 * @throws {Failure} Where it cannot be reached or read, is not ours or of another
 * version.
 */
export async function readCurrent<T>(
  address: string,
  read: (connection: Connection, schema: string) => Promise<T>,
): Promise<T> {
  const name = nameOf(address);
  try {
    const { connection, schema } = await openReader(address, name);
    using _ = connection;
    connection.all(BEGIN);
    refuseOtherSchema(connection, name, schema);
    const value = await read(connection, schema);
    connection.all("COMMIT");
    return value;
  } catch (error) {
    throw storeFailure(name, error);
  }
}

/**
 * {@linkcode readCurrent} without a scan of a table that has an index.
 *
 * @throws As {@linkcode readCurrent} does.
 */
export function readByIndex<T>(
  address: string,
  read: (connection: Connection, schema: string) => Promise<T>,
): Promise<T> {
  return readCurrent(address, (connection, schema) => {
    connection.all(BY_INDEX);
    return read(connection, schema);
  });
}

/** @throws {Failure} Where turn-counter would have to write first. */
function refuseOtherSchema(
  connection: Connection,
  name: string,
  schema: string,
): void {
  const state = inspectSchema(connection, name, schema);
  if (state === "current") return;
  const named = JSON.stringify(name);
  throw new Failure(
    state === "empty"
      ? `database ${named} has no turns in its schema ${schema}, turn-counter has not begun it; start it with this --db, or name another one`
      : `database ${named} is of an earlier turn-counter; start this one on it once to bring it up to date: turn-counter --db ${named} </dev/null`,
  );
}
