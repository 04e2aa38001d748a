/**
 * What a database is, and how one of an earlier version, or one that people
 * changed by hand, becomes one of this version (SPEC section 5).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import { databaseNamed } from "../address.ts";
import { fillInstants, Seed } from "./seed.ts";
import {
  currentParts,
  KEYS,
  type Parts,
  partsOf,
  SCHEMA,
  SEED,
} from "./tables.ts";

/** The `PRAGMA user_version` that this program reads and writes. */
export const SCHEMA_VERSION = 6;

/**
 * What a database is: empty, of version 0, one of ours in which something is
 * missing, or one that has all that is read in it.
 */
export type SchemaState = "empty" | "seed" | "outdated" | "current";

/**
 * Finds out what a database is, and does not change it. One of ours is known by
 * its tables: a copy that was restored from SQL text has no version.
 *
 * @throws {Failure} Where it belongs to a newer version, or to another program.
 */
export function inspectSchema(db: Database, path: string): SchemaState {
  const version = pragma(db, "user_version") as number;
  const named = databaseNamed(path);
  if (version > SCHEMA_VERSION) {
    throw new Failure(
      `${named} is of a newer turn-counter (schema ${version}, this one knows ${SCHEMA_VERSION}); install that version, or name another file with --db`,
    );
  }
  const parts = partsOf(db);
  if (version === 0 && parts.tables.size === 0) return "empty";
  const has = (table: string, names: string[]) =>
    names.every((name) => hasColumn(parts, table, name));
  const isOurs =
    Object.entries(SEED).every(([table, names]) => has(table, names)) &&
    (version > 0 || version === 0 && pragma(db, "encoding") === "UTF-8");
  if (isOurs && (version > 0 || has("turns", ["session_turn", "start_ms"]))) {
    const isCurrent = version === SCHEMA_VERSION &&
      [...currentParts().columns].every(([table, columns]) =>
        has(table, columns.map(({ name }) => name))
      );
    return isCurrent ? "current" : "outdated";
  }
  if (isOurs && parts.tables.size === Object.keys(SEED).length) return "seed";
  throw new Failure(
    `${named} is another program's; name another file with --db`,
  );
}

function pragma(db: Database, name: string): string | number {
  return db.prepare(`PRAGMA ${name}`).value<[string | number]>()![0];
}

function hasColumn({ columns }: Parts, table: string, name: string): boolean {
  return columns.get(table)?.some((column) => column.name === name) ?? false;
}

/**
 * Whether a database that is current also has what only writers need: indexes,
 * keys and the last id. People lose them where they make a table anew.
 */
export function isWhole(db: Database): boolean {
  const { indexes } = partsOf(db);
  const [lastId] = db.prepare(LAST_ID).value<[number]>() ?? [-1];
  return [...currentParts().indexes.keys()].every((name) =>
    indexes.has(name)
  ) &&
    Object.keys(KEYS).every((table) => hasKey(db, table)) &&
    lastId >= sequence(db);
}

/**
 * Brings a database to the current schema. What is there is kept. Runs in the
 * caller's transaction.
 *
 * @returns What could not be kept of what people added, each with the reason.
 */
export function migrate(db: Database, from: SchemaState): string[] {
  const seed = from === "seed" ? new Seed(db) : null;
  if (from === "empty") db.exec(SCHEMA);
  else addMissing(db, seed);
  db.prepare(RAISE_LAST_ID).run(sequence(db));
  seed?.restore();
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  return seed?.lost ?? [];
}

function addMissing(db: Database, seed: Seed | null): void {
  const before = partsOf(db);
  const current = currentParts();
  for (const [name, sql] of current.tables) {
    if (!before.tables.has(name)) db.exec(sql);
  }
  for (const [table, columns] of current.columns) {
    if (!before.tables.has(table)) continue;
    for (const { name, definition } of columns) {
      if (hasColumn(before, table, name)) continue;
      db.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${definition}`);
    }
  }
  seed?.takeOver();
  if (!hasColumn(before, "turns", "start_ms")) fillInstants(db);
  // Last, since the tables may have been filled only now.
  const { indexes } = partsOf(db);
  for (const [name, sql] of current.indexes) {
    if (!indexes.has(name)) db.exec(sql);
  }
  for (const [table, columns] of Object.entries(KEYS)) {
    if (hasKey(db, table)) continue;
    db.exec(`CREATE UNIQUE INDEX ${table}_key ON ${table} (${columns})`);
  }
}

const HAS_KEY = `SELECT 1 FROM pragma_index_list(?) AS list
  WHERE "unique" AND NOT partial AND ? =
    (SELECT group_concat(name, ',') FROM pragma_index_info(list.name))`;

function hasKey(db: Database, table: string): boolean {
  return db.prepare(HAS_KEY).value(table, KEYS[table]) !== undefined;
}

const LAST_ID = "SELECT last_id FROM minted";
/** No id is given twice: all traces of ids count. */
const RAISE_LAST_ID = `INSERT INTO minted (one, last_id)
  SELECT 1, max(id) FROM (
    SELECT 0 AS id UNION ALL SELECT ?
    UNION ALL SELECT max(turn_id_glob) FROM turns
    UNION ALL SELECT max(orphaned_by) FROM turns
    UNION ALL SELECT max(turn_id_glob) FROM answers
  ) WHERE id < ${Number.MAX_SAFE_INTEGER}
  ON CONFLICT (one) DO UPDATE SET last_id = max(last_id, excluded.last_id)`;

/** The last id that SQLite itself remembers; 0 where it does not. */
function sequence(db: Database): number {
  if (
    db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
      .value() === undefined
  ) return 0;
  const [seq] = db.prepare(
    `SELECT max(seq) FROM sqlite_sequence
      WHERE name = 'turns' AND seq < ${Number.MAX_SAFE_INTEGER}`,
  ).value<[number | null]>()!;
  return seq ?? 0;
}
