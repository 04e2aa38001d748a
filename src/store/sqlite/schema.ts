/**
 * The tables, and how a database of an earlier version becomes one of this
 * (SPEC section 5).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { Failure } from "../../error.ts";
import { parseInstant } from "../../turns/instant.ts";
import { CHECKPOINT_TABLE } from "./checkpoints.ts";

/** The `PRAGMA user_version` that this program reads and writes. */
export const SCHEMA_VERSION = 3;

const TABLES = `
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
    dedup_hash TEXT NOT NULL UNIQUE,
    -- production columns
    session_turn INTEGER, session_pid_turn INTEGER,
    original_turn_id TEXT,
    pid_mismatch INTEGER NOT NULL DEFAULT 0,
    -- the instants of start_time and end_time, in milliseconds since the epoch
    start_ms INTEGER, end_ms INTEGER,
    -- the turn that orphaned this one; kept when an answer heals it
    orphaned_by INTEGER
);
CREATE TABLE session_counters (
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid)
);
CREATE TABLE sessions (
    sid TEXT PRIMARY KEY,
    turn_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE answers (
    dedup_hash TEXT PRIMARY KEY,
    turn_id_glob INTEGER NOT NULL
) WITHOUT ROWID;
${CHECKPOINT_TABLE}`;

/** Created last: an upgrade fills the tables first. */
const INDEXES = `
CREATE INDEX turns_start_time ON turns (start_time);
CREATE INDEX turns_status ON turns (status);
CREATE INDEX turns_session ON turns (sid, turn_id_glob);
CREATE INDEX turns_session_start ON turns (sid, start_ms);
CREATE INDEX turns_process_start ON turns (sid, pid, start_ms);
CREATE INDEX turns_process_name ON turns (sid, pid, original_turn_id, start_ms);
CREATE INDEX turns_orphaned_by ON turns (orphaned_by)
    WHERE orphaned_by IS NOT NULL;`;

/** The tables of version 0, the seed of the project, and their columns. */
const SEED: Record<string, string> = {
  turns: "turn_id_glob,sid,pid,user_text,assistant_text,start_time,end_time," +
    "duration_ms,status,dedup_hash",
  session_counters: "sid,pid,turn_count",
};
const VERSION_1 = ["turns", "session_counters", "sessions", "answers"];
/** The tables of each later version. */
const OURS: Record<number, string[]> = {
  1: VERSION_1,
  2: [...VERSION_1, "checkpoints"],
  3: [...VERSION_1, "checkpoints"],
};
/** What brings a database of a later version to this one. */
const UPGRADES: Record<number, string> = {
  1: CHECKPOINT_TABLE,
  2: `ALTER TABLE checkpoints ADD COLUMN dialect TEXT;
    ALTER TABLE checkpoints ADD COLUMN decoder TEXT;`,
};

const LIST_TABLES = `
SELECT name, (SELECT group_concat(name, ',') FROM pragma_table_info(t.name))
FROM sqlite_master AS t
WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`;

/** What a database is; the number is the version of one of ours. */
export type SchemaState = "empty" | "seed" | number;

/**
 * Finds out what a database is, and does not change it.
 *
 * @throws {Failure} Where it belongs to a newer version, or to another program.
 */
export function inspectSchema(db: Database, path: string): SchemaState {
  const version = pragma(db, "user_version") as number;
  const named = JSON.stringify(path);
  if (version > SCHEMA_VERSION) {
    throw new Failure(
      `database ${named} is of a newer turn-counter (schema ${version}, this one knows ${SCHEMA_VERSION}); install that version, or name another file with --db`,
    );
  }
  const tables = new Map(
    db.prepare(LIST_TABLES).values<[name: string, columns: string]>(),
  );
  if (OURS[version]?.every((name) => tables.has(name))) {
    return version;
  }
  if (version === 0) {
    if (tables.size === 0) return "empty";
    const isSeed = tables.size === 2 &&
      Object.entries(SEED).every(([name, columns]) =>
        tables.get(name) === columns
      ) && pragma(db, "encoding") === "UTF-8";
    if (isSeed) return "seed";
  }
  throw new Failure(
    `database ${named} is another program's; name another file with --db`,
  );
}

function pragma(db: Database, name: string): string | number {
  return db.prepare(`PRAGMA ${name}`).value<[string | number]>()![0];
}

/**
 * Brings a database to the current schema. Runs in the caller's transaction.
 */
export function migrate(db: Database, from: SchemaState): void {
  if (from === SCHEMA_VERSION) return;
  if (typeof from === "number") {
    db.exec(UPGRADES[from]);
  } else {
    if (from === "seed") db.exec(SET_SEED_ASIDE);
    db.exec(TABLES);
    if (from === "seed") {
      db.exec(TAKE_SEED_OVER);
      fillInstants(db);
    }
    db.exec(INDEXES);
  }
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}

/** Its tables are made anew, since they may lack keys that the rules rest on. */
const SET_SEED_ASIDE = `
ALTER TABLE turns RENAME TO seed_turns;
ALTER TABLE session_counters RENAME TO seed_counters;`;

/** The seed counted by process only, and may have counted turns that are gone. */
const TAKE_SEED_OVER = `
INSERT INTO turns (turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, status, dedup_hash, session_turn, session_pid_turn)
    SELECT turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, coalesce(status, 'waiting_response'), dedup_hash,
        row_number() OVER (PARTITION BY sid ORDER BY turn_id_glob),
        row_number() OVER (PARTITION BY sid, pid ORDER BY turn_id_glob)
    FROM seed_turns ORDER BY turn_id_glob;
INSERT INTO session_counters (sid, pid, turn_count)
    SELECT sid, pid, max(turn_count) FROM (
        SELECT sid, pid, coalesce(turn_count, 0) AS turn_count FROM seed_counters
        UNION ALL SELECT sid, pid, count(*) FROM turns GROUP BY sid, pid
    ) GROUP BY sid, pid;
INSERT INTO sessions (sid, turn_count)
    SELECT sid, sum(max(turn_count, 0)) FROM session_counters GROUP BY sid;
-- No id that the seed gave is given again.
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'turns', 0 WHERE NOT EXISTS
        (SELECT 1 FROM sqlite_sequence WHERE name = 'turns');
UPDATE sqlite_sequence SET seq =
        (SELECT max(seq) FROM sqlite_sequence WHERE name IN ('turns', 'seed_turns'))
    WHERE name = 'turns';
DROP TABLE seed_turns;
DROP TABLE seed_counters;`;

/** The seed knew times only as text. */
function fillInstants(db: Database): void {
  const select = db.prepare(
    "SELECT turn_id_glob, start_time, end_time FROM turns WHERE turn_id_glob > ? ORDER BY turn_id_glob LIMIT 1",
  );
  const update = db.prepare(
    "UPDATE turns SET start_ms = ?, end_ms = ? WHERE turn_id_glob = ?",
  );
  type Times = [id: number, start: string | null, end: string | null];
  let row = select.value<Times>(Number.MIN_SAFE_INTEGER);
  while (row !== undefined) {
    const [id, start, end] = row;
    update.run(parseInstant(start ?? ""), parseInstant(end ?? ""), id);
    row = select.value<Times>(id);
  }
}
