/**
 * Reads a database of the current schema.
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import { databaseNamed } from "../address.ts";
import { readOnly } from "./read_only.ts";
import { inspectSchema } from "./schema.ts";

/**
 * Reads the database at `path` in one moment, and changes nothing.
 *
 * @param read Called again where what it gave may not hold.
 * @throws {Failure} Where there is none, it is not ours or of another version,
 * or it cannot be read.
 */
export function readCurrent<T>(path: string, read: (db: Database) => T): T {
  return readOnly(path, (db) => {
    refuseOtherSchema(db, path);
    return read(db);
  });
}

/** @throws {Failure} Where turn-counter would have to write first. */
function refuseOtherSchema(db: Database, path: string): void {
  const state = inspectSchema(db, path);
  if (state === "current") return;
  const named = databaseNamed(path);
  throw new Failure(
    state === "empty"
      ? `${named} is empty, turn-counter has not begun it; start it with this --db, or name another file`
      : `${named} is of an earlier turn-counter, or was changed by hand; start this one on it once to bring it up to date: turn-counter --db ${
        JSON.stringify(path)
      } </dev/null`,
  );
}
