/**
 * Reads a database of the current schema in one moment, and changes nothing. A
 * standby will do.
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
 * Connects to the database at `address`, reads it in one transaction, and
 * disconnects.
 *
 * @param read Gets the schema of the tables, quoted.
 * @throws {Failure} Where it cannot be reached or read, or is not ours or of
 * another version.
 */
export async function readCurrent<T>(
  address: string,
  read: (connection: Connection, schema: string) => Promise<T>,
): Promise<T> {
  const name = nameOf(address);
  try {
    const { connection, schema } = await openReader(address, name);
    using _ = connection;
    connection.script(BEGIN);
    refuseOtherSchema(connection, name, schema);
    const value = await read(connection, schema);
    connection.script("COMMIT");
    return value;
  } catch (error) {
    throw storeFailure(name, error);
  }
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
