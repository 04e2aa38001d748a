/**
 * The database engines, and a function that tests each of them.
 *
 * @module
 */

import { query } from "../../support/database.ts";
import { TempDir } from "../../support/temp.ts";

/** A temporary database for one store. */
export interface Place extends Disposable {
  /** The path or URL for `openStore`. */
  readonly address: string;
  /** Runs a query on a connection of its own. */
  rows(sql: string): unknown[][];
}

/** A kind of database. */
interface Engine {
  name: string;
  place(): Place;
}

class SqliteFile implements Place {
  #dir = new TempDir();
  readonly address = this.#dir.file("turns.db");

  rows(sql: string): unknown[][] {
    return query(this.address, sql);
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

const ENGINES: readonly Engine[] = [
  { name: "SQLite", place: () => new SqliteFile() },
];

/** Tests one sentence of the contract on each engine. */
export function contract(
  sentence: string,
  test: (place: Place) => void | Promise<void>,
): void {
  for (const engine of ENGINES) {
    Deno.test(`${engine.name} store ${sentence}`, async () => {
      using place = engine.place();
      await test(place);
    });
  }
}
