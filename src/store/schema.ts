/**
 * The tables, and how a database of an earlier version becomes one of this
 * (SPEC section 5).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../error.ts";
import { parseInstant } from "../instant.ts";

/** The `PRAGMA user_version` that this program reads and writes. */
export const SCHEMA_VERSION = 1;

/** The tables of version 0, the seed of the project. */
const SEED = `
CREATE TABLE turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user_text TEXT,
    assistant_text TEXT,
    start_time TEXT,
    end_time TEXT,
    duration_ms INTEGER,
    status TEXT DEFAULT 'waiting_response',
    dedup_hash TEXT NOT NULL UNIQUE
);
CREATE TABLE session_counters (
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid)
);`;

/** What version 1 has beside the seed. */
const PRODUCTION = `
ALTER TABLE turns ADD COLUMN session_turn INTEGER;
ALTER TABLE turns ADD COLUMN session_pid_turn INTEGER;
ALTER TABLE turns ADD COLUMN original_turn_id TEXT;
ALTER TABLE turns ADD COLUMN pid_mismatch INTEGER NOT NULL DEFAULT 0;
-- the instants of start_time and end_time, in milliseconds since the epoch
ALTER TABLE turns ADD COLUMN start_ms INTEGER;
ALTER TABLE turns ADD COLUMN end_ms INTEGER;
-- the turn that orphaned this one; kept when an answer heals it
ALTER TABLE turns ADD COLUMN orphaned_by INTEGER;
CREATE TABLE sessions (
    sid TEXT PRIMARY KEY,
    turn_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE answers (
    dedup_hash TEXT PRIMARY KEY,
    turn_id_glob INTEGER NOT NULL
) WITHOUT ROWID;`;

/** Created last: an upgrade fills the columns first. */
const INDEXES = `
CREATE INDEX turns_start_time ON turns (start_time);
CREATE INDEX turns_status ON turns (status);
CREATE INDEX turns_session ON turns (sid, turn_id_glob);
CREATE INDEX turns_session_start ON turns (sid, start_ms);
CREATE INDEX turns_process_start ON turns (sid, pid, start_ms);
CREATE INDEX turns_process_name ON turns (sid, pid, original_turn_id, start_ms);
CREATE INDEX turns_orphaned_by ON turns (orphaned_by)
    WHERE orphaned_by IS NOT NULL;
PRAGMA user_version = ${SCHEMA_VERSION};`;

const SEED_COLUMNS: Record<string, string> = {
  turns: "turn_id_glob,sid,pid,user_text,assistant_text,start_time,end_time," +
    "duration_ms,status,dedup_hash",
  session_counters: "sid,pid,turn_count",
};

const TABLES = `
SELECT name, (SELECT group_concat(name, ',') FROM pragma_table_info(t.name))
FROM sqlite_master AS t
WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`;

/** What a database turned out to be. */
export type SchemaState = "current" | "empty" | "seed";

/**
 * Tells what the database is, without changing it.
 *
 * @throws {Failure} Where it belongs to a newer version, or to another program.
 */
export function inspectSchema(db: Database, path: string): SchemaState {
  const version = pragma(db, "user_version") as number;
  if (version === SCHEMA_VERSION) return "current";
  if (version > SCHEMA_VERSION) {
    throw new Failure(
      `database "${path}" is of a newer turn-counter (schema ${version}, this one knows ${SCHEMA_VERSION}); install that version, or name another file with --db`,
    );
  }
  const tables = db.prepare(TABLES).values<[name: string, columns: string]>();
  if (version === 0 && tables.length === 0) return "empty";
  const isSeed = version === 0 && tables.length === 2 &&
    tables.every(([name, columns]) => SEED_COLUMNS[name] === columns) &&
    pragma(db, "encoding") === "UTF-8";
  if (isSeed) return "seed";
  throw new Failure(
    `database "${path}" is another program's; name another file with --db`,
  );
}

function pragma(db: Database, name: string): string | number {
  return db.prepare(`PRAGMA ${name}`).value<[string | number]>()![0];
}

/**
 * Brings an empty or seed database to the current schema. Runs in the caller's
 * transaction.
 */
export function migrate(db: Database, from: SchemaState): void {
  if (from === "current") return;
  if (from === "empty") db.exec(SEED);
  db.exec(PRODUCTION);
  if (from === "seed") fillFromSeed(db);
  db.exec(INDEXES);
}

/** The seed knew counts by process only, and times only as text. */
function fillFromSeed(db: Database): void {
  db.exec(`
UPDATE turns SET session_turn = n.session_turn, session_pid_turn = n.session_pid_turn
FROM (
    SELECT turn_id_glob,
        row_number() OVER (PARTITION BY sid ORDER BY turn_id_glob) AS session_turn,
        row_number() OVER (PARTITION BY sid, pid ORDER BY turn_id_glob) AS session_pid_turn
    FROM turns
) AS n WHERE n.turn_id_glob = turns.turn_id_glob;
UPDATE session_counters SET turn_count = coalesce(turn_count, 0);
INSERT INTO session_counters (sid, pid, turn_count)
    SELECT sid, pid, count(*) FROM turns WHERE true GROUP BY sid, pid
    ON CONFLICT (sid, pid) DO UPDATE SET turn_count = max(turn_count, excluded.turn_count);
INSERT INTO sessions (sid, turn_count)
    SELECT sid, sum(turn_count) FROM session_counters GROUP BY sid;`);
  const select = db.prepare(
    "SELECT turn_id_glob, start_time, end_time FROM turns WHERE turn_id_glob > ? ORDER BY turn_id_glob LIMIT 1",
  );
  const update = db.prepare(
    "UPDATE turns SET start_ms = ?, end_ms = ? WHERE turn_id_glob = ?",
  );
  type Times = [id: number, start: string | null, end: string | null];
  let row = select.value<Times>(-1);
  while (row !== undefined) {
    const [id, start, end] = row;
    update.run(parseInstant(start ?? ""), parseInstant(end ?? ""), id);
    row = select.value<Times>(id);
  }
}
