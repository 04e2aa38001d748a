/**
 * Reads a database in one moment, and changes nothing. A standby will do.
 *
 * @module
 */

import { nameOf } from "../address.ts";
import type { Connection } from "./connection.ts";
import { storeFailure } from "./failure.ts";
import { openReader } from "./session.ts";

const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/**
 * Connects to the database at `address`, reads it in one transaction, and
 * disconnects.
 *
 * @param read Gets the schema of the tables, quoted.
 * @throws {Failure} Where it cannot be reached or read.
 */
export async function readOnly<T>(
  address: string,
  read: (connection: Connection, schema: string) => Promise<T>,
): Promise<T> {
  const name = nameOf(address);
  try {
    const { connection, schema } = await openReader(address, name);
    using _ = connection;
    connection.script(BEGIN);
    const value = await read(connection, schema);
    connection.script("COMMIT");
    return value;
  } catch (error) {
    throw storeFailure(name, error);
  }
}
