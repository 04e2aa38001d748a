/**
 * The databases on which the program starts, and checks of them after it was
 * killed.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { SCHEMA_VERSION } from "../../src/store/sqlite/schema.ts";
import { appliedEvents, query } from "../support/database.ts";
import { createSeed, downgrade, execute } from "../support/seed.ts";
import type { TempDir } from "../support/temp.ts";
import { turnCounter } from "./program.ts";

/** A database before the first run. */
export interface InitialDatabase {
  version: number;
  turns: number;
  create: (path: string) => unknown;
}

/** Enough turns for an upgrade that takes long enough to be killed. */
const SEED_TURNS = 3000;

/** The kinds of databases, by name. */
export const INITIAL_DATABASES: Record<string, InitialDatabase> = {
  "no database": { version: 0, turns: 0, create: () => {} },
  "a database of version 0": {
    version: 0,
    turns: SEED_TURNS,
    create: (path) => createSeed(path, SEED_TURNS),
  },
  "a database of version 1": downgraded(1),
  "a database of version 2": downgraded(2),
  "a database of version 3": downgraded(3),
  "a database of version 4": downgraded(4),
  "a database of version 5": downgraded(5),
};

function downgraded(version: 1 | 2 | 3 | 4 | 5): InitialDatabase {
  return {
    version,
    turns: 0,
    async create(path) {
      await turnCounter(["--db", path]);
      downgrade(path, version);
    },
  };
}

/** Whether a file exists. */
export function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Checks the database of a killed program in a copy, so that the next run finds
 * it unchanged.
 *
 * @returns The number of events that are applied.
 */
export function inspect(
  dir: TempDir,
  db: string,
  start: InitialDatabase,
): number {
  const copy = dir.file("copy.db");
  for (const suffix of ["", "-wal", "-journal"]) {
    Deno.removeSync(dir.write(`copy.db${suffix}`, ""));
    try {
      Deno.copyFileSync(db + suffix, copy + suffix);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  if (!exists(copy)) return 0;
  // Only a writer can roll back an unfinished transaction.
  execute(copy, "SELECT count(*) FROM sqlite_master");
  assertEquals(query(copy, "PRAGMA integrity_check"), [["ok"]]);
  const [[version]] = query<[number]>(copy, "PRAGMA user_version");
  const turns = version > 0 || start.turns > 0
    ? query<[number]>(copy, "SELECT count(*) FROM turns WHERE sid = 'seed'")
    : [[0]];
  assertEquals(turns, [[start.turns]]);
  assert(
    [start.version, SCHEMA_VERSION].includes(version),
    `version ${version}`,
  );
  const tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
  if (version === SCHEMA_VERSION) {
    assertEquals(query(copy, `${tables} AND name NOT LIKE 'sqlite%'`), [[6]]);
  }
  return appliedEvents(copy);
}
