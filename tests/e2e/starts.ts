/**
 * Databases of each kind before the program starts on them, and what is left
 * of them when it was killed.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { appliedEvents, query } from "../support/database.ts";
import { createSeed, downgrade, execute } from "../support/seed.ts";
import type { TempDir } from "../support/temp.ts";
import { turnCounter } from "./program.ts";

/** A database that is there before the first life. */
export interface Start {
  version: number;
  turns: number;
  create: (path: string) => unknown;
}

/** So many that an upgrade takes a while, in which the program can be killed. */
const SEED_TURNS = 3000;
const CURRENT = 3;

/** What the first life finds. */
export const STARTS: Record<string, Start> = {
  "no database": { version: 0, turns: 0, create: () => {} },
  "a database of version 0": {
    version: 0,
    turns: SEED_TURNS,
    create: (path) => createSeed(path, SEED_TURNS),
  },
  "a database of version 1": downgraded(1),
  "a database of version 2": downgraded(2),
};

function downgraded(version: 1 | 2): Start {
  return {
    version,
    turns: 0,
    async create(path) {
      await turnCounter(["--db", path]);
      downgrade(path, version);
    },
  };
}

/** Whether there is a file. */
export function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Looks at what a killed program left, in a copy, so that the next life finds
 * it as it was left.
 *
 * @returns How many events are in it.
 */
export function inspect(dir: TempDir, db: string, start: Start): number {
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
  // Only who may write can undo what was not finished.
  execute(copy, "SELECT count(*) FROM sqlite_master");
  assertEquals(query(copy, "PRAGMA integrity_check"), [["ok"]]);
  const [[version]] = query<[number]>(copy, "PRAGMA user_version");
  const turns = version > 0 || start.turns > 0
    ? query<[number]>(copy, "SELECT count(*) FROM turns WHERE sid = 'seed'")
    : [[0]];
  assertEquals(turns, [[start.turns]]);
  assert([start.version, CURRENT].includes(version), `version ${version}`);
  const tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table'";
  if (version === CURRENT) {
    assertEquals(query(copy, `${tables} AND name NOT LIKE 'sqlite%'`), [[5]]);
  }
  return appliedEvents(copy);
}
