/**
 * Temporary databases.
 *
 * @module
 */

import { Database, type DatabaseOpenOptions } from "@db/sqlite";
import { TempDir } from "../support/temp.ts";

/** An empty database in memory. */
export function memory(
  options: DatabaseOpenOptions = {},
): { db: Database } & Disposable {
  const db = new Database(":memory:", options);
  return { db, [Symbol.dispose]: () => db.close() };
}

/** The number of rows in a table. */
export function count(db: Database, table = "t"): unknown {
  using statement = db.prepare(`SELECT count(*) FROM ${table}`);
  return statement.value()?.[0];
}

/** A temporary directory, and connections to the databases in it. */
export class Scratch extends TempDir {
  #open: Database[] = [];

  /** The path of a file in the directory. */
  override file(name = "test.db"): string {
    return super.file(name);
  }

  /** Opens a file in the directory. */
  open(options: DatabaseOpenOptions = {}, name?: string): Database {
    const db = new Database(this.file(name), options);
    this.#open.push(db);
    return db;
  }

  override [Symbol.dispose](): void {
    for (const db of this.#open) db.close();
    super[Symbol.dispose]();
  }
}
